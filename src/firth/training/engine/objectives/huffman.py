"""The Huffman tree of a vocabulary: short codes for frequent words (Huffman 1952).

The two rarest nodes are joined, again and again, by a binary heap. Which of several equally rare
nodes comes first decides the codes, and the heap decides it here as CPython's :mod:`heapq` does
with counts alone compared, so that the codes are those of gensim for the same counts in the same
order. (word2vec.c joins from two sorted queues instead: other codes where counts are equal, the
same expected length.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import kernel


class Tree(NamedTuple):
    """Where the path of each word goes.

    Inner nodes are numbered in the order in which they were made, rarest first: the root is
    V - 2, and numbers fall along every path.

    Attributes
    ----------
    offsets : (V + 1,) int64
        The path of word w is the entries ``offsets[w]`` to ``offsets[w + 1]``, root first.
    nodes : (total,) int32
        Inner nodes, 0 to V - 2.
    codes : (total,) uint8
        The turn at each: 0 left (the rarer part), 1 right.
    """

    offsets: NDArray[np.int64]
    nodes: NDArray[np.int32]
    codes: NDArray[np.uint8]

    def path(self, word: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return nodes and codes of one word, root first."""
        part = slice(self.offsets[word], self.offsets[word + 1])
        return self.nodes[part], self.codes[part]


def huffman_tree(counts: NDArray[np.integer]) -> Tree:
    """Build the tree of words with these counts, (V,), V at least 1.

    Examples
    --------
    >>> tree = huffman_tree(np.array([5, 2, 1, 1]))
    >>> ["".join(map(str, tree.path(word)[1])) for word in range(4)]
    ['1', '00', '010', '011']
    >>> tree.path(3)[0].tolist()
    [2, 1, 0]
    """
    n = len(counts)
    total = np.zeros(2 * n - 1, np.int64)
    total[:n] = counts
    parent, right = np.zeros(2 * n - 1, np.int64), np.zeros(2 * n - 1, np.uint8)
    _join(total, parent, right, np.arange(n))
    depth = np.zeros(2 * n - 1, np.int64)
    _measure(parent, depth)
    offsets = np.concatenate(([0], np.cumsum(depth[:n])))
    nodes, codes = np.zeros(offsets[-1], np.int32), np.zeros(offsets[-1], np.uint8)
    _walk(parent, right, offsets, nodes, codes)
    return Tree(offsets, nodes, codes)


@kernel
def _sift(heap: Any, size: Any, at: Any, total: Any) -> None:
    """Put ``heap[at]`` in its place: down along the smaller children to a leaf, then up again.

    That is how heapq does it (few comparisons); among equals it prefers the right child.
    """
    item, start = heap[at], at
    child = 2 * at + 1
    while child < size:
        if child + 1 < size and not total[heap[child]] < total[heap[child + 1]]:
            child += 1
        heap[at] = heap[child]
        at, child = child, 2 * child + 1
    _rise(heap, start, at, item, total)


@kernel
def _rise(heap: Any, start: Any, at: Any, item: Any, total: Any) -> None:
    """Put `item` at the hole `at`, or above it as far as it is rarer, not above `start`."""
    while at > start and total[item] < total[heap[(at - 1) >> 1]]:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = item


@kernel
def _join(total: Any, parent: Any, right: Any, heap: Any) -> None:
    """Join the two rarest nodes of `heap` until one is left; node n + i is made by join i."""
    n = heap.shape[0]
    for at in range(n // 2 - 1, -1, -1):
        _sift(heap, n, at, total)
    size = n
    for made in range(n, 2 * n - 1):
        for side in range(2):
            rarest = heap[0]
            size -= 1
            if size > 0:
                heap[0] = heap[size]
                _sift(heap, size, 0, total)
            parent[rarest] = made
            right[rarest] = side
            total[made] += total[rarest]
        heap[size] = made
        size += 1
        _rise(heap, 0, size - 1, made, total)


@kernel
def _measure(parent: Any, depth: Any) -> None:
    for node in range(depth.shape[0] - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1


@kernel
def _walk(parent: Any, right: Any, offsets: Any, nodes: Any, codes: Any) -> None:
    n = offsets.shape[0] - 1
    for word in range(n):
        node = word
        for i in range(offsets[word + 1] - 1, offsets[word] - 1, -1):
            codes[i] = right[node]
            node = parent[node]
            nodes[i] = node - n
