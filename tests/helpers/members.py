"""Which combinations of members tests go through."""

from __future__ import annotations

from itertools import product

import pytest

from firth.config import ARCHITECTURES, OBJECTIVES, UNITS

ALL = list(product(ARCHITECTURES, UNITS, OBJECTIVES))
CLASSIC = ("skipgram", "words", "negative_sampling")
#: Each member beside classic ones.
STAR = [names for names in ALL if sum(a != b for a, b in zip(names, CLASSIC, strict=True)) < 2]
#: All combinations, for what is compiled once more: only the classic one is in the quick suite.
ALL_BUT_CLASSIC_FULL = [
    pytest.param(names, id="-".join(names), marks=[] if names == CLASSIC else [pytest.mark.full])
    for names in ALL
]
#: All combinations, as parameters: compiling is most of the time, so those of two members that are
#: not classic are left to ``pytest -m full``.
PRODUCTS = [
    pytest.param(names, id="-".join(names), marks=[] if names in STAR else [pytest.mark.full])
    for names in ALL
]
