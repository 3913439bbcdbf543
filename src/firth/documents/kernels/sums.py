"""Sums of the vectors of the words of documents."""

from __future__ import annotations

from typing import Any

from firth.training.engine.compiler import kernel


@kernel
def add_words(
    matrix: Any, composed: Any, places: Any, weights: Any, ids: Any, lengths: Any, sums: Any
) -> None:
    """Add to each row of `sums` the weighted vectors of a document's words, one after the other.

    Words are added in the order of the text, each to the sum of those before: so a document that
    comes in several pieces has the sum, bit for bit, that it has in one.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        Vectors of words, at the places 0 to V - 1.
    composed : (n_composed, dim) float64
        Those of words without a row, at the places from V.
    places : (u,) int64
        Where the vector of each different word is.
    weights : (u,) float64
        What it counts.
    ids : (n,) int32
        The words of all documents, as numbers of `places`.
    lengths : (n_docs,) int64
        How many each document has; they add up to n.
    sums : (n_docs, dim) float64
        What they are added to.
    """
    rows, dim, at = len(matrix), matrix.shape[1], 0
    for document in range(len(lengths)):
        for word in range(at, at + lengths[document]):
            place, weight = places[ids[word]], weights[ids[word]]
            if place < rows:
                for column in range(dim):
                    sums[document, column] += weight * matrix[place, column]
            else:
                for column in range(dim):
                    sums[document, column] += weight * composed[place - rows, column]
        at += lengths[document]
