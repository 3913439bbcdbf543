"""Measures of the quality benchmark, on vectors whose figures are known."""

from __future__ import annotations

import doctest
import importlib
import math

import heldout
import numpy as np
import pytest
from measures import (
    NO_GROUP,
    Queries,
    Vectors,
    found_members,
    hits,
    make_queries,
    nearest_words,
    sample_words,
    shared,
)

from firth.reference import negative_sampling_loss_and_gradients

MODULES = ("clicks", "walks", "groups", "measures", "intervals", "tables", "cells")


@pytest.fixture
def draw(seed):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_benchmark(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


def test_planted_groups_are_found_and_others_are_not(draw):
    group = np.repeat(np.arange(5), 12)
    group[-12:] = NO_GROUP
    planted = np.eye(5)[np.repeat(np.arange(5), 12)] + 0.1 * draw.normal(size=(60, 5))
    asked = np.flatnonzero(group != NO_GROUP)
    for inputs, expected in ((planted, 1.0), (draw.permutation(planted), 10 / 59)):
        vectors = Vectors(np.arange(60), inputs, None)
        found = found_members(nearest_words(vectors, asked, 60), asked, group)
        assert found.mean() == pytest.approx(expected, abs=0.12)


def test_words_that_a_program_left_out_are_misses():
    inputs = np.eye(3)[[0, 0, 1, 1]]
    asked, group = np.arange(6), np.array([0, 0, 1, 1, 0, 1])
    vectors = Vectors(np.array([1, 0, 3, 2]), inputs, inputs)  # its own order; 4 and 5 unknown
    near = nearest_words(vectors, asked, 6, k=1)
    assert near[:, 0].tolist() == [1, 0, 3, 2, -1, -1]
    assert found_members(near, asked, group).tolist() == [1, 1, 1, 1, 0, 0]
    assert shared(near, near).tolist() == [1, 1, 1, 1, 0, 0]
    queries = Queries([np.array([0]), np.array([0]), np.array([5])], np.array([1, 4, 3]))
    assert hits(vectors, queries, 6, "cosine", k=1).tolist() == [True, False, False]


def test_words_are_sampled_from_each_band_and_are_the_same_each_time():
    counts = np.concatenate([np.full(3_000, 200), np.full(500, 50), np.full(3_000, 5), [4, 1]])
    chosen = sample_words(counts, least=5)
    assert np.array_equal(chosen, sample_words(counts, least=5))
    assert [int((counts[chosen] == c).sum()) for c in (200, 50, 5, 4, 1)] == [1000, 500, 1000, 0, 0]


@pytest.mark.parametrize("by", ["cosine", "in-out"])
def test_hits_are_those_of_one_query_at_a_time(draw, by):
    inputs, outputs = draw.normal(size=(2, 40, 6))
    words = draw.permutation(40)
    row = np.argsort(words)
    sessions = [draw.choice(40, draw.integers(2, 6), replace=False).tolist() for _ in range(700)]
    queries = make_queries(sessions, np.full(40, 9), least=5)
    assert len(queries.targets) == 700
    expected = []
    for session in sessions:
        rows = row[session[:-1]]
        if by == "cosine":
            unit = inputs / np.linalg.norm(inputs, axis=1, keepdims=True)
            scores = unit @ unit[rows].mean(axis=0)
        else:
            scores = outputs @ inputs[rows].mean(axis=0)
        scores[rows] = -np.inf
        expected.append(row[session[-1]] in np.argsort(-scores)[:10])
    assert 0.1 < np.mean(expected) < 0.9
    found = hits(Vectors(words, inputs, outputs), queries, 40, by)
    assert found.tolist() == expected


def pair_loss(hidden, outside, noise, outputs):
    loss, *_ = negative_sampling_loss_and_gradients(hidden, outside, [noise] * 5, outputs)
    return loss


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_held_out_loss_is_that_of_the_reference(draw, architecture):
    inputs, outputs = draw.normal(size=(2, 12, 4))
    words, sentences = draw.integers(0, 12, 30), np.repeat([0, 1, 2], [14, 1, 15])
    widths, noise = draw.integers(1, 6, 30), 7
    text = heldout.Text(words, sentences, widths, np.full(9, noise))
    total = weight = 0.0
    for t in range(30):
        others = [j for j in range(30) if j != t and sentences[j] == sentences[t]]
        if architecture == "cbow":
            window = [words[j] for j in others if abs(j - t) <= widths[t]]
            if window:
                total += pair_loss(inputs[window].mean(axis=0), words[t], noise, outputs)
                weight += 1
            continue
        for j in others:
            chance = max(0, 6 - abs(j - t)) / 5  # that a width drawn from 1 to 5 reaches so far
            total += chance * pair_loss(inputs[words[t]], words[j], noise, outputs)
            weight += chance
    vectors = Vectors(np.arange(12), inputs, outputs)
    found = heldout.held_out_loss(vectors, text, 12, architecture)
    assert found == pytest.approx(total / weight, rel=1e-9)


def test_vectors_that_know_nothing_have_the_loss_of_chance():
    counts = np.arange(40, 10, -1)
    text = heldout.make_text([list(range(30)), [-1, 3], [5]], counts, least=5)
    vectors = Vectors(np.arange(30), np.ones((30, 4)), np.zeros((30, 4)))
    for architecture in ("skipgram", "cbow"):
        loss = heldout.held_out_loss(vectors, text, 30, architecture)
        assert loss == pytest.approx(6 * math.log(2))
    alone = heldout.Text(np.array([1, 2]), np.array([0, 1]), np.array([5, 5]), np.array([3]))
    assert heldout.held_out_loss(vectors, alone, 30, "skipgram") is None


def test_held_out_text_has_no_rare_or_unknown_words_and_thins_out_frequent_ones():
    counts = np.array([900_000, 1_000, 4])
    text = heldout.make_text([[0, 1, 2, -1]] * 3_000, counts, least=5)
    kept = np.bincount(text.words, minlength=3)
    share = 900_000 / (1e-3 * 901_000)
    assert kept[0] / 3_000 == pytest.approx((math.sqrt(share) + 1) / share, rel=0.2)
    assert kept[1] / 3_000 > 0.9 and kept[2] == 0
    assert set(text.noise.tolist()) == {0, 1}
