"""The folder of a trained model: what it keeps, saved and read as a whole.

Its files are in :mod:`firth.formats.native`; here is what they say together, where a model may be
saved to, and what happens to it where that goes wrong.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike

from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, FormatError
from firth.files.arrow import table_of
from firth.files.given import given_path
from firth.files.output import CHECKPOINTS, check_writable, save_or_rescue
from firth.files.together import PathOf
from firth.formats import native
from firth.formats.strangers import no_model
from firth.values import reason, shown
from firth.vectors import FloatMatrix

_Model = TypeVar("_Model")

HISTORY_SCHEMA = pa.schema(
    [
        ("epoch", pa.int64()),
        ("words", pa.int64()),
        ("loss", pa.float64()),
        ("learning_rate", pa.float64()),
        ("words_per_second", pa.float64()),
        ("validation_loss", pa.float64()),
    ]
)

CURVE_SCHEMA = pa.schema(
    [("words", pa.int64()), ("loss", pa.float64()), ("learning_rate", pa.float64())]
)


class About(TypedDict, total=False):
    """What a model says of itself beside its settings; see :class:`Model`."""

    rows: Mapping[str, str] | None
    history: pa.Table | None
    loss_curve: pa.Table | None
    corpus: Mapping[str, Any] | None
    provenance: Mapping[str, Any] | None
    interrupted: bool
    former_rows: ArrayLike | None


class Kept(NamedTuple):
    """All that a model is made of, and all that its folder keeps.

    Attributes
    ----------
    vocabulary : Vocabulary
        Words and counts, in the order of the rows.
    matrices : mapping of str to (rows, dim) float32 or float64
        By name.
    config : dict
        The settings.
    about : About
        What it says of itself beside these.
    """

    vocabulary: Vocabulary
    matrices: Mapping[str, FloatMatrix]
    config: dict[str, Any]
    about: About


def check_output(folder: str | Path) -> None:
    """Make sure that a model can be saved to `folder`, before training begins.

    Parameters
    ----------
    folder : str or Path
        Where the model is to go.

    Raises
    ------
    ConfigError
        It is a file, holds something other than a model of firth or checkpoints, or cannot be
        written.
    """
    folder = given_path("folder", folder)
    check_writable(folder)
    refuse_strangers(folder)


def refuse_strangers(folder: Path) -> None:
    """Raise ConfigError if a folder holds something other than a model of firth."""
    if not folder.is_dir() or native.is_model(folder):
        return
    if not all(_ours(item.name) for item in folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty and holds no firth model; "
            "choose a new folder, so that nothing of yours is overwritten"
        )


def _ours(name: str) -> bool:
    """Tell whether a folder with a file of this name is as good as empty."""
    # The root of an ext4 volume holds lost+found from the beginning.
    return name in {CHECKPOINTS, "lost+found"} or native.FILES.is_leftover(name)


def save(folder: Path, kept: Kept, *, left_out: Container[str]) -> None:
    """Save all of a model but the matrices that are left out.

    Raises
    ------
    SaveError
        The folder cannot be written; the model was saved beside it, and the message says where.
    """

    def write(path_of: PathOf, generation: str) -> None:
        _write(path_of, generation, kept, left_out)

    def save_to(place: Path) -> None:
        if (place / native.CONFIG_FILE).exists() and not native.is_model(place):
            raise FileExistsError(
                errno.EEXIST, f"its {native.CONFIG_FILE} is not of a model of firth", str(place)
            )
        native.FILES.save(place, write)

    save_or_rescue(folder, save_to)


def _write(path_of: PathOf, generation: str, kept: Kept, left_out: Container[str]) -> None:
    matrices = {n: matrix for n, matrix in kept.matrices.items() if n not in left_out}
    native.write_vectors(path_of(native.VECTORS_FILE), matrices)
    kept.vocabulary.save(path_of(native.VOCABULARY_FILE))
    about: Any = kept.about
    native.write_description(
        path_of(native.CONFIG_FILE),
        {
            "generation": generation,
            "interrupted": about["interrupted"],
            "rows": {name: about["rows"][name] for name in matrices},
            "config": kept.config,
            "corpus": about["corpus"],
            "provenance": about["provenance"],
            "history": about["history"].to_pylist(),
            "loss_curve": about["loss_curve"].to_pylist(),
            **native.written_rows(about["former_rows"]),
        },
    )


def read(folder: Path, make: Callable[[Kept], _Model], *, check_values: bool) -> _Model:
    """Read a model; its matrices are mapped.

    Parameters
    ----------
    folder : Path
        Where it is.
    make : callable
        Makes the model, and says by a FormatError or ConfigError what does not fit together.
    check_values : bool
        Read every value and refuse NaN and infinity.

    Raises
    ------
    FormatError
        The folder is not a model, is damaged, or was written by a newer firth.
    """
    if not native.is_model(folder):
        raise no_model(folder)
    return native.FILES.read(folder, lambda path_of: _read(folder, path_of, make, check_values))


def _read(
    folder: Path, path_of: PathOf, make: Callable[[Kept], _Model], check_values: bool
) -> _Model:
    description = native.read_description(folder)
    vocabulary = native.read_vocabulary(path_of(native.VOCABULARY_FILE))
    kinds = description["rows"]
    matrices = native.read_vectors(path_of(native.VECTORS_FILE), kinds, check_values=check_values)
    config = description["config"]
    try:
        about = About(
            rows=kinds,
            history=table_of(description["history"], HISTORY_SCHEMA),
            loss_curve=table_of(description["loss_curve"], CURVE_SCHEMA),
            corpus=description["corpus"],
            provenance=description["provenance"],
            interrupted=bool(description.get("interrupted", False)),
            former_rows=native.read_rows(description),
        )
        model = make(Kept(vocabulary, matrices, config, about))
        if check_values and pc.count_distinct(vocabulary.words.array).as_py() < len(vocabulary):
            raise FormatError(f"{native.VOCABULARY_FILE} has a word twice")
    except (FormatError, ConfigError) as error:
        raise FormatError(f"{folder / native.VECTORS_FILE}: {error}") from error
    except (pa.ArrowException, TypeError, AttributeError, ValueError, OverflowError) as error:
        file = folder / native.CONFIG_FILE
        raise FormatError(
            f"{file}: history or loss_curve is not a list of rows ({reason(error)})"
        ) from error
    columns = matrices["input"].shape[1]
    dim = config.get("dim", columns)
    if dim != columns:
        raise FormatError(
            f"{folder}: {native.CONFIG_FILE} says dim {shown(dim)}, {native.VECTORS_FILE} has "
            f"{columns} columns; the files are not of one model"
        )
    return model
