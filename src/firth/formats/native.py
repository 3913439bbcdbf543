"""The files of firth's own model folder, each written and read with every check.

::

    vectors.safetensors   the matrices by name, each (rows, dim) of float32 or float64
    vocabulary.arrow      columns word (string) and count (int64), in the order of the rows
    config.json           what the rows of each matrix stand for, the settings, what the corpus was,
                          what made the model, the loss history, versions

``"rows"`` of config.json names the matrices that there are: a model that was saved without output
vectors has no ``"output"`` there.

They change together (:mod:`firth.files.together`): for moments while a model is replaced, and after
a crash, a data file has 16 hex digits in its name, which config.json holds as ``"generation"``.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from firth._version import __version__
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, FormatError
from firth.files.parsing import parse_json
from firth.files.safetensors import read_safetensors, write_safetensors
from firth.files.together import FileSet
from firth.values import as_number, plain, reason, shown
from firth.vectors import FloatMatrix

VECTORS_FILE = "vectors.safetensors"
VOCABULARY_FILE = "vocabulary.arrow"
CONFIG_FILE = "config.json"
FILES = FileSet(data=(VECTORS_FILE, VOCABULARY_FILE), record=CONFIG_FILE)
FORMAT_NAME = "firth-model"
#: Vectors without a model: of another program, or some of a model's.
VECTORS_NAME = "firth-vectors"
FORMAT_VERSION = 1


def write_vectors(
    file: Path, matrices: Mapping[str, FloatMatrix], dtype: np.dtype[Any] | None = None
) -> None:
    """Write the matrices of a model by name, each ``(rows, dim)``, in a precision of their own."""
    if dtype is not None:
        matrices = {name: matrix.astype(dtype, copy=False) for name, matrix in matrices.items()}
    write_safetensors(file, matrices)


def write_description(
    file: Path, content: Mapping[str, Any], format_name: str = FORMAT_NAME
) -> None:
    """Write config.json: `content`, preceded by the versions that wrote it.

    JSON has no NaN; a number of history or curve that is not finite becomes null. Numbers of NumPy
    and the like are written as what they are worth.

    Raises
    ------
    ConfigError
        The content holds what JSON cannot.
    """
    tables = {
        name: [{key: _finite_or_none(value) for key, value in row.items()} for row in content[name]]
        for name in ("history", "loss_curve")
    }
    description = {
        "format": format_name,
        "format_version": FORMAT_VERSION,
        "firth_version": __version__,
        **content,
        **tables,
    }
    try:
        text = json.dumps(
            description, indent=2, ensure_ascii=False, allow_nan=False, default=_as_json
        )
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"{CONFIG_FILE} cannot hold what the model says of itself: {error}"
        ) from error
    file.write_text(text + "\n", encoding="utf-8")


def former_rows(rows: ArrayLike | None, words: int) -> NDArray[np.int64] | None:
    """Check in which of so many rows the words of an earlier model are; read-only.

    Raises
    ------
    FormatError
        They are no rows of the model, or two words are in one.
    """
    if rows is None:
        return None
    found = np.array(rows, np.int64)
    seen = np.bincount(found, minlength=words) if found.size and found.min() >= 0 else np.zeros(0)
    if found.ndim != 1 or len(seen) != words or seen.max() > 1:
        raise FormatError(
            f"former_rows must be different rows of the {words:,} of the model, one for each word "
            "of the model that it went on from"
        )
    found.flags.writeable = False
    return found


def written_rows(rows: NDArray[np.int64] | None) -> dict[str, str]:
    """Return what config.json says of former rows: numbers of 4 bytes, little-endian, in base64."""
    if rows is None:
        return {}
    return {"former_rows": base64.b64encode(rows.astype("<u4").tobytes()).decode("ascii")}


def read_rows(description: Mapping[str, Any]) -> NDArray[np.uint32] | None:
    """Return the former rows that a description has, if any."""
    text = description.get("former_rows")
    if text is None:
        return None
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), "<u4")
    except (binascii.Error, TypeError, ValueError) as error:
        raise FormatError(f"former_rows are damaged ({reason(error)})") from error


def _as_json(value: Any) -> Any:
    held = plain(value)
    if held is not value:
        return held
    number = as_number(value)
    if number is None:
        raise TypeError(f"{shown(value)} is no text, number, list or mapping")
    return int(number) if int(number) == number else float(number)


def is_model(folder: str | Path) -> bool:
    """Tell whether `folder` holds a model of firth (of any version, perhaps damaged)."""
    return _format_name(folder) == FORMAT_NAME


def is_vectors(folder: str | Path) -> bool:
    """Tell whether `folder` holds vectors of firth without a model."""
    return _format_name(folder) == VECTORS_NAME


def _format_name(folder: str | Path) -> object:
    try:
        description = parse_json((Path(folder) / CONFIG_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return description.get("format") if isinstance(description, dict) else None


def read_description(
    folder: Path, format_names: tuple[str, ...] = (FORMAT_NAME,)
) -> dict[str, Any]:
    """Read config.json and check that it is a model of a version that can be read.

    Returns
    -------
    dict
        At least ``config``, ``corpus``, ``provenance`` (objects), ``rows`` (what the rows of each
        matrix stand for), ``history`` and ``loss_curve`` (lists of rows).

    Raises
    ------
    FormatError
        It is missing, damaged, foreign, or of a newer format.
    """
    file = folder / CONFIG_FILE
    try:
        description = parse_json(file.read_bytes())
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise FormatError(
            f"{file}: not valid JSON ({reason(error)}); it is cut off or damaged, copy the whole "
            "folder again or train again"
        ) from error
    if not isinstance(description, dict) or description.get("format") not in format_names:
        raise FormatError(
            f'{file} is not of firth: expected an object with "format": "{format_names[0]}"'
        )
    version = description.get("format_version")
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise FormatError(
            f"{file}: format version {shown(version)}, written by firth "
            f"{shown(description.get('firth_version'))}; this is firth {__version__}, which "
            f"reads versions 1 to {FORMAT_VERSION}: pip install --upgrade firth"
        )
    kinds = {
        **dict.fromkeys(("rows", "config", "corpus", "provenance"), dict),
        **dict.fromkeys(("history", "loss_curve"), list),
    }
    for name, kind in kinds.items():
        if not isinstance(description.get(name), kind):
            found = type(description.get(name)).__name__
            raise FormatError(f"{file}: {name!r} is {found}; expected {kind.__name__}")
    if not all(isinstance(stands_for, str) for stands_for in description["rows"].values()):
        raise FormatError(f"{file}: 'rows' must say in a word what the rows of each matrix are")
    return description


def read_vocabulary(file: Path) -> Vocabulary:
    """Read the words and their counts, in the order of the rows."""
    if not file.is_file():
        raise FormatError(f"{file} is missing; copy or train the model again")
    try:
        return Vocabulary.load(file)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FormatError(
            f"{file}: not an Arrow file with columns word, count ({reason(error)})"
        ) from error


def read_vectors(file: Path, names: Iterable[str], *, check_values: bool) -> dict[str, FloatMatrix]:
    """Map the matrices of a model by name, each ``(rows, dim)`` and read-only.

    Raises
    ------
    FormatError
        The file is missing or damaged, or its matrices are others than `names`.
    """
    tensors = read_safetensors(file)
    if set(tensors) != set(names):
        raise FormatError(
            f"{file}: the matrices are {shown(sorted(tensors))}, but {CONFIG_FILE} "
            f"describes {shown(sorted(names))}; the files are not of one model"
        )
    if check_values:
        for name, tensor in tensors.items():
            _check_finite(file, name, tensor)
    return tensors


def _check_finite(file: Path, name: str, matrix: FloatMatrix) -> None:
    for row, values in enumerate(matrix):
        if not np.isfinite(values).all():
            raise FormatError(
                f"{file}: tensor {shown(name)}, row {row:,}: a value is not a finite number"
            )


def _finite_or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
