"""Ranges of tasks, as nodes share them; and which exchange of a round it is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

Tasks = list[tuple[int, int]]


def length(tasks: Tasks) -> int:
    """Return how many tasks there are.

    Examples
    --------
    >>> length([(0, 3), (10, 12)])
    5
    """
    return sum(stop - first for first, stop in tasks)


def cut_off(tasks: Tasks, n: int) -> tuple[Tasks, Tasks]:
    """Divide ranges of tasks into the first n tasks and the others.

    Examples
    --------
    >>> cut_off([(0, 3), (10, 12)], 4)
    ([(0, 3), (10, 11)], [(11, 12)])
    """
    head: Tasks = []
    tail: Tasks = []
    for first, stop in tasks:
        middle = min(stop, first + max(0, n - length(head)))
        if first < middle:
            head.append((first, middle))
        if middle < stop:
            tail.append((middle, stop))
    return head, tail


def shared_out(tasks: Tasks, weights: list[float]) -> list[Tasks]:
    """Divide ranges of tasks into shares as large as their weights, each of what comes next.

    Examples
    --------
    >>> shared_out([(0, 6), (10, 14)], [1.0, 4.0])
    [[(0, 2)], [(2, 6), (10, 14)]]
    """
    total = length(tasks)
    ends = np.rint(np.cumsum([0.0, *weights]) / sum(weights) * total).astype(int).tolist()
    shares, rest = [], tasks
    for begin, end in pairwise(ends):
        share, rest = cut_off(rest, end - begin)
        shares.append(share)
    return shares


def trailing(step: int) -> int:
    """Return how often a step number, from 1, can be halved.

    Examples
    --------
    >>> [trailing(step) for step in range(1, 9)]
    [0, 1, 0, 2, 0, 1, 0, 3]
    """
    return (step & -step).bit_length() - 1
