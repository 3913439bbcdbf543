"""The two passes of encoding: number provisionally and count, then renumber by frequency."""

from __future__ import annotations

import hashlib
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.encoded import IDS, OFFSETS, VOCABULARY
from firth.corpus.gaps import Gaps
from firth.corpus.lexicon import Lexicon
from firth.corpus.numbered import Effort, Numbered, numbered
from firth.corpus.readers import Block
from firth.corpus.sources import Corpus
from firth.corpus.vocabulary import Vocabulary, nothing_left, rank_words
from firth.corpus.wordlist import WordList
from firth.errors import CorpusError, CorpusWarning

_T = TypeVar("_T")
_R = TypeVar("_R")

_SPILL_IDS, _SPILL_LENGTHS, _SPILL_PLACES = "spill.ids", "spill.lengths", "spill.places"


class EncodeProgress(NamedTuple):
    """How far encoding has come.

    Attributes
    ----------
    phase : str
        ``"group"`` (events are gathered; then tokens are rows), ``"read"`` (pass 1) or
        ``"number"`` (pass 2).
    n_tokens : int
        Tokens done in this phase.
    n_total : int or None
        Tokens to do; known in phase ``"number"`` only.
    """

    phase: str
    n_tokens: int
    n_total: int | None


class Job(NamedTuple):
    """What both passes need to know.

    Attributes
    ----------
    folder : Path
        Where to write.
    threads : int
        Blocks at once.
    block_bytes : int
        About how much text a block is.
    on_progress : callable or None
        The caller's.
    warnings : list of str
        What the caller was warned of; more is put there.
    foreign : list of OSError
        Errors of the caller's own code (an iterable, a tokenizer, a callback), which are not this
        disk's.
    """

    folder: Path
    threads: int
    block_bytes: int
    on_progress: Callable[[EncodeProgress], None] | None
    warnings: list[str]
    foreign: list[OSError]

    def report(self, phase: str, n_tokens: int, n_total: int | None) -> None:
        """Tell the caller how far this is."""
        if self.on_progress is not None:
            with self.outside():
                self.on_progress(EncodeProgress(phase, n_tokens, n_total))

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Run code of the caller's; note errors of the kind that the disk makes too."""
        try:
            yield
        except OSError as error:
            if not str(error.filename).startswith(str(self.folder)):
                self.foreign.append(error)
            raise

    def warn(self, text: str) -> None:
        """Warn the caller, and keep that."""
        self.warnings.append(text)
        warnings.warn(text, CorpusWarning, stacklevel=2)

    def blocks(self, corpus: Corpus) -> Iterator[Block]:
        """Read a corpus."""
        on_rows = partial(self.report, "group", n_total=None)
        blocks = corpus.blocks(self.block_bytes, self.folder, on_rows, self.warn)
        while True:
            with self.outside():
                block = next(blocks, None)
            if block is None:
                return
            yield block


class _Extent(NamedTuple):
    """How much of each spill file belongs to a block."""

    n_tokens: int
    n_rows: int
    n_places: int
    continues: bool


def number(corpus: Corpus, job: Job, min_count: int, max_vocabulary: int | None) -> dict[str, Any]:
    """Write ids, offsets and vocabulary of a corpus into the folder of a job.

    Returns
    -------
    dict
        ``n_words``, ``n_tokens``, ``n_counted``, ``n_raw_tokens``, ``n_sentences`` and
        ``fingerprint``, as `EncodedCorpus` has them.

    Raises
    ------
    CorpusError
        The input cannot be read, or no word is left.
    OSError
        The disk refuses, or the caller's own code has failed (then it is in ``job.foreign``).
    """
    folder = job.folder
    lexicon, extents, effort = Lexicon(), [], Effort(corpus.n_bytes or 0)
    n_read, integers, gaps = 0, True, Gaps()
    with (
        (folder / _SPILL_IDS).open("wb") as ids_file,
        (folder / _SPILL_LENGTHS).open("wb") as lengths_file,
        (folder / _SPILL_PLACES).open("wb") as places_file,
        _in_order(
            partial(_number, corpus, job, effort), effort.watch(job.blocks(corpus)), job.threads
        ) as results,
    ):
        for block in results:
            ids_file.write(block.ids.data)
            lengths_file.write(block.lengths.data)
            lexicon.add(block.dictionary, block.counts)
            extents.append(
                _Extent(len(block.ids), len(block.lengths), len(block.counts), block.continues)
            )
            if lexicon.due:
                places_file.writelines(places.data for places in lexicon.merge(effort.compiled))
            n_read += len(block.ids)
            integers = integers and (block.integers or not len(block.ids))
            gaps.add(block.gaps, block.source)
            job.report("read", n_read, None)
        places_file.writelines(places.data for places in lexicon.merge(effort.compiled))

    if gaps.warning:
        job.warn(gaps.warning)
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
        raise nothing_left(lexicon.words, counts, min_count)
    final = np.full(len(counts), -1, np.int32)
    final[rank] = np.arange(len(rank), dtype=np.int32)
    words = WordList(lexicon.words.take(pa.array(rank)), integers)
    vocabulary = Vocabulary(words, counts[rank])
    del lexicon, counts, rank, words

    digest, n_sentences = _renumber(job, extents, final, n_read)
    for name in (_SPILL_IDS, _SPILL_LENGTHS, _SPILL_PLACES):
        (folder / name).unlink()
    vocabulary.save(folder / VOCABULARY)
    digest.update(vocabulary.counts.astype("<i8").data)
    vocabulary.words.update(digest)
    return {
        "n_words": len(vocabulary),
        "n_tokens": vocabulary.total,
        "n_counted": vocabulary.total,
        "n_raw_tokens": n_raw,
        "n_sentences": n_sentences,
        "fingerprint": digest.hexdigest()[:32],
    }


def _number(corpus: Corpus, job: Job, effort: Effort, block: Block) -> Numbered:
    with job.outside():
        return numbered(corpus, block, effort.compiled)


def _renumber(
    job: Job, extents: list[_Extent], final: NDArray[np.int32], n_total: int
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

    with (
        (folder / IDS).open("wb") as ids_file,
        (folder / OFFSETS).open("wb") as offsets_file,
        _in_order(renumber, spilled(), job.threads) as renumbered,
    ):

        def write_offsets(offsets: NDArray[np.int64]) -> None:
            data = offsets.astype("<i8", copy=False).data
            offsets_file.write(data)
            offsets_digest.update(data)

        write_offsets(np.zeros(1, np.int64))
        for extent, ids, lengths in renumbered:
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


@contextmanager
def _in_order(
    function: Callable[[_T], _R], items: Iterable[_T], threads: int
) -> Iterator[Iterator[_R]]:
    """Map over items with several threads; results in order, few items in memory at a time.

    The threads end with the ``with`` block. They must not be left to a generator's end: the garbage
    collector may come to that in any thread, also in one that is just being started, and waiting
    for threads there never ends.
    """
    if threads == 1:
        yield map(function, items)
        return
    running: deque[Future[_R]] = deque()

    def results(pool: ThreadPoolExecutor) -> Iterator[_R]:
        for item in items:
            running.append(pool.submit(function, item))
            if len(running) > threads + 1:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()

    with ThreadPoolExecutor(threads, thread_name_prefix="firth-encode") as pool:
        try:
            yield results(pool)
        finally:
            for future in running:
                future.cancel()
