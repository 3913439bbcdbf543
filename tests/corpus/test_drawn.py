"""Drawn sentences read as a copy of them would: any range, from any number of corpora."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import Vocabulary, encode
from firth.corpus.drawn import DrawnCorpus, bootstrap, split
from firth.corpus.renumbering import renumber
from firth.errors import ConfigError, CorpusError

VOCABULARY = Vocabulary([str(i) for i in range(50)], [100] * 50)


def corpus_of(seed, n, longest=9):
    """Sentences of one to `longest` words."""
    random = np.random.default_rng(seed)
    texts = [
        [str(word) for word in random.integers(0, 50, random.integers(1, longest + 1))]
        for _ in range(n)
    ]
    return renumber(encode(texts, min_count=1), VOCABULARY)


PARTS = [corpus_of(1, 40), corpus_of(2, 25, longest=40), corpus_of(3, 1)]
SENTENCES = [sentence for part in PARTS for sentence in part.sentences()]
drawn_numbers = st.lists(st.integers(0, len(SENTENCES) - 1), min_size=1, max_size=80).map(sorted)


@given(drawn_numbers, st.data())
@settings(max_examples=60)
def test_any_range_is_that_of_a_copy(numbers, data):
    drawn = DrawnCorpus(PARTS, numbers)
    wanted = [SENTENCES[number] for number in numbers]
    assert list(drawn.sentences()) == wanted
    ids = VOCABULARY.ids(word for sentence in wanted for word in sentence)
    assert drawn.n_tokens == len(ids) and drawn.n_sentences == len(wanted)
    start = data.draw(st.integers(0, len(ids)))
    stop = data.draw(st.integers(start, len(ids)))
    assert np.array_equal(drawn.read(start, stop), ids[start:stop])
    assert np.array_equal(drawn.ids, ids)
    assert np.array_equal(np.diff(drawn.offsets), [len(sentence) for sentence in wanted])


@given(drawn_numbers, st.integers(1, 30))
@settings(max_examples=20)
def test_its_ranges_cover_it(numbers, longest):
    drawn = DrawnCorpus(PARTS, numbers)
    ranges = drawn.ranges(longest)
    assert ranges.token_start[0] == 0 and ranges.token_stop[-1] == drawn.n_tokens
    assert np.array_equal(ranges.token_start[1:], ranges.token_stop[:-1])
    assert (ranges.token_stop - ranges.token_start).max() <= longest


def test_a_bootstrap_draws_each_sentence_once_on_average():
    drawn = bootstrap(PARTS[0], seed=3)
    assert drawn.n_sentences == PARTS[0].n_sentences
    assert len(set(drawn.numbers.tolist())) < 35  # of 40: 1 - 1/e of them, 25
    assert np.array_equal(bootstrap(PARTS[0], 3).numbers, drawn.numbers)
    assert not np.array_equal(bootstrap(PARTS[0], 4).numbers, drawn.numbers)
    assert drawn.fingerprint not in (PARTS[0].fingerprint, bootstrap(PARTS[0], 4).fingerprint)
    with pytest.raises(ConfigError, match="one block of 40"):
        bootstrap(PARTS[0], seed=1, block=40)


@pytest.mark.parametrize("block", [1, 3, 7])
def test_a_block_stays_together(block):
    numbers = bootstrap(PARTS[0], seed=5, block=block).numbers
    times = np.bincount(numbers, minlength=40)
    for first in range(0, 40, block):
        assert len(set(times[first : first + block].tolist())) == 1


@pytest.mark.parametrize("block", [1, 4])
def test_a_split_divides_all_sentences_in_two(block):
    first, second = split(PARTS[:2], seed=1, block=block)
    both = np.concatenate([first.numbers, second.numbers])
    assert sorted(both.tolist()) == list(range(65))
    assert abs(first.n_sentences - 40) < 2 * block
    # Each has sentences of both parts.
    assert 0 < (first.numbers >= 40).sum() < 25 and (second.numbers < 40).any()
    for begin in [*range(0, 40, block), *range(40, 65, block)]:
        end = min(begin + block, 40 if begin < 40 else 65)
        assert len(set(np.isin(np.arange(begin, end), first.numbers).tolist())) == 1


def test_what_cannot_be_drawn():
    with pytest.raises(ConfigError, match="must rise, from 0 to below 40"):
        DrawnCorpus(PARTS[:1], [3, 2])
    with pytest.raises(ConfigError, match="from 0 to below 40"):
        DrawnCorpus(PARTS[:1], [40])
    with pytest.raises(CorpusError, match="no sentence"):
        DrawnCorpus(PARTS[:1], [])
    with pytest.raises(ConfigError, match="one vocabulary"):
        DrawnCorpus([PARTS[0], encode([["a"]], min_count=1)], [0])
    with pytest.raises(IndexError):
        DrawnCorpus(PARTS[:1], [0]).read(0, 1000)


def test_it_goes_by_pickle_and_closes_nothing():
    drawn = bootstrap(PARTS[0], seed=3)
    again = pickle.loads(pickle.dumps(drawn))
    assert np.array_equal(again.ids, drawn.ids)
    drawn.close()
    assert len(drawn.read(0, 5)) == 5
