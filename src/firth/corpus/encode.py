"""Text → numbered words on disk: read once, number provisionally, count, renumber.

Pass 1 (two threads or more): every block is tokenised and dictionary-encoded on its own; ids that
count within the block's dictionary go to a spill file, the dictionary into the `Lexicon`.
Pass 2: with all counts known, the block's numbers become ids in order of frequency.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.encoded import IDS, OFFSETS, VERSION, VOCABULARY, EncodedCorpus
from firth.corpus.lexicon import Lexicon
from firth.corpus.readers import BLOCK_BYTES, Block
from firth.corpus.sources import Corpus, open_corpus
from firth.corpus.vocabulary import Vocabulary, nothing_left, rank_words
from firth.errors import ConfigError, CorpusError, FormatError
from firth.files import cache as caching
from firth.files.places import cache_folder
from firth.files.usage import mention_size

_T = TypeVar("_T")
_R = TypeVar("_R")

_SPILL_IDS, _SPILL_LENGTHS, _SPILL_PLACES = "spill.ids", "spill.lengths", "spill.places"


class EncodeProgress(NamedTuple):
    """How far encoding has come.

    Attributes
    ----------
    phase : str
        ``"read"`` (pass 1) or ``"number"`` (pass 2).
    n_tokens : int
        Tokens done in this phase.
    n_total : int or None
        Tokens to do; known in phase ``"number"`` only.
    """

    phase: str
    n_tokens: int
    n_total: int | None


class _Job(NamedTuple):
    """What both passes need to know."""

    folder: Path
    threads: int
    block_bytes: int
    on_progress: Callable[[EncodeProgress], None] | None

    def report(self, phase: str, n_tokens: int, n_total: int | None) -> None:
        if self.on_progress is not None:
            self.on_progress(EncodeProgress(phase, n_tokens, n_total))


class _Numbered(NamedTuple):
    """A block's tokens as numbers of its own dictionary."""

    ids: NDArray[np.int32]
    lengths: NDArray[np.int64]
    dictionary: Any
    counts: NDArray[np.int64]
    continues: bool


class _Extent(NamedTuple):
    """How much of each spill file belongs to a block."""

    n_tokens: int
    n_rows: int
    n_places: int
    continues: bool


def encode(
    corpus: Any,
    *,
    min_count: int = 5,
    max_vocabulary: int | None = None,
    cache: str | Path | Literal[False] | None = None,
    threads: int | None = None,
    on_progress: Callable[[EncodeProgress], None] | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> EncodedCorpus:
    """Read a corpus once and write its ids and sentence ends to disk, or find them there.

    The result does not depend on the number of threads or the size of blocks. Memory does not grow
    with the length of the corpus, only with the number of distinct words.

    Parameters
    ----------
    corpus : Corpus, or whatever `open_corpus` takes
        The input.
    min_count : int
        Words that occur less often are left out; sentences left without a word are too.
    max_vocabulary : int, optional
        At most this many words, the most frequent.
    cache : str, Path, False or None
        A folder to keep the result in, under a key of the input's paths, sizes, times and of the
        options; None for the user's cache folder (see `firth cache`), False for a temporary folder.
        Pipes, objects in memory and tokenizers that are functions always go to a temporary folder,
        as they cannot be recognised again; so does everything if the user's cache folder cannot be
        written. The cache keeps the `MAX_ENTRIES` results used last, of `MAX_BYTES` at most; a
        `CacheWarning` says so when it first keeps more than 1 GB.
    threads : int, optional
        Blocks tokenised at once; by default as many as there are CPUs for this process.
    on_progress : callable, optional
        Called with an `EncodeProgress` after each block, in the calling thread.
    block_bytes : int
        About how much text a thread takes at a time.

    Returns
    -------
    EncodedCorpus
        The ids, offsets and vocabulary.

    Raises
    ------
    CorpusError
        The input cannot be read, holds no word, or none that occurs `min_count` times; or the
        result cannot be written.
    ConfigError
        An option is out of range.

    Examples
    --------
    >>> encoded = encode(["the cat sat".split(), "the mat".split()], min_count=1)
    >>> list(encoded.vocabulary.words), encoded.ids.tolist(), encoded.offsets.tolist()
    (['the', 'cat', 'mat', 'sat'], [0, 1, 3, 0, 2], [0, 3, 5])
    """
    corpus = open_corpus(corpus)
    threads = _cpus() if threads is None else threads
    for name, value in (
        ("min_count", min_count),
        ("max_vocabulary", max_vocabulary),
        ("threads", threads),
        ("block_bytes", block_bytes),
    ):
        if value is not None and value < 1:
            raise ConfigError(f"{name} is {value}; it must be 1 or more")

    root = Path(cache).expanduser() if cache else cache_folder("corpora")

    def identify() -> str | None:
        identity = None if cache is False or root is None else corpus.identity()
        # Arrow's version: its Unicode tables decide on letters and their lower case.
        options = [identity, min_count, max_vocabulary, VERSION, pa.__version__]
        return identity and hashlib.sha256(json.dumps(options).encode()).hexdigest()[:32]

    key = identify()
    if root is not None and key is not None:
        try:
            found = EncodedCorpus(root / key, reused=True)
            caching.touch(root / key)
            return found
        except FormatError:
            pass
    folder = None
    try:
        folder, kept = _working_folder(root, key, required=bool(cache))
        job = _Job(folder, threads, block_bytes, on_progress)
        _write(corpus, job, key, min_count, max_vocabulary)
        # A file that changed while it was read must not be found under its earlier identity.
        if root is not None and kept and key is not None and identify() == key:
            result = _publish(folder, root, key)
            caching.prune(root, key)
            mention_size(result.folder)
            return result
        return EncodedCorpus(folder, temporary=True)
    except BaseException as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise CorpusError(
                f"the encoded corpus cannot be written to {error.filename or folder or root}: "
                f"{error.strerror or error}; free some space, or choose another folder with "
                "cache= or FIRTH_CACHE_DIR"
            ) from error
        raise


def _working_folder(root: Path | None, key: str | None, *, required: bool) -> tuple[Path, bool]:
    if root is not None and key is not None:
        try:
            return caching.unfinished_folder(root, key), True
        except OSError:
            if required:
                raise
    return Path(tempfile.mkdtemp(prefix="firth-")), False


def _publish(folder: Path, root: Path, key: str) -> EncodedCorpus:
    for _ in range(8):
        try:
            return EncodedCorpus(caching.publish(folder, root, key))
        except FileExistsError:
            try:
                # Another process finished first. Replacing its files would take them from a third
                # that is just opening them.
                found = EncodedCorpus(root / key)
            except FormatError:
                caching.remove(root / key)
            else:
                shutil.rmtree(folder, ignore_errors=True)
                return found
    raise CorpusError(f"{root / key} is damaged and cannot be replaced; remove it")


def _write(
    corpus: Corpus, job: _Job, key: str | None, min_count: int, max_vocabulary: int | None
) -> None:
    folder = job.folder
    lexicon, extents = Lexicon(), []
    n_read = 0
    with (
        (folder / _SPILL_IDS).open("wb") as ids_file,
        (folder / _SPILL_LENGTHS).open("wb") as lengths_file,
        (folder / _SPILL_PLACES).open("wb") as places_file,
    ):
        blocks = corpus.blocks(job.block_bytes)
        for block in _in_order(lambda block: _number(corpus, block), blocks, job.threads):
            ids_file.write(block.ids.data)
            lengths_file.write(block.lengths.data)
            lexicon.add(block.dictionary, block.counts)
            extents.append(
                _Extent(len(block.ids), len(block.lengths), len(block.counts), block.continues)
            )
            if lexicon.due:
                places_file.writelines(places.data for places in lexicon.merge())
            n_read += len(block.ids)
            job.report("read", n_read, None)
        places_file.writelines(places.data for places in lexicon.merge())

    counts = lexicon.counts
    # Empty strings are what splitters leave at the ends of lines; they are no words.
    empty = lexicon.words.index("").as_py()
    if empty >= 0:
        counts[empty] = 0
    n_raw = int(counts.sum())
    if not n_raw:
        raise CorpusError(f"{corpus.name} holds no tokens: it is empty, or all white space")
    rank = rank_words(lexicon.words, counts, min_count, max_vocabulary)
    if not len(rank):
        raise nothing_left(counts, min_count)
    final = np.full(len(counts), -1, np.int32)
    final[rank] = np.arange(len(rank), dtype=np.int32)
    vocabulary = Vocabulary(lexicon.words.take(pa.array(rank)), counts[rank])
    del lexicon, counts, rank

    digest, n_sentences = _renumber(job, extents, final, n_read)
    for name in (_SPILL_IDS, _SPILL_LENGTHS, _SPILL_PLACES):
        (folder / name).unlink()
    vocabulary.save(folder / VOCABULARY)
    digest.update(vocabulary.counts.astype("<i8").data)
    for word in vocabulary.words:
        digest.update(word.encode() + b"\0")
    fingerprint = digest.hexdigest()[:32]
    facts = {
        "version": VERSION,
        "n_words": len(vocabulary),
        "n_tokens": vocabulary.total,
        "n_raw_tokens": n_raw,
        "n_sentences": n_sentences,
        "fingerprint": fingerprint,
        "source_fingerprint": key or fingerprint,
    }
    (folder / caching.MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _number(corpus: Corpus, block: Block) -> _Numbered:
    batch = corpus.tokenize(block)
    encoded = batch.tokens.dictionary_encode()
    ids = encoded.indices.to_numpy()
    counts = np.bincount(ids, minlength=len(encoded.dictionary))
    return _Numbered(ids, batch.lengths, encoded.dictionary, counts, batch.continues)


def _renumber(
    job: _Job, extents: list[_Extent], final: NDArray[np.int32], n_total: int
) -> tuple[Any, int]:
    folder = job.folder
    ids_digest, offsets_digest = hashlib.sha256(), hashlib.sha256()
    n_done = n_kept = n_sentences = unfinished = 0

    def renumber(
        spilled: tuple[_Extent, NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]],
    ) -> tuple[_Extent, NDArray[np.int32], NDArray[np.int64]]:
        extent, ids, lengths, places = spilled
        numbers = final[places][ids]
        kept = numbers >= 0
        before = np.zeros(len(kept) + 1, np.int64)
        np.cumsum(kept, out=before[1:])
        ends = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=ends[1:])
        return extent, numbers[kept].astype("<i4", copy=False), np.diff(before[ends])

    def spilled() -> Iterator[
        tuple[_Extent, NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]
    ]:
        with (
            (folder / _SPILL_IDS).open("rb") as ids_file,
            (folder / _SPILL_LENGTHS).open("rb") as lengths_file,
            (folder / _SPILL_PLACES).open("rb") as places_file,
        ):
            for extent in extents:
                yield (
                    extent,
                    np.fromfile(ids_file, np.int32, extent.n_tokens),
                    np.fromfile(lengths_file, np.int64, extent.n_rows),
                    np.fromfile(places_file, np.int32, extent.n_places),
                )

    with (folder / IDS).open("wb") as ids_file, (folder / OFFSETS).open("wb") as offsets_file:

        def write_offsets(offsets: NDArray[np.int64]) -> None:
            data = offsets.astype("<i8", copy=False).data
            offsets_file.write(data)
            offsets_digest.update(data)

        write_offsets(np.zeros(1, np.int64))
        for extent, ids, lengths in _in_order(renumber, spilled(), job.threads):
            ids_file.write(ids.data)
            ids_digest.update(ids.data)
            # A line that began in an earlier block goes on in the first row.
            lengths[:1] += unfinished
            unfinished = int(lengths[-1]) if extent.continues else 0
            whole = lengths[:-1] if extent.continues else lengths
            whole = whole[whole > 0]
            if len(whole):
                ends = np.cumsum(whole)
                write_offsets(n_kept + ends)
                n_kept += int(ends[-1])
                n_sentences += len(whole)
            n_done += extent.n_tokens
            job.report("number", n_done, n_total)
    digest = hashlib.sha256(ids_digest.digest() + offsets_digest.digest())
    return digest, n_sentences


def _in_order(function: Callable[[_T], _R], items: Iterable[_T], threads: int) -> Iterator[_R]:
    """Map over items with several threads; results in order, few items in memory at a time."""
    if threads == 1:
        yield from map(function, items)
        return
    running: deque[Future[_R]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="firth-encode") as pool:
        try:
            for item in items:
                running.append(pool.submit(function, item))
                if len(running) > threads + 1:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover (macOS, Windows)
