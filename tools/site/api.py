"""Pages of the API reference, made from docstrings, and where names in docstrings lead."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType
from typing import Any

import firth

#: Modules that people import from, beside firth itself, in the order in which they are listed.
MODULES = (
    "firth.errors", "firth.corpus", "firth.documents", "firth.evaluation", "firth.view",
    "firth.callbacks", "firth.sklearn", "firth.gensim", "firth.formats.spacy",
    "firth.formats.torch", "firth.reference",
)  # fmt: skip
_INTRODUCTION = (
    "firth's own names, each with a page, then the modules beside them. Examples are run as tests."
)


def names() -> list[str]:
    """Return the public names of firth that have a page of their own.

    Examples
    --------
    >>> names()[:3]
    ['firth.Model', 'firth.Progress', 'firth.TrainConfig']
    """
    own = [name for name in firth.__all__ if not name.startswith("_")]
    return [f"firth.{name}" for name in own if not inspect.ismodule(getattr(firth, name))]


def api_pages() -> dict[str, str]:
    """Return the pages by path: an index, one for each public name, one for each module.

    Returns
    -------
    dict of str
        reStructuredText, which is what docstrings are written in.
    """
    pages = {f"api/{name}.rst": _page_of_name(name) for name in names()}
    pages |= {f"api/{name}.rst": _page_of_module(name) for name in MODULES}
    tree = "\n".join(f"   {name}" for name in (*names(), *MODULES))
    toctree = f".. toctree::\n   :hidden:\n\n{tree}\n"
    index = [_title("API"), _INTRODUCTION, _list(names()), _list(MODULES), toctree]
    return {**pages, "api/index.rst": "\n\n".join(index)}


def resolve(target: str) -> str | None:
    """Return the name under which a thing is defined, whatever name a docstring has for it.

    Parameters
    ----------
    target : str
        A dotted name, such as that of a class by the package that hands it out.

    Returns
    -------
    str or None
        None if there is no such thing.

    Examples
    --------
    >>> resolve("firth.config.TrainConfig"), resolve("firth.Model.save"), resolve("firth.nothing")
    ('firth.config.config.TrainConfig', 'firth.model.Model.save', None)
    """
    found = _find(target)
    if found is None or isinstance(found, ModuleType):
        return target if found is not None else None
    home, name = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
    return f"{home}.{name}" if home and name else target


def _find(target: str) -> Any:
    parts = target.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for name in parts[end:]:
            annotated = name in getattr(found, "__annotations__", ())
            found = getattr(found, name, found if annotated else None)
        return found
    return None


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}"


def _list(modules: list[str] | tuple[str, ...]) -> str:
    rows = []
    for name in modules:
        said = (inspect.getdoc(_find(name)) or "").partition("\n\n")[0].replace("\n", " ")
        rows.append(f":doc:`{name}`\n   {said}")
    return "\n".join(rows)


def _page_of_name(name: str) -> str:
    kind = "class" if inspect.isclass(_find(name)) else "function"
    members = "\n   :members:" if kind == "class" else ""
    return f"{_title(name)}\n\n.. auto{kind}:: {name}{members}\n"


def _page_of_module(name: str) -> str:
    # What has a page of its own is not said twice.
    own = {resolve(one) for one in names()}
    members = [one for one in _public(name) if resolve(f"{name}.{one}") not in own]
    listed = f"   :members: {', '.join(members)}\n   :show-inheritance:\n"
    return f"{_title(name)}\n\n.. automodule:: {name}\n{listed}"


def _public(name: str) -> list[str]:
    """Return what a module says is public, or the functions and classes that it defines."""
    module = importlib.import_module(name)
    own = [
        each
        for each, thing in vars(module).items()
        if getattr(thing, "__module__", "") == name and hasattr(thing, "__qualname__")
    ]
    return [one for one in getattr(module, "__all__", own) if not one.startswith("_")]
