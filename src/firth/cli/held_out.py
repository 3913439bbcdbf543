"""What ``firth evaluate`` makes of held-out items and edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.evaluation.report import Report


def of_items(
    models: dict[str, Any],
    source: str,
    training: str | None,
    reading: dict[str, Any],
    save_rest: str | None,
    k: int,
    groups: int,
    options: dict[str, Any],
) -> Report:
    """Rank items for the groups of an input; write what came before, if that is asked for."""
    from firth.evaluation import evaluate_next_items, hold_out_last
    from firth.files.tables import checked_ending, write_table

    place = None if save_rest is None else given_path("--save-rest", save_rest)
    if place is not None:
        checked_ending(place)
    given = list(_groups(source, reading))
    if place is not None:
        write_table(place, _table_of(hold_out_last(given).before))
    learnt = None if training is None else _groups(training, reading)
    return evaluate_next_items(models, given, training=learnt, k=k, most=groups, **options)


def _table_of(groups: list[list[str]]) -> Any:
    """Make a table of events, a piece at a time."""
    import numpy as np
    import pyarrow as pa

    for start in range(0, max(1, len(groups)), 10_000):
        some = groups[start : start + 10_000]
        numbers = np.repeat(np.arange(start, start + len(some)), list(map(len, some)))
        items = pa.array([item for group in some for item in group], pa.string())
        yield pa.table({"group": numbers, "item": items})


def of_links(
    models: dict[str, Any], source: str, training: str | None, options: dict[str, Any]
) -> Report:
    """Score the edges of an input."""
    from firth.evaluation import evaluate_links

    learnt = None if training is None else _groups(training, {})
    return evaluate_links(models, _groups(source, {}), training=learnt, **options)


def _groups(source: str, reading: dict[str, Any]) -> Iterable[list[str]]:
    from firth.corpus import open_corpus
    from firth.corpus.mistaken import input_problem
    from firth.errors import CorpusError

    if problem := input_problem(source):
        raise CorpusError(f"{source}: {problem}")
    return open_corpus(source, **reading)
