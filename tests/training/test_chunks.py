"""Subsampling and windows against the slow twin, however the corpus is cut."""

from __future__ import annotations

import numpy as np
import pytest

from firth.training.engine.chunks import Segment, lay_out
from firth.training.engine.rng import SUBSAMPLE, WINDOW, stream_key
from helpers import naive

SEED, EPOCH = 11, 2


def corpus(lengths, n_words, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.integers(0, n_words, length).astype(np.int32) for length in lengths]


def run(sentences, keep, window, start=0, stop=None, least=1):
    """Lay out positions start to stop; return rows as the twin does."""
    offsets = np.concatenate([[0], np.cumsum([len(s) for s in sentences])]).astype(np.int64)
    stop = int(offsets[-1]) if stop is None else stop
    ids = np.concatenate([np.zeros(0, np.int32), *sentences])[start:stop]
    first = max(0, int(np.searchsorted(offsets, start, side="right")) - 1)
    last = int(np.searchsorted(offsets, stop, side="left"))
    segment = Segment.empty(len(ids) + 1)
    n = lay_out(
        np.ascontiguousarray(ids), start, offsets[first : max(last, first) + 1],
        (keep * 2.0**32).astype(np.uint64), (least, window),
        stream_key(SEED, SUBSAMPLE, EPOCH), stream_key(SEED, WINDOW, EPOCH), segment,
    )  # fmt: skip
    rows = []
    for t in range(n):
        near = [u for u in range(segment.first[t], segment.last[t]) if u != t]
        rows.append(
            (int(segment.words[t]), int(segment.position[t]), segment.position[near].tolist())
        )
    return rows


KEEPS = {"all": np.ones(30), "half": np.full(30, 0.5), "mixed": np.linspace(0, 1, 30)}


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.parametrize("window", [1, 5, 100])
def test_kept_tokens_and_windows_are_those_of_the_twin(keep, window):
    sentences = corpus([1, 7, 0, 40, 2, 0, 0, 3, 1, 90], 30)
    expected = naive.lay_out(sentences, KEEPS[keep], window, SEED, EPOCH)
    assert run(sentences, KEEPS[keep], window) == expected
    assert len(expected) > 30


@pytest.mark.parametrize("least", [2, 4, 5])
def test_widths_are_drawn_from_the_least_to_the_largest(least):
    sentences = corpus([400], 30)
    expected = naive.lay_out(sentences, KEEPS["all"], 5, SEED, EPOCH, least=least)
    rows = run(sentences, KEEPS["all"], 5, least=least)
    assert rows == expected
    widths = {len(near) for _, _, near in rows[5:-5]}
    assert widths == {2 * width for width in range(least, 6)}


@pytest.mark.parametrize(("start", "stop"), [(0, 5), (3, 30), (10, 11), (20, 20), (44, 144)])
def test_a_cut_inside_a_sentence_clips_windows_there(start, stop):
    sentences = corpus([1, 7, 40, 2, 3, 1, 90], 30)
    expected = naive.lay_out(sentences, KEEPS["mixed"], 5, SEED, EPOCH, start, stop)
    assert run(sentences, KEEPS["mixed"], 5, start, stop) == expected


def test_nothing_to_lay_out():
    assert run([], np.ones(3), 5) == []
    assert run(corpus([0, 0], 3), np.ones(3), 5) == []
    assert run(corpus([5], 3), np.zeros(3), 5) == []


def test_no_window_crosses_the_end_of_a_sentence():
    sentences = corpus([3] * 20, 5)
    for _, position, near in run(sentences, np.ones(5), 100):
        assert {place // 3 for place in near} <= {position // 3}


def test_draws_do_not_depend_on_the_cut():
    sentences = corpus([50, 3, 200, 17], 30)
    whole = run(sentences, KEEPS["half"], 4)
    for size in (1, 13, 64):
        parts = []
        for start in range(0, 270, size):
            stop = min(270, start + size)
            parts += run(sentences, KEEPS["half"], 4, start, stop)
        assert [row[:2] for row in parts] == [row[:2] for row in whole]  # the same tokens
        for part, full in zip(parts, whole, strict=True):
            begin = part[1] // size * size
            inside = [place for place in full[2] if begin <= place < begin + size]
            assert part[2] == inside  # the same windows, but for the cut


def test_subsampling_keeps_words_as_often_as_it_should():
    keep = np.array([0.05, 0.3, 0.9, 1.0])
    sentences = corpus([50_000], 4)
    words = [word for word, _, _ in run(sentences, keep, 5)]
    total = np.bincount(sentences[0])
    z = (np.bincount(words) - total * keep) / np.sqrt(total * keep * (1 - keep) + 1e-9)
    assert np.abs(z).max() < 4.5
    assert np.bincount(words)[3] == total[3]


def test_window_widths_are_uniform():
    window = 6
    rows = run(corpus([60_000], 4), np.ones(4), window)
    widths = [near[-1] - position for _, position, near in rows[10:-10]]
    counts = np.bincount(widths, minlength=window + 1)[1:]
    assert abs(naive.chi_square(counts, np.full(window, sum(counts) / window))) < 5
    assert naive.chi_square(counts * [1, 1, 1, 1, 1, 1.1], np.full(window, sum(counts) / 6)) > 5
