"""JSON that every program can read: without the ``Infinity`` and ``NaN`` that Python writes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(value: Any, **layout: Any) -> str:
    """Write a value as JSON; numbers that JSON has not (infinity, NaN) become null.

    Parameters
    ----------
    value : object
        What :func:`json.dumps` takes.
    **layout
        What it takes beside that: ``indent``, ``ensure_ascii``, …

    Examples
    --------
    >>> json_text({"dot": float("inf"), "cosine": [1.0, float("nan")]})
    '{"dot": null, "cosine": [1.0, null]}'
    """
    try:
        return json.dumps(value, allow_nan=False, **layout)
    except ValueError:  # seldom: else nothing is copied
        return json.dumps(_finite(value), allow_nan=False, **layout)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_finite(name): _finite(content) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(content) for content in value]
    return value
