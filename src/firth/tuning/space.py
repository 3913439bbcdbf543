"""The options that are searched: those that declare a span, and those that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from firth.config import REGISTRIES, Choice, Flag, Option, TrainConfig, Whole, every_option
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError


class Suggests(Protocol):
    """What proposes values, such as a trial of Optuna."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """Propose a whole number."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Propose a number."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """Propose one of several values."""


class Space:
    """What is searched, and what is given.

    Parameters
    ----------
    given : mapping
        Settings of training; these stay.
    also : iterable of str
        Options to search that are no numbers, such as ``"architecture"``.
    by_loss : bool
        Settings are compared by their loss: options that the loss depends on stay too.

    Attributes
    ----------
    searched : dict of str to Option
        By name; those of members too that are not chosen by default.
    held : list of str
        Options that would be searched if they were not part of what the loss says.

    Raises
    ------
    ConfigError
        A setting is wrong, an option cannot be searched, or nothing is left to search.

    Examples
    --------
    >>> list(Space({"dim": 50}, ["architecture"]).searched)[:4]
    ['architecture', 'window', 'epochs', 'sample']
    >>> space = Space({}, by_loss=True)
    >>> list(space.searched), space.held
    (['dim', 'epochs', 'learning_rate'], ['window', 'sample', 'negative', 'noise_exponent'])
    """

    def __init__(
        self, given: Mapping[str, Any], also: Iterable[str] = (), *, by_loss: bool = False
    ) -> None:
        self.given = dict(given)
        default = TrainConfig.from_dict(self.given)
        known = {option.name: option for _, option in every_option()}
        asked = list(dict.fromkeys(also))
        for name in asked:
            self._check(name, known, by_loss)
        members = {registry.kind for registry in REGISTRIES} & set(asked)
        self.searched: dict[str, Option] = {}
        self.held: list[str] = []
        for name, option in known.items():
            span = option.span
            here = name in default or bool(members)
            if name in asked:
                self.searched[name] = option
            elif span is not None and here and name not in given:
                if by_loss and span.in_loss:
                    self.held.append(name)
                else:
                    self.searched[name] = option
        if not self.searched:
            raise ConfigError(
                "every option that would be searched is given: leave one out, such as window, or "
                "train with firth train"
            )

    def _check(self, name: str, known: Mapping[str, Option], by_loss: bool) -> None:
        if name not in known:
            raise ConfigError(f"also is {name!r}; there is no such option")
        option = known[name]
        if name in self.given:
            raise ConfigError(f"{name} is given, and also to be searched; one of them, not both")
        if option.span is None and not isinstance(option.kind, Choice | Flag):
            some = [o.name for o in known.values() if isinstance(o.kind, Choice | Flag)]
            raise ConfigError(
                f"also is {name!r}, which has no values that would be tried; it can be one of "
                f"{', '.join(some)}"
            )
        if by_loss and (option.span is None or option.span.in_loss):
            raise ConfigError(
                f"{name} is part of what the loss says, and losses of different values cannot be "
                "compared: give it a value, or tune by another metric"
            )

    def propose(self, trial: Suggests) -> dict[str, Any]:
        """Have values proposed for every option that applies.

        Options of members are asked for after these: what follows depends on them.
        """
        found: dict[str, Any] = {}
        for registry in REGISTRIES:
            if registry.kind in self.searched:
                choices = list(registry.option.kind.choices)  # type: ignore[attr-defined]
                found[registry.kind] = trial.suggest_categorical(registry.kind, choices)
        config = TrainConfig.from_dict(self._applicable(found))
        for name, option in self.searched.items():
            if name not in found and name in config:
                found[name] = _proposed(option, trial)
        return found

    def defaults(self) -> dict[str, Any]:
        """Return the values by default; 1 for those that are times what fits the text."""
        config = TrainConfig.from_dict(self.given)
        return {
            name: 1.0 if option.span is not None and option.span.fitted else getattr(config, name)
            for name, option in self.searched.items()
            if name in config
        }

    def settings(self, values: Mapping[str, Any], corpus: EncodedCorpus) -> TrainConfig:
        """Return the settings of a run on a corpus, from values that were proposed."""
        from firth.training.run.setup import fitted

        times = {
            name: values[name]
            for name, option in self.searched.items()
            if option.span is not None and option.span.fitted and name in values
        }
        rest = {name: value for name, value in values.items() if name not in times}
        config = TrainConfig.from_dict({**self._applicable(rest), **rest})
        fits = fitted(config, corpus)
        found = {
            name: float(f"{getattr(fits, name) * factor:.3g}")
            for name, factor in times.items()
            if factor != 1
        }
        # What was given stays as it was given: what fits the text depends on all settings.
        return TrainConfig.from_dict({**self._applicable(rest), **rest, **found})

    def _applicable(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given, with members, without options that these do not have."""
        chosen = {
            registry.kind: members.get(
                registry.kind, self.given.get(registry.kind, registry.option.default)
            )
            for registry in REGISTRIES
        }
        own = {
            option.name
            for whose, option in every_option()
            if not whose or chosen[whose.split()[0]] == whose.split()[1]
        }
        return {**{n: v for n, v in self.given.items() if n in own}, **chosen}


def _proposed(option: Option, trial: Suggests) -> Any:
    """Have one value proposed, of three digits: what is printed is what was tried."""
    kind, span = option.kind, option.span
    if isinstance(kind, Flag):
        return bool(trial.suggest_categorical(option.name, [True, False]))
    if isinstance(kind, Choice):
        return trial.suggest_categorical(option.name, list(kind.choices))
    assert span is not None
    if isinstance(kind, Whole):
        return trial.suggest_int(option.name, int(span.low), int(span.high), log=span.log)
    return float(f"{trial.suggest_float(option.name, span.low, span.high, log=span.log):.3g}")
