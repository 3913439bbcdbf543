"""One file → blocks, by what its first bytes say that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from firth.corpus.archives import members
from firth.corpus.compression import ByteSource, is_regular, open_bytes
from firth.corpus.delimited import delimited_blocks
from firth.corpus.encodings import as_utf8, text_head
from firth.corpus.lookalikes import warning_for
from firth.corpus.readers import MAX_TOKEN_BYTES, Block, Readable, text_blocks
from firth.corpus.recognise import HEAD_BYTES, archive_kind, refuse_no_text
from firth.corpus.seekable import seekable
from firth.corpus.stores import File
from firth.corpus.tables import Columns, file_blocks, is_table
from firth.errors import CorpusError


class FileReader(NamedTuple):
    """How files are read.

    Attributes
    ----------
    columns : tuple of str
        Of tables; see `firth.corpus.tables.choose_columns`.
    errors : str
        ``"strict"`` or ``"replace"``.
    block_bytes : int
        How much to read at a time.
    warn : callable
        Gets the warnings.
    said : set of str
        Those that were given: each is, for the first file that calls for it.
    """

    columns: Columns
    errors: str
    block_bytes: int
    warn: Callable[[str], None]
    said: set[str]

    def blocks(self, path: File) -> Iterator[Block]:
        """Read a file, or standard input for ``"-"``.

        Yields
        ------
        Block
            In order.

        Raises
        ------
        CorpusError
            It cannot be read, is no text and no table, or has not the column.
        """
        with open_bytes(path) as stream:
            if kind := archive_kind(stream.peek(HEAD_BYTES)):
                for member in members(stream, path, kind):
                    yield from self._member_blocks(member)
            else:
                yield from self._file_blocks(stream, path)

    def _member_blocks(self, stream: ByteSource) -> Iterator[Block]:
        if archive_kind(stream.peek(HEAD_BYTES)):
            raise CorpusError(f"{stream.name} is an archive within an archive; unpack it first")
        yield from self._file_blocks(stream, None)

    def _file_blocks(self, stream: ByteSource, path: File | None) -> Iterator[Block]:
        head = stream.peek(HEAD_BYTES)
        if is_table(head):
            with seekable(stream, path) as file:
                yield from file_blocks(file, stream.name, head, self.columns)
        else:
            yield from self._text_blocks(stream, head, path)

    def _text_blocks(self, stream: ByteSource, head: bytes, path: File | None) -> Iterator[Block]:
        size = HEAD_BYTES
        while self.columns and b"\n" not in head and len(head) == size < MAX_TOKEN_BYTES:
            size *= 2  # the names or the first row of a table
            head = stream.peek(size)
        text, first, cut = as_utf8(stream, head, self.errors), text_head(head), len(head) == size
        if text is stream:
            refuse_no_text(stream.name, head)
        if self.columns:
            again = partial(_text_of, path) if path is not None and is_regular(path) else None
            yield from delimited_blocks(text, self.columns, first, cut, self.block_bytes, again)
            return
        if warning := warning_for(first, cut):
            self._warn(stream.name, warning)
        yield from text_blocks(text, self.block_bytes, on_nul=lambda o: self._warn_nul(text, o))

    def _warn_nul(self, stream: Readable, offset: int) -> None:
        self._warn(stream.name, f"holds NUL bytes, the first at byte {offset:,}: they are blanks")

    def _warn(self, name: str, text: str) -> None:
        kind = text.partition("(")[0][:30]  # before names and figures
        if kind not in self.said:
            self.said.add(kind)
            self.warn(f"{name} {text}")


@contextmanager
def _text_of(path: File) -> Iterator[Readable]:
    with open_bytes(path) as stream:
        yield as_utf8(stream, stream.peek(HEAD_BYTES), "replace")
