"""What lies in a model's folder: told without the code that wrote it, where that is possible."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tools.chaos.step import Found

FILES = {"config.json", "vectors.safetensors", "vocabulary.arrow"}
_CHECKPOINT = re.compile(r"task-(\d{12})\.safetensors")


class Saved(NamedTuple):
    """A model that was loaded whole.

    Attributes
    ----------
    digest : str
        Of everything in it.
    vectors : str
        Of its matrices alone.
    words : dict
        Counts by word.
    config : dict
        Its settings.
    losses : list
        The loss of each epoch.
    interrupted : bool
        As it says.
    """

    digest: str
    vectors: str
    words: dict[str, int]
    config: dict[str, Any]
    losses: list[float | None]
    interrupted: bool


class State(NamedTuple):
    """What an output folder holds: a model or None, and positions of checkpoints, newest first."""

    model: Saved | None
    positions: list[int]


def read_model(folder: Path) -> Saved:
    """Load a model and read all of it."""
    import numpy as np

    from firth.model import load

    model = load(folder, check_values=True)
    vectors = hashlib.sha256()
    for name, matrix in sorted(model.matrices.items()):
        vectors.update(f"{name} {matrix.shape} {matrix.dtype}".encode())
        vectors.update(np.ascontiguousarray(matrix).tobytes())
    counts = [int(count) for count in model.vocabulary.counts]
    words = dict(zip(model.vocabulary.words, counts, strict=True))
    history = model.history.to_pylist()
    about = [words, model.config, history, model.corpus, model.interrupted, vectors.hexdigest()]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    losses = [row["loss"] for row in history]
    return Saved(digest, vectors.hexdigest(), words, model.config, losses, model.interrupted)


def look(output: Path) -> State:
    """Read what an output folder holds.

    Raises
    ------
    Found
        A model or a checkpoint is not whole.
    """
    model = None
    if (output / "config.json").exists():
        try:
            model = read_model(output)
        except Exception as error:
            raise Found(f"the model in {output} cannot be loaded: {error!r}") from error
    elif any((output / name).exists() for name in FILES):
        raise Found(f"{output} holds parts of a model without a description: {names(output)}")
    return State(model, sorted(_positions(output / "checkpoints"), reverse=True))


def _positions(folder: Path) -> list[int]:
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if name := _CHECKPOINT.fullmatch(path.name):
            position = _position_inside(path)
            if position != int(name[1]):
                raise Found(f"{path} is not whole: it is of position {position}")
            found.append(position)
    return found


def _position_inside(path: Path) -> int | None:
    """Return the position that a checkpoint tells; None if its bytes are not all there.

    https://huggingface.co/docs/safetensors: eight bytes with the header's length, the header as
    JSON, the tensors one after the other.
    """
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8 : 8 + length])
        about = json.loads(header.pop("__metadata__")["firth"])
    except (ValueError, KeyError):
        return None
    ends = [tensor["data_offsets"][1] for tensor in header.values()]
    return int(about["position"]) if 8 + length + max(ends) == len(content) else None


def names(folder: Path) -> list[str]:
    """Return all that is below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
