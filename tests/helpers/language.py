"""A small language with known neighbours: a_i and b_i stand in the same contexts."""

from __future__ import annotations

import numpy as np

TOPICS = 6


def sentences(n=2500, seed=0):
    """Sentences about one topic each; a_i or b_i in the middle, by the toss of a coin."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        i = int(generator.integers(TOPICS))
        middle = "ab"[int(generator.integers(2))]
        near = [f"{letter}{i}" for letter in generator.permutation(list("cdef"))]
        made.append(["the", near[0], near[1], f"{middle}{i}", near[2], near[3]])
    return made


def twins_found(vectors):
    """How many of the words a_i, b_i have their twin as the nearest of all such words."""
    names = [f"{letter}{i}" for i in range(TOPICS) for letter in "ab"]
    matrix = np.array([vectors[name] for name in names], dtype=np.float64)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    similar = matrix @ matrix.T - 9 * np.eye(len(names))
    return sum(int(np.argmax(similar[n])) == n ^ 1 for n in range(len(names)))
