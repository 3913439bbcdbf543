"""A corpus as numbers, on disk: what training reads."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.ranges import Ranges, cut_ranges, pack_sentences
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.cache import MANIFEST
from firth.files.given import given_path
from firth.files.parsing import checked, parse_json
from firth.files.temporary import OwnedFolder
from firth.values import Whole, reason

IDS = "ids.int32"
OFFSETS = "offsets.int64"
VOCABULARY = "vocabulary.arrow"
VERSION = 6

_SENTENCES_AT_A_TIME = 1 << 16
#: What the manifest says.
_FACTS = {
    **dict.fromkeys(("n_words", "n_tokens", "n_raw_tokens", "n_sentences", "n_counted"), int),
    **dict.fromkeys(("fingerprint", "source_fingerprint"), str), "reading": dict, "warnings": list,
}  # fmt: skip


class _RangeFile:
    """Reads ranges of a file of little-endian numbers, from several threads."""

    def __init__(self, path: Path, dtype: str, length: int) -> None:
        self.dtype = np.dtype(dtype)
        self.length = length
        self.file = path.open("rb", buffering=0)
        size = os.fstat(self.file.fileno()).st_size
        if size != length * self.dtype.itemsize:
            self.file.close()
            raise FormatError(
                f"{path} is {size:,} bytes long; it should be {length * self.dtype.itemsize:,}"
            )
        self._lock = threading.Lock()

    def read(self, start: int, stop: int) -> NDArray[Any]:
        if not 0 <= start <= stop <= self.length:
            raise IndexError(f"range {start}:{stop} is not within 0:{self.length}")
        numbers = np.empty(stop - start, self.dtype)
        buffer = numbers.view(np.uint8).data
        position = start * self.dtype.itemsize
        while buffer:  # one call reads at most 2 GB
            count = self._read_at(buffer, position)
            if not count:
                raise FormatError(f"{self.file.name} has been cut off while in use")
            buffer = buffer[count:]
            position += count
        return numbers

    def _read_at(self, buffer: memoryview, position: int) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self.file.fileno(), [buffer], position)
        with self._lock:  # pragma: no cover (Windows)
            self.file.seek(position)
            return self.file.readinto(buffer) or 0

    def map(self) -> NDArray[Any]:
        return np.memmap(self.file, self.dtype, mode="r", shape=(self.length,))


def _discard(files: list[_RangeFile], owner: OwnedFolder | None) -> None:
    for file in files:
        file.file.close()
    if owner is not None:
        owner.remove()


class EncodedCorpus:
    """Sentences of word ids in two files: int32 ids, one after the other, and int64 offsets.

    Made by `encode`; `open` opens a folder that holds one. Use it as a context manager, or call
    `close`, to give up the files (and a temporary folder) early; otherwise that happens when it
    is no longer referenced. By pickle goes where the files are: another process reads the same
    ones, as long as they are there.

    Attributes
    ----------
    folder : Path
        Where the files are.
    vocabulary : Vocabulary
        The words behind the ids.
    n_tokens : int
        Tokens kept: those whose word is in the vocabulary.
    n_raw_tokens : int
        Tokens read.
    n_sentences : int
        Sentences with at least one token kept.
    fingerprint : str
        32 hex digits over words, counts, ids and sentence ends: equal for equal text and options,
        wherever the text came from. What a resumed training compares.
    source_fingerprint : str
        32 hex digits over what the system says about the input's files, and over the options; for
        input that has no files, the same as `fingerprint`.
    reading : dict
        How the text was read: what `Corpus.reading` has, such as ``tokenizer`` and ``lowercase``,
        and ``min_count`` and ``max_vocabulary``, as JSON can hold it.
    warnings : list of str
        What was said about the input when it was read; said again when it is found in the cache.
    reused : bool
        It was found in the cache and not made anew.
    """

    def __init__(
        self, folder: Path, *, reused: bool = False, owner: OwnedFolder | None = None
    ) -> None:
        self.folder = folder
        self.reused = reused
        try:
            facts = checked(parse_json((folder / MANIFEST).read_bytes()), {"version": int})
            if facts["version"] != VERSION:
                raise FormatError(
                    f"{folder} is of version {facts['version']}, not {VERSION}: encode it again"
                )
            facts = checked(facts, _FACTS)
        except (OSError, ValueError) as error:
            if isinstance(error, FormatError):
                raise
            raise FormatError(
                f"{folder} holds no encoded corpus: {MANIFEST}: {reason(error)}"
            ) from error
        self.n_tokens: int = facts["n_tokens"]
        self.n_raw_tokens: int = facts["n_raw_tokens"]
        self.n_sentences: int = facts["n_sentences"]
        self.fingerprint: str = facts["fingerprint"]
        self.source_fingerprint: str = facts["source_fingerprint"]
        self.reading: dict[str, Any] = facts["reading"]
        self.warnings = [str(text) for text in facts["warnings"]]
        n_words: int = facts["n_words"]
        self.vocabulary = Vocabulary.load(folder / VOCABULARY)
        if len(self.vocabulary) != n_words or self.vocabulary.total != facts["n_counted"]:
            raise FormatError(f"{folder}: vocabulary and ids do not belong together")
        files: list[_RangeFile] = []
        self._finalizer = weakref.finalize(self, _discard, files, owner)
        try:
            files.append(_RangeFile(folder / IDS, "<i4", self.n_tokens))
            files.append(_RangeFile(folder / OFFSETS, "<i8", self.n_sentences + 1))
        except OSError as error:
            raise FormatError(f"{folder} holds no encoded corpus ({reason(error)})") from error
        self._ids, self._offsets = files
        bounds = [int(self._offsets.read(at, at + 1)[0]) for at in (0, self.n_sentences)]
        if bounds != [0, self.n_tokens]:
            raise self._damaged(OFFSETS)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedCorpus:
        """Open a folder that `encode` has written.

        Raises
        ------
        FormatError
            It holds no encoded corpus, or a damaged one.
        """
        return cls(given_path("folder", folder), reused=True)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).open, (self.folder.absolute(),)

    def __repr__(self) -> str:
        return (
            f"EncodedCorpus({self.n_tokens:,} tokens in {self.n_sentences:,} sentences, "
            f"{len(self.vocabulary):,} words)"
        )

    def __enter__(self) -> EncodedCorpus:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files, and remove them if they are temporary; again does nothing."""
        self._finalizer()

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """(n_tokens,) int32, memory-mapped and read-only. Pages looked at count as memory."""
        return self._ids.map()

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """(n_sentences + 1,) int64, memory-mapped; sentence i: ``ids[offsets[i]:offsets[i+1]]``."""
        return self._offsets.map()

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Read a range of ids into a fresh array, by a plain file read.

        Unlike `ids`, this adds nothing to the memory of the process but the result, however long
        the corpus. Safe to call from several threads.

        Parameters
        ----------
        start, stop : int
            0 <= start <= stop <= n_tokens.

        Returns
        -------
        ndarray
            (stop - start,) int32.
        """
        ids: NDArray[np.int32] = self._ids.read(start, stop)
        # Kernels trust ids. Those below 0 are the largest without a sign: one look at each.
        if len(ids) and ids.view(np.uint32).max() >= len(self.vocabulary):
            raise self._damaged(IDS)
        return ids

    def read_offsets(self, start: int, stop: int) -> NDArray[np.int64]:
        """Read ``offsets[start:stop]`` into a fresh array, by a plain file read."""
        offsets: NDArray[np.int64] = self._offsets.read(start, stop)
        if len(offsets) and (
            offsets[0] < 0 or offsets[-1] > self.n_tokens or (offsets[1:] <= offsets[:-1]).any()
        ):
            raise self._damaged(OFFSETS)
        return offsets

    def _damaged(self, name: str) -> FormatError:
        return FormatError(
            f"{self.folder / name} is damaged: its numbers are beyond what there is; remove the "
            "folder, and the text is encoded again"
        )

    def sentences(self) -> Iterator[list[Any]]:
        """Iterate over the sentences as lists of words; words left out are missing from them."""
        words = self.vocabulary.words
        for first in range(0, self.n_sentences, 1024):
            offsets = self.read_offsets(first, min(first + 1024, self.n_sentences) + 1)
            ids = self.read(int(offsets[0]), int(offsets[-1]))
            tokens = WordList(words.array.take(ids), words.integers)[:]
            bounds = (offsets - offsets[0]).tolist()
            for start, stop in pairwise(bounds):
                yield tokens[start:stop]

    @property
    def longest(self) -> int:
        """Tokens of the longest sentence."""
        n, longest = self.n_sentences, 0
        for first in range(0, n, _SENTENCES_AT_A_TIME):
            offsets = self.read_offsets(first, min(first + _SENTENCES_AT_A_TIME, n) + 1)
            longest = max(longest, int(np.diff(offsets).max()))
        return longest

    def ranges(self, max_tokens: int) -> Ranges:
        """Divide the corpus into tasks, as :func:`firth.corpus.ranges.divide` does.

        Parameters
        ----------
        max_tokens : int
            The largest range, 1 or more.

        Returns
        -------
        Ranges
            Four (S,) arrays.

        Raises
        ------
        ConfigError
            `max_tokens` is below 1.
        """
        max_tokens = Whole(1).check("max_tokens", max_tokens)
        parts, first = [], 0
        while first < self.n_sentences:
            stop = min(first + _SENTENCES_AT_A_TIME, self.n_sentences)
            offsets = self.read_offsets(first, stop + 1)
            starts = pack_sentences(offsets, max_tokens)
            if stop < self.n_sentences and len(starts) > 2:
                # The last range may have room for sentences not yet looked at: start over with it.
                starts = starts[:-1]
            parts.append(cut_ranges(offsets, starts, max_tokens, first))
            first += int(starts[-1])
        return Ranges(*(np.concatenate(column) for column in zip(*parts, strict=True)))
