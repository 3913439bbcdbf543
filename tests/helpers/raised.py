"""Every error of firth, for processes that pytest's own modules cannot be imported in."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from firth import errors


def every_error() -> list[errors.FirthError]:
    """One of each kind, made as the code makes them."""
    special = [
        errors.SaveError("not there", Path("beside")),
        errors.DecodeError("f", 3, "bad start byte"),
        errors.UnknownWordError("qeen", lambda: ["queen", "keen"]),
        errors.MissingExtraError("matplotlib", "plot"),
    ]
    kinds, left = [], [errors.FirthError]
    while left:
        kind = left.pop()
        kinds.append(kind)
        left += kind.__subclasses__()
    plain = [kind for kind in kinds if kind not in {type(error) for error in special}]
    return [*special, *(kind("a message", "and more") for kind in plain)]


def raise_error(module: str, name: str) -> None:
    """Raise the one of this name, which that module makes."""
    import_module(module)
    raise next(error for error in every_error() if type(error).__name__ == name)
