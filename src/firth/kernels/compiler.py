"""How kernels are compiled: one decorator, one cache, flags stated once.

Numba's own cache keys a function by its file alone, so that an edited callee in another file is
served stale. Here the cache folder's name holds a hash of every source file of the package's
kernels and of the versions that compile them: an edit anywhere starts a new folder. What is in it
is never mixed up: see :mod:`firth.kernels.kernel_cache`.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
import numba.extending

from firth.files.places import trusted_folder
from firth.files.usage import forget_kernels
from firth.kernels.inlining import FOR_CALLERS, serve_callers
from firth.kernels.kernel_cache import KernelCache

F = TypeVar("F", bound=Callable[..., Any])

#: Whether Numba compiles: it can be told not to (NUMBA_DISABLE_JIT).
COMPILES = not numba.config.DISABLE_JIT

#: Of every kernel. Numba passes an array as seven numbers and counts references to it; for kernels
#: of some ten instructions, called for every row, both cost more than the work. Inlined and without
#: counting (so nothing can be allocated): skip-gram 5.9 → 9.2 million words/s (2 threads, Zen 5).
OPTIONS = {"error_model": "numpy", "forceinline": True, "_nrt": False}

#: Folders of the package that hold kernels.
KERNEL_ROOMS = (
    "kernels",
    "corpus/kernels",
    "training/engine",
    "training/run/rounds",
    "formats/kernels",
    "vectors/kernels",
    "documents/kernels",
    "recipes",
)


def _source_hash() -> str:
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {platform.python_version()}".encode()
    )
    for path in sorted(p for room in KERNEL_ROOMS for p in package.joinpath(room).rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


#: Where compiled kernels are kept; None if no place can be written, or others could write to all.
CACHE_FOLDER = trusted_folder("kernels", _source_hash())
if CACHE_FOLDER is not None:
    forget_kernels(CACHE_FOLDER)


def compiled(fastmath: Collection[str]) -> Callable[[F], F]:
    """Make a decorator that compiles with Numba when first called, and keeps the result on disk.

    Kernels release the GIL, divide as NumPy does (no exception on 0), allocate nothing, return no
    arrays, and stay callable as Python through ``.py_func``.

    Parameters
    ----------
    fastmath : collection of str
        What LLVM may do with floating-point arithmetic; empty for exactly what is written.
    """
    options = {**OPTIONS, "nogil": True, "fastmath": set(fastmath)}
    jit, inline = numba.njit(**options), numba.njit(**options, **FOR_CALLERS)

    def decorate(function: F) -> F:
        dispatcher = jit(function)
        if not COMPILES:  # whoever trains is told so
            return function
        serve_callers(dispatcher, inline(function))
        if CACHE_FOLDER is not None:
            # The folder is looked up when a cache is made; other packages keep their own setting.
            before = numba.config.CACHE_DIR
            numba.config.CACHE_DIR = str(CACHE_FOLDER)
            try:
                dispatcher._cache = KernelCache(function)
            finally:
                numba.config.CACHE_DIR = before
        return dispatcher  # type: ignore[no-any-return]

    return decorate


#: Exactly what is written: LLVM may neither fuse a product with a sum nor add in another order,
#: since what it makes of these differs from one processor to the next. Where a kernel wants
#: several sums at once, or a fused operation, it says so: see :mod:`firth.training.engine.lanes`.
kernel = compiled(())


class Generic:
    """A step of the engine whose implementation is chosen by the class of its first argument.

    The choice is made when the caller is compiled, so that it costs nothing at run time and the
    caller's cache stays valid (a function passed as an argument would miss the cache in every
    process).

    Parameters
    ----------
    stub : callable
        Names the arguments; its docstring is the contract.
    optional : bool
        Who implements nothing does nothing.
    """

    def __init__(self, stub: Callable[..., Any], optional: bool) -> None:
        self.default = stub if optional else None
        self.table: dict[type | None, Callable[..., Any]] = {}

    def register(self, member: type | None, function: Callable[..., Any]) -> None:
        """Use `function` when the first argument is a `member` (a NamedTuple class).

        None stands for what is no NamedTuple, such as an array.
        """
        self.table[member] = function

    def choose(self, first: Any) -> Callable[..., Any] | None:
        """Return the implementation for Numba type `first`."""
        return self.table.get(getattr(first, "instance_class", None), self.default)


GENERICS: dict[str, Generic] = {}


def _declare(stub: F, optional: bool) -> F:
    step = GENERICS[stub.__name__] = Generic(stub, optional)

    def choose(first: Any, *_rest: Any) -> Callable[..., Any] | None:
        return step.choose(first)

    options = {**OPTIONS, **FOR_CALLERS, "fastmath": set()}
    numba.extending.overload(stub, strict=False, jit_options=options)(choose)
    return stub


def generic(stub: F) -> F:
    """Make a step that every member implements with :func:`implements`."""
    return _declare(stub, optional=False)


def optional(stub: F) -> F:
    """Make a step that a member may do without: it does nothing then, as the stub says it."""
    return _declare(stub, optional=True)


def implements(stub: Callable[..., Any], member: type | None) -> Callable[[F], F]:
    """Register the decorated function as the `member`'s implementation of step `stub`."""

    def register(function: F) -> F:
        GENERICS[stub.__name__].register(member, function)
        return function

    return register
