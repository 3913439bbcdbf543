"""The safetensors format, written in place and read as memory maps.

Layout (https://github.com/huggingface/safetensors, section "Format"): eight bytes with the length
``n`` of the header as a little-endian integer, ``n`` bytes of JSON that name each tensor's type,
shape and place, then the tensors' bytes one after the other, little-endian, row-major.

The ``safetensors`` library reads what is written here and the other way round (the tests check
both). It is not used at run time, as its version 0.8 takes only matrices without gaps and gives
back copies. Measured with 763 MiB in padded rows, as training leaves them: writing takes 763 MiB
more memory and 3.7 s, here 6 MiB and 1.5 s; reading 762 MiB and 0.5 s, here, as a map, 0 and 1 ms.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.files.atomic import atomic_path
from firth.files.parsing import parse_json
from firth.values import reason, shown

_DTYPES: dict[str, np.dtype[Any]] = {
    "F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "F64": np.dtype("<f8"),
    "I8": np.dtype("i1"), "I32": np.dtype("<i4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1"),
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
#: What the matrices of firth's own models are.
FLOATS = ("F32", "F64")
# Data begin at a multiple of 64 bytes, so that mapped rows are aligned for vector instructions.
_ALIGNMENT = 64
# The library refuses longer headers; ours take some hundred bytes.
_LONGEST_HEADER = 100_000_000
_BLOCK_ROWS = 16_384


class Blocks(NamedTuple):
    """An array that is made piece by piece while it is written.

    Attributes
    ----------
    dtype : numpy.dtype
        Its type.
    shape : tuple of int
        Its shape.
    blocks : iterable of arrays
        Its rows in turn; of this type, and as many as the shape says.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    blocks: Iterable[NDArray[Any]]


def write_safetensors(
    path: str | Path,
    tensors: Mapping[str, NDArray[Any] | Blocks],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write matrices and vectors to one file and wait until they are on the disk.

    Parameters
    ----------
    path : str or Path
        The file; it appears whole, and one that is there and mapped stays so for who mapped it.
    tensors : mapping of str to (rows, columns) or (rows,) float16, float32, float64, int8, …
        Arrays by name; strided views and memory maps are written row by row, without a copy
        of the whole. Or `Blocks`, which need never be in memory as a whole.
    metadata : mapping of str to str, optional
        Free text to put into the header.

    Raises
    ------
    OSError
        The file cannot be written; what was there is as it was.
    """
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    begin = 0
    for name, tensor in tensors.items():
        end = begin + math.prod(tensor.shape) * tensor.dtype.itemsize
        header[name] = {
            "dtype": _NAMES[tensor.dtype.newbyteorder("<")],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
        begin = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-(8 + len(text)) % _ALIGNMENT)
    # Never into a file that is there: who has mapped it, such as this process, would be killed.
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for tensor in tensors.values():
            for rows in tensor.blocks if isinstance(tensor, Blocks) else _blocks(tensor):
                file.write(np.ascontiguousarray(rows, tensor.dtype.newbyteorder("<")).data)


def _blocks(tensor: NDArray[Any]) -> Iterable[NDArray[Any]]:
    # Vectors of some numbers may be as long as a matrix: they are cut by what they take.
    rows = _BLOCK_ROWS if tensor.ndim > 1 else _BLOCK_ROWS * 256
    return (tensor[start : start + rows] for start in range(0, len(tensor), rows))


def read_safetensors(
    path: str | Path, dtypes: Sequence[str] = FLOATS, *, vectors: bool = False
) -> dict[str, NDArray[Any]]:
    """Map the matrices of a file into memory, read-only; no row is read before it is used.

    Every figure of the header is checked against the length of the file first.

    Parameters
    ----------
    path : str or Path
        The file.
    dtypes : sequence of {"F16", "F32", "F64", "I8", "I32", "I64", "U8"}
        The types that its tensors may have.
    vectors : bool
        Tensors may have one axis, too; such a one may be empty.

    Returns
    -------
    dict of str to (rows, columns), or (rows,), of these types
        Arrays by name, plain ``numpy.ndarray`` that cannot be written.

    Raises
    ------
    FormatError
        The file is missing, cut short, or not safetensors with such tensors.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "vectors.safetensors"
    ...     write_safetensors(file, {"input": np.eye(2, dtype=np.float32)})
    ...     read_safetensors(file)["input"].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            return _map_tensors(path, file, dtypes, (1, 2) if vectors else (2,))
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror or error})") from error


def _map_tensors(
    path: Path, file: BinaryIO, dtypes: Sequence[str], axes: Sequence[int]
) -> dict[str, NDArray[Any]]:
    header, start, length = _read_header(path, file)
    tensors: dict[str, NDArray[Any]] = {}
    last = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, shape, begin, end = _check_entry(path, name, entry, dtypes, axes)
        if start + end > length:
            raise FormatError(
                f"{path}: tensor {shown(name)} ends at byte {start + end:,}, but the file has only "
                f"{length:,} bytes; it was cut short, copy or train it again"
            )
        last = max(last, end)
        if begin == end:  # nothing cannot be mapped
            tensors[name] = np.frombuffer(b"", dtype)
            continue
        mapped = np.memmap(file, dtype=dtype, mode="r", offset=start + begin, shape=shape)
        # A plain array, which keeps the map open: a memmap would pass its class on to results.
        tensors[name] = mapped.view(np.ndarray)
    if start + last != length:
        raise FormatError(
            f"{path}: the header describes {start + last:,} bytes, the file has {length:,}; "
            "it is damaged"
        )
    return tensors


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the free text in the header of a file, by name.

    Raises
    ------
    FormatError
        The file is missing, cut short, or not safetensors.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            metadata = _read_header(path, file)[0].get("__metadata__", {})
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not isinstance(metadata, dict):
        raise FormatError(f"{path}: __metadata__ is {type(metadata).__name__}, not an object")
    return metadata


def _read_header(path: Path, file: BinaryIO) -> tuple[dict[str, object], int, int]:
    length = os.fstat(file.fileno()).st_size
    prefix = file.read(8)
    size = int.from_bytes(prefix, "little")
    if len(prefix) < 8 or size > min(length - 8, _LONGEST_HEADER):
        found = f"a header of {size:,} bytes" if len(prefix) == 8 else "no header"
        raise FormatError(
            f"{path}: {found} in a file of {length:,} bytes; it is cut short or not safetensors"
        )
    text = file.read(size)
    try:
        header = parse_json(text)
    except ValueError as error:
        raise FormatError(f"{path}: the header at byte 8 is not JSON ({reason(error)})") from error
    if not isinstance(header, dict):
        raise FormatError(f"{path}: the header at byte 8 is {type(header).__name__}, not an object")
    return header, 8 + size, length


def _check_entry(
    path: Path, name: str, entry: object, dtypes: Sequence[str], axes: Sequence[int]
) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    where = f"{path}: tensor {shown(name)}"
    if not isinstance(entry, dict):
        raise FormatError(f"{where} is described by {shown(entry)}; expected an object")
    if entry.get("dtype") not in dtypes:
        raise FormatError(
            f"{where} has dtype {shown(entry.get('dtype'))}; expected {' or '.join(dtypes)}"
        )
    dtype = _DTYPES[entry["dtype"]]
    shape = _sizes(where, "shape", entry.get("shape"), axes)
    begin, end = _sizes(where, "data_offsets", entry.get("data_offsets"), (2,))
    if min(shape) < (len(shape) == 2):
        which = "both" if len(shape) == 2 else "it"
        raise FormatError(f"{where} has shape {list(shape)}; {which} must be 1 or more")
    needed = math.prod(shape) * dtype.itemsize
    if end - begin != needed:
        raise FormatError(
            f"{where}: shape {list(shape)} of {entry['dtype']} takes {needed:,} "
            f"bytes, but data_offsets {[begin, end]} hold {end - begin:,}"
        )
    return dtype, shape, begin, end


def _sizes(where: str, key: str, value: object, counts: Sequence[int]) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) and len(value) in counts else [None]
    if all(type(size) is int and size >= 0 for size in sizes):
        return tuple(sizes)
    many = "one or two" if 1 in counts else "two"
    raise FormatError(f"{where} has {key} {shown(value)}; expected {many} numbers of 0 or more")
