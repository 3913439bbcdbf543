"""Asking for memory ahead of its use: one LLVM instruction, for the intrinsics of all rooms."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

_NUMBER, _POINTER = ir.IntType(32), ir.IntType(8).as_pointer()
_ALL_CACHES, _DATA = 3, 1


def ask_for(builder: Any, address: Any, *, write: bool) -> None:
    """Emit code that asks for the cache line of an address, a pointer to bytes; it never fails.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
        Where code is emitted.
    address : llvmlite.ir.Value
        The pointer.
    write : bool
        Whether the line will be written, or read only.
    """
    function = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [_POINTER, _NUMBER, _NUMBER, _NUMBER]),
        "llvm.prefetch.p0",
    )
    flags = [ir.Constant(_NUMBER, flag) for flag in (int(write), _ALL_CACHES, _DATA)]
    builder.call(function, [builder.bitcast(address, _POINTER), *flags])
