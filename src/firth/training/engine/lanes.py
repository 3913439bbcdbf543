"""SIMD lanes for kernels: a Numba type that holds several numbers, and what can be done with it.

LLVM vectorises plain loops well, but not the register tiles that a matrix product needs. These few
operations let a kernel say which numbers stay in registers. They compile to the vector
instructions of any CPU (512-bit, 256-bit or 128-bit, whatever it has).

Every function here works in compiled code only. The kernels that use them (``blocks.py`` and
``rows.py`` beside this file, ``run/rounds/shards.py``) each have a NumPy line in their docstrings
that says the same, or a slow twin in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from firth.kernels.prefetching import ask_for
from firth.training.engine.processor import processor

_I32, _I64 = ir.IntType(32), ir.IntType(64)


def _operation(function: Callable[..., Any]) -> Any:
    """Make an intrinsic; a constant argument, such as a width, arrives as a literal type."""
    return intrinsic(prefer_literal=True)(function)


class Lanes(types.Type):  # type: ignore[misc]
    """The Numba type of `width` numbers of `dtype`, side by side in registers."""

    def __init__(self, dtype: Any, width: int) -> None:
        self.dtype = dtype
        self.width = width
        super().__init__(name=f"Lanes({dtype}, {width})")

    @property
    def key(self) -> tuple[Any, int]:
        """What tells one such type from another."""
        return self.dtype, self.width


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        scalar = ir.FloatType() if fe_type.dtype is types.float32 else ir.DoubleType()
        super().__init__(dmm, fe_type, ir.VectorType(scalar, fe_type.width))


def _address(context: Any, builder: Any, array_type: Any, array: Any, offset: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [offset], source_etype=context.get_value_type(array_type.dtype))


def _shuffle(builder: Any, a: Any, b: Any, indices: list[int]) -> Any:
    mask = ir.Constant(ir.VectorType(_I32, len(indices)), indices)
    return builder.shuffle_vector(a, b, mask)


@_operation
def load(typingctx: Any, array: Any, offset: Any, width: Any) -> Any:
    """Read `width` numbers of a flat contiguous `array` from `offset` on."""
    lanes = Lanes(array.dtype, width.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, signature.args[0], args[0], args[1])
        # Rows are aligned, but a row may start anywhere in a slice: promise only the scalar's.
        align = array.dtype.bitwidth // 8
        return builder.load(address, typ=context.get_value_type(lanes), align=align)

    return lanes(array, types.intp, width), generate


@_operation
def address(typingctx: Any, array: Any, offset: Any) -> Any:
    """Return the address of ``array[offset]`` of a flat contiguous array, as an int64."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        return builder.ptrtoint(pointer, _I64)

    return types.int64(array, types.intp), generate


def _pointer(context: Any, builder: Any, dtype: Any, start: Any, offset: Any) -> Any:
    item = context.get_value_type(dtype)
    pointer = builder.inttoptr(start, item.as_pointer())
    return builder.gep(pointer, [offset], source_etype=item)


@_operation
def load_at(typingctx: Any, array: Any, start: Any, offset: Any, width: Any) -> Any:
    """Read `width` numbers of the type of `array`, the first of them `offset` after `start`."""
    lanes = Lanes(array.dtype, width.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, array.dtype, args[1], args[2])
        align = array.dtype.bitwidth // 8
        return builder.load(pointer, typ=context.get_value_type(lanes), align=align)

    return lanes(array, types.int64, types.intp, width), generate


@_operation
def store_at(typingctx: Any, array: Any, start: Any, offset: Any, value: Any) -> Any:
    """Write the lanes of `value`, which have the type of `array`, to `offset` after `start`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, array.dtype, args[1], args[2])
        pointer = builder.bitcast(pointer, args[3].type.as_pointer())
        builder.store(args[3], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.intp, value), generate


@_operation
def number(typingctx: Any, array: Any, offset: Any) -> Any:
    """Read ``array[offset]`` of a flat contiguous array, without asking whether offset is negative.

    Python counts negative ones from the end; to provide for that takes longer than to read.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, signature.args[0], args[0], args[1])
        return builder.load(address, typ=context.get_value_type(array.dtype))

    return array.dtype(array, types.intp), generate


@_operation
def store(typingctx: Any, array: Any, offset: Any, value: Any) -> Any:
    """Write the lanes of `value` to `array` from `offset` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, signature.args[0], args[0], args[1])
        pointer = builder.bitcast(address, args[2].type.as_pointer())
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), generate


@_operation
def zeros(typingctx: Any, array: Any, width: Any) -> Any:
    """Return `width` zeros of the type of `array`."""
    lanes = Lanes(array.dtype, width.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(lanes)
        return ir.Constant(vector, [0.0] * vector.count)

    return lanes(array, width), generate


def _splat(builder: Any, number: Any, vector: Any) -> Any:
    undefined = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(undefined, number, ir.Constant(_I32, 0))
    return _shuffle(builder, single, undefined, [0] * vector.count)


@_operation
def copies(typingctx: Any, array: Any, value: Any, width: Any) -> Any:
    """Return `width` times the number `value`, which has the type of `array`."""
    lanes = Lanes(array.dtype, width.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _splat(builder, args[1], context.get_value_type(lanes))

    return lanes(array, array.dtype, width), generate


@_operation
def fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """Return ``a * b + c`` of lanes or numbers; with lanes `a` may be a single number.

    Rounded once, or twice on a processor without an instruction for it: the C library's function
    that LLVM would call instead takes 40 times as long.
    """
    lanes = isinstance(c, Lanes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        factor, b_value, c_value = args
        kind = c_value.type
        if lanes and not isinstance(signature.args[0], Lanes):
            factor = _splat(builder, factor, kind)
        if not processor().fma:
            return builder.fadd(builder.fmul(factor, b_value), c_value)
        bits = 32 if (c.dtype if lanes else c) is types.float32 else 64
        function = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(kind, [kind] * 3),
            f"llvm.fma.v{kind.count}f{bits}" if lanes else f"llvm.fma.f{bits}",
        )
        return builder.call(function, [factor, b_value, c_value])

    return c(c.dtype if lanes and not isinstance(a, Lanes) else a, b, c), generate


@_operation
def add(typingctx: Any, a: Any, b: Any) -> Any:
    """Return ``a + b``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(args[0], args[1])

    return a(a, b), generate


@_operation
def multiply(typingctx: Any, a: Any, b: Any) -> Any:
    """Return ``a * b``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fmul(args[0], args[1])

    return a(a, b), generate


@_operation
def subtract(typingctx: Any, a: Any, b: Any) -> Any:
    """Return ``a - b``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fsub(args[0], args[1])

    return a(a, b), generate


@_operation
def fold_4(typingctx: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Return as many lanes as `a` has: four sums, those of each group of four lanes of a, b, c, d.

    Group g holds the sums over group g of `a`, of `b`, of `c` and of `d`; see :func:`sum_groups`.
    One tree for all four takes 13 operations where four sums one by one take 36.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        width = args[0].type.count

        def halve(x: Any, y: Any, pairs: tuple[tuple[int, ...], tuple[int, ...]]) -> Any:
            # Within each group of four lanes, so that no shuffle crosses 128 bits.
            low, high = (
                [group + i % 4 + (width if i >= 4 else 0) for group in groups for i in picks]
                for picks, groups in ((pairs[0], starts), (pairs[1], starts))
            )
            return builder.fadd(_shuffle(builder, x, y, low), _shuffle(builder, x, y, high))

        starts = range(0, width, 4)
        interleave = ((0, 4, 1, 5), (2, 6, 3, 7))
        concatenate = ((0, 1, 4, 5), (2, 3, 6, 7))
        ab = halve(args[0], args[1], interleave)
        cd = halve(args[2], args[3], interleave)
        return halve(ab, cd, concatenate)

    return a(a, b, c, d), generate


def _sum(builder: Any, total: Any, width: int) -> Any:
    """Add the halves of `total` until `width` lanes are left."""
    lanes = total.type.count
    while lanes > width:
        lanes //= 2
        low = _shuffle(builder, total, total, list(range(lanes)))
        high = _shuffle(builder, total, total, list(range(lanes, 2 * lanes)))
        total = builder.fadd(low, high)
    return total


@_operation
def sum_groups(typingctx: Any, a: Any) -> Any:
    """Return four lanes: the sum of the groups of four lanes of `a`, halves first."""
    result = Lanes(a.dtype, 4)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _sum(builder, args[0], 4)

    return result(a), generate


@_operation
def sum_lanes(typingctx: Any, a: Any) -> Any:
    """Return the sum of the lanes of `a`, halves first."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.extract_element(_sum(builder, args[0], 1), ir.Constant(_I32, 0))

    return a.dtype(a), generate


@_operation
def prefetch(typingctx: Any, start: Any) -> Any:
    """Ask for the cache line of an address, to be written soon; never fails."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        ask_for(builder, builder.inttoptr(args[0], ir.IntType(8).as_pointer()), write=True)
        return context.get_dummy_value()

    return types.void(types.int64), generate


@_operation
def power_of_two(typingctx: Any, like: Any, exponent: Any) -> Any:
    """Return 2^exponent in the type of the number `like`; exponent an int32.

    From -126 to 127 for float32, from -1022 to 1023 for float64.
    """
    whole, fraction, bias = (_I32, 23, 127) if like is types.float32 else (_I64, 52, 1023)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide = args[1] if whole is _I32 else builder.sext(args[1], whole)
        biased = builder.add(wide, ir.Constant(whole, bias))
        shifted = builder.shl(biased, ir.Constant(whole, fraction))
        return builder.bitcast(shifted, context.get_value_type(like))

    return like(like, types.int32), generate
