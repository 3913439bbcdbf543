"""Indices of neighbours that are kept between processes, and which of them can be trusted.

They are in the user's cache, not beside the vectors: a model's folder may come from somebody else,
and bytes of an index that somebody else wrote can do anything to the process that opens them. So
an index is taken only from a place where no other user can write
(:func:`firth.files.places.trusted_roots`), whatever a model's folder may hold. ::

    neighbors/<32 hex digits>/neighbors.faiss   the links, without the vectors
    neighbors/<32 hex digits>/neighbors.json    what they belong to, their checksum, recall

The digits are a digest of the vectors, the parameters and the version of faiss: other vectors have
another name, so that an index never meets vectors that it was not made of. The checksum is against
damage. What is damaged is removed and made again.

To read all vectors takes longer than to ask them something. So the record names the files in which
these vectors were seen, each by what the system says of it (size, times, number on the disk) and by
a sample of rows; a file about which all this is still so need not be read again.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth._version import __version__
from firth.files import cache
from firth.files.atomic import atomic_path
from firth.files.parsing import parse_json
from firth.files.places import KINDS, distrust, trusted_folder, trusted_roots
from firth.files.temporary import OwnedFolder
from firth.vectors.matrix import FloatMatrix

KIND = "neighbors"
RECORD = cache.MANIFESTS[KIND]
LINKS = "neighbors.faiss"
VERSION = 1

_BLOCK_BYTES = 1 << 24
_SAMPLED_ROWS = 64
# Files that a record remembers: copies of a model.
_MOST_FILES = 8
# A file that has changed so shortly ago may change again within one tick of its clock.
_SETTLED_NS = 2_000_000_000


class Wanted(NamedTuple):
    """What an index is made of, apart from the vectors."""

    m: int
    ef_construction: int
    faiss_version: str


class Found(NamedTuple):
    """An index that was kept, or why there is none.

    Attributes
    ----------
    digest : str
        Of the vectors.
    folder : Path or None
        Where it is.
    links : bytes
        What :meth:`firth.vectors.hnsw.Graph.to_bytes` returned; empty without a folder.
    record : dict
        What was said of it then.
    why_not : str
        Why an index has to be made again; empty if there was none.
    """

    digest: str
    folder: Path | None = None
    links: bytes = b""
    record: Mapping[str, Any] = {}
    why_not: str = ""


def digest_of(matrix: FloatMatrix) -> str:
    """Return SHA-256 of a matrix: its type, shape and bytes in the order of the rows.

    Examples
    --------
    >>> matrix = np.eye(3, dtype=np.float32)
    >>> digest_of(matrix) == digest_of(np.asfortranarray(matrix)), digest_of(matrix)[:8]
    (True, '570e8db8')
    """
    found = sha256(f"{matrix.dtype.name} {matrix.shape}".encode())
    step = max(1, _BLOCK_BYTES // max(1, matrix.shape[1] * matrix.itemsize))
    little = matrix.dtype.newbyteorder("<")
    for start in range(0, len(matrix), step):
        rows = matrix[start : start + step]
        found.update(np.ascontiguousarray(rows, dtype=little).data)
    return found.hexdigest()


def file_facts(matrix: FloatMatrix) -> dict[str, Any] | None:
    """Say which file a matrix is mapped from, and what can be told of it without reading all.

    Returns
    -------
    dict or None
        As JSON can hold it; None if the matrix is in memory, or its file has gone.
    """
    mapped: Any = matrix
    while mapped is not None and not isinstance(mapped, np.memmap):
        mapped = getattr(mapped, "base", None)
    if mapped is None or mapped.filename is None:
        return None
    try:
        status = Path(mapped.filename).stat()
    except OSError:
        return None
    # The path may lead to another file by now, so the rows are those of the map.
    places = np.linspace(0, len(matrix) - 1, min(len(matrix), _SAMPLED_ROWS)).astype(np.int64)
    return {
        "path": os.fspath(mapped.filename),
        "place": [
            matrix.ctypes.data - mapped.ctypes.data + mapped.offset,
            *matrix.shape,
            *matrix.strides,
            matrix.dtype.str,
        ],
        "system": [
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_ino,
            status.st_dev,
        ],
        "sample": digest_of(matrix[places]),
    }


def find(matrix: FloatMatrix, wanted: Wanted) -> Found:
    """Look for an index of these vectors; what is damaged is removed.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The vectors.
    wanted : Wanted
        What it should be made with.
    """
    facts = file_facts(matrix)
    others = _records()
    digest = None
    if facts is not None:
        digest = next((each["digest"] for each in others if facts in each["files"]), None)
    known = digest is not None
    if digest is None:
        digest = digest_of(matrix)
    key = _key(digest, wanted)
    for folder in _trusted(key):
        try:
            record = _read_record(folder)
            links = (folder / LINKS).read_bytes()
            if sha256(links).hexdigest() != record["sha256"] or record["digest"] != digest:
                raise ValueError("its checksum is another")
        except (OSError, ValueError) as error:
            return reject(Found(digest, folder), str(error))
        with suppress(OSError):
            if known:
                os.utime(folder / RECORD)
            elif facts is not None and _is_settled(facts) and facts == file_facts(matrix):
                files = [facts, *record["files"]][:_MOST_FILES]
                _write_record(folder, {**record, "files": files})
        return Found(digest, folder, links, record)
    return Found(digest, why_not=_why_not(digest, facts, wanted, others))


def reject(found: Found, why: str) -> Found:
    """Remove an index that turned out to be damaged; return that there is none."""
    assert found.folder is not None
    cache.remove(found.folder)
    return Found(found.digest, why_not=f"the index in {found.folder} was damaged ({why})")


def keep(
    matrix: FloatMatrix,
    digest: str,
    wanted: Wanted,
    links: bytes,
    about: Mapping[str, Any],
) -> Path | None:
    """Keep an index for later processes.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The vectors.
    digest : str
        Theirs, as :func:`find` gave it.
    wanted : Wanted
        What it was made with.
    links : bytes
        What :meth:`firth.vectors.hnsw.Graph.to_bytes` returned.
    about : mapping
        What else is to be remembered, as JSON can hold it.

    Returns
    -------
    Path or None
        Its folder; None if it cannot be kept anywhere.
    """
    place = trusted_folder(KIND, "temporary")
    if place is None:
        return None
    facts = file_facts(matrix)
    record = {
        "format": "firth-neighbors",
        "version": VERSION,
        "firth_version": __version__,
        "digest": digest,
        **wanted._asdict(),
        "words": len(matrix),
        "dim": matrix.shape[1],
        "sha256": sha256(links).hexdigest(),
        "files": [facts] if facts is not None and _is_settled(facts) else [],
        **about,
    }
    root, key = place.parent, _key(digest, wanted)
    owned = None
    try:
        owned = OwnedFolder(place)
        (owned.path / LINKS).write_bytes(links)
        _write_record(owned.path, record)
        return cache.publish(owned.path, root, key)
    except FileExistsError:  # another process was faster
        return root / key
    except OSError:  # a full disk: it serves this process all the same
        return None
    finally:
        if owned is not None:
            owned.remove()
        cache.prune(root, key, RECORD)


def amend(folder: Path, about: Mapping[str, Any]) -> None:
    """Put something else into the record of an index, if that can be written."""
    with suppress(OSError, ValueError):
        _write_record(folder, {**_read_record(folder), **about})


def _key(digest: str, wanted: Wanted) -> str:
    # The byte order is the machine's in faiss's files.
    made_of = [digest, *wanted, VERSION, sys.byteorder]
    return sha256(json.dumps(made_of).encode()).hexdigest()[:32]


def _trusted(name: str = "") -> Iterator[Path]:
    """Iterate over the folders of indices, or of one index, in which nobody else can write."""
    for root in trusted_roots():
        folder = root / KIND / name
        with suppress(OSError):
            if folder.is_dir() and distrust(folder, root) is None:
                yield folder


def _records() -> list[dict[str, Any]]:
    """Read what is said of all that is kept, the last used first."""
    found = []
    for root in _trusted():
        with suppress(OSError):
            names = [path.name for path in root.iterdir() if KINDS[KIND].fullmatch(path.name)]
            for folder in (folder for name in names for folder in _trusted(name)):
                with suppress(OSError, ValueError):
                    found.append(((folder / RECORD).stat().st_mtime, _read_record(folder)))
    return [record for _, record in sorted(found, key=lambda entry: entry[0], reverse=True)]


def _read_record(folder: Path) -> dict[str, Any]:
    """Read what is said of an index; ValueError if it is not firth's."""
    record = parse_json((folder / RECORD).read_bytes())
    kinds = {"digest": str, "sha256": str, "files": list, "faiss_version": str}
    if (
        not isinstance(record, dict)
        or record.get("version") != VERSION
        or not all(isinstance(record.get(name), kind) for name, kind in kinds.items())
        or not all(isinstance(file, dict) for file in record["files"])
    ):
        raise ValueError(f"{RECORD} does not describe it")
    return record


def _write_record(folder: Path, record: Mapping[str, Any]) -> None:
    with atomic_path(folder / RECORD) as path:
        path.write_text(json.dumps(record, indent=1), encoding="utf-8")


def _is_settled(facts: Mapping[str, Any]) -> bool:
    _, changed, renamed, *_ = facts["system"]
    settled: bool = time.time_ns() - max(changed, renamed) > _SETTLED_NS
    return settled


def _why_not(
    digest: str, facts: Mapping[str, Any] | None, wanted: Wanted, others: list[dict[str, Any]]
) -> str:
    for record in others:
        if record["digest"] == digest and record["faiss_version"] != wanted.faiss_version:
            return f"the index was made by faiss {record['faiss_version']}, and this is another"
    path = None if facts is None else facts["path"]
    for record in others:
        if record["digest"] != digest and any(file.get("path") == path for file in record["files"]):
            return f"the vectors in {path} are others than those that the index was made of"
    return ""
