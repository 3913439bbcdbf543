"""What ``firth evaluate`` found: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from firth.cli.messages import say
from firth.cli.output import print_rows

if TYPE_CHECKING:
    from firth.evaluation.bias import BiasResult
    from firth.evaluation.report import Compared, Report, Row

#: Measures that are parts of a whole.
_SHARES = ("3cosadd", "3cosmul", "pairdistance", "accuracy", "purity", "hit@")
#: So large a part of a list may be unknown without a word about it (as in WEFE).
_FEW_LOST = 0.2


def print_report(report: Report) -> None:
    """Print all figures, set by set, and how their intervals were made."""
    for number, (name, rows) in enumerate(groupby(report.rows, key=lambda row: row.set)):
        if number:
            print()
        some = list(rows)
        print(f"{name} ({some[0].kind})")
        several = len({row.model for row in some}) > 1
        parts = any(row.part for row in some)
        print_rows((list(_cells(row, parts, several)) for row in some), indent="  ")
        differences = [d for d in report.differences if d.set == name]
        whole = [d for d in differences if not d.part] or differences
        if whole:
            print("  differences")
            print_rows((list(_compared(d, parts)) for d in whole), indent="    ")
        for line in _about(report, name):
            print(f"  {line}")
    for note in report.notes:
        say(f"firth: {note}")
    if any(row.low is not None for row in report.rows):
        print(f"\n{report.method}.")


def _cells(row: Row, parts: bool, several: bool) -> Iterator[str]:
    if parts:
        yield row.part or "all"
    yield row.measure
    if several:
        yield row.model
    yield _shown(row.measure, row.value)
    if row.low is not None and row.high is not None:
        yield f"[{_shown(row.measure, row.low)}, {_shown(row.measure, row.high)}]"
    else:
        yield "" if row.pvalue is None else f"p = {_p(row.pvalue)}"
    yield f"{row.n:,}"
    unknown = "unknown, counted as missed" if row.kind == "next item" else "left out, unknown"
    yield f"{row.unknown:,} {unknown}" if row.unknown else ""


def _compared(found: Compared, parts: bool) -> Iterator[str]:
    if parts:
        yield found.part or "all"
    yield found.measure
    yield f"{found.first} - {found.second}"
    yield _shown(found.measure, found.value)
    yield f"[{_shown(found.measure, found.low)}, {_shown(found.measure, found.high)}]"
    yield f"p = {_p(found.pvalue)}"
    yield f"{found.n:,}"


def _about(report: Report, name: str) -> Iterator[str]:
    """Say where word lists are from, what they do not show, and what is missing of them."""
    from firth.evaluation.bias.judging import LIMITS

    found = {model: bias for (some, model), bias in report.bias.items() if some == name}
    for model, bias in found.items():
        for words, unknown in bias.unknown.items():
            if len(unknown) > _FEW_LOST * (len(unknown) + bias.sizes[words]):
                whose = f"{model}: " if len(found) > 1 else ""
                yield f"{whose}many words of {words!r} are unknown: {', '.join(unknown)}"
    for bias in list(found.values())[:1]:
        yield f"source: {bias.source}"
        if bias.about:
            yield f"mind: {bias.about}"
        for test in dict.fromkeys(measure.test for measure in bias.measures):
            yield f"mind, {test}: {LIMITS[test]}"


def _shown(measure: str, value: float) -> str:
    return f"{value:.1%}" if measure.startswith(_SHARES) else f"{value:.4f}"


def _p(value: float) -> str:
    """Write a p-value.

    >>> _p(0.03), _p(0.00002)
    ('0.030', '2e-05')
    """
    return f"{value:.3f}" if value >= 0.001 else f"{value:.0e}"


def as_json(report: Report) -> dict[str, Any]:
    """Turn a report into what JSON can hold."""
    sets = []
    for name, rows in groupby(report.rows, key=lambda row: row.set):
        some = list(rows)
        entry: dict[str, Any] = {
            "name": name,
            "kind": some[0].kind,
            "results": [_without(row._asdict(), ("set", "kind")) for row in some],
            "differences": [
                _without(d._asdict(), ("set",)) for d in report.differences if d.set == name
            ],
            "left_out": {
                model: [list(item) if isinstance(item, tuple) else item for item in items]
                for (of, model), items in report.left_out.items()
                if of == name
            },
        }
        bias = {model: _bias(b) for (of, model), b in report.bias.items() if of == name}
        sets.append(entry | ({"bias": bias} if bias else {}))
    return {
        "models": list(report.models),
        "sets": sets,
        "method": report.method,
        "notes": list(report.notes),
    }


def _bias(found: BiasResult) -> dict[str, Any]:
    return {
        "source": found.source,
        "about": found.about,
        "unknown": {name: list(words) for name, words in found.unknown.items()},
        "measures": [
            {
                "test": measure.test,
                "attribute": measure.attribute,
                "value": measure.value,
                "pvalue": measure.pvalue,
                "statistic": measure.statistic,
                "exact": measure.exact,
                "by_word": measure.by_word,
            }
            for measure in found.measures
        ],
    }


def _without(fields: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
