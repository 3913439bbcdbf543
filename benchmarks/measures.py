"""What vectors are judged by: neighbours, groups, next items, held-out loss.

All of it is asked for by the words of the training text, not by those a program kept, so every
program has the same questions; a word that it does not know is a question it got wrong. Words are
numbered by their place in the list of the text's words, most frequent first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.vectors import WordVectors
from firth.vectors.matrix import directions, scales
from firth.vectors.search import nearest

Ids = NDArray[np.int64]
Floats = NDArray[np.floating]

#: Name, from so many occurrences, to fewer than so many.
BANDS = (("< 40", 0, 40), ("40-119", 40, 120), (">= 120", 120, 1 << 62))
#: A band with fewer words or queries says nothing by itself.
FEWEST_OF_BAND = 20
NEAREST = 10
#: Neighbours are looked at for so many words of a band, the same ones for every program.
WORDS_PER_BAND = 1_000
QUERIES_AT_ONCE = 512
NO_GROUP = -1


class Vectors(NamedTuple):
    """A program's vectors.

    Attributes
    ----------
    words : (n,) int64
        The number of each row's word.
    inputs : (n, dim)
        Input vectors.
    outputs : (n, dim) or None
        Output vectors, if words have any.
    """

    words: Ids
    inputs: Floats
    outputs: Floats | None

    def rows(self, n_words: int) -> Ids:
        """Return the row of each of the text's words, -1 where there is none."""
        rows = np.full(n_words, -1)
        rows[self.words] = np.arange(len(self.words))
        return rows


def usual_sets(vectors: WordVectors, sets: Path) -> dict[str, float]:
    """Judge vectors by the three sets of a folder; and say how many analogies they were asked."""
    analogies = evaluate_analogies(vectors, sets / "questions-words.txt")
    return {
        "wordsim353": evaluate_similarity(vectors, sets / "wordsim353.tsv").spearman,
        "simlex999": evaluate_similarity(vectors, sets / "simlex999.txt").spearman,
        "semantic": analogies.semantic.accuracy,
        "syntactic": analogies.syntactic.accuracy,
        "analogies": analogies.total.accuracy,
        "asked": analogies.total.asked,
    }


def sample_words(counts: Ids, least: int) -> Ids:
    """Choose words whose neighbours are looked at: some of each band, with `least` or more."""
    draw = np.random.default_rng(1)
    chosen = []
    for _, low, high in BANDS:
        some = np.flatnonzero((counts >= max(low, least)) & (counts < high))
        chosen.append(draw.permutation(some)[:WORDS_PER_BAND])
    return np.sort(np.concatenate(chosen))


def nearest_words(vectors: Vectors, asked: Ids, n_words: int, k: int = NEAREST) -> Ids:
    """Return the k nearest words of each, nearest first: (asked, k); -1 if it is not known."""
    found = np.full((len(asked), k), -1)
    rows = vectors.rows(n_words)[asked]
    known = rows >= 0
    excluded = [[row] for row in rows[known].tolist()]
    queries = vectors.inputs[rows[known]]
    near, _ = nearest(vectors.inputs, scales(vectors.inputs), queries, k, excluded)
    found[known, : near.shape[1]] = np.where(near >= 0, vectors.words[near], -1)
    return found


def shared(first: Ids, second: Ids) -> NDArray[np.float64]:
    """Part of the nearest that two runs share, for each word: (n,).

    Examples
    --------
    >>> shared(np.array([[1, 2], [3, 4], [-1, -1]]), np.array([[2, 1], [4, 5], [-1, -1]])).tolist()
    [1.0, 0.5, 0.0]
    """
    same = (first[:, :, None] == second[:, None, :]) & (first >= 0)[:, :, None]
    part: NDArray[np.float64] = same.any(axis=2).mean(axis=1)
    return part


def found_members(near: Ids, asked: Ids, group: Ids) -> NDArray[np.float64]:
    """Part of its group that each word has among its nearest, as far as these can hold it: (n,).

    A group of m members is looked for among the min(k, m - 1) nearest.

    Parameters
    ----------
    near : (n, k) int64
        The k nearest words of each word asked for, nearest first; -1 for none.
    asked : (n,) int64
        Words, each of a group.
    group : (words,) int64
        The group of each of the text's words, or `NO_GROUP`.

    Examples
    --------
    >>> found_members(np.array([[1, 3, 2]]), np.array([0]), np.array([7, 7, 7, -1])).tolist()
    [0.5]
    """
    sizes = np.bincount(group[group >= 0])
    wanted = np.minimum(near.shape[1], sizes[group[asked]] - 1)
    inside = np.arange(near.shape[1]) < wanted[:, None]
    right = (group[near] == group[asked][:, None]) & (near >= 0) & inside
    part: NDArray[np.float64] = right.sum(axis=1) / wanted
    return part


class Queries(NamedTuple):
    """Held-out sessions cut before their last item.

    Attributes
    ----------
    contexts : list of (n,) int64
        The different items before the last.
    targets : (queries,) int64
        The last one, which is not among those before it.
    """

    contexts: list[Ids]
    targets: Ids


def make_queries(sessions: Iterable[Sequence[int]], counts: Ids, least: int) -> Queries:
    """Cut sessions; items with fewer than `least` occurrences are left out (-1 are unknown ones).

    Examples
    --------
    >>> sessions = [[0, 1, 0, 2], [0, 3], [1, 2, 1]]
    >>> queries = make_queries(sessions, np.array([9, 9, 9, 1]), least=5)
    >>> [context.tolist() for context in queries.contexts], queries.targets.tolist()
    ([[0, 1]], [2])
    """
    contexts, targets = [], []
    for session in sessions:
        known = [item for item in session if item >= 0 and counts[item] >= least]
        if len(known) > 1 and session[-1] == known[-1] and known[-1] not in known[:-1]:
            contexts.append(np.unique(known[:-1]))
            targets.append(known[-1])
    return Queries(contexts, np.array(targets, np.int64))


def hits(
    vectors: Vectors, queries: Queries, n_words: int, by: str, k: int = NEAREST
) -> NDArray[np.bool_]:
    """Say which queries have their target among the k best items: (queries,).

    Parameters
    ----------
    by : {"cosine", "in-out"}
        What items are ranked by: the cosine of their input vector with the mean of the context's
        input vectors, each of length 1; or the product of their output vector with the mean of
        the context's input vectors as they are. Items of the context are no answers.
    """
    rows = vectors.rows(n_words)
    unit = directions(vectors.inputs).astype(np.float32)
    queried, ranked = (unit, unit) if by == "cosine" else (vectors.inputs, vectors.outputs)
    assert ranked is not None
    right = np.zeros(len(queries.targets), dtype=bool)
    for start in range(0, len(right), QUERIES_AT_ONCE):
        contexts = [rows[context] for context in queries.contexts[start : start + QUERIES_AT_ONCE]]
        contexts = [context[context >= 0] for context in contexts]
        targets = rows[queries.targets[start : start + QUERIES_AT_ONCE]]
        usable = np.flatnonzero((targets >= 0) & np.array([len(c) > 0 for c in contexts]))
        if not len(usable):
            continue
        means = np.array([queried[contexts[place]].mean(axis=0) for place in usable])
        scores = means @ ranked.T
        target = scores[np.arange(len(usable)), targets[usable]]
        for place, query in enumerate(usable):
            scores[place, contexts[query]] = -np.inf
        right[start + usable] = (scores > target[:, None]).sum(axis=1) < k
    return right


def by_band(values: Floats, counts: Ids) -> dict[str, float]:
    """Return the mean of all values, and of those of each band of occurrences that has enough.

    Examples
    --------
    >>> by_band(np.repeat([1.0, 0.0], 30), np.repeat([50, 200], [40, 20]))
    {'all': 0.5, '40-119': 0.75, '>= 120': 0.0}
    """
    means = {"all": float(values.mean())} if len(values) else {}
    for name, low, high in BANDS:
        inside = (counts >= low) & (counts < high)
        if inside.sum() >= FEWEST_OF_BAND:
            means[name] = float(values[inside].mean())
    return means
