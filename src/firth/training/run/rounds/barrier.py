"""A meeting point for threads inside compiled code: nobody goes on before all have come.

Python's locks cost some 50 microseconds a meeting, since the interpreter has to wake each thread;
rounds of a millisecond want it cheaper. A barrier is an array of numbers in memory: how many have
come, how often all have met, whether somebody has given up, and how much of the work until the next
meeting has been taken. Threads that wait look again and again, and after a while let others have
the core.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from firth.kernels.compiler import kernel

#: Places of the numbers, a cache line apart.
_COME, _MET, _ABANDONED, _TAKEN = 0, 8, 16, 24
#: How often to look before others get the core.
_LOOKS = 1_000

if os.name == "posix":
    _let_others = types.ExternalFunction("sched_yield", types.int32())
else:  # pragma: no cover (there threads look until their time is up)

    @kernel
    def _let_others() -> int:
        return 0


def new_barrier() -> NDArray[np.int64]:
    """Make a barrier that nobody has come to."""
    return np.zeros(32, np.int64)


def abandon(barrier: NDArray[np.int64]) -> None:
    """Send away all who wait, now and later: somebody will not come."""
    barrier[_ABANDONED] = 1


def _place(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index], source_etype=ir.IntType(64))


@intrinsic  # type: ignore[untyped-decorator]
def _add(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Add to ``array[index]`` in one step that no other thread can interrupt; return what was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def _look(typingctx: Any, array: Any, index: Any) -> Any:
    """Return ``array[index]`` as it is now, after all that was written before it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(place, "seq_cst", 8, typ=ir.IntType(64))

    return types.int64(array, types.intp), generate


@kernel
def meet(barrier: Any, threads: Any) -> Any:
    """Wait until `threads` threads are here; tell whether they are (or the barrier is abandoned).

    What each wrote before is there for all to read.
    """
    met = _look(barrier, _MET)
    if _add(barrier, _COME, 1) == threads - 1:
        _add(barrier, _COME, -threads)
        _add(barrier, _TAKEN, -_look(barrier, _TAKEN))
        _add(barrier, _MET, 1)
        return True
    looks = 0
    while _look(barrier, _MET) == met:
        if _look(barrier, _ABANDONED) != 0:
            return False
        looks += 1
        if looks > _LOOKS:
            _let_others()
    return True


@kernel
def take(barrier: Any) -> Any:
    """Return the next number, from 0 at each meeting: every number goes to one thread."""
    return _add(barrier, _TAKEN, 1)
