"""Tests by kinds of objects, of which some are made with libraries of ``firth[peers]``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

#: With one of these words in it, the name of a kind says which library makes it.
LIBRARIES = ("pandas", "polars", "duckdb", "hugging face", "datasets")


def marked(kinds: Iterable[str]) -> list[Any]:
    """Give the names of kinds as parameters; those of other libraries are for ``-m peers``."""
    return [
        pytest.param(kind, marks=pytest.mark.peers)
        if any(library in kind.lower() for library in LIBRARIES)
        else kind
        for kind in kinds
    ]
