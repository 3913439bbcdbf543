"""What is learnt from and what is held out: parts within parts, and nothing twice."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firth.corpus import encode
from firth.errors import ConfigError
from firth.tuning.parts import ETA, divide

CORPUS = encode([[f"w{i % 7}", f"w{i % 5}", "x", "y"] for i in range(60_000)], min_count=1)


def test_nobody_learns_from_what_is_held_out():
    parts = divide(CORPUS, 0.05, seed=1)
    held = [set(part.numbers.tolist()) for part in (parts.validation, parts.final)]
    learnt = [set(part.numbers.tolist()) for part in parts.growing]
    whole = set(parts.whole.numbers.tolist())
    assert not held[0] & held[1] and len(held[0]) == len(held[1]) == 3_000
    assert len(learnt) == 3 and learnt[0] < learnt[1] < learnt[2]
    assert not learnt[2] & (held[0] | held[1])
    # In the end the part that settings were chosen by is learnt from; the other never.
    assert whole == learnt[2] | held[0]
    for smaller, larger in pairwise(learnt):
        assert len(larger) // len(smaller) == ETA


def test_the_lot_is_the_seeds():
    once, again, other = (divide(CORPUS, 0.05, seed) for seed in (1, 1, 2))
    assert once.final.fingerprint == again.final.fingerprint != other.final.fingerprint


def test_without_a_part_held_out_all_is_learnt_from():
    parts = divide(CORPUS, 0.0, seed=1)
    assert parts.growing[-1] is parts.whole is CORPUS and parts.validation is None


def test_short_texts_are_one_part_and_the_shortest_are_refused():
    short = encode([["a", "b"]] * 2_000, min_count=1)
    assert len(divide(short, 0.05, seed=1).growing) == 1
    with pytest.raises(ConfigError, match=r"held_out is 0.01, .* 2,000 sentences is twice 20; 50"):
        divide(short, 0.01, seed=1)
