"""The tables of quality.py: means with their intervals, and differences from a peer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from intervals import Estimate, difference


class Measure(NamedTuple):
    """How a measure is shown: scaled, with so many digits, and whether more is better."""

    title: str
    scale: float = 1.0
    digits: int = 3
    more_is_better: bool = True

    def show(self, value: float) -> str:
        """Write a value."""
        return f"{value * self.scale:,.{self.digits}f}"


MEASURES: dict[str, Measure] = {
    "WordSim-353": Measure("WordSim-353"),
    "SimLex-999": Measure("SimLex-999"),
    "analogies": Measure("analogies, %", 100, 1),
    "groups": Measure("group members found, %", 100, 1),
    "areas": Measure("area members found, %", 100, 1),
    "shared": Measure("ten nearest shared by two seeds"),
    "hits cosine": Measure("hits@10 by cosine, %", 100, 1),
    "hits in-out": Measure("hits@10 by in · out, %", 100, 1),
    "loss": Measure("held-out loss, nats", more_is_better=False),
    "speed": Measure("thousand words/s, end to end", 1e-3, 0),
}
"""Every measure, in the order of the tables; a further one is an entry here and in trial.py."""

BELOW = "**below**"
TEXT = ("data", "model", "program", "peer", "measure", "of", "")
DIFFERENCES = ("data", "model", "epochs", "program", "peer", "measure", "of", "mean", "its mean")
DIFFERENCES += ("difference", "")

#: Which data set, which model, how many epochs.
Place = tuple[str, str, int]
#: Measure and band.
Row = tuple[str, str]
#: Estimates by program.
Estimates = Mapping[str, Mapping[Row, Estimate]]


def means_table(estimates: Estimates) -> str:
    """Lay out the means of one place: a row a measure, a column a program.

    Examples
    --------
    >>> print(means_table({"firth": {("groups", "all"): Estimate(0.25, 0.01, 3)}}))
    | measure | of | firth |
    | --- | --- | ---: |
    | group members found, % | all | 25.0 ± 3.2 |
    """
    rows = []
    for row in _rows(estimates.values()):
        measure = MEASURES[row[0]]
        shown = [_mean(measure, found.get(row)) for found in estimates.values()]
        rows.append([measure.title, row[1], *shown])
    return _table(["measure", "of", *estimates], rows)


def differences_tables(places: Mapping[Place, Estimates], peers: Sequence[str]) -> str:
    """Lay out program − peer for each measure of each place; then again where it is below.

    A program is below (or above) where 0 is outside the 95 % interval. Speed is a ratio.
    """
    rows = [
        [*map(str, place), program, peer, *cells]
        for place, estimates in places.items()
        for program, peer in product(estimates, peers)
        if program not in peers and peer in estimates
        for cells in _compared(estimates[program], estimates[peer])
    ]
    if not rows:
        return f"There is nothing to compare with {' or '.join(peers) or 'a peer'}."
    worse = [row for row in rows if row[-1] == BELOW]
    said = (
        f"{len(worse)} of {len(rows)} are below by more than the interval; of equals one in forty "
        "would be."
    )
    parts = ["### Differences", _table(DIFFERENCES, rows), "### Below", said]
    return "\n\n".join([*parts, *([_table(DIFFERENCES, worse)] if worse else [])])


def _compared(found: Mapping[Row, Estimate], peer: Mapping[Row, Estimate]) -> Iterator[list[str]]:
    """Yield measure, band, both means, the difference, the verdict."""
    for row in _rows([found]):
        if row not in peer:
            continue
        own, its, measure = found[row], peer[row], MEASURES[row[0]]
        apart = difference(own, its)
        shown = _signed(measure, apart)
        if row[0] == "speed":
            shown = f"× {own.mean / its.mean:.1f}"
        better = (apart.mean > 0) == measure.more_is_better
        verdict = "" if not apart.sure else "above" if better else BELOW
        yield [
            measure.title,
            row[1],
            measure.show(own.mean),
            measure.show(its.mean),
            shown,
            verdict,
        ]


def _rows(found: Iterable[Mapping[Row, Estimate]]) -> list[Row]:
    """Return what there is, in the order of the measures; bands stay in theirs."""
    seen = dict.fromkeys(row for one in found for row in one)
    order = list(MEASURES)
    return sorted(seen, key=lambda row: order.index(row[0]))


def _mean(measure: Measure, estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    half = "" if estimate.half is None else f" ± {measure.show(estimate.half)}"
    return measure.show(estimate.mean) + half


def _signed(measure: Measure, estimate: Estimate) -> str:
    sign = "−" if estimate.mean < 0 else "+"
    half = " ± ?" if estimate.half is None else f" ± {measure.show(estimate.half)}"
    return f"{sign}{measure.show(abs(estimate.mean))}{half}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---" if title in TEXT else "---:" for title in head]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
