"""firth where programs, and the libraries that they import, import gensim's training classes.

Where gensim is installed, it is imported as ever; then modules of firth take the places of those
that train, for whoever imports them from there on. gensim's other models were imported with
gensim's own classes and keep them; what is imported later (``gensim.models.poincare``) and what
gensim pickles get them too. Where gensim is not installed, modules of firth stand in, and say of
all else that it is gensim's.

The two are told apart when somebody imports gensim, by a finder of modules that is asked first.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from firth.gensim.names import MODULES

_MODELS = "gensim.models"
#: The version whose names are here.
_VERSION = "4.4.0"


def install() -> None:
    """Let every later import of gensim find firth's classes, in this process.

    Warns
    -----
    UserWarning
        gensim was imported before: names that were taken out of it then stay what they are.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    if "gensim" in sys.modules:
        warnings.warn(
            "gensim was imported before firth took its place: what has been imported from it stays "
            "gensim's; load firth.gensim first",
            UserWarning,
            stacklevel=2,
        )
        import_module(_MODELS)
        finder.replace()


class _Substitute(ModuleType):
    """A module under gensim's name, whose names are those of modules of firth."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"{name}, made by firth.")
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str) -> Any:
        homes = _homes(self.__name__)
        if name == "__all__":
            return sorted({public for home in homes for public in import_module(home).__all__})
        if not name.startswith("__"):
            for home in homes:
                module = import_module(home)
                if hasattr(module, name):
                    value = getattr(module, name)
                    setattr(self, name, value)
                    return value
        raise AttributeError(f"{self.__name__} of firth has no {name!r}", name=name, obj=self)


class _StandIn(_Substitute):
    """A package under gensim's name, where gensim is not installed."""

    def __getattr__(self, name: str) -> Any:
        whole = f"{self.__name__}.{name}"
        if whole == _MODELS or (whole in MODULES and _homes(whole)):
            return import_module(whole)
        if self.__name__ == _MODELS:
            for module, entry in MODULES.items():
                if name in entry.classes and _homes(module):
                    return getattr(import_module(module), name)
        raise AttributeError(_absent(whole), name=name, obj=self)


class _Finder(MetaPathFinder):
    """Finds gensim, its modules that firth replaces, and what stands in for it."""

    def __init__(self) -> None:
        self.originals: dict[str, ModuleType] = {}
        self.absent = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "gensim":
            found = self._elsewhere(name, path)
            self.absent = found is None
            if found is not None and found.loader is not None:
                found.loader = _Then(found.loader, self.replace)
                return found
        if name.partition(".")[0] != "gensim":
            return None
        if self.absent:
            if name in ("gensim", _MODELS) or (name in MODULES and _homes(name)):
                package = name not in MODULES
                return ModuleSpec(name, _StandInLoader(), is_package=package)
            raise ModuleNotFoundError(_absent(name), name="gensim")
        found = self._elsewhere(name, path)
        inside = name.startswith(f"{_MODELS}.") and self.originals
        if found is not None and found.loader is not None and inside:
            found.loader = _Then(found.loader, None, self.own_classes)
        return found

    def _elsewhere(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """Ask the other finders."""
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                found = finder.find_spec(name, path)
                if found is not None:
                    return found
        return None

    def replace(self) -> None:
        """Put firth's modules in the places of those that gensim has imported."""
        for name in _replaced():
            if name in sys.modules:
                self.originals[name] = sys.modules[name]
        _put({name: _Substitute(name) for name in self.originals})
        utils = sys.modules.get("gensim.utils")
        for owner, name in (
            (utils, "pickle"), (utils, "unpickle"), (getattr(utils, "SaveLoad", None), "save"),
        ):  # fmt: skip
            if hasattr(owner, name):
                setattr(owner, name, self._inside(getattr(owner, name)))

    def _inside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Let a function of gensim see its own classes: pickle finds them by their names."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            with self.own_classes():
                return function(*arguments, **named)

        return call

    @contextmanager
    def own_classes(self) -> Iterator[None]:
        """Give a module of gensim that builds on its classes those classes."""
        ours = {name: sys.modules[name] for name in self.originals}
        _put(self.originals)
        try:
            yield
        finally:
            _put(ours)


class _Then(Loader):
    """Another loader, with something that is done behind it, or around it."""

    def __init__(self, loader: Any, behind: Any = None, around: Any = None) -> None:
        self._loader, self._behind, self._around = loader, behind, around

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        if self._around is None:
            self._loader.exec_module(module)
        else:
            with self._around():
                self._loader.exec_module(module)
        if self._behind is not None:
            self._behind()


class _StandInLoader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return (_Substitute if spec.name in MODULES else _StandIn)(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "gensim":
            module.__dict__["__version__"] = _VERSION


def _put(modules: dict[str, ModuleType]) -> None:
    """Put modules where they are imported from, and their classes into ``gensim.models``."""
    models = sys.modules[_MODELS]
    for name, module in modules.items():
        sys.modules[name] = module
        setattr(models, name.rpartition(".")[2], module)
        for kind in MODULES[name].classes:
            setattr(models, kind, getattr(module, kind))


def _homes(name: str) -> list[str]:
    """Return the modules of firth that have the names of one of gensim, those that there are."""
    return [home for home in MODULES[name].homes if find_spec(home) is not None]


def _replaced() -> list[str]:
    """Name the modules of gensim whose classes firth has."""
    return [name for name, entry in MODULES.items() if entry.always and find_spec(entry.homes[0])]


def _absent(name: str) -> str:
    return (
        f"{name} is not among what firth has of gensim, and gensim is not installed: pip install "
        "gensim brings all of it; python -m firth.gensim then gives the classes of firth with it"
    )
