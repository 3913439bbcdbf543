"""Documents' vectors in batches: room for their means, and how many of them have none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.documents.lookup import Lookup
from firth.documents.reading import Words
from firth.errors import CorpusWarning, FormatError
from firth.vectors import FloatMatrix, WordVectors


class EncodedDocuments(NamedTuple):
    """Some documents' vectors, in the order in which they came.

    Attributes
    ----------
    vectors : (n, dim) float32 or float64
        One a document; zeros if no word of it has a vector.
    n_known : (n,) int64
        How many of its words have one.
    n_words : (n,) int64
        How many words it has.
    texts : list of str or None
        The documents as they were, if that was asked for.
    """

    vectors: FloatMatrix
    n_known: NDArray[np.int64]
    n_words: NDArray[np.int64]
    texts: list[str] | None = None


class NoneKnown:
    """Counts documents, and those of which no word has a vector."""

    def __init__(self) -> None:
        self.n = self.n_empty = self.n_unknown = 0

    def add(self, batch: EncodedDocuments) -> None:
        """Count those of a batch."""
        none = batch.n_known == 0
        self.n += len(none)
        self.n_empty += int((batch.n_words == 0).sum())
        self.n_unknown += int((none & (batch.n_words > 0)).sum())

    @property
    def text(self) -> str | None:
        """Say how many there were; None if none."""
        if not self.n_empty + self.n_unknown:
            return None
        none = self.n_empty + self.n_unknown
        found = f"{none:,} of {n_documents(self.n)} got zeros: "
        parts = []
        if self.n_empty:
            parts.append(f"{self.n_empty:,} without a word")
        if self.n_unknown:
            parts.append(f"{self.n_unknown:,} without a word that has a vector")
        found += ", ".join(parts)
        if self.n_unknown and self.n_unknown + self.n_empty == self.n:
            found += (
                "; are they split and spelt as the text of the model was (tokenizer=, lowercase=; "
                "--tokenizer, --lowercase)?"
            )
        return found

    def warn(self) -> None:
        """Warn the caller's caller of them."""
        if self.text:
            warnings.warn(self.text, CorpusWarning, stacklevel=3)


def n_documents(n: int) -> str:
    """Write how many documents there are.

    >>> n_documents(1), n_documents(2000)
    ('1 document', '2,000 documents')
    """
    return f"{n:,} document{'s' * (n != 1)}"


class Batch:
    """Room for the means of some documents, filled one after the other.

    Attributes
    ----------
    n : int
        How many documents there are, with one that goes on.
    """

    def __init__(self, size: int, vectors: WordVectors) -> None:
        self._shape, self._dtype = (size, vectors.dim), vectors.matrix.dtype
        self._total, self._open_known = np.zeros(vectors.dim), np.zeros(1, np.int64)
        self._open_texts: list[str] = []
        self._continues = False
        self._clear()

    def _clear(self) -> None:
        # New arrays: who was given the old ones may keep them.
        self.n = 0
        self._texts: list[str] | None = None
        self._means = np.empty(self._shape, self._dtype)
        self._known, self._words = np.zeros((2, self._shape[0]), np.int64)

    @property
    def documents(self) -> EncodedDocuments:
        """What there is."""
        n, means = self.n, self._means[: self.n]
        if not np.isfinite(means).all():
            raise FormatError(
                "a vector of a word holds a value that is not a finite number, so that documents "
                "have no mean; train or convert the vectors again"
            )
        return EncodedDocuments(means, self._known[:n], self._words[:n], self._texts)

    def add(
        self, words: Words, weights: NDArray[np.float64], lookup: Lookup
    ) -> Iterator[EncodedDocuments]:
        """Add documents; yields what there is whenever that is all there is room for."""
        from firth.documents.kernels.means import mean_words

        first = at = 0
        while first < len(words.lengths):
            # A document that goes on is in the room already.
            begin = self.n - self._continues
            if begin == self._shape[0]:
                yield self.documents
                self._clear()
                begin = 0
            lengths = words.lengths[first : first + self._shape[0] - begin]
            last, end = first + len(lengths), begin + len(lengths)
            n = int(lengths.sum())
            self._continues = words.continues and last == len(words.lengths)
            mean_words(
                lookup.vectors.matrix, lookup.composed, words.places, weights,
                words.ids[at : at + n], lengths, self._continues, self._total, self._open_known,
                self._means[begin:end],
            )  # fmt: skip
            self._known[begin:end] += lengths
            self._words[begin:end] += words.n_words[first:last]
            if words.texts is not None:
                self._add_texts(words.texts[first:last])
            self.n, first, at = end, last, at + n

    def _add_texts(self, texts: list[str]) -> None:
        # A line may come in thousands of pieces: they are joined once.
        self._open_texts.append(texts[0])
        if len(texts) > 1 or not self._continues:
            kept = [] if self._texts is None else self._texts
            kept += ["".join(self._open_texts), *texts[1:]]
            self._texts = kept
            self._open_texts = [kept.pop()] if self._continues else []
