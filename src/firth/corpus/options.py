"""Options of reading: which fit together, and with an input that is read already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from firth.errors import ConfigError


class HowToRead(TypedDict, total=False):
    """How a text is read: what `open_corpus`, and all that train on texts, take by name."""

    column: str | None
    """Column of a table, of a CSV file, or key of JSON lines."""
    group_by: str | Sequence[str] | None
    """Read events: rows with the same value here make one sentence."""
    order_by: str | None
    """Column that the events of each sentence are sorted by."""
    tokenizer: str | Callable[[str], list[str]] | None
    """How lines are split into words; at white space by default."""
    lowercase: bool | str | None
    """Make letters small; as in Turkish or Azeri."""
    normalize: Literal["NFC", "NFKC"] | None
    """Write text in this normal form of Unicode."""
    errors: str | None
    """What to do with bytes that are not UTF-8: "strict" or "replace"."""


#: Their names.
READING = tuple(HowToRead.__annotations__)


def as_names(group_by: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Spell `group_by` as a tuple of names; None if it is not given.

    >>> as_names("user"), as_names(["user", "day"])
    (('user',), ('user', 'day'))
    """
    if group_by is None:
        return None
    names = (group_by,) if isinstance(group_by, str) else group_by
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ConfigError(
            f"group_by is {group_by!r}; it must be the name of a column, or a list of names"
        )
    return tuple(names)


def check_events(
    column: str | None, group_by: tuple[str, ...], order_by: str | None, tokenizer: Any
) -> None:
    """Refuse options of events that do not fit together.

    Raises
    ------
    ConfigError
        One lacks another that it needs, or contradicts it.
    """
    if not group_by:
        if order_by is not None:
            raise ConfigError(
                f"order_by={order_by!r} sorts the rows of a group: give group_by= (--group-by) too"
            )
        return
    if column is None:
        raise ConfigError(
            f"group_by={group_by[0]!r} makes sentences of rows: give column= (--column) "
            "too, the column of the items"
        )
    names = [column, *group_by, *filter(None, [order_by])]
    if len(set(names)) < len(names):
        raise ConfigError(
            f"column, group_by and order_by name one column twice: {', '.join(map(repr, names))}"
        )
    if tokenizer != "whitespace":
        raise ConfigError(
            f"with group_by each item is one token, which tokenizer={name_of(tokenizer)!r} "
            "would not see: leave it out"
        )


def refuse_other_options(given: Mapping[str, Any], used: Mapping[str, Any], done: str) -> None:
    """Refuse options for an input that is already read in another way.

    Parameters
    ----------
    given : mapping of str to object
        Options by name; those that are None are not given.
    used : mapping of str to object
        The options in use.
    done : str
        What was done with them, in the past tense.

    Raises
    ------
    ConfigError
        One of them is another.

    Examples
    --------
    >>> refuse_other_options({"min_count": 2, "lowercase": None}, {"min_count": 2}, "encoded")
    """
    for name, value in given.items():
        if value is None:
            continue
        known = used[name]
        # What was read from JSON has lists for tuples.
        same = tuple(known or ()) == value if isinstance(value, tuple) else known == value
        if not same:
            raise ConfigError(
                f"{name} is {name_of(value)!r}, but the corpus has been {done} with "
                f"{name}={name_of(known)!r} already: leave it out here, or give it where the "
                f"corpus is {done}"
            )


def name_of(option: Any) -> Any:
    """Return an option as JSON can hold it: a function by its name."""
    if callable(option):
        kind = option if hasattr(option, "__qualname__") else type(option)
        module = getattr(kind, "__module__", None)  # methods of built-in types have none
        return f"{module}.{kind.__qualname__}" if module else kind.__qualname__
    return option
