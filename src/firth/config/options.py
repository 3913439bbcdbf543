"""What an option is: a name, a default, the values it may have, and what it means.

An option is declared once, beside the formula it belongs to. Its check, the typed signature of
:func:`firth.train`, the flag on the command line, the row in the docs and what ``config.json``
holds all come from that declaration.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from firth.errors import ConfigError


class Kind(Protocol):
    """The values that an option may have."""

    @property
    def annotation(self) -> str:
        """The type, as Python writes it."""

    @property
    def values(self) -> str:
        """What the option may be, for people."""

    def check(self, name: str, value: Any) -> Any:
        """Return `value` as a plain Python value, or raise a ConfigError that says what it is."""


class Whole(NamedTuple):
    """Whole numbers from `least` to `most`, multiples of `multiple`; or None if `optional`.

    Examples
    --------
    >>> Whole(1).check("dim", 100)
    100
    >>> Whole(1).check("dim", 0)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: dim is 0; it must be 1 or more
    """

    least: int
    most: int | None = None
    multiple: int = 1
    optional: bool = False

    @property
    def annotation(self) -> str:
        """``int``, or ``int | None``."""
        return "int | None" if self.optional else "int"

    @property
    def values(self) -> str:
        """The range."""
        limit = f"{self.least:,} or more" if self.most is None else f"{self.least} to {self.most:,}"
        return limit if self.multiple == 1 else f"{limit}, a multiple of {self.multiple}"

    def check(self, name: str, value: Any) -> int | None:
        """Take whole numbers of any kind, those of NumPy too."""
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise ConfigError(f"{name} is {value!r}; it must be a whole number")
        whole = int(value)
        if whole < self.least:
            raise ConfigError(f"{name} is {whole}; it must be {self.least} or more")
        if self.most is not None and whole > self.most:
            raise ConfigError(f"{name} is {whole}; it must be {self.most} or less")
        if whole % self.multiple:
            raise ConfigError(f"{name} is {whole}; it must be a multiple of {self.multiple}")
        return whole


class Real(NamedTuple):
    """Finite numbers from `least` to `most`, or only those between them if `open_ends`.

    Examples
    --------
    >>> Real(0, 1).check("sample", 1e-3)
    0.001
    """

    least: float
    most: float = math.inf
    open_ends: bool = False

    @property
    def annotation(self) -> str:
        """``float``."""
        return "float"

    @property
    def values(self) -> str:
        """The range."""
        if math.isinf(self.most):
            return f"above {self.least:g}" if self.open_ends else f"{self.least:g} or more"
        return f"{self.least:g} to {self.most:g}"

    def check(self, name: str, value: Any) -> float:
        """Take real numbers of any kind, those of NumPy too."""
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or math.isnan(value):
            raise ConfigError(f"{name} is {value!r}; it must be a number")
        real = float(value)
        inside = self.least < real if self.open_ends else self.least <= real <= self.most
        if not inside or math.isinf(real):
            limits = f"above {self.least:g}" if self.open_ends else f"from {self.values}"
            raise ConfigError(f"{name} is {real:g}; it must be {limits}, and finite")
        return real


class Choice:
    """One of several names, each with what it means.

    Parameters
    ----------
    choices : mapping of str to str
        Name to meaning, in the order in which people are told of them.

    Examples
    --------
    >>> Choice({"pool": "shared", "pair": "fresh"}).annotation
    'Literal["pool", "pair"]'
    """

    def __init__(self, choices: Mapping[str, str]) -> None:
        self.choices = choices

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and dict(self.choices) == dict(other.choices)

    __hash__ = None  # type: ignore[assignment]

    @property
    def annotation(self) -> str:
        """A literal type."""
        names = ", ".join(f'"{name}"' for name in self.choices)
        return f"Literal[{names}]"

    @property
    def values(self) -> str:
        """The names, with what each means."""
        return "; ".join(f"{name}: {meaning}" for name, meaning in self.choices.items())

    def check(self, name: str, value: Any) -> str:
        """Take one of the names."""
        if not isinstance(value, str) or value not in self.choices:
            known = ", ".join(self.choices)
            raise ConfigError(f"{name} is {value!r}; it must be one of {known}")
        return str(value)


class Flag(NamedTuple):
    """True or False.

    Attributes
    ----------
    off : str
        What ``--no-NAME`` is called on the command line, if not that.
    """

    off: str = ""

    @property
    def annotation(self) -> str:
        """``bool``."""
        return "bool"

    @property
    def values(self) -> str:
        """Both values."""
        return "True or False"

    def check(self, name: str, value: Any) -> bool:
        """Take a truth value; 0 and 1 are numbers, not truths."""
        if type(value).__name__ not in ("bool", "bool_"):
            raise ConfigError(f"{name} is {value!r}; it must be True or False")
        return bool(value)


class Option(NamedTuple):
    """One setting of training.

    Attributes
    ----------
    name : str
        What users call it.
    default : object
        Its value if none is given; members may have another (:attr:`Member.tuned`).
    kind : Kind
        The values it may have.
    help : str
        What it is, in one sentence.
    source : str
        Paper and section, if it is from one.
    when : mapping
        It applies only if these other options have these values.
    """

    name: str
    default: Any
    kind: Kind
    help: str
    source: str = ""
    when: Mapping[str, Any] = {}


class Member(NamedTuple):
    """An architecture, an objective or a unit: what it declares beside its formula.

    Attributes
    ----------
    summary : str
        What it is, in half a sentence.
    options : tuple of Option
        Its own options; they mean nothing with another member.
    tuned : tuple of (when, then)
        Defaults that fit it: where the settings agree with the first mapping, the second holds;
        later ones win, and those of units over those of objectives over those of architectures.
    ordered : tuple of (low, high)
        Options of which the first may not be larger than the second, unless the second is 0.
    output_rows : str
        With objectives: what a row of the output matrix stands for.
    sequential : bool
        With objectives: whether output rows may move within a batch, see
        :func:`firth.training.engine.steps.step`.
    """

    summary: str
    options: tuple[Option, ...] = ()
    tuned: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    output_rows: str = "words"
    sequential: bool = False
