"""What the processor computes with, as the compiler of the kernels sees it.

LLVM itself is asked: it compiles a line for the CPU that Numba compiles for (``NUMBA_CPU_NAME`` and
``NUMBA_CPU_FEATURES``, else this machine), and what comes out is looked at. So whatever names,
lists or leaves out a feature, the answer is what the kernels will meet.
"""

from __future__ import annotations

import platform
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numba
import numpy as np
from numba.core.codegen import get_host_cpu_features

_LINES = """
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)

define <16 x float> @fused(<16 x float> %a, <16 x float> %b, <16 x float> %c) {
  %d = call <16 x float> @llvm.fma.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %c)
  ret <16 x float> %d
}
"""


#: Kernels think in so many float32 at once: one cache line. A register may hold less; then LLVM
#: takes several for one.
LANES = 16
LANES2, LANES4 = 2 * LANES, 4 * LANES


class Processor(NamedTuple):
    """What decides how kernels are made.

    Attributes
    ----------
    lanes : int
        How many float32 fill a vector register.
    registers : int
        How many vector registers there are.
    fma : bool
        Whether there is an instruction for ``a * b + c``, rounded once. Without it LLVM calls a
        function of the C library for each number: training would be 40 times slower.
    """

    lanes: int
    registers: int
    fma: bool


@cache
def processor() -> Processor:
    """Describe the CPU that kernels are compiled for."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    config = numba.config
    name = llvm.get_host_cpu_name() if config.CPU_NAME is None else config.CPU_NAME
    features = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
    target = llvm.Target.from_triple(llvm.get_process_triple())
    machine = target.create_target_machine(cpu=name, features=features)
    assembly = machine.emit_assembly(llvm.parse_assembly(_LINES))
    fma = "fmaf" not in assembly
    if "zmm" in assembly:
        return Processor(16, 32, fma)
    if "xmm" in assembly or "ymm" in assembly:
        return Processor(8 if "ymm" in assembly else 4, 16, fma)
    return Processor(4, 32, fma)  # AArch64, and what is like it


def arithmetic() -> dict[str, Any]:
    """Say what the bits of a result depend on besides its settings; to be kept with it.

    Where this is equal, so are the bits, whatever the processor: measured for kinds of x86-64. All
    sums are made in one order (see :mod:`firth.training.engine.blocks`); what is left is whether a
    product is rounded before it is added, and the versions of what makes and feeds the kernels.

    Examples
    --------
    >>> sorted(arithmetic())
    ['architecture', 'fma', 'lanes', 'numba', 'numpy']
    """
    return {
        "architecture": platform.machine(),
        "fma": processor().fma,
        "lanes": LANES,
        "numba": numba.__version__,
        "numpy": np.__version__,
    }
