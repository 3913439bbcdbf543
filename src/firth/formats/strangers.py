"""What a path is that somebody took for a model of firth, and what to do.

A further program's folder is one entry of `FOLDERS`.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from firth.errors import CorpusError, FormatError
from firth.files.cache import MANIFEST
from firth.files.output import CHECKPOINTS
from firth.files.parsing import parse_json
from firth.formats import native
from firth.formats.recognise import format_of

_OURS = "firth opens the folders that `firth train` or Model.save wrote"
_ASK = (
    "firth.read_vectors(path) reads its vectors, `firth neighbors` and `firth evaluate` ask them, "
    "and `firth convert` writes them for other programs"
)
_READ = "have it read by the program that wrote it; in Python, WordVectors(words, matrix) asks them"
_AGAIN = "copy the whole folder again, or train again"
_RESUME = "the command that began it, with --resume, goes on and saves the model"


class Folder(NamedTuple):
    """A kind of folder that is no model of firth.

    Attributes
    ----------
    what : str
        Its name, with an article.
    known_by : callable
        Tells from the names in it, and where it is, whether a folder is of the kind.
    remedy : str
        What to do.
    reader : str
        The entry of :data:`firth.formats.registry.FORMATS` that reads it, if one does.
    """

    what: str
    known_by: Callable[[frozenset[str], Path], bool]
    remedy: str = f"{_OURS}; {_READ}"
    reader: str = ""


def _has(*names: str) -> Callable[[frozenset[str], Path], bool]:
    return lambda found, folder: found.issuperset(names)


def _has_one(*endings: str) -> Callable[[frozenset[str], Path], bool]:
    return lambda found, folder: any(name.endswith(endings) for name in found)


def _is_unfinished(found: frozenset[str], folder: Path) -> bool:
    place = folder / CHECKPOINTS if CHECKPOINTS in found else folder
    return any(place.glob("task-*.safetensors"))


def _is_spark(found: frozenset[str], folder: Path) -> bool:
    return {"metadata", "data"} <= found and any((folder / "metadata").glob("part-*"))


def _is_static(found: frozenset[str], folder: Path) -> bool:
    if {"modules.json", "config_sentence_transformers.json"} & found:
        return True
    # model2vec loads folders without them too; its config.json then is the mark.
    try:
        config = parse_json((folder / native.CONFIG_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("model_type") == "model2vec"


def _is_hugging_face(found: frozenset[str], folder: Path) -> bool:
    weights = {"model.safetensors", "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack"}
    parts = weights | {"tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json"}
    return native.CONFIG_FILE in found and bool(parts & found)


#: The first that fits decides.
FOLDERS = (
    Folder("the output of a run of firth that has not ended", _is_unfinished, _RESUME),
    Folder(
        "the output of a `firth reproduce` that has not ended", _has("checkpoint.npz"),
        "the same command goes on",
    ),
    Folder(
        "a model of firth whose config.json is missing",
        lambda found, _: native.CONFIG_FILE not in found and {*native.FILES.data} <= found, _AGAIN,
    ),
    Folder(
        "what a save that was killed has left",
        lambda found, _: bool(found) and all(map(native.FILES.is_leftover, found)), "train again",
    ),
    Folder("an encoded text of firth", _has(MANIFEST, "ids.int32"), "train on it first"),
    Folder("a SavedModel of TensorFlow", _has_one("saved_model.pb")),
    Folder("a checkpoint of TensorFlow", _has_one(".ckpt.index")),
    Folder("a model of Spark ML", _is_spark),
    Folder("a model of spaCy", _has("meta.json", "config.cfg"), reader="spacy"),
    Folder("the vocabulary of a spaCy model", _has("strings.json", "vectors"), reader="spacy"),
    Folder(
        "a model of sentence-transformers or model2vec",
        _is_static,
        reader="model2vec",
    ),
    Folder("a model of Hugging Face's transformers", _is_hugging_face),
    Folder("a dataset of Hugging Face", _has("dataset_info.json"), "train on it first"),
    Folder("a model of MLflow", _has("MLmodel")),
    Folder("a folder for TensorBoard's projector", _has("projector_config.pbtxt"),
           reader="tensorboard"),
)  # fmt: skip


def reader_of(folder: Path) -> str:
    """Name the format that reads what is in a folder of another program; "" if none does."""
    try:
        names = frozenset(path.name for path in folder.iterdir())
    except OSError:
        return ""
    return next((kind.reader for kind in FOLDERS if kind.known_by(names, folder)), "")


def no_model(path: Path) -> FormatError:
    """Say what a path is that holds no model of firth.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("the cat sat")
    >>> str(no_model(path)).replace(str(path), "a.txt")
    'a.txt is a text, not a model: train on it first, firth train a.txt --output DIR'
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            problem = _folder(path)
        elif stat.S_ISREG(mode):
            problem = _file(path)
        else:
            problem = f"is neither a file nor a folder; {_OURS}"
    except (FileNotFoundError, NotADirectoryError):
        where = f"leads to {path.readlink()}, which" if path.is_symlink() else ""
        problem = f"{where} does not exist; {_OURS}".lstrip()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
    except (CorpusError, FormatError) as error:
        return FormatError(str(error))
    return FormatError(f"{path} {problem}")


def _file(path: Path) -> str:
    if native.is_model(path.parent):
        return f"is a file of the model {path.parent}: name the folder"
    found = format_of(path)
    if found.what.startswith("a text"):
        return f"is {found.what}, not a model: train on it first, firth train {path} --output DIR"
    if path.parent.name == CHECKPOINTS and "checkpoint" in found.what:
        return f"is {found.what} that has not ended: {_RESUME}"
    remedy = _ASK if found.vectors and found.reader else _READ if found.vectors else _OURS
    return f"is {found.what}, not a model of firth: {remedy}"


def _folder(folder: Path) -> str:
    names = frozenset(path.name for path in folder.iterdir())
    if not names:
        return f"is an empty folder; {_OURS}"
    for kind in FOLDERS:
        if kind.known_by(names, folder):
            return f"is {kind.what}: {_ASK if kind.reader else kind.remedy}"
    if native.is_vectors(folder):
        return f"holds vectors without a model: {_ASK}"
    if native.CONFIG_FILE in names:
        native.read_description(folder)  # says what is wrong with it
    below = [folder / name for name in sorted(names) if native.is_model(folder / name)]
    if below:
        return f"is no model, but holds some: name one, such as {below[0]}"
    files = [folder / name for name in sorted(names) if (folder / name).is_file()]
    first = f"; {files[0].name} is {format_of(files[0]).what}" if files else ""
    return f"has no {native.CONFIG_FILE} and is no model{first}. {_OURS}"
