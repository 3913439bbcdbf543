"""Text → numbered words on disk: read once, number provisionally, count, renumber.

Pass 1 (two threads or more): every block is tokenised and dictionary-encoded on its own; ids that
count within the block's dictionary go to a spill file, the dictionary into the `Lexicon`.
Pass 2: with all counts known, the block's numbers become ids in order of frequency.
`firth.corpus.numbering` has both; here is where the result is kept.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from unicodedata import unidata_version

import pyarrow as pa

from firth.corpus.encoded import VERSION, EncodedCorpus
from firth.corpus.numbering import EncodeProgress, Job, number
from firth.corpus.options import refuse_other_options
from firth.corpus.readers import BLOCK_BYTES
from firth.corpus.report import EncodeReport
from firth.corpus.sources import Corpus, open_corpus
from firth.corpus.vocabulary import limits
from firth.corpus.working import unwritable, working_folder
from firth.errors import CorpusError, CorpusWarning, FormatError
from firth.files import cache as caching
from firth.files.given import given_path
from firth.files.machine import available_cores
from firth.files.places import cache_folder
from firth.files.temporary import OwnedFolder, sweep
from firth.files.usage import mention_size
from firth.progress import ProgressDisplay, Style
from firth.values import Whole

DEFAULT_MIN_COUNT = 5


def encode(
    corpus: Any,
    *,
    min_count: int | None = None,
    max_vocabulary: int | None = None,
    cache: str | Path | Literal[False] | None = None,
    threads: int | None = None,
    progress: bool | Style = "auto",
    on_progress: Callable[[EncodeProgress], None] | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> EncodedCorpus:
    """Read a corpus once and write its ids and sentence ends to disk, or find them there.

    The result does not depend on the number of threads or the size of blocks. Memory does not grow
    with the length of the corpus, only with the number of distinct words.

    Parameters
    ----------
    corpus : Corpus, or whatever `open_corpus` takes
        The input. An `EncodedCorpus` is returned as it is, if the options allow that.
    min_count : int, optional
        Words that occur less often are left out; sentences left without a word are too. 5 by
        default.
    max_vocabulary : int, optional
        At most this many words, the most frequent.
    cache : str, Path, False or None
        A folder to keep the result in, under a key of what the system says about the input's files
        and of the options; None for the user's cache folder (see ``firth cache``); False to keep
        nothing. What is not kept is in a temporary folder of the same place, until it is closed. If
        its process is killed first, a later call removes it. Pipes, objects in memory and
        tokenizers that are functions are never kept, as they cannot be recognised again; nor is
        anything if the user's cache folder cannot be written. The cache keeps the `MAX_ENTRIES`
        results used last, of `MAX_BYTES` at most; a `CacheWarning` says so when it first keeps more
        than 1 GB.
    threads : int, optional
        Blocks tokenised at once; by default as many as there are cores for this process.
    progress : bool or {"auto", "live", "lines", "json"}
        Show how far it is on standard error, as :class:`~firth.progress.ProgressDisplay` does: by
        default on a terminal and in a notebook only.
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
        An option is out of range, or another than an `EncodedCorpus` was made with.

    Examples
    --------
    >>> encoded = encode(["the cat sat".split(), "the mat".split()], min_count=1)
    >>> list(encoded.vocabulary.words), encoded.ids.tolist(), encoded.offsets.tolist()
    (['the', 'cat', 'mat', 'sat'], [0, 1, 3, 0, 2], [0, 3, 5])
    """
    if isinstance(corpus, EncodedCorpus):
        asked = {"min_count": min_count, "max_vocabulary": max_vocabulary}
        refuse_other_options(asked, corpus.reading, "encoded")
        return corpus
    corpus = open_corpus(corpus)
    min_count = DEFAULT_MIN_COUNT if min_count is None else min_count
    min_count, max_vocabulary = limits(min_count, max_vocabulary)
    threads = Whole(1).check("threads", available_cores() if threads is None else threads)
    block_bytes = Whole(1).check("block_bytes", block_bytes)

    with ProgressDisplay(progress) as show:
        report = EncodeReport(show)

        def tell(step: EncodeProgress) -> None:
            report(step)
            if on_progress is not None:
                on_progress(step)

        encoded = _encode(corpus, min_count, max_vocabulary, cache, threads, tell, block_bytes)
        report.finish(encoded)
    return encoded


def _encode(
    corpus: Corpus,
    min_count: int,
    max_vocabulary: int | None,
    cache: str | Path | Literal[False] | None,
    threads: int,
    on_progress: Callable[[EncodeProgress], None],
    block_bytes: int,
) -> EncodedCorpus:
    root = given_path("cache", cache) if cache else cache_folder("corpora")

    def identify() -> str | None:
        identity = None if cache is False or root is None else corpus.identity()
        # The Unicode tables of Arrow and Python decide on letters and their lower case.
        tables = [pa.__version__, unidata_version]
        options = [identity, min_count, max_vocabulary, VERSION, *tables]
        return identity and hashlib.sha256(json.dumps(options).encode()).hexdigest()[:32]

    key = identify()
    if root is not None and key is not None:
        try:
            found = EncodedCorpus(root / key, reused=True)
            caching.touch(root / key)
            sweep(caching.temporary_place(root))
            for text in found.warnings:
                warnings.warn(text, CorpusWarning, stacklevel=2)
            return found
        except FormatError:
            pass
    owned = None
    foreign: list[OSError] = []
    try:
        owned = working_folder(cache)
        job = Job(owned.path, threads, block_bytes, on_progress, [], foreign)
        facts = number(corpus, job, min_count, max_vocabulary)
        facts["source_fingerprint"] = key or facts["fingerprint"]
        kept = {"min_count": min_count, "max_vocabulary": max_vocabulary}
        facts |= {"version": VERSION, "reading": corpus.reading | kept, "warnings": job.warnings}
        (owned.path / caching.MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        # A file that changed while it was read must not be found under its earlier identity.
        if root in owned.path.parents and key is not None and identify() == key:
            return _publish(owned, key)
        return EncodedCorpus(owned.path, owner=owned)
    except BaseException as error:
        if owned is not None:
            owned.remove()
        if isinstance(error, OSError) and error not in foreign:
            raise unwritable(error, owned.path if owned else None, bool(cache)) from error
        raise


def _publish(owned: OwnedFolder, key: str) -> EncodedCorpus:
    root = owned.path.parents[1]
    for _ in range(8):
        try:
            result = EncodedCorpus(caching.publish(owned.path, root, key))
            mention_size(result.folder)
        except FileExistsError:
            try:
                # Another process finished first. Replacing its files would take them from a third
                # that is just opening them.
                result = EncodedCorpus(root / key)
            except FormatError:
                caching.remove(root / key)
                continue
        owned.remove()
        caching.prune(root, key)
        return result
    raise CorpusError(f"{root / key} is damaged and cannot be replaced; remove it")
