"""Text → blocks of rows, and what blocks are: pieces of text, or Arrow columns.

A block is what one worker tokenises at a time. Where blocks are cut never shows in the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from firth.corpus.compression import ByteSource
from firth.errors import CorpusError, DecodeError

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


class Block(NamedTuple):
    """A piece of the input.

    Attributes
    ----------
    source : str
        Where it is from, for messages.
    data : bytes or pyarrow.Array
        Text, one row a line; or an array of strings, or of lists of tokens.
    offset : int
        Byte offset of `data` in the decompressed text (0 for arrays).
    continues : bool
        The last row goes on in the next block.
    """

    source: str
    data: Any
    offset: int = 0
    continues: bool = False


def text_blocks(stream: ByteSource, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Cut a stream of text into blocks of whole lines.

    A line longer than a block is handed over in pieces, cut behind white space and marked
    `Block.continues`, so that memory stays bounded and no token is lost or halved.

    Parameters
    ----------
    stream : ByteSource
        Decompressed bytes.
    block_bytes : int
        How much to read at a time.

    Yields
    ------
    Block
        About `block_bytes` bytes; more only if one token is longer than that.
    """
    # A line may be as long as the file: what is held is put together once, not with every chunk.
    held: list[bytes] = []
    size, offset, open_line = 0, 0, False
    chunk = stream.read(block_bytes)
    if chunk.startswith(BOM):
        chunk, offset = chunk[len(BOM) :], len(BOM)
    while chunk:
        cut = chunk.rfind(b"\n") + 1
        whole = cut > 0
        if not whole and size + len(chunk) >= block_bytes:
            # White space of several bytes may have begun in the chunk before.
            before = held[-1][-2:] if held else b""
            cut = max(0, _behind_last_space(before + chunk) - len(before))
        if cut:
            data, open_line = b"".join([*held, chunk[:cut]]), not whole
            yield Block(stream.name, data, offset, open_line)
            offset += len(data)
            held, size, chunk = [], 0, chunk[cut:]
        held.append(chunk)
        size += len(chunk)
        if size > MAX_TOKEN_BYTES:
            raise CorpusError(
                f"{stream.name}: no white space for {MAX_TOKEN_BYTES:,} bytes from byte "
                f"{offset:,} on; is this a text file?"
            )
        chunk = stream.read(block_bytes)
    if size or open_line:
        # An open line must be closed, or the next file would go on with it.
        yield Block(stream.name, b"".join(held) or b"\n", offset)


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
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))


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
                f'{source}: text that is not valid UTF-8 ({error}); pass errors="replace" '
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
