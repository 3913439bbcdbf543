"""What a search found: the best settings beside the defaults, what was tried, what mattered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from firth.evaluation.figures import Bootstrap, Difference, Figure
from firth.tuning.parts import Parts
from firth.tuning.study import Tried

if TYPE_CHECKING:
    import pyarrow as pa

    from firth.model import Model


class Score(NamedTuple):
    """A figure with its interval.

    Attributes
    ----------
    value, low, high : float
        The figure, and the bounds of its 95 % interval.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, figure: Figure) -> Score:
        """Measure a figure, and how sure it is."""
        return cls(figure.value, *Bootstrap().interval(figure))


class Final(NamedTuple):
    """The best settings beside the defaults, on what no choice depended on.

    Attributes
    ----------
    best, defaults : Score
        What models reach that were trained on all of the text but for what is held out.
    difference : Difference or None
        Best less defaults, on the same items; None if the defaults are the best.
    """

    best: Score
    defaults: Score
    difference: Difference | None

    @classmethod
    def of(cls, best: Figure, defaults: Figure | None) -> Final:
        """Compare two models; None if the defaults are the best."""
        if defaults is None:
            alone = Score.of(best)
            return cls(alone, alone, None)
        return cls(Score.of(best), Score.of(defaults), Bootstrap().difference(best, defaults))


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Tuning:
    """What :func:`firth.tune` found.

    Parameters
    ----------
    metric, measure, items : str
        What settings were judged by, what the figure is called, and what it is over.
    higher : bool
        Whether higher is better.
    settings : dict
        The best ones: all settings of the model.
    changed : dict
        Those of them that were searched.
    final : Final or None
        How good they are; None if the search was stopped.
    trials : tuple of Tried
        All that was tried; the first are the defaults.
    best : int
        The number of the best trial.
    tokens : tuple of int
        Tokens of the parts of the text that trials learnt from.
    importance : dict of str to float
        How much each option mattered.
    seconds : float
        How long it took.
    notes : tuple of str
        What was decided on the way.
    model : Model or None
        The model of the best settings.
    """

    metric: str
    measure: str
    items: str
    higher: bool
    settings: dict[str, Any]
    changed: dict[str, Any]
    final: Final | None
    trials: tuple[Tried, ...]
    best: int
    tokens: tuple[int, ...]
    importance: dict[str, float]
    seconds: float
    notes: tuple[str, ...]
    model: Model | None

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before its end."""
        return self.model is None

    @property
    def rivals(self) -> int:
        """How many other settings came to the last part, and lie within the best one's interval."""
        low, high = self.trials[self.best].interval or (0.0, 0.0)
        there = [one for one in self.trials if one.interval and one.number != self.best]
        return sum(low <= one.scores[-1] <= high for one in there)

    def __repr__(self) -> str:
        return f"<Tuning: {len(self.trials)} trials, best {self.verdict}>"

    @property
    def verdict(self) -> str:
        """How the best settings stand beside the defaults, in a few words."""
        if self.final is None:
            return "not known yet"
        difference = self.final.difference
        if difference is None:
            return "the defaults"
        better = difference.value > 0 if self.higher else difference.value < 0
        sure = not difference.low <= 0 <= difference.high
        if not sure:
            return "no better than the defaults for sure"
        return "better than the defaults" if better else "worse than the defaults"

    def table(self) -> pa.Table:
        """Return the trials as an Arrow table, a row each.

        Columns are the number, the options, the score on each part of the text, the bounds of the
        last one, the seconds of training, and why a trial ended.
        """
        import pyarrow as pa

        names = list(dict.fromkeys(name for one in self.trials for name in one.values))
        rows = []
        for one in self.trials:
            low, high = one.interval or (None, None)
            scores = dict(enumerate(one.scores))
            rows.append(
                {
                    "trial": one.number,
                    **{name: one.values.get(name) for name in names},
                    **{f"on {n} tokens": scores.get(i) for i, n in enumerate(self.tokens)},
                    "low": low,
                    "high": high,
                    "seconds": sum(cost.train for cost in one.costs),
                    "ended": one.ended or None,
                }
            )
        return pa.Table.from_pylist(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        final = self.final
        return {
            "metric": self.metric,
            "measure": self.measure,
            "settings": self.settings,
            "changed": self.changed,
            "verdict": self.verdict,
            "final": None
            if final is None
            else {
                "best": final.best._asdict(),
                "defaults": final.defaults._asdict(),
                "difference": None if final.difference is None else final.difference._asdict(),
            },
            "rivals": self.rivals,
            "importance": self.importance,
            "trials": self.table().to_pylist(),
            "seconds": round(self.seconds, 1),
            "notes": list(self.notes),
            "interrupted": self.interrupted,
        }


def what(
    parts: Parts, metric: str, searched: Iterable[str], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what makes two searches the same, as JSON holds it."""
    from firth._version import __version__

    return {
        "firth": __version__,
        "metric": metric,
        "searched": sorted(searched),
        "settings": {name: value for name, value in given.items() if name != "threads"},
        "corpus": [parts.whole.fingerprint, *(part.fingerprint for part in parts.growing)],
    }
