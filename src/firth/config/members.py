"""The registries of architectures, objectives and units, and what each member declares.

A new member is one file in ``training/engine/`` and its name here. The file declares the member in
a statement ``MEMBER = Member(...)`` beside its formula; that statement is read without importing
the file, since its kernels would load Numba, and who asks for ``--help`` should not wait for that.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from firth.config.options import Member, Option, Span
from firth.values import Choice, Flag, Real, Whole

_WORDS = {kind.__name__: kind for kind in (Choice, Flag, Member, Option, Real, Span, Whole)}


class Registry(Mapping[str, Member]):
    """The members of one kind, by name.

    Parameters
    ----------
    kind : str
        What users call the setting that chooses one.
    folder : str
        Where their files are, within ``training/engine/``.
    names : tuple of str
        Their names, which are those of their files; the first is the default.

    Examples
    --------
    >>> list(UNITS), UNITS["words"].summary
    (['words', 'subwords'], 'one vector a word')
    """

    def __init__(self, kind: str, folder: str, names: tuple[str, ...]) -> None:
        self.kind, self.folder, self.names = kind, folder, names

    def __getitem__(self, name: str) -> Member:
        if name not in self.names:
            raise KeyError(name)
        return declared(self.module_name(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def module_name(self, name: str) -> str:
        """Return the full name of the module that implements a member."""
        return f"firth.training.engine.{self.folder}.{name}"

    def module(self, name: str) -> ModuleType:
        """Import the module that implements a member, with its kernels."""
        return importlib.import_module(self.module_name(name))

    @property
    def option(self) -> Option:
        """The option that chooses a member of this kind."""
        summaries = {name: member.summary for name, member in self.items()}
        return Option(self.kind, self.names[0], Choice(summaries), f"The {self.kind}")


@cache
def declared(module: str) -> Member:
    """Evaluate the statement ``MEMBER = …`` of a module's source, and nothing else of it.

    Parameters
    ----------
    module : str
        Full name of the module.

    Returns
    -------
    Member
        What it declares.
    """
    for statement in ast.parse(_source(module)).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="MEMBER")], value=value):
                code = compile(ast.Expression(value), module, "eval")
                member = eval(code, dict(_WORDS))
                assert isinstance(member, Member)
                return member
    # Shipped without its source.
    found = importlib.import_module(module).MEMBER
    assert isinstance(found, Member)
    return found


def _source(module: str) -> str:
    """Return a module's source; nothing where there is none."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.loader is None:
        return ""
    if hasattr(spec.loader, "get_source"):
        return spec.loader.get_source(module) or ""
    # Who loads it knows no sources, as pytest with files that it was given by name. To import the
    # member here would be to import it while it is being imported.
    file = Path(spec.origin or "")
    readable = file.suffix == ".py" and file.is_file()
    return importlib.util.decode_source(file.read_bytes()) if readable else ""


ARCHITECTURES = Registry("architecture", "architectures", ("skipgram", "cbow"))
OBJECTIVES = Registry(
    "objective", "objectives", ("negative_sampling", "hierarchical_softmax", "softmax")
)
UNITS = Registry("unit", "units", ("words", "subwords"))

#: All kinds of members, in the order in which their tuned defaults take turns.
REGISTRIES = (ARCHITECTURES, OBJECTIVES, UNITS)
