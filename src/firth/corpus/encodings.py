"""UTF-16 and UTF-32 with a byte-order mark → UTF-8, as a stream."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from firth.corpus.readers import Readable
from firth.errors import DecodeError

_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32-LE",  # begins as that of UTF-16 does
    codecs.BOM_UTF32_BE: "UTF-32-BE",
    codecs.BOM_UTF16_LE: "UTF-16-LE",
    codecs.BOM_UTF16_BE: "UTF-16-BE",
}


class Decoded:
    """A stream of UTF-16 or UTF-32 as UTF-8.

    Parameters
    ----------
    stream : Readable
        It begins with a mark.
    encoding : str
        Its encoding.
    mark : int
        How many bytes the mark has.
    errors : str
        ``"strict"`` or ``"replace"``.
    """

    def __init__(self, stream: Readable, encoding: str, mark: int, errors: str) -> None:
        self.name = stream.name
        self._stream, self._encoding = stream, encoding
        self._offset = len(stream.read(mark))
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._pieces = self._decode()

    def read(self, size: int) -> bytes:
        """Read about `size` bytes, and none only at the end.

        Raises
        ------
        DecodeError
            The bytes are not in the encoding; its offset counts bytes of the file.
        """
        self._size = size
        return next(self._pieces, b"")

    def _decode(self) -> Iterator[bytes]:
        ended = False
        while not ended:
            data = self._stream.read(self._size)
            ended = not data
            waiting = len(self._decoder.getstate()[0])
            try:
                text = self._decoder.decode(data, final=ended)
            except UnicodeDecodeError as error:
                offset = self._offset - waiting + error.start
                encoding = self._encoding[:-3]
                raise DecodeError(self.name, offset, error.reason, encoding) from error
            self._offset += len(data)
            if text:
                yield text.encode()


def as_utf8(stream: Readable, head: bytes, errors: str) -> Readable:
    r"""Decode a stream if it begins with a mark of UTF-16 or UTF-32.

    Parameters
    ----------
    stream : Readable
        Decompressed bytes.
    head : bytes
        The first of them, which are still to be read.
    errors : str
        ``"strict"`` or ``"replace"``.

    Returns
    -------
    Readable
        The stream itself, or its text in UTF-8.
    """
    for mark, encoding in _ENCODINGS.items():
        if head.startswith(mark):
            return Decoded(stream, encoding, len(mark), errors)
    return stream


def text_head(head: bytes) -> str:
    r"""Decode the first bytes of a text, with ``\n`` for every line end.

    >>> text_head("\ufeffthe\r\ncat\r".encode("utf-16-le"))
    'the\ncat\n'
    """
    encoding = "utf-8"
    for mark, name in _ENCODINGS.items():
        if head.startswith(mark):
            head, encoding = head[len(mark) :], name
            break
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")
