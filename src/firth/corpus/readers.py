"""Text → blocks of rows, and what blocks are: pieces of text, or Arrow columns.

A block is what one worker tokenises at a time. Where blocks are cut never shows in the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.errors import CorpusError, DecodeError
from firth.values import reason

# 2 MB: 1, 2, 4 and 8 MB gave 10.4, 10.8, 10.4 and 9.4 million words/s on two cores that were
# shared with other work. Larger blocks cost memory, smaller ones repeat more words.
BLOCK_BYTES = 2 << 20
# Arrow counts bytes of a string array in 32 bits; half of that leaves room for lower-casing.
MAX_TOKEN_BYTES = 1 << 30
BOM = b"\xef\xbb\xbf"

# str.isspace, in UTF-8.
_SPACE = re.compile(
    rb"[\t-\r\x1c-\x20]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]"
    rb"|\xe2\x81\x9f|\xe3\x80\x80"
)


# Files with a mark each that were put together; some with nothing else in them.
_LINE_MARKS = re.compile(rb"([\r\n])(?:\xef\xbb\xbf)+")


class Readable(Protocol):
    """A stream of bytes with a name: `ByteSource`, or what decodes one."""

    name: str

    def read(self, size: int, /) -> bytes:
        """Read about `size` bytes; none only at the end."""


class Block(NamedTuple):
    """A piece of the input.

    Attributes
    ----------
    source : str
        Where it is from, for messages.
    data : bytes or pyarrow.Array
        Text in UTF-8, one row a line; or an array of strings, of lists of tokens, or of records.
    offset : int
        Byte offset of `data` in the decompressed text (0 for arrays).
    continues : bool
        The last row goes on in the next block.
    integers : bool
        The tokens are strings here, but were given as integers.
    """

    source: str
    data: Any
    offset: int = 0
    continues: bool = False
    integers: bool = False


def text_blocks(
    stream: Readable, block_bytes: int = BLOCK_BYTES, *, on_nul: Callable[[int], None] | None = None
) -> Iterator[Block]:
    r"""Cut a stream of text into blocks of whole lines.

    Lines end with ``\n``, ``\r\n`` or ``\r``. A line longer than a block is handed over in pieces,
    cut behind white space and marked `Block.continues`, so that memory stays bounded and no token
    is lost or halved. NUL bytes count as blanks.

    Parameters
    ----------
    stream : Readable
        Decompressed bytes, in UTF-8.
    block_bytes : int
        How much to read at a time.
    on_nul : callable, optional
        Called with the byte offset of the first NUL byte, if there is one.

    Yields
    ------
    Block
        About `block_bytes` bytes; more only if one token is longer than that.
    """
    # A line may be as long as the file: what is held is put together once, not with every chunk.
    held: list[bytes] = []
    size, offset, open_line = 0, 0, False
    for piece in _pieces(stream, block_bytes):
        chunk = piece
        if b"\0" in chunk:
            if on_nul is not None:
                on_nul(offset + size + chunk.index(b"\0"))
                on_nul = None
            chunk = chunk.replace(b"\0", b" ")
        # `_pieces` cuts no \r\n in two, so each \r in a chunk without \n ends a line.
        cut = (chunk.rfind(b"\n") + 1) or (chunk.rfind(b"\r") + 1)
        whole = cut > 0
        if not whole and size + len(chunk) >= block_bytes:
            # White space of several bytes may have begun in the chunk before.
            before = held[-1][-2:] if held else b""
            cut = max(0, _behind_last_space(before + chunk) - len(before))
        if cut:
            data = b"".join([*held, chunk[:cut]])
            text = data if open_line else without_marks(data)
            yield Block(stream.name, text, offset + len(data) - len(text), not whole)
            open_line = not whole
            offset += len(data)
            held, size, chunk = [], 0, chunk[cut:]
        held.append(chunk)
        size += len(chunk)
        if size > MAX_TOKEN_BYTES:
            raise CorpusError(
                f"{stream.name}: no white space for {MAX_TOKEN_BYTES:,} bytes from byte "
                f"{offset:,} on; is this a text file?"
            )
    data = b"".join(held)
    text = data if open_line else without_marks(data)
    if text or open_line:
        # An open line must be closed, or the next file would go on with it.
        yield Block(stream.name, text or b"\n", offset + len(data) - len(text))


def line_blocks(stream: Readable, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    r"""Cut a stream into pieces of whole lines, each ended by ``\n``, however long a line is.

    Raises
    ------
    CorpusError
        A line is longer than `MAX_TOKEN_BYTES`.
    """
    held: list[bytes] = []
    size = 0
    while chunk := stream.read(block_bytes):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield _LINE_MARKS.sub(rb"\1", without_marks(b"".join([*held, chunk[:cut]])))
            held, size, chunk = [], 0, chunk[cut:]
        held.append(chunk)
        size += len(chunk)
        if size > MAX_TOKEN_BYTES:
            raise CorpusError(f"{stream.name}: a line is longer than {MAX_TOKEN_BYTES:,} bytes")
    if rest := without_marks(b"".join(held)):
        yield rest


def without_marks(data: bytes) -> bytes:
    r"""Drop byte-order marks at the start of a line.

    >>> without_marks(b"\xef\xbb\xbfthe cat")
    b'the cat'
    """
    while data.startswith(BOM):
        data = data[len(BOM) :]
    return data


def _pieces(stream: Readable, size: int) -> Iterator[bytes]:
    r"""Read in pieces of about `size` bytes, none of which ends between ``\r`` and ``\n``."""
    kept = b""
    while data := stream.read(size):
        data = kept + data
        kept = b"\r" if data.endswith(b"\r") else b""
        if data := data.removesuffix(b"\r"):
            yield data
    if kept:
        yield kept


def _behind_last_space(data: bytes) -> int:
    # Almost always near the end: look there before looking everywhere.
    for begin in (max(0, len(data) - 4096), 0):
        end = 0
        for match in _SPACE.finditer(data, begin):
            end = match.end()
        if end:
            return end
    return 0


def text_rows(block: Block, errors: str) -> Any:
    r"""View a block of text as an Arrow array of its lines, without copying it.

    Each row keeps its line end, which every tokenizer takes for white space.

    Parameters
    ----------
    block : Block
        With bytes as data.
    errors : str
        ``"strict"`` or ``"replace"``.

    Returns
    -------
    pyarrow.StringArray
        (n_lines,) lines.

    Raises
    ------
    DecodeError
        The bytes are not UTF-8, and `errors` is ``"strict"``.

    Examples
    --------
    >>> text_rows(Block("f", b"a b\r\nc"), "strict").to_pylist()
    ['a b\r\n', 'c']
    """
    data: bytes = block.data
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            if errors == "strict":
                offset = block.offset + error.start
                raise DecodeError(block.source, offset, error.reason) from error
            data = data.decode(errors="replace").encode()
        # One at the start of the block is gone already, unless the block begins within a line.
        if BOM in data:
            data = _LINE_MARKS.sub(rb"\1", data)
    ends = _line_ends(data)
    if not len(ends) or ends[-1] < len(data):
        ends = np.append(ends, len(data))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))


def _line_ends(data: bytes) -> NDArray[np.int64]:
    characters = np.frombuffer(data, np.uint8)
    ends = characters == ord("\n")
    if b"\r" in data:
        ends[:-1] |= (characters[:-1] == ord("\r")) & (characters[1:] != ord("\n"))
        ends[-1] |= characters[-1] == ord("\r")
    return np.flatnonzero(ends) + 1


def as_strings(values: Any, source: str | Path, errors: str = "strict") -> Any:
    """Turn an Arrow array of strings of any kind, or of integers, into plain strings.

    Missing values become empty strings, which count for nothing.

    >>> as_strings(pa.array([7, None]), "numbers").to_pylist()
    ['7', '']
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise CorpusError(f"{source}: tokens of type {kind} are neither strings nor integers")
    if values.type != pa.string():
        # Whether it is UTF-8 is seen to below, with an error that says where.
        values = pc.cast(values, pa.string(), safe=False)
    try:
        values.validate(full=True)
    except pa.ArrowInvalid as error:
        if errors == "strict":
            raise CorpusError(
                f'{source}: text that is not valid UTF-8 ({reason(error)}); pass errors="replace" '
                "(--errors replace) to put U+FFFD in place of bad bytes"
            ) from error
        raw = values.cast(pa.binary()).to_pylist()
        values = pa.array([None if row is None else row.decode(errors="replace") for row in raw])
    return values.fill_null("") if values.null_count else values


def is_text(kind: Any) -> bool:
    """Whether an Arrow type is text: a string of any layout, or a dictionary of such.

    >>> is_text(pa.large_string()), is_text(pa.binary())
    (True, False)
    """
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
