"""One run's settings: checked when they are made, and never changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, Self, Unpack

from firth.config.general import GENERAL
from firth.config.members import REGISTRIES
from firth.config.options import Member, Option
from firth.config.peers import setting_advice
from firth.config.signature import Settings, TrainSettings
from firth.errors import ConfigError
from firth.files.machine import available_cores


def every_option() -> Iterator[tuple[str, Option]]:
    """Yield (whose, option) for all options of all members, the general ones first.

    `whose` is empty for general ones, else such as ``"objective negative_sampling"``.
    """
    for option in GENERAL:
        yield "", option
    for registry in REGISTRIES:
        for name, member in registry.items():
            for option in member.options:
                yield f"{registry.kind} {name}", option


def defaults() -> dict[str, Any]:
    """Return the default of every option, as it is where members have no other."""
    return {option.name: option.default for _, option in every_option()}


class TrainConfig(Settings):
    """How to train. Only options that the chosen members have are there.

    Parameters
    ----------
    **settings
        Options by name; those not given have the defaults that fit the members.
        ``docs/members.md`` lists all of them.

    Raises
    ------
    ConfigError
        A name that is no option; an option of a member that was not chosen; a value out of range
        or of the wrong kind. The message gives what was found and what it must be.

    Examples
    --------
    >>> TrainConfig(dim=50).chunk_size, TrainConfig(architecture="cbow").chunk_size
    (64, 128)
    >>> TrainConfig(dim=0)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: dim is 0; it must be 1 or more
    >>> TrainConfig(objective="softmax", negative=5)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: negative is an option of the objective negative_sampling, but the \
objective is softmax: leave it out, or choose objective="negative_sampling"
    """

    __slots__ = ("_values",)
    _values: dict[str, Any]

    def __init__(self, **settings: Unpack[TrainSettings]) -> None:
        given: Mapping[str, Any] = settings
        members: list[Member] = []
        for registry in REGISTRIES:
            option = registry.option
            name = option.kind.check(registry.kind, given.get(registry.kind, option.default))
            members.append(registry[name])
        options = [*GENERAL, *(option for m in members for option in m.options)]
        own = {option.name: option.kind for option in options}
        for name in given:
            if name not in own:
                _refuse(name, given)
        given = {name: own[name].check(name, value) for name, value in given.items()}
        values = {option.name: given.get(option.name, option.default) for option in options}
        for member in members:
            for when, then in member.tuned:
                if _agree(values, when):
                    fitting = {name: value for name, value in then.items() if name in own}
                    values |= {n: v for n, v in fitting.items() if n not in given}
        for option in options:
            if not _agree(values, option.when):
                if option.name in given:
                    _refuse_value(option, values)
                continue
            values[option.name] = option.kind.check(option.name, values[option.name])
        used = {o.name: values[o.name] for o in options if _agree(values, o.when)}
        for member in members:
            for low, high in member.ordered:
                if 0 < used[high] < used[low]:
                    raise ConfigError(
                        f"{low} is {used[low]} and {high} {used[high]}; {high} must be {low} or "
                        "more, or 0 for none"
                    )
        object.__setattr__(self, "_values", used)

    def __getattr__(self, name: str) -> Any:
        if name == "_values" or name not in self._values:
            raise AttributeError(f"this run has no option {name!r}")
        return self._values[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be set: settings are checked once, when made")

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TrainConfig) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"TrainConfig({', '.join(f'{n}={v!r}' for n, v in self._values.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._values)

    @property
    def n_threads(self) -> int:
        """Threads to use, with None made a number."""
        return self.threads if self.threads is not None else available_cores()

    @property
    def widths(self) -> tuple[int, int]:
        """The least and the largest half-width of a window."""
        return (1 if self.dynamic_window else self.window), self.window

    def to_dict(self) -> dict[str, Any]:
        """Return every option that the run uses, by name, as JSON can hold it."""
        return dict(self._values)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Make a configuration from names and values: the inverse of :meth:`to_dict`."""
        return cls(**settings)


def _rebuild(cls: type[TrainConfig], settings: Mapping[str, Any]) -> TrainConfig:
    return cls.from_dict(settings)


def _agree(values: Mapping[str, Any], when: Mapping[str, Any]) -> bool:
    return all(name in values and values[name] == value for name, value in when.items())


def _refuse(name: str, given: Mapping[str, Any]) -> NoReturn:
    """Say why `name` is no option of this run."""
    owners = [whose for whose, option in every_option() if option.name == name]
    if owners:
        kind, member = owners[0].split()
        registry = next(registry for registry in REGISTRIES if registry.kind == kind)
        chosen = given.get(kind, registry.option.default)
        raise ConfigError(
            f"{name} is an option of the {owners[0]}, but the {kind} is {chosen}: leave it out, or "
            f'choose {kind}="{member}"'
        )
    advice = setting_advice(name)
    if advice is not None:
        raise ConfigError(f"{name!r} is not a setting of training: {advice}")
    known = [option.name for _, option in every_option()]
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else f": {', '.join(known)}"
    raise ConfigError(f"{name!r} is not a setting of training{hint}")


def _refuse_value(option: Option, values: Mapping[str, Any]) -> NoReturn:
    name, wanted = next((n, v) for n, v in option.when.items() if values[n] != v)
    raise ConfigError(
        f"{option.name} means something with {name}={wanted!r} only, but {name} is "
        f"{values[name]!r}: leave it out"
    )
