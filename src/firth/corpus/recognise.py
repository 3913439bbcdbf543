"""What a file is, from its first bytes: an archive, text, or nothing to read.

A further kind of file that is no text is one entry of `NO_TEXT`.
"""

from __future__ import annotations

import codecs
import re
import tarfile
from typing import NamedTuple

from firth.errors import CorpusError

HEAD_BYTES = 1 << 16
"""How much of a file is looked at."""

_EXTRACT = "save its text to a file first"
_UNPACK = "unpack it first"
_LEAVE = "leave it out"
_SAVE = "save what it holds as text, Parquet or Arrow"


class Kind(NamedTuple):
    """A kind of file that cannot be read as text.

    Attributes
    ----------
    head : re.Pattern
        How it begins.
    what : str
        Its name, with an article.
    remedy : str
        What to do.
    """

    head: re.Pattern[bytes]
    what: str
    remedy: str


# What begins with letters only, as text may, must go on as no text does.
NO_TEXT = tuple(
    Kind(re.compile(head, re.DOTALL), what, remedy)
    for head, what, remedy in (
        (rb"%PDF-\d\.\d", "a PDF file", "extract its text first (pdftotext FILE)"),
        (rb"\x89PNG\r\n\x1a\n", "an image (PNG)", _LEAVE),
        (rb"\xff\xd8\xff", "an image (JPEG)", _LEAVE),
        (rb"GIF8[79]a.{0,16}[\x00-\x08]", "an image (GIF)", _LEAVE),
        (rb"BM.{4}\x00{4}", "an image (BMP)", _LEAVE),
        (rb"II\*\x00|MM\x00\*", "an image (TIFF)", _LEAVE),
        (rb"RIFF.{4}(?:WEBP|WAVE|AVI )", "an image, a sound or a film (RIFF)", _LEAVE),
        (rb"ID3[\x02-\x04]\x00|OggS\x00|fLaC\x00|.{4}ftyp.{4}\x00", "a sound or a film", _LEAVE),
        (
            rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an office file (.doc, .xls or .ppt)",
            _EXTRACT,
        ),
        (rb"\{\\rtf1", "a rich text file (RTF)", _EXTRACT),
        (rb"\x80[\x02-\x05][\x00-\xff]", "a Python pickle", _SAVE),
        (rb"\x93NUMPY", "a NumPy array", _SAVE),
        (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", _SAVE),
        (rb"SQLite format 3\x00", "a SQLite database", "save its table as CSV or Parquet"),
        (rb".{8}DUCK[\x00-\x08]", "a DuckDB database", "save its table as CSV or Parquet"),
        (rb"Obj\x01", "an Avro file", _SAVE),
        (rb".{6}\x00\x00\{\"", "a safetensors file", _LEAVE),
        (rb"\xba\x16\x4f\x2f", "a model of fastText", _LEAVE),
        (rb"\x7fELF|MZ.[\x00-\x08]|[\xcf\xce]\xfa\xed\xfe", "a program", _LEAVE),
        (rb"\xca\xfe\xba\xbe|\x00asm", "a program", _LEAVE),
        (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
        (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
        (rb"\x04\x22\x4d\x18|\x1f[\x9d\xa0]|LZIP\x01", "compressed in a way unknown here", _UNPACK),
    )
)

# Characters that stand in no text: all control characters but white space and escape.
_CONTROL = bytes([*range(0x09), *range(0x0E, 0x1B), 0x7F])
_NUL_SHARE, _CONTROL_SHARE = 0.02, 0.02


def archive_kind(head: bytes) -> str | None:
    r"""Name the kind of archive that begins so, if it is one.

    >>> archive_kind(b"PK\x03\x04\x14\x00"), archive_kind(b"PK is a key")
    ('zip', None)
    """
    if re.match(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", head):
        return "zip"
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "replace")  # checks the sum
    except (tarfile.HeaderError, ValueError):
        return None
    return "tar"


def refuse_no_text(name: str, head: bytes) -> None:
    r"""Refuse what is no text, and say what it is.

    Parameters
    ----------
    name : str
        What messages call the file.
    head : bytes
        Its first bytes, decompressed, up to `HEAD_BYTES`.

    Raises
    ------
    CorpusError
        It is a PDF, an image, a program, binary data, UTF-16 without a mark, …

    Examples
    --------
    >>> refuse_no_text("f", b"text\n")
    >>> refuse_no_text("f", b"%PDF-1.7\n")
    Traceback (most recent call last):
    ...
    firth.errors.CorpusError: f is a PDF file and no text; extract its text first (pdftotext FILE)
    """
    for kind in NO_TEXT:
        if kind.head.match(head):
            raise CorpusError(f"{name} is {kind.what} and no text; {kind.remedy}")
    if encoding := _unmarked_encoding(head):
        raise CorpusError(
            f"{name} seems to be {encoding} without a byte-order mark; convert it to UTF-8 "
            f"(iconv -f {encoding} -t UTF-8 FILE)"
        )
    nul, control = head.count(b"\0"), len(head) - len(head.translate(None, _CONTROL))
    if control == nul and nul > _NUL_SHARE * len(head) and _is_utf8(head):
        raise CorpusError(
            f"{name}: {nul:,} of the first {len(head):,} bytes are NUL; if they stand between its "
            "parts, put line ends in their place (tr '\\0' '\\n' < FILE)"
        )
    if nul > _NUL_SHARE * len(head) or (
        control > _CONTROL_SHARE * len(head) and not _is_utf8(head)
    ):
        raise CorpusError(
            f"{name} is binary data of an unknown kind and no text: {control:,} of its first "
            f"{len(head):,} bytes are control characters; {_SAVE}, or {_LEAVE}"
        )


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_encoding(head: bytes) -> str | None:
    """Guess UTF-16 or UTF-32 without a mark: NULs in the high bytes of blanks and line ends."""
    if b"\0" not in head:
        return None
    for encoding, step, low in (
        ("UTF-32LE", 4, 0),
        ("UTF-32BE", 4, 3),
        ("UTF-16LE", 2, 0),
        ("UTF-16BE", 2, 1),
    ):
        usable = head[: len(head) // step * step]
        characters = [usable[byte::step] for byte in range(step)]
        first, rest = characters[low], characters[:low] + characters[low + 1 :]
        ascii_like = sum(all(not part[i] for part in rest) for i in range(len(first)))
        if not ascii_like or b"\0" in first:
            continue
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(usable)
        except UnicodeDecodeError:
            continue
        if ascii_like > len(first) // 2 or (not _is_utf8(head) and re.search(r"[ \n]", text)):
            return encoding
    return None
