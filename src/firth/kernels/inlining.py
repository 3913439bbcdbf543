"""Kernels as parts of others: lowered once, compiled where they end up.

Numba treats a function that a compiled one calls as if Python were to call it too: it makes
wrappers for it, optimises it together with all that it calls in turn, and makes machine code of it.
Kernels are inlined, so nothing of that is ever used. Here they are lowered to LLVM's language and
linked into whoever calls them; the outermost alone is optimised and made into machine code, by
Numba's own passes. Skip-gram with negative sampling, in an empty cache on one core (Zen 5): 14.4
seconds of processor time before, 5.2 so; the code is as fast.

A kernel that was compiled for others is not kept on disk: the outermost ones are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.core.types.misc import unliteral


class _Lowered(JITCodeLibrary):  # type: ignore[misc]
    """Code as it was lowered, with all that it calls."""

    def _optimize_final_module(self) -> None:
        """Leave it as it is: it is optimised where it is used."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LoweringForCallers(NativeLowering):  # type: ignore[misc]
    """Numba's last pass but one, without what makes a function run."""

    _name = "lowering_for_callers"

    def run_pass(self, state: Any) -> bool:
        """Lower a function, and let callers find it."""
        state.library = _Lowered(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        # They know it by the function that Python would call: any will do, if it is its own.
        name: Any = {}.get
        state.cr = state.cr._replace(cfunc=name)
        state.targetctx.insert_user_function(name, state.cr.fndesc, [state.library])
        return True


class _CompilerForCallers(CompilerBase):  # type: ignore[misc]
    """Numba's compiler, with this pass."""

    def define_pipelines(self) -> list[Any]:
        """Return its passes."""
        usual = DefaultPassBuilder.define_nopython_pipeline(self.state)
        usual.passes[:] = [
            (_LoweringForCallers if made is NativeLowering else made, why)
            for made, why in usual.passes
        ]
        usual._finalized = False
        usual.finalize()
        return [usual]


#: What tells Numba to compile a function for its callers alone.
FOR_CALLERS = {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": _CompilerForCallers,
}


def serve_callers(dispatcher: Any, for_callers: Any) -> None:
    """Give kernels that call a function what was compiled for them, and Python what it can call.

    Numbers that are written into a call are passed as values: LLVM knows them when it has inlined
    the call, and Numba would compile the function anew for each of them.

    Parameters
    ----------
    dispatcher : numba Dispatcher
        The function, to be called from Python and from kernels.
    for_callers : numba Dispatcher
        The same function, compiled with :data:`FOR_CALLERS`.
    """
    compile_for_python = dispatcher._compile_for_args

    def call_template(args: Any, kws: Any) -> Any:
        return for_callers.get_call_template(tuple(unliteral(arg) for arg in args), kws)

    def compile_quickly(*args: Any, **kws: Any) -> Any:
        with _no_collection():
            return compile_for_python(*args, **kws)

    dispatcher.get_call_template = call_template
    dispatcher.get_overload = for_callers.get_overload
    dispatcher._compile_for_args = compile_quickly


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let Python not look for garbage: compiling makes millions of objects, and drops few."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
