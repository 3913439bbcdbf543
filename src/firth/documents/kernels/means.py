"""Weighted means of the vectors of the words of documents."""

from __future__ import annotations

from typing import Any

from firth.kernels.compiler import kernel


@kernel
def mean_words(
    matrix: Any,
    composed: Any,
    places: Any,
    weights: Any,
    ids: Any,
    lengths: Any,
    continues: Any,
    total: Any,
    known: Any,
    means: Any,
) -> None:
    """Compute the weighted mean of each document's words.

    Words are added in the order of the text, each to the sum of those before: so a document that
    comes in several pieces has the mean, bit for bit, that it has in one.

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
    continues : bool
        The last document goes on in the next call.
    total : (dim,) float64
        The sum of the first document's words of calls before; zeros if it begins here. Takes that
        of a document that goes on.
    known : (1,) int64
        How many words are in `total`.
    means : (n_docs, dim) like `matrix`
        Takes the means, but not that of a document that goes on; zeros for those without a word.
    """
    rows, dim, at, n_docs = len(matrix), matrix.shape[1], 0, len(lengths)
    for document in range(n_docs):
        for word in range(at, at + lengths[document]):
            place, weight = places[ids[word]], weights[ids[word]]
            if place < rows:
                for column in range(dim):
                    total[column] += weight * matrix[place, column]
            else:
                for column in range(dim):
                    total[column] += weight * composed[place - rows, column]
        at += lengths[document]
        known[0] += lengths[document]
        if document + 1 < n_docs or not continues:
            n = max(known[0], 1)
            for column in range(dim):
                means[document, column] = total[column] / n
                total[column] = 0.0
            known[0] = 0
