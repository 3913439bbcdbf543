"""Several models on several sets: figures with intervals, and their differences."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import ConfigError, EvaluationError
from firth.evaluation.bias.judging import BiasResult
from firth.evaluation.figures import Bootstrap, Figure
from firth.evaluation.sets import EvaluationSet, HowToJudge, Judged, open_set
from firth.vectors import WordVectors

#: How intervals and p-values are made, and whose ways these are.
METHOD = (
    "percentile bootstrap over items (Efron and Tibshirani 1993, chapter 13); differences on items "
    "that both models know, with the same drawings for both (Koehn 2004); p is two-sided (Davison "
    "and Hinkley 1997, section 5.5), not corrected for the number of comparisons"
)


class Row(NamedTuple):
    """One figure of one model.

    Attributes
    ----------
    set, kind, part, measure, model : str
        Which; `part` is empty for the whole set.
    value, low, high : float
        The figure, and its interval; None for measures without items.
    n, unknown : int
        Items that counted, and those left out.
    pvalue : float or None
        Of WEAT.
    """

    set: str
    kind: str
    part: str
    measure: str
    model: str
    value: float
    low: float | None
    high: float | None
    n: int
    unknown: int
    pvalue: float | None = None


class Compared(NamedTuple):
    """A figure of one model less that of another.

    Attributes
    ----------
    set, part, measure, first, second : str
        Which.
    value, low, high, pvalue : float
        The difference, its interval, and how likely chance gives one as far from 0.
    n : int
        Items that both know.
    """

    set: str
    part: str
    measure: str
    first: str
    second: str
    value: float
    low: float
    high: float
    pvalue: float
    n: int


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Parameters
    ----------
    models : tuple of str
        Their names.
    rows : tuple of Row
        Figures, by set, part and measure; the models beside each other.
    differences : tuple of Compared
        Of each two models.
    bias : dict of (str, str) to BiasResult
        What word sets gave, by set and model.
    left_out : dict of (str, str) to tuple
        Words or pairs without vectors, by set and model.
    bootstrap : Bootstrap
        How intervals were made.
    notes : tuple of str
        Sets of which a model knows too little.
    """

    models: tuple[str, ...]
    rows: tuple[Row, ...]
    differences: tuple[Compared, ...]
    bias: dict[tuple[str, str], BiasResult]
    left_out: dict[tuple[str, str], tuple[Any, ...]]
    bootstrap: Bootstrap
    notes: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """How intervals and p-values were made, in a sentence."""
        b = self.bootstrap
        return f"{b.level:.0%} intervals: {METHOD}; {b.draws:,} drawings, seed {b.seed}"

    def table(self) -> Any:
        """Return figures and differences as one Arrow table; of differences `other` is the second.

        Examples
        --------
        >>> Report(("a",), (), (), {}, {}, Bootstrap()).table().column_names[:5]
        ['set', 'kind', 'part', 'measure', 'model']
        """
        import pyarrow as pa

        kinds = {row.set: row.kind for row in self.rows}
        rows = [{**row._asdict(), "other": None} for row in self.rows] + [
            {
                **{name: value for name, value in d._asdict().items() if name not in _SIDES},
                "kind": kinds[d.set],
                "model": d.first,
                "other": d.second,
                "unknown": None,
            }
            for d in self.differences
        ]
        text, number = pa.string(), pa.float64()
        schema = pa.schema(
            [(name, text) for name in ("set", "kind", "part", "measure", "model", "other")]
            + [(name, number) for name in ("value", "low", "high", "pvalue")]
            + [(name, pa.int64()) for name in ("n", "unknown")]
        )
        return pa.Table.from_pylist(rows, schema)


_SIDES = ("first", "second")


def evaluate(
    models: WordVectors | Mapping[str, WordVectors],
    sets: str | Path | EvaluationSet | Iterable[str | Path | EvaluationSet],
    *,
    how: HowToJudge | None = None,
    draws: int = 1_000,
    level: float = 0.95,
    seed: int = 1,
) -> Report:
    r"""Judge models by sets of any kind, with intervals; compare the models with each other.

    Parameters
    ----------
    models : WordVectors, or mapping of str to WordVectors
        One model, or several by name.
    sets : path, EvaluationSet, or iterable of them
        Files and folders, recognised by what they hold (:func:`open_set`), or names of word lists.
    how : HowToJudge, optional
        How sets are read and judged.
    draws : int
        Drawings for intervals and p-values.
    level : float
        Part of the drawings within an interval.
    seed : int
        Of the drawings.

    Returns
    -------
    Report
        All figures and differences.

    Raises
    ------
    EvaluationError
        A set cannot be read, or of every set no model knows enough words.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pairs.tsv"
    >>> _ = path.write_text("a\tb\t9\na\tc\t1\nb\tc\t2\n")
    >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 0.2], [0.0, 1.0]])
    >>> [(row.measure, round(row.value, 2)) for row in evaluate(vectors, path).rows]
    [('spearman', 1.0), ('pearson', 1.0)]
    """
    named = {"": models} if isinstance(models, WordVectors) else dict(models)
    if not named:
        raise ConfigError("there is no model: give one at least")
    bootstrap = Bootstrap(draws, level, seed).checked()
    how = how or HowToJudge(seed=bootstrap.seed)
    single = isinstance(sets, str | Path | EvaluationSet)
    given: Sequence[Any] = [sets] if single else list(sets)  # type: ignore[arg-type]
    opened = [some if isinstance(some, EvaluationSet) else open_set(some, how) for some in given]
    names = [some.name for some in opened]
    # Two files of one name go by their paths.
    by_name = {some.name if names.count(some.name) == 1 else some.path: some for some in opened}
    return report_on(
        list(named),
        {name: some.kind for name, some in by_name.items()},
        {name: _judged(named, some, how) for name, some in by_name.items()},
        bootstrap,
    )


def _judged(
    models: Mapping[str, WordVectors], given: EvaluationSet, how: HowToJudge
) -> dict[str, Judged | EvaluationError]:
    found: dict[str, Judged | EvaluationError] = {}
    for name, vectors in models.items():
        try:
            found[name] = given.judge(vectors, how)
        except EvaluationError as error:
            found[name] = error
    return found


def report_on(
    models: Sequence[str],
    kinds: Mapping[str, str],
    judged: Mapping[str, Mapping[str, Judged | EvaluationError]],
    bootstrap: Bootstrap,
) -> Report:
    """Put together what models made of sets.

    Parameters
    ----------
    models : sequence of str
        Their names.
    kinds : mapping of str to str
        The kind of each set.
    judged : mapping of str to mapping of str to Judged
        What each model made of each set, or why it could not.
    bootstrap : Bootstrap
        How intervals are made.

    Raises
    ------
    EvaluationError
        No model knew enough of any set.
    """
    rows: list[Row] = []
    differences: list[Compared] = []
    bias: dict[tuple[str, str], BiasResult] = {}
    left_out: dict[tuple[str, str], tuple[Any, ...]] = {}
    notes: list[str] = []
    for name, by_model in judged.items():
        known: dict[str, Judged] = {}
        for model, found in by_model.items():
            if isinstance(found, EvaluationError):
                notes.append(f"{model}: {found}" if len(models) > 1 else str(found))
                continue
            known[model] = found
            left_out[name, model] = found.left_out
            if found.bias is not None:
                bias[name, model] = found.bias
                rows += _bias_rows(name, kinds[name], model, found.bias)
        rows += _rows(name, kinds[name], known, bootstrap)
        differences += _differences(name, known, bootstrap)
    if not rows:
        raise EvaluationError("; ".join(notes) or "there is no set: give one at least")
    return Report(
        tuple(models), tuple(rows), tuple(differences), bias, left_out, bootstrap, tuple(notes)
    )


def _bias_rows(name: str, kind: str, model: str, found: BiasResult) -> Iterable[Row]:
    unknown = sum(map(len, found.unknown.values()))
    for measure in found.measures:
        yield Row(
            name, kind, measure.attribute, measure.test, model, measure.value, None, None,
            found.words, unknown, measure.pvalue,
        )  # fmt: skip


def _rows(name: str, kind: str, known: Mapping[str, Judged], bootstrap: Bootstrap) -> Iterable[Row]:
    for key in _keys(known):
        for model, found in known.items():
            figure = _figures(found).get(key)
            if figure is not None:
                unknown = found.unknown.get(key[0], 0)
                interval = bootstrap.interval(figure)
                yield Row(
                    name, kind, *key, model, figure.value, *interval, len(figure.items), unknown
                )


def _differences(
    name: str, known: Mapping[str, Judged], bootstrap: Bootstrap
) -> Iterable[Compared]:
    for key in _keys(known):
        for (first, one), (second, other) in combinations(known.items(), 2):
            figures = _figures(one).get(key), _figures(other).get(key)
            if figures[0] is None or figures[1] is None:
                continue
            found = bootstrap.difference(figures[0], figures[1])
            if found is not None:
                part, measure = key
                yield Compared(name, part, measure, first, second, *found)


def _keys(known: Mapping[str, Judged]) -> list[tuple[str, str]]:
    """Return parts with measures, each once, in the order of the sets."""
    return list(dict.fromkeys(key for found in known.values() for key in _figures(found)))


def _figures(found: Judged) -> dict[tuple[str, str], Figure]:
    return {(figure.part, figure.measure): figure for figure in found.figures}
