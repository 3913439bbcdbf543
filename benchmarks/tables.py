"""The tables of quality.py: means with their intervals, and differences from a peer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    return _table(["measure", "of", *estimates], rows, text_columns=2)


def differences_table(places: Mapping[Place, Estimates], peer: str) -> tuple[str, int]:
    """Lay out program − peer for each measure of each place; also count where it is below.

    A program is below where it is worse and 0 is outside the 95 % interval. Speed is a ratio.
    """
    rows, below = [], 0
    for (data, model, epochs), estimates in places.items():
        if peer not in estimates:
            continue
        for program, found in estimates.items():
            if program == peer:
                continue
            for row in _rows([found]):
                if row not in estimates[peer]:
                    continue
                own, its = found[row], estimates[peer][row]
                measure = MEASURES[row[0]]
                verdict = ""
                if row[0] == "speed":
                    apart = f"× {own.mean / its.mean:.1f}"
                    verdict = "**below**" if own.mean < its.mean else ""
                else:
                    estimate = difference(own, its)
                    apart = _signed(measure, estimate)
                    if estimate.sure:
                        better = (estimate.mean > 0) == measure.more_is_better
                        verdict = "above" if better else "**below**"
                below += verdict == "**below**"
                cells = [measure.show(own.mean), measure.show(its.mean), apart, verdict]
                rows.append([data, model, str(epochs), program, measure.title, row[1], *cells])
    head = ["data", "model", "epochs", "program", "measure", "of", "mean", peer]
    return _table([*head, "difference", ""], rows, text_columns=6), below


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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int) -> str:
    rule = ["---"] * text_columns + ["---:"] * (len(head) - text_columns)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
