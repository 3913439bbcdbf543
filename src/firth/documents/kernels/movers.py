"""Word mover's distances of one document from many."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from firth.documents.kernels.transport import Tree, transport
from firth.kernels.compiler import kernel


class Bagged(NamedTuple):
    """The different words of documents, one document behind the other, places rising in each.

    Attributes
    ----------
    offsets : (n + 1,) int64
        Where each document begins, and where the last one ends.
    which : (nnz,) int64
        Number of each word in `different`.
    counts : (nnz,) int64
        How often it occurs in the document.
    different : (u,) int64
        Places of the words of all documents, rising.
    """

    offsets: Any
    which: Any
    counts: Any
    different: Any


class Room(NamedTuple):
    """Room to work in, for up to n words of the one document, and m of the others.

    Attributes
    ----------
    first, second : (n,), (m,) int64
        Those words of both sides that have to move.
    supply, demand : (n,), (m,) int64
        How much of each.
    costs : (n, m) float64
        Distances.
    tree : Tree
        For the transport.
    """

    first: Any
    second: Any
    supply: Any
    demand: Any
    costs: Any
    tree: Tree


def room_for(n: int, m: int) -> Room:
    """Make it."""
    first, second, supply, demand = (np.empty(size, np.int64) for size in (n, m, n, m))
    return Room(first, second, supply, demand, np.empty((n, m)), Tree.of(n + m))


#: Words whose distances are added up at once: 4 kB of sums.
_WORDS = 512


@kernel
def euclidean_distances(columns: Any, rows: Any, far: Any) -> None:
    """Compute the distances of vectors that stand in columns from those that stand in rows.

    Every sum is taken from the first dimension to the last: a product of matrices adds up in an
    order that depends on how many vectors there are, so that two words would not always have the
    same distance, and equals would not be equal.

    Parameters
    ----------
    columns : (dim, u) float64
        Some vectors.
    rows : (n, dim) float64
        Others.
    far : (n, u) float64
        Takes the distances.
    """
    dim, u = columns.shape
    for start in range(0, u, _WORDS):
        # Unsigned: no place need be compared with 0, and several words are taken at once.
        first, last = np.uint64(start), np.uint64(min(start + _WORDS, u))
        for i in range(len(rows)):
            for word in range(first, last):
                far[i, word] = 0.0
            for c in range(dim):
                number = rows[i, c]
                for word in range(first, last):
                    apart = columns[c, word] - number
                    far[i, word] += apart * apart
            for word in range(first, last):
                far[i, word] = np.sqrt(far[i, word])


@kernel
def movers_distances(
    query: Any, bags: Any, far: Any, documents: Any, room: Any, found: Any
) -> None:
    """Compute the distances of the one document of `query` from some of `bags`.

    Parameters
    ----------
    query, bags : Bagged
        One document, and many.
    far : (u, n) float64
        Distance of each different word of `bags` from each of `query`.
    documents : (k,) int64
        Which of them.
    room : Room
        Large enough for each of them.
    found : (k,) float64
        Takes the distances; infinity where a document has no word.
    """
    total = _total(query, 0)
    for k in range(len(documents)):
        other = _total(bags, documents[k])
        found[k] = np.inf
        if total > 0 and other > 0:
            n, m = _what_moves(query, bags, documents[k], total, other, room)
            for i in range(n):
                for j in range(m):
                    room.costs[i, j] = far[bags.which[room.second[j]], room.first[i]]
            cost = transport(n, m, room.costs, room.supply, room.demand, room.tree)
            found[k] = cost / (np.float64(total) * other)


@kernel
def relaxed_distances(query: Any, bags: Any, far: Any, nearest: Any, found: Any) -> None:
    """Compute the relaxed distances of the one document of `query` from all of `bags`.

    Parameters
    ----------
    query, bags, far
        As for :func:`movers_distances`.
    nearest : (n,) float64
        For work.
    found : (n_docs,) float64
        Takes the distances; infinity where a document has no word.
    """
    total, n = _total(query, 0), len(nearest)
    for document in range(len(found)):
        found[document] = np.inf
        other = _total(bags, document)
        if total == 0 or other == 0:
            continue
        for i in range(n):
            nearest[i] = np.inf
        back = 0.0
        for word in range(bags.offsets[document], bags.offsets[document + 1]):
            row = bags.which[word]
            least = np.inf
            for i in range(n):
                least = min(least, far[row, i])
                nearest[i] = min(nearest[i], far[row, i])
            back += bags.counts[word] * least
        there = 0.0
        for i in range(n):
            there += query.counts[i] * nearest[i]
        found[document] = max(back / other, there / total)


@kernel
def _total(bags: Any, document: Any) -> Any:
    """Count the words of a document."""
    total = np.int64(0)
    for word in range(bags.offsets[document], bags.offsets[document + 1]):
        total += bags.counts[word]
    return total


@kernel
def _place(bags: Any, word: Any) -> Any:
    return bags.different[bags.which[word]]


@kernel
def _what_moves(query: Any, bags: Any, document: Any, total: Any, other: Any, room: Any) -> Any:
    """Find what each side has more of; return how many words that is, on either side.

    What both have stays where it is: no way round is shorter than a distance. Relative frequencies
    times both totals are whole numbers.
    """
    a, b = query.offsets[0], bags.offsets[document]
    a_end, b_end = query.offsets[1], bags.offsets[document + 1]
    n = m = 0
    while a < a_end or b < b_end:
        more = np.int64(0)
        in_a = b == b_end or (a < a_end and _place(query, a) <= _place(bags, b))
        in_b = a == a_end or (b < b_end and _place(bags, b) <= _place(query, a))
        if in_a:
            more += query.counts[a] * other
        if in_b:
            more -= bags.counts[b] * total
        if more > 0:
            room.first[n], room.supply[n] = a, more
            n += 1
        elif more < 0:
            room.second[m], room.demand[m] = b, -more
            m += 1
        a += in_a
        b += in_b
    return n, m
