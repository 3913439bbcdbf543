"""JSON that somebody else may have written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from firth.values import shown

_KINDS = {int: "a whole number", str: "a text", dict: "an object", list: "a list"}


def parse_json(text: str | bytes) -> Any:
    """Parse JSON; whatever is wrong with it is a ``ValueError``.

    Python's parser calls itself for each bracket, so that a file of 10,000 of them ends in a
    ``RecursionError``, which no reader of files expects.

    Parameters
    ----------
    text : str or bytes
        A JSON document; bytes are UTF-8.

    Raises
    ------
    ValueError
        It is not JSON, not UTF-8, or nested too deeply.

    Examples
    --------
    >>> parse_json('{"dim": 100}')
    {'dim': 100}
    >>> parse_json("[" * 100_000)
    Traceback (most recent call last):
        ...
    ValueError: brackets are nested too deeply
    """
    try:
        return json.loads(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start:,} is not UTF-8") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python reads integers of 4,300 digits at most
        raise ValueError("a number has more digits than any that is meant") from None


def checked(content: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Make sure that parsed JSON is an object that has values of these kinds.

    Parameters
    ----------
    content : object
        What `parse_json` returned.
    kinds : mapping of str to {int, str, dict, list}
        What has to be there, and its kind.

    Raises
    ------
    ValueError
        Something is missing, or of another kind.

    Examples
    --------
    >>> checked({"dim": 100, "rows": {}}, {"dim": int})
    {'dim': 100, 'rows': {}}
    >>> checked({"dim": 1e999}, {"dim": int})
    Traceback (most recent call last):
        ...
    ValueError: 'dim' is inf; expected a whole number
    """
    if not isinstance(content, dict):
        raise ValueError(f"found {shown(content)}; expected an object")
    for name, kind in kinds.items():
        if name not in content:
            raise ValueError(f"{name!r} is missing")
        if type(content[name]) is not kind:
            raise ValueError(f"{name!r} is {shown(content[name])}; expected {_KINDS[kind]}")
    return content
