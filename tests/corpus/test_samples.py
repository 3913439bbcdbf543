"""The bundled texts are there, are what they say, and are small."""

import pytest

from firth.corpus import SAMPLES, encode, open_corpus, provenance, sample_paths
from firth.errors import ConfigError


def test_samples_are_small_and_have_a_provenance():
    assert sum(path.stat().st_size for path in sample_paths()) <= 3_000_000
    for path in sample_paths():
        assert path.name in provenance()
    with pytest.raises(ConfigError, match="there are 'austen', 'kjv'"):
        sample_paths("bible")


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_lengths(name):
    with encode(sample_paths(name), min_count=1) as encoded:
        assert encoded.n_raw_tokens == SAMPLES[name].n_tokens


def test_first_lines():
    (path,) = sample_paths("kjv")
    first = next(iter(open_corpus(path)))
    assert " ".join(first) == "in the beginning god created the heaven and the earth"
