"""How much memory a run will take, and how much there is; asked before anything is allocated."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from firth.config import TrainConfig, Whole
from firth.errors import ConfigError

#: Bytes a thread takes beside its buffers: its stack, a task's ids as they are read.
THREAD_BYTES = 4 << 20
_PREFIXES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def stride(config: TrainConfig) -> int:
    """Return the length of a padded row, in numbers."""
    return -(-config.dim // 16) * 16


def matrix_bytes(rows: int, config: TrainConfig) -> int:
    """Return the size of a matrix of padded rows.

    Examples
    --------
    >>> matrix_bytes(1000, TrainConfig(dim=100))
    448000
    """
    return rows * stride(config) * np.dtype(config.dtype).itemsize


def bytes_in(*things: Any, apart_from: tuple[Any, ...] = ()) -> int:
    """Return the size of all arrays in tuples, each counted once, without those of `apart_from`.

    Examples
    --------
    >>> one = np.zeros(10, np.int32)
    >>> bytes_in((one, (one, np.zeros(2))), 7), bytes_in(one, np.zeros(2), apart_from=(one,))
    (56, 16)
    """
    arrays = _arrays_in(things)
    return sum(size for place, size in arrays.items() if place not in _arrays_in(apart_from))


def _arrays_in(things: tuple[Any, ...]) -> dict[int, int]:
    """Return the size of each array in tuples of tuples, by its identity."""
    arrays: dict[int, int] = {}
    left = list(things)
    while left:
        thing = left.pop()
        if isinstance(thing, tuple):
            left.extend(thing)
        elif isinstance(thing, np.ndarray):
            arrays[id(thing)] = thing.nbytes
    return arrays


def parse_size(text: str | int) -> int:
    """Read a size such as ``"8GB"``, ``"500M"`` or a number of bytes.

    Raises
    ------
    ConfigError
        It is no size above 0.

    Examples
    --------
    >>> parse_size("1.5 kB"), parse_size("2GiB")
    (1536, 2147483648)
    """
    if not isinstance(text, str):
        size: int = Whole(1).check("memory_limit, in bytes,", text)
        return size
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    size = int(float(found[1]) * 1024 ** _PREFIXES[found[2]]) if found else 0
    if size < 1:
        raise ConfigError(f"memory_limit is {text!r}; it must be a size such as 8GB or 500MB")
    return size


def shown(size: int) -> str:
    """Write a size with its unit.

    Examples
    --------
    >>> shown(1536), shown(3 << 30)
    ('1.5 kB', '3.0 GB')
    """
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:,.1f} GB"


def available() -> int | None:
    """Return the bytes this process may still take, by the machine and its control group."""
    figures = []
    with suppress(OSError, ValueError, TypeError, AttributeError):
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        figures.append(int(re.search(r"MemAvailable:\s+(\d+) kB", text)[1]) * 1024)  # type: ignore[index]
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with suppress(OSError, ValueError):  # no such file; "max"
            root = Path("/sys/fs/cgroup")
            most, taken = int((root / limit).read_text()), int((root / used).read_text())
            # Cached files count as taken, but give way.
            stat = (root / limit).with_name("memory.stat").read_text(encoding="ascii")
            cached = re.search(r"^inactive_file (\d+)", stat, re.MULTILINE)
            figures.append(most - taken + (int(cached[1]) if cached else 0))
    if not figures and hasattr(os, "sysconf"):
        with suppress(OSError, ValueError):
            figures.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(figures)) if figures else None


def refuse_if_too_large(needed: Mapping[str, int], limit: int | None) -> None:
    """Compare what is needed, by purpose in bytes, with `limit` or with what there is.

    Raises
    ------
    ConfigError
        It does not fit; the message has all figures.

    Examples
    --------
    >>> needed = {"input vectors": 3 << 30, "threads": 1 << 30}
    >>> refuse_if_too_large(needed, 2 << 30)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: training needs about 4.0 GB (...), but the memory limit is 2.0 GB; ...
    """
    total, has = sum(needed.values()), available() if limit is None else limit
    if has is None or total <= has:
        return
    parts = ", ".join(f"{name} {shown(size)}" for name, size in needed.items())
    what = "only {} is available" if limit is None else "the memory limit is {}"
    raise ConfigError(
        f"training needs about {shown(total)} ({parts}), but {what.format(shown(has))}; lower dim, "
        "raise min_count or set max_vocabulary"
    )
