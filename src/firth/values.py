"""Values that people give: checked by what they are worth, not by their type in Python.

Settings come from grids, tables and other libraries: as numbers of NumPy, pandas, Arrow or PyTorch,
as fractions and decimals. All of them are numbers. What is whole, such as ``20.0``, is taken where
a whole number is asked for; 20.5 is not, nor is a truth value or a string. What comes back is a
plain ``int``, ``float``, ``bool`` or ``str``, so that whatever is saved holds nothing else.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn, Protocol

from firth.errors import ConfigError

#: The largest number that 64 bits hold; NumPy and Arrow have no larger ones.
LARGEST = (1 << 63) - 1
_PLAIN = (bool, int, float, str, type(None))
#: What of a value an error shows.
_SHOWN = 60
#: And of what a library says.
_REASON = 200


def plain(value: Any) -> Any:
    """Return what a scalar of NumPy, pandas, Arrow or PyTorch holds; other things as they are.

    Examples
    --------
    >>> import numpy as np
    >>> plain(np.array(5)), type(plain(np.float32(0.5))).__name__, plain("five")
    (5, 'float', 'five')
    """
    if type(value) in _PLAIN:
        return value
    if hasattr(value, "as_py"):
        return value.as_py()
    if getattr(value, "shape", None) != () or not hasattr(value, "item"):
        return value
    if _is_time(value) or getattr(value, "mask", False):
        return value
    return value.item()


def _is_time(value: Any) -> bool:
    """Tell whether NumPy counts some unit of time, which is no number though it says so."""
    return getattr(getattr(value, "dtype", None), "kind", "") in ("m", "M")


def is_number(value: Any) -> bool:
    """Tell whether a value is of a kind of real numbers, truth values and NaN among them."""
    held = plain(value)
    return isinstance(held, numbers.Real | Decimal) and not _is_time(held)


def as_number(value: Any) -> Any:
    """Return a value if it is a real number, of any kind; None for all else, NaN too.

    What is beyond all floats comes back as infinity, for it is costly to compute with.

    Examples
    --------
    >>> as_number(Decimal("0.5")), as_number(True), as_number("5"), as_number(math.nan)
    (Decimal('0.5'), None, None, None)
    """
    number = plain(value)
    if isinstance(number, bool) or not is_number(number):
        return None
    try:
        real = float(number)
    except OverflowError:  # of integers and fractions
        return math.inf if number > 0 else -math.inf
    except ValueError:  # Decimal("sNaN")
        return None
    return None if math.isnan(real) else real if math.isinf(real) else number


def shown(value: Any) -> str:
    """Write a value for an error: in one line, cut if it is long.

    Examples
    --------
    >>> shown("a b"), shown(list(range(100)))
    ("'a b'", '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1…')
    """
    value = plain(value)
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python does not write integers of more than 4,300 digits
        return f"an integer of {value.bit_length():,} bits"
    if isinstance(value, float):
        text = text.removesuffix(".0")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def short(text: str) -> str:
    r"""Write a text of somebody else for an error, without quotes: cut, and so that UTF-8 takes it.

    Examples
    --------
    >>> short("nodes"), short("\ud800"), len(short("y" * 9999))
    ('nodes', '\\ud800', 201)
    """
    text = text[:_REASON] + "…" * (len(text) > _REASON)
    return text.encode(errors="backslashreplace").decode()


def reason(error: BaseException) -> str:
    r"""Say in a line what a library says is wrong, without the names that it has for errors.

    Examples
    --------
    >>> reason(OSError("Couldn't deserialize thrift: TProtocolException: Invalid data\n"))
    "Couldn't deserialize thrift: Invalid data"
    >>> reason(KeyError("word")), reason(MemoryError())
    ("'word' is missing", 'it takes more memory than there is')
    """
    if isinstance(error, KeyError):
        return f"{shown(error.args[0] if error.args else '')} is missing"
    text = " ".join((getattr(error, "strerror", None) or str(error)).split())
    text = re.sub(r"\b[\w.]*(Error|Exception)\b[: ]*", "", text).strip()
    if not text:
        memory = isinstance(error, MemoryError)
        return "it takes more memory than there is" if memory else "nothing more is known"
    return text if len(text) <= _REASON else f"{text[:_REASON]}…"


def _refuse(name: str, value: Any, expected: str) -> NoReturn:
    raise ConfigError(f"{name} is {shown(value)}; it must be {expected}")


#: Units of time, in seconds.
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def seconds(name: str, value: Any) -> float:
    """Read a time such as ``"30min"``, or a number of seconds; above 0.

    Raises
    ------
    ConfigError
        It is no time.

    Examples
    --------
    >>> seconds("budget", "30min"), seconds("budget", 90)
    (1800.0, 90.0)
    """
    number = as_number(value)
    if isinstance(value, str) and (
        found := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h)\s*", value)
    ):
        number = float(found[1]) * SECONDS[found[2]]
    if number is None or not 0 < float(number) < math.inf:
        _refuse(name, value, "a time such as 30s, 10min or 2h")
    return float(number)


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
    >>> Whole(1).check("dim", 100.0)
    100
    >>> Whole(1).check("dim", 0)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: dim is 0; it must be 1 or more
    >>> Whole(1).check("dim", 20.5)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: dim is 20.5; it must be a whole number, 1 or more
    """

    least: int
    most: int = LARGEST
    multiple: int = 1
    optional: bool = False

    @property
    def annotation(self) -> str:
        """``int``, or ``int | None``."""
        return "int | None" if self.optional else "int"

    @property
    def values(self) -> str:
        """The range."""
        ends = (
            f"{self.least:,} or more" if self.most == LARGEST else f"{self.least} to {self.most:,}"
        )
        return ends if self.multiple == 1 else f"{ends}, a multiple of {self.multiple}"

    def check(self, name: str, value: Any) -> Any:
        """Take whole numbers of any kind."""
        if self.optional and plain(value) is None:
            return None
        number = as_number(value)
        if number is not None and number < self.least:
            _refuse(name, value, f"{self.least:,} or more")
        if number is not None and number > self.most:
            _refuse(name, value, f"{self.most:,} or less")
        if number is None or int(number) != number:
            _refuse(name, value, f"a whole number, {self.values}{', or None' * self.optional}")
        whole = int(number)
        if whole % self.multiple:
            _refuse(name, value, f"a multiple of {self.multiple}")
        return whole


class Real(NamedTuple):
    """Finite numbers from `least` to `most`, or only those between them if `open_ends`.

    None too if `optional`.

    Examples
    --------
    >>> Real(0, 1).check("sample", 1e-3)
    0.001
    """

    least: float
    most: float = math.inf
    open_ends: bool = False
    optional: bool = False

    @property
    def annotation(self) -> str:
        """``float``, or ``float | None``."""
        return "float | None" if self.optional else "float"

    @property
    def values(self) -> str:
        """The range."""
        if self.least == -math.inf:
            return "finite"
        if math.isinf(self.most):
            return f"above {self.least:g}" if self.open_ends else f"{self.least:g} or more"
        ends = "above {:g} and below {:g}" if self.open_ends else "{:g} to {:g}"
        return ends.format(self.least, self.most)

    def check(self, name: str, value: Any) -> Any:
        """Take real numbers of any kind."""
        if self.optional and plain(value) is None:
            return None
        number = as_number(value)
        if number is None:
            _refuse(name, value, f"a number, {self.values}{', or None' * self.optional}")
        real = float(number)
        inside = self.least <= real <= self.most
        if self.open_ends:
            inside = self.least < real < self.most
        if not inside or math.isinf(real):
            bounded = not math.isinf(self.most)
            limits = f"from {self.values}" if bounded and not self.open_ends else self.values
            known = bounded or limits == "finite"
            _refuse(name, value, limits if known else f"{limits}, and finite")
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
        found = plain(value)
        for choice in self.choices if isinstance(found, str) else ():
            if choice == found:
                return choice
        _refuse(name, value, f"one of {', '.join(self.choices)}")


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
        found = plain(value)
        if not isinstance(found, bool):
            _refuse(name, value, "True or False")
        return found
