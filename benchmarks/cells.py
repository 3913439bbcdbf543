"""Which runs quality.py has: a cell is a data set, a model, a program and a number of epochs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from measure import HERE

import firth
from firth.config import ARCHITECTURES, OBJECTIVES, REGISTRIES, UNITS, TrainConfig

PROGRAMS = ("firth", "gensim", "gensim-equal")
#: Settings that gensim gets from firth where both shall be equal.
EQUAL = ("dim", "window", "negative", "sample", "min_count")
#: Settings that decide what the held-out loss is a mean of.
LOSS_DEPENDS_ON = {
    *("window", "negative", "sample", "min_count", "max_vocabulary", "noise_exponent"),
    *("ns_exponent", "max_vocab_size", "max_final_vocab", "vocabulary"),
}
#: What decides how firth trains, and what decides how runs are judged.
FIRTH_SOURCES = ("config", "corpus", "training")
JUDGES = ("measures.py", "heldout.py", "truth.py", "trial.py", "programs.py")

Settings = Mapping[str, Any]


class Program(NamedTuple):
    """A program with settings of its own.

    gensim trains on sentences, in three threads, by its own defaults; if `equal`, it has those of
    firth, as many threads, and its fastest mode, on a file.
    """

    name: str
    own: tuple[tuple[str, Any], ...] = ()
    equal: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        """Its own settings by name."""
        return dict(self.own)

    @property
    def title(self) -> str:
        """What tables call it."""
        own = [f"{name}={value}" for name, value in self.own]
        return " ".join([self.name, *(["equal"] if self.equal else []), *own])


class Cell(NamedTuple):
    """What seeds are averaged over."""

    data: str
    model: str
    program: Program
    epochs: int


def parse_program(text: str) -> Program:
    """Read ``firth``, ``gensim``, ``gensim-equal``, or one of them with settings behind a colon.

    Examples
    --------
    >>> parse_program("firth:learning_rate=0.025,noise=pair").title
    'firth learning_rate=0.025 noise=pair'
    """
    name, _, given = text.partition(":")
    if name not in PROGRAMS:
        raise ValueError(f"{name!r} is no program: there are {', '.join(PROGRAMS)}")
    own = tuple(parse_settings(given).items())
    return Program(name.removesuffix("-equal"), own, name == "gensim-equal")


def parse_settings(text: str) -> dict[str, Any]:
    """Read settings, with commas between them; values as in JSON, or else words.

    Examples
    --------
    >>> parse_settings("dim=50,noise=pair,deterministic=true")
    {'dim': 50, 'noise': 'pair', 'deterministic': True}
    """
    found = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"{part!r} is no setting: expected name=value")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def members(model: str) -> dict[str, str]:
    """Say which member of each kind a model is, such as ``subwords+hierarchical_softmax``.

    Examples
    --------
    >>> members("cbow")
    {'architecture': 'cbow', 'objective': 'negative_sampling', 'unit': 'words'}
    """
    chosen = {registry.kind: registry.names[0] for registry in REGISTRIES}
    for name in model.split("+"):
        kinds = [registry.kind for registry in REGISTRIES if name in registry]
        if not kinds:
            known = ", ".join(name for registry in REGISTRIES for name in registry)
            raise ValueError(f"{name!r} is no member: expected some of {known}, with + between")
        chosen[kinds[0]] = name
    return chosen


def every_model() -> list[str]:
    """Return all combinations of members."""
    return ["+".join(names) for names in product(ARCHITECTURES, OBJECTIVES, UNITS)]


def settings_of(cell: Cell, seed: int, threads: int, common: Settings) -> dict[str, Any] | None:
    """Return settings for programs.py; None where gensim has no such model."""
    chosen = members(cell.model)
    run = {"epochs": cell.epochs, "seed": seed}
    if cell.program.name == "firth":
        own = {**chosen, **cell.program.settings, "cache": False}
        return {**run, "threads": threads, **common, "firth": own}
    if chosen["objective"] == "softmax":
        return None
    tree = chosen["objective"] == "hierarchical_softmax"
    own = {"sg": int(chosen["architecture"] == "skipgram"), "hs": int(tree)}
    if tree:
        own["negative"] = 0
    given = {**common, "iterable": True}
    if cell.program.equal:
        config = TrainConfig(**{**chosen, **common}).to_dict()
        given = {name: config[name] for name in EQUAL if name in config} | {"threads": threads}
    mode = "subwords" if chosen["unit"] == "subwords" else "skipgram"
    return {**given, **run, "mode": mode, "gensim": {**own, **cell.program.settings}}


def loss_is_comparable(cell: Cell, common: Settings) -> bool:
    """Whether the held-out loss is that of the same pairs, words and noise as by default."""
    plain = members(cell.model)["objective"] == "negative_sampling"
    return plain and not LOSS_DEPENDS_ON & {*cell.program.settings, *common}


def code_of(program: Program) -> str:
    """Name the code that a program runs, so that figures of an older one are not taken for it."""
    if program.name == "gensim":
        return importlib.metadata.version("gensim")
    package = Path(str(firth.__file__)).parent
    return digest(path for part in FIRTH_SOURCES for path in (package / part).rglob("*.py"))


def code_of_judges() -> str:
    """Name the code of the measures."""
    return digest(HERE / name for name in JUDGES)


def digest(paths: Iterable[Path]) -> str:
    """Name the content of files."""
    parts = (path.read_bytes() for path in sorted(paths))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
