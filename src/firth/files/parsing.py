"""JSON that somebody else may have written."""

from __future__ import annotations

import json
from typing import Any


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
        return json.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
