"""One numbering of all words, gathered from the dictionaries of many blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.word_table import GrowingTable, WordTableError
from firth.errors import CorpusError


class Lexicon:
    """Distinct words in order of first occurrence, with counts.

    Blocks bring small dictionaries; these wait until together they are as large as the lexicon,
    and are then merged into it at once. So every word is hashed about twice in all, without the
    interpreter's lock, and memory stays within about twice that of the distinct words. A Python
    ``dict`` would take ten times the memory and look up 1.7 million entries one by one.

    Where there is much to do, compiled code keeps one table instead. The dictionaries of 20 million
    words, a million of them distinct, are merged in .7 seconds so, and in 2.7 by Arrow (Zen 5).

    Parameters
    ----------
    kind : pyarrow.DataType, optional
        Of the words: strings, unless they may take 2 GiB and more.
    what : str
        What errors call the words.

    Attributes
    ----------
    words : pyarrow.StringArray
        (n,) distinct words, as of the last merge.
    counts : ndarray
        (n,) int64.

    Examples
    --------
    >>> lexicon = Lexicon()
    >>> lexicon.add(pa.array(["the", "cat"]), np.array([2, 1]))
    >>> lexicon.add(pa.array(["cat", "sat"]), np.array([1, 1]))
    >>> [places.tolist() for places in lexicon.merge()]
    [[0, 1], [1, 2]]
    >>> lexicon.counts
    array([2, 2, 1])
    """

    # Below this many waiting entries a merge is not worth its fixed cost.
    MERGE_FROM = 1 << 18

    def __init__(self, kind: Any = None, what: str = "words") -> None:
        self._words: Any = pa.array([], kind or pa.string())
        self._counts = np.zeros(0, np.int64)
        self._table: GrowingTable | None = None
        self._what = what
        self._waiting: list[tuple[Any, NDArray[np.int64]]] = []
        self._n_waiting = 0

    @property
    def words(self) -> Any:
        """The words."""
        return self._words if self._table is None else self._table.words

    @property
    def counts(self) -> NDArray[np.int64]:
        """Their counts."""
        return self._counts if self._table is None else self._table.counts

    @property
    def due(self) -> bool:
        """Whether enough waits for a merge."""
        if self._table is not None:
            return True
        return self._n_waiting >= max(self.MERGE_FROM, len(self._words))

    def add(self, dictionary: Any, counts: NDArray[np.int64]) -> None:
        """Take in a block's distinct words (k,) and how often each occurs there (k,)."""
        self._waiting.append((dictionary, counts))
        self._n_waiting += len(dictionary)

    def merge(self, compiled: bool = False) -> list[NDArray[np.int32]]:
        """Merge what waits.

        Parameters
        ----------
        compiled : bool
            Let compiled code do it, now and from now on.

        Returns
        -------
        list of ndarray
            For each block since the last merge, in order: (k,) int32, its words' places in `words`.
        """
        if compiled and self._table is None:
            table = GrowingTable(self._words.type)
            table.add(self._words, self._counts)
            self._table, self._words = table, None
        if not self._waiting:
            return []
        waiting, self._waiting, self._n_waiting = self._waiting, [], 0
        try:
            if self._table is None:
                return self._merge(waiting)
            return [self._table.add(*block) for block in waiting]
        except (pa.ArrowException, WordTableError) as error:
            raise CorpusError(
                f"the corpus has too many distinct {self._what}, more than {len(self.words):,} "
                f"({error}); is it read as it should be?"
            ) from error

    def _merge(self, waiting: list[tuple[Any, NDArray[np.int64]]]) -> list[NDArray[np.int32]]:
        dictionaries = [dictionary for dictionary, _ in waiting]
        merged = pa.concat_arrays([self._words, *dictionaries]).dictionary_encode()
        places = merged.indices.to_numpy()[len(self._words) :]
        counts = np.zeros(len(merged.dictionary), np.int64)
        counts[: len(self._counts)] = self._counts
        maps, start = [], 0
        for dictionary, block_counts in waiting:
            # A copy, so that the large array is freed when the maps have been written.
            place = places[start : start + len(dictionary)].astype(np.int32)
            counts[place] += block_counts  # the places of one block are distinct
            maps.append(place)
            start += len(dictionary)
        self._words, self._counts = merged.dictionary, counts
        return maps
