r"""Next items: whether the item that came last is among those that come first.

Of each group (a session, a basket, a user) the last item is held out, and all items are ranked by
what came before it (He et al., "Neural Collaborative Filtering", WWW 2017, section 4.1). With r the
rank of the held-out item, and nothing where it is beyond k:

.. math:: \text{hit} = 1 \qquad \text{MRR} = \frac{1}{r} \qquad
    \text{NDCG} = \frac{1}{\log_2(r + 1)}

Items that the group had before are no answers; groups whose last item is one of them are left out.
An item that is not known is a miss. Two baselines stand beside: *popularity* ranks items by how
often they occur; *co-occurrence* by in how many groups they stand together with those before
(association rules of two items; Ludewig and Jannach, "Evaluation of Session-based Recommendation
Algorithms", 2018, section 3.1). Both are counted without what is held out.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, EvaluationError
from firth.evaluation.figures import Bootstrap, Figure
from firth.evaluation.formulas import share
from firth.evaluation.report import Report, report_on
from firth.evaluation.sets import Judged
from firth.files.machine import one_blas_thread
from firth.model import Model
from firth.values import Whole
from firth.vectors import WordVectors
from firth.vectors.matrix import directions
from firth.vectors.scoring import SCORERS, ByTree

Rows = NDArray[np.int64]
#: Scores that are held at a time: 4 million are 16 MB.
_SCORES_AT_ONCE = 4_000_000


class HeldOut(NamedTuple):
    """Groups without their last item.

    Attributes
    ----------
    before : list of list of str
        The items of each group but the last.
    last : list of str
        The last ones.
    """

    before: list[list[str]]
    last: list[str]


def hold_out_last(groups: Iterable[Sequence[Any]]) -> HeldOut:
    """Divide groups into what came before, to train on, and the last item of each.

    Groups of one item have nothing before it, and are left out.

    Parameters
    ----------
    groups : iterable of sequences of str or of int
        Sessions, baskets, a user's events, in order; such as an opened corpus.

    Examples
    --------
    >>> hold_out_last([["tea", "milk", "jam"], ["tea"], [5, 7]])
    HeldOut(before=[['tea', 'milk'], ['5']], last=['jam', '7'])
    """
    before, last = [], []
    for group in groups:
        items = list(map(str, group))
        if len(items) > 1:
            before.append(items[:-1])
            last.append(items[-1])
    return HeldOut(before, last)


def evaluate_next_items(
    models: Mapping[str, Model | WordVectors],
    groups: Iterable[Sequence[Any]],
    *,
    training: Iterable[Sequence[Any]] | None = None,
    k: int = 10,
    most: int | None = 10_000,
    draws: int = 1_000,
    level: float = 0.95,
    seed: int = 1,
) -> Report:
    """Rank all items for each group, and see where the last one stands.

    Parameters
    ----------
    models : mapping of str to Model or WordVectors
        By name. Items are ranked by cosine with the mean of those before; those of a `Model` with
        output vectors also as :meth:`firth.Model.predict` ranks them ("in-out"). They must not have
        seen the last items: :func:`hold_out_last` gives the text to train on.
    groups : iterable of sequences of str or of int
        Sessions, baskets, a user's events, in order; such as an opened corpus.
    training : iterable of sequences, optional
        What the baselines count; by default the groups without their last items.
    k : int
        So many places count.
    most : int or None
        So many groups are asked at most, drawn from all.
    draws, level, seed
        Of the intervals: as for :func:`firth.evaluation.evaluate`.

    Returns
    -------
    Report
        Rows for every ranking, the baselines among them, and all differences.

    Raises
    ------
    EvaluationError
        No group has two items, the last of which is new in it.
    """
    k, bootstrap = Whole(1).check("k", k), Bootstrap(draws, level, seed).checked()
    most = Whole(1, optional=True).check("most", most)
    held = hold_out_last(groups)
    asked = askable(held, most, bootstrap.seed)
    counted = held.before if training is None else [list(map(str, some)) for some in training]
    rankings: dict[str, _Ranking] = {}
    for name, model in models.items():
        rankings |= {f"{name} ({how})": ranking for how, ranking in _rankings(model)}
    rankings |= _baselines(counted)
    judged = {name: _judged(ranking, asked, k) for name, ranking in rankings.items()}
    return report_on(list(rankings), {"next item": "next item"}, {"next item": judged}, bootstrap)


def askable(held: HeldOut, most: int | None, seed: int) -> HeldOut:
    """Leave out groups that end with an item that they had before; draw `most` of the others.

    Raises
    ------
    EvaluationError
        No group is left.

    Examples
    --------
    >>> askable(hold_out_last([["tea", "milk"], ["tea", "milk", "tea"]]), None, 1)
    HeldOut(before=[['tea']], last=['milk'])
    """
    new = [place for place, item in enumerate(held.last) if item not in held.before[place]]
    if not new:
        raise EvaluationError(
            f"none of {len(held.last):,} groups of two items or more ends with an item that is new "
            "in it"
        )
    if most is not None and len(new) > most:
        new = sorted(np.random.default_rng(seed).choice(new, most, replace=False))
    return HeldOut([held.before[place] for place in new], [held.last[place] for place in new])


def ranked(
    model: Model | WordVectors, asked: HeldOut, k: int, rankings: Container[str]
) -> dict[str, Judged]:
    """Judge one model by what was held out.

    Parameters
    ----------
    model : Model or WordVectors
        It must not have seen the last items.
    asked : HeldOut
        The groups.
    k : int
        So many places count.
    rankings : container of {"cosine", "in-out"}
        How items are ranked; those that the model can do.

    Returns
    -------
    dict of str to Judged
        By ranking, with the figures ``hit@k``, ``mrr@k`` and ``ndcg@k``.
    """
    return {how: _judged(ranking, asked, k) for how, ranking in _rankings(model) if how in rankings}


class _Ranking(NamedTuple):
    """A way to rank items.

    Attributes
    ----------
    rows : dict of str to int
        The number of each item.
    scores : callable
        Scores of all items for contexts, each a list of numbers: (n, items).
    """

    rows: dict[str, int]
    scores: Callable[[Sequence[Sequence[int]]], NDArray[Any]]


def _judged(ranking: _Ranking, asked: HeldOut, k: int) -> Judged:
    ranks = _ranks(ranking, asked)
    here = ranks <= k
    ones, items = np.ones(len(ranks)), np.arange(len(ranks))
    inside = np.where(here, ranks, np.inf)
    columns = {
        f"hit@{k}": here.astype(float),
        f"mrr@{k}": 1 / inside,
        f"ndcg@{k}": 1 / np.log2(inside + 1),
    }
    figures = tuple(Figure(name, items, (some, ones), share) for name, some in columns.items())
    return Judged(figures, {"": sum(item not in ranking.rows for item in asked.last)})


def _ranks(ranking: _Ranking, asked: HeldOut) -> NDArray[np.float64]:
    """Return the rank of each held-out item, from 1; infinity where it cannot be ranked."""
    ranks = np.full(len(asked.last), np.inf)
    contexts = [[ranking.rows[i] for i in some if i in ranking.rows] for some in asked.before]
    targets = np.array([ranking.rows.get(item, -1) for item in asked.last])
    usable = np.flatnonzero((targets >= 0) & np.array(list(map(bool, contexts))))
    at_once = max(1, _SCORES_AT_ONCE // max(1, len(ranking.rows)))
    for start in range(0, len(usable), at_once):
        some = usable[start : start + at_once]
        with one_blas_thread():  # so that ranks do not depend on how many cores there are
            scores = ranking.scores([contexts[place] for place in some])
        lines = np.arange(len(some))
        target = scores[lines, targets[some]][:, np.newaxis]
        for line, place in enumerate(some):
            scores[line, contexts[place]] = -np.inf
        # Of equal ones those count before it that stand before it: the more frequent.
        before = np.arange(scores.shape[1]) < targets[some][:, np.newaxis]
        ranks[some] = 1 + ((scores > target) | ((scores == target) & before)).sum(axis=1)
    return ranks


def _rankings(model: Model | WordVectors) -> Iterator[tuple[str, _Ranking]]:
    vectors = model.vectors if isinstance(model, Model) else model
    rows = {str(word): row for row, word in enumerate(vectors.words)}
    unit = directions(vectors.matrix).astype(np.float32)

    def by_cosine(contexts: Sequence[Sequence[int]]) -> NDArray[Any]:
        return directions(_means(unit, contexts)).astype(np.float32) @ unit.T

    yield "cosine", _Ranking(rows, by_cosine)
    kind = model.rows.get("output") if isinstance(model, Model) else None
    if isinstance(model, Model) and kind in SCORERS:
        output = model.matrices["output"]
        scorer = SCORERS[kind](model.vocabulary, output, model.config)
        summed = model.config.get("cbow_mean", True) is False

        def by_output(contexts: Sequence[Sequence[int]]) -> NDArray[Any]:
            hidden = _means(vectors.matrix, contexts)
            if summed:
                hidden *= np.array(list(map(len, contexts)))[:, np.newaxis]
            if isinstance(scorer, ByTree):
                return scorer.log_probabilities(hidden).T
            return hidden.astype(np.float32) @ output.T

        yield "in-out", _Ranking(rows, by_output)


def _means(matrix: NDArray[Any], contexts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    return np.stack([matrix[list(some)].mean(axis=0, dtype=np.float64) for some in contexts])


def _baselines(groups: Sequence[Sequence[str]]) -> dict[str, _Ranking]:
    counted = ItemCounts(groups)
    return {
        "popularity": _Ranking(counted.rows, counted.popularity),
        "co-occurrence": _Ranking(counted.rows, counted.together),
    }


class ItemCounts:
    """How often items occur in groups, and together with others.

    Parameters
    ----------
    groups : sequence of sequences of str
        The items of each.

    Attributes
    ----------
    rows : dict of str to int
        The number of each item, by falling count.
    counts : (items,) int64
        In how many groups each is.

    Examples
    --------
    >>> counted = ItemCounts([["tea", "milk"], ["tea", "jam"], ["tea", "milk", "jam"], ["tea"]])
    >>> counted.counts.tolist(), counted.together([[counted.rows["milk"]]]).astype(int).tolist()
    ([4, 2, 2], [[2, 2, 1]])
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        inside = [dict.fromkeys(group) for group in groups]
        number: dict[str, int] = {}
        items = np.array(
            [number.setdefault(item, len(number)) for group in inside for item in group],
            dtype=np.int64,
        )
        if not items.size:
            raise ConfigError("there is nothing to count: the groups hold no items")
        counts = np.bincount(items)
        order = np.argsort(-counts, kind="stable")
        places = np.argsort(order)
        self.rows = {item: int(places[n]) for item, n in number.items()}
        self.counts: Rows = counts[order]
        self._items = places[items]
        self._ends = np.cumsum([0, *map(len, inside)])
        group = np.repeat(np.arange(len(inside)), np.diff(self._ends))
        by_item = np.argsort(self._items, kind="stable")
        self._groups = group[by_item]
        self._starts = np.cumsum([0, *self.counts])
        self._near: dict[int, Rows] = {}
        # Below 1, so that it decides between equal counts alone.
        self._first = self.counts / (self.counts.max() + 1)

    def popularity(self, contexts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Return the counts of all items for each context, (n, items)."""
        return np.tile(self.counts.astype(np.float64), (len(contexts), 1))

    def together(self, contexts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Return in how many groups each item is with those of a context: (n, items)."""
        found = np.tile(self._first, (len(contexts), 1))
        for line, some in enumerate(contexts):
            for item in some:
                near = self._near_of(item)
                found[line] += np.bincount(near, minlength=len(self.counts))
        return found

    def neighbors(self, item: int) -> set[int]:
        """Return the items that stand in a group with one."""
        return set(self._near_of(item).tolist()) - {item}

    def _near_of(self, item: int) -> Rows:
        """Return the items of all groups that hold one, one after the other."""
        if item not in self._near:
            groups = self._groups[self._starts[item] : self._starts[item + 1]]
            spans = [self._items[self._ends[g] : self._ends[g + 1]] for g in groups]
            self._near[item] = np.concatenate(spans)
        return self._near[item]
