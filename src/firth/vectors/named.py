"""Matrices by name: what their rows stand for, and whether they fit a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FormatError
from firth.values import short
from firth.vectors.matrix import FloatMatrix, read_only

ROW_COUNTS: dict[str, Callable[[int], int]] = {
    "words": lambda n_words: n_words,
    "nodes": lambda n_words: n_words - 1,  # a binary tree with a leaf a word
}
"""How many rows a matrix has with a vocabulary of V words, by what they stand for. Rows of other
kinds may be any number here; who uses them checks them."""


def kinds_of(matrices: Mapping[str, FloatMatrix], rows: Mapping[str, str] | None) -> dict[str, str]:
    """Say of each matrix what its rows stand for: words, unless `rows` names it.

    Raises
    ------
    FormatError
        `rows` names a matrix that there is not, or no matrix "input" has a row a word.

    Examples
    --------
    >>> kinds_of({"input": np.eye(2), "output": np.eye(1, 2)}, {"output": "nodes"})
    {'input': 'words', 'output': 'nodes'}
    """
    given = dict(rows or {})
    kinds = {name: given.pop(name, "words") for name in matrices}
    if given:
        raise FormatError(
            f"rows describes {short(', '.join(given))}, but the matrices are "
            f"{short(', '.join(matrices))}"
        )
    if kinds.get("input") != "words":
        found = ", ".join(f"{name} (rows are {kind})" for name, kind in kinds.items())
        raise FormatError(
            f"a model needs a matrix 'input' whose rows are words; the matrices are {short(found)}"
        )
    return kinds


def check_matrices(
    n_words: int, matrices: Mapping[str, FloatMatrix], rows: Mapping[str, str] | None
) -> None:
    """Refuse matrices that do not fit `n_words` words, or one another.

    Raises
    ------
    FormatError
        One has the wrong number of rows for what they stand for, other columns than the matrix
        "input", or does not hold floating-point numbers.
    """
    for name, kind in kinds_of(matrices, rows).items():
        matrix, columns = matrices[name], matrices["input"].shape[1:]
        count = ROW_COUNTS[kind](n_words) if kind in ROW_COUNTS else None
        if matrix.ndim != 2 or count not in (None, len(matrix)):
            expected = f"({'rows' if count is None else count}, dim)"
            raise FormatError(
                f"the {short(name)} matrix has shape {matrix.shape}, the vocabulary {n_words:,} "
                f"words; expected {expected}, since its rows are {short(kind)}"
            )
        if matrix.shape[1:] != columns:
            raise FormatError(
                f"the input matrix has shape {matrices['input'].shape}, the {short(name)} matrix "
                f"{matrix.shape}; their columns must be equal in number"
            )
        if matrix.dtype not in (np.float32, np.float64):
            raise FormatError(
                f"the {short(name)} matrix holds {matrix.dtype}; it must hold float32 or float64"
            )


def move_rows(
    order: NDArray[np.integer],
    matrices: Mapping[str, FloatMatrix],
    rows: Mapping[str, str] | None,
) -> dict[str, FloatMatrix]:
    """Return copies with the rows of words in another order; all matrices must have such.

    Raises
    ------
    ConfigError
        The rows of one stand for something else, so that their new order cannot be known.

    Examples
    --------
    >>> move_rows(np.array([1, 0]), {"input": np.array([[1.0], [2.0]])}, None)["input"].tolist()
    [[2.0], [1.0]]
    """
    others = [name for name, kind in kinds_of(matrices, rows).items() if kind != "words"]
    if others:
        raise ConfigError(
            f"the words are not in the order of a vocabulary, and the rows of "
            f"{', '.join(others)} are no words, so that it cannot be known how to move them: "
            "give words by falling count, and in alphabetical order where counts are equal"
        )
    return {name: read_only(matrix[order]) for name, matrix in matrices.items()}
