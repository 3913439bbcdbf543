"""Compiled kernels on disk, which several processes fill at once and find partly filled.

Numba's cache goes wrong there, in silence, in two ways:

- A compiled function is named by its place in the file and by how many functions its process had
  compiled before. Kernels that one factory makes have one place: where the first was compiled by
  one process and the second is by another, both may have the same name, and whoever calls both gets
  one of them twice. A tile of 64 numbers where one of 16 is meant writes past the end of a row.
- Each file of code is numbered, by what the index held when it was read. Two processes may take one
  number for two kernels; the last file stays, the last index says which kernel it is (see also
  github.com/numba/numba/issues/4807).

So here numbers of functions begin at another place in each process, and files have names of their
own.
"""

from __future__ import annotations

import itertools
import os
import secrets
import uuid
from collections.abc import Callable
from typing import Any

from numba.core.bytecode import FunctionIdentity
from numba.core.caching import FunctionCache, IndexDataCacheFile


def _number_elsewhere() -> None:
    """Let this process number functions from a place of its own, by all that chance allows."""
    FunctionIdentity._unique_ids = itertools.count(secrets.randbits(63))


_number_elsewhere()
if hasattr(os, "register_at_fork"):  # a copy of a process would number as its twin does
    os.register_at_fork(after_in_child=_number_elsewhere)


class _OwnNames(IndexDataCacheFile):  # type: ignore[misc]
    """The index of a kernel's files, each with a name that no other process takes."""

    def __init__(self, folder: str, base: str, stamp: Any) -> None:
        super().__init__(folder, base, stamp)
        self._base = base

    def _data_name(self, number: int) -> str:
        return f"{self._base}.{uuid.uuid4().hex}.nbc"


class KernelCache(FunctionCache):  # type: ignore[misc]
    """The files of one kernel.

    Parameters
    ----------
    function : callable
        What is compiled.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _OwnNames(self.cache_path, self._impl.filename_base, stamp)
