"""Eight bytes at a time: what a kernel that goes through text needs of the processor.

Numba reads an array of bytes one by one. These are in compiled code only.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from firth.kernels.prefetching import ask_for

_BYTE, _EIGHT = ir.IntType(8), ir.IntType(64)


@intrinsic  # type: ignore[untyped-decorator]
def load_eight(typingctx: Any, data: Any, at: Any) -> Any:
    """Read ``data[at : at + 8]``, all within the flat array, as one uint64, the first lowest."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, args[0]).data
        address = builder.gep(start, [args[1]], source_etype=_BYTE)
        return builder.load(address, typ=_EIGHT, align=1)

    return types.uint64(data, types.intp), generate


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(typingctx: Any, bits: Any) -> Any:
    """Return the place of the lowest bit of a uint64 that is 1; one must be."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic  # type: ignore[untyped-decorator]
def fetch(typingctx: Any, array: Any, at: Any) -> Any:
    """Ask for the cache line of ``array[at]``, to be there when it is read; never fails."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, args[0]).data
        item = context.get_value_type(signature.args[0].dtype)
        address = builder.gep(start, [args[1]], source_etype=item)
        ask_for(builder, address, write=False)
        return context.get_dummy_value()

    return types.void(array, types.intp), generate
