"""How much each word of a document counts: all alike, by how frequent it is, or as given."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.documents.reading import WordReader
from firth.errors import ConfigError
from firth.model import Model
from firth.values import Choice
from firth.vectors import WordVectors
from firth.vectors.matrix import read_only

WEIGHTINGS = {
    "mean": "every word counts the same",
    "sif": "smooth inverse frequency: a / (a + p(w)), so that frequent words count less",
}


class WordWeights(NamedTuple):
    """What each word counts.

    Attributes
    ----------
    name : str
        A name of `WEIGHTINGS`, or ``"weights"`` for those that were given.
    known : (V,) float64 or None
        Of the words that have a row; None if all count 1.
    unseen : float
        Of words that are composed of their n-grams.
    """

    name: str
    known: NDArray[np.float64] | None
    unseen: float = 1.0

    def of(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the weights at places of a :class:`~firth.documents.lookup.Lookup`; a copy."""
        found = np.full(len(places), self.unseen)
        if self.known is not None:
            rows = places < len(self.known)
            found[rows] = self.known[places[rows]]
        return found


def word_weights(vectors: WordVectors, weighting: str | ArrayLike, a: float) -> WordWeights:
    """Return what each word counts.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words.
    weighting : {"mean", "sif"} or (V,) numbers
        How; numbers, 0 or more, are one a word. The largest of them counts for words that are
        composed, as for the rarest.
    a : float
        Of ``"sif"``.

    Raises
    ------
    ConfigError
        Counts are needed and not known, or there is not one number of 0 or more for each word.

    Examples
    --------
    >>> vectors = WordVectors(["the", "cat"], [[1.0], [2.0]], counts=[9, 1])
    >>> word_weights(vectors, "sif", 0.1).known.round(2).tolist()
    [0.1, 0.5]
    """
    if isinstance(weighting, str) or not hasattr(weighting, "__len__"):
        name = Choice(WEIGHTINGS).check("weighting", weighting)
        known = a / (a + _frequencies(vectors)) if name == "sif" else None
        return WordWeights(name, known)
    given = np.asarray(weighting)
    if given.shape != (len(vectors),) or given.dtype.kind not in "fiu":
        raise ConfigError(
            f"weighting has shape {given.shape} and holds {given.dtype}; it must be one of "
            f"{', '.join(WEIGHTINGS)}, or ({len(vectors)},) numbers, one for each word"
        )
    if not np.isfinite(given).all() or (given < 0).any():
        raise ConfigError("a weight of a word is below 0, or not a finite number")
    # A copy, that nobody changes.
    numbers = read_only(np.array(given, np.float64))
    return WordWeights("weights", numbers, float(numbers.max(initial=0.0)))


def inverse_document_frequencies(
    vectors: Model | WordVectors, texts: Any, **reading: Any
) -> NDArray[np.float64]:
    r"""Return a weight for each word: the larger, the fewer documents it is in.

    .. math:: \ln\frac{1 + n}{1 + n_w} + 1

    for `n` documents, of which :math:`n_w` have the word `w`: that of scikit-learn's
    ``TfidfTransformer``. To be given to :class:`~firth.documents.DocumentEncoder` as `weighting`.

    Parameters
    ----------
    vectors : Model or WordVectors
        The ``V`` words.
    texts
        Documents, as :meth:`~firth.documents.DocumentEncoder.encode` takes them; read once, some
        thousands at a time.
    **reading
        `tokenizer`, `lowercase` and `normalize`, as for :class:`~firth.documents.DocumentEncoder`.

    Returns
    -------
    (V,) float64
        1 for a word that is in all documents, and more for all others.

    Examples
    --------
    >>> vectors = WordVectors(["the", "cat", "dog"], [[1.0], [2.0], [3.0]])
    >>> inverse_document_frequencies(vectors, ["the cat the", "the dog", "the"]).round(3).tolist()
    [1.0, 1.693, 1.693]
    """
    reader = WordReader(vectors, **reading)
    size = len(reader.vectors)
    within, n = np.zeros(size, np.int64), 0
    counted = np.empty(0, np.int64)  # words of a document that goes on in the next piece
    for words in reader.pieces(texts, reader.lookup(), forget=True):
        document = np.repeat(np.arange(len(words.lengths)), words.lengths)
        rows = words.places[words.ids]
        document, rows = document[rows < size], rows[rows < size]
        again = (document == 0) & np.isin(rows, counted)
        document, rows = np.unique(np.stack([document[~again], rows[~again]]), axis=1)
        within += np.bincount(rows, minlength=size)
        last = len(words.lengths) - 1
        counted = np.concatenate([counted if not last else counted[:0], rows[document == last]])
        counted = counted if words.continues else counted[:0]
        n += len(words.lengths) - words.continues
    return np.log((1 + n) / (1 + within)) + 1


def _frequencies(vectors: WordVectors) -> NDArray[np.float64]:
    """Return the part of all counted words that each is, ``(V,)``."""
    counts = vectors.counts
    total = 0 if counts is None else int(counts.sum())
    if counts is None or not total:
        raise ConfigError(
            "weighting is 'sif', which needs to know how often each word occurs, but these vectors "
            "have no counts: take those of a model that firth trained, or of a format that holds "
            'counts, or weighting="mean" (--weighting mean)'
        )
    return counts / total
