"""Soft cosine: bags of words are compared by how similar their words are, not only by the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.letters import Form
from firth.documents.bags import Bag, Bags, as_bags, bag_of, bags_of
from firth.documents.reading import Tokenizer, WordReader
from firth.files.machine import one_blas_thread
from firth.model import Model
from firth.values import Real
from firth.vectors import WordVectors

#: Numbers of what is worked on at once.
_BLOCK = 1 << 20


class SoftCosine:
    r"""Compares documents as bags of words, where different words may be alike.

    For documents with the counts :math:`x` and :math:`y`,

    .. math::

        \frac{x^T S y}{\sqrt{x^T S x}\,\sqrt{y^T S y}},
        \qquad S_{vw} = \max(0, \cos(v, w))^e \text{ if } \cos(v, w) > t, \text{ else } 0,

    and :math:`S_{ww} = 1`. From Sidorov, Gelbukh, Gómez-Adorno and Pinto, "Soft Similarity and Soft
    Cosine Measure", Computación y Sistemas 18(3), 2014, formula 7; the matrix from cosines is that
    of Charlet and Damnati, "SimBow at SemEval-2017 Task 3", 2017, section 2, with e = 2 and t = 0,
    the defaults of gensim's ``WordEmbeddingSimilarityIndex`` too. Nothing is left out of S, as
    gensim does by ``nonzero_limit``.

    Parameters
    ----------
    vectors : Model or WordVectors
        As for :class:`~firth.documents.DocumentEncoder`.
    threshold : float
        Cosines up to this count as 0; 0 to 1, where only the same words are alike.
    exponent : float
        The power that the others are raised to: the larger, the less words count that are hardly
        alike.
    tokenizer, lowercase, normalize
        How text is read, as for :func:`firth.open_corpus`, if not as the model's was.

    Raises
    ------
    ConfigError
        An option is out of range.

    Examples
    --------
    >>> vectors = WordVectors(["cat", "kitten", "car"], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> soft = SoftCosine(vectors)
    >>> round(soft.similarity("cat", "kitten"), 4), round(soft.similarity("cat car", "cat"), 4)
    (0.64, 0.7071)
    >>> soft.similarities("cat", ["cat", "kitten", "car", "no word of it"]).round(4).tolist()
    [1.0, 0.64, 0.0, 0.0]
    """

    def __init__(
        self,
        vectors: Model | WordVectors,
        *,
        threshold: float = 0.0,
        exponent: float = 2.0,
        tokenizer: Tokenizer | None = None,
        lowercase: bool | str | None = None,
        normalize: Form | None = None,
    ) -> None:
        self._reader = WordReader(
            vectors, tokenizer=tokenizer, lowercase=lowercase, normalize=normalize
        )
        self.vectors = self._reader.vectors
        self.threshold: float = Real(0, 1).check("threshold", threshold)
        self.exponent: float = Real(0).check("exponent", exponent)

    def bags(self, texts: Any) -> Bags:
        """Read documents once, to compare them with many others.

        Parameters
        ----------
        texts : iterable of str or of lists of words, column, table or Corpus
            One document an item or a row.
        """
        return bags_of(self._reader, texts, self._reader.lookup())

    def similarity(self, first: Any, second: Any) -> float:
        """Return the soft cosine of two documents, each a text or a list of words, 0 to 1.

        0 if one of them has no word that has a vector.
        """
        return float(self.similarities(first, [second])[0])

    def similarities(self, query: Any, texts: Any) -> NDArray[np.float64]:
        """Return the soft cosines of one document with each of many.

        Parameters
        ----------
        query : str or list of words
            The one.
        texts : as for :meth:`bags`, or what that returned
            The others.

        Returns
        -------
        (n,) float64
            0 to 1, in the order of the documents.
        """
        bags = bags_of(self._reader, texts, self._reader.lookup())
        asked = bag_of(self._reader, query, bags.lookup)
        with one_blas_thread():
            products = self._products(asked, bags)
            lengths = np.sqrt(self._squares(bags) * self._squares(as_bags(asked, bags.lookup)))
        return np.divide(products, lengths, out=np.zeros(bags.n), where=lengths > 0).clip(0, 1)

    def matrix(self, texts: Any) -> NDArray[np.float64]:
        """Return the soft cosines of all documents with all, ``(n, n)`` float64, symmetric."""
        bags = bags_of(self._reader, texts, self._reader.lookup())
        with one_blas_thread():  # thousands of small products
            squares = self._squares(bags)
            products = np.array([self._products(bags.bag(i), bags) for i in range(bags.n)])
        products = products.reshape(bags.n, bags.n)
        lengths = np.sqrt(np.outer(squares, squares))
        found = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
        both: NDArray[np.float64] = (found + found.T) / 2
        return both.clip(0, 1)

    def _products(self, asked: Bag, bags: Bags) -> NDArray[np.float64]:
        """Return x^T S y of one document with each of many, (n,)."""
        found = [np.zeros(0)]
        for group in bags.groups:
            alike = self._weighted(asked, group.different, bags)
            found.append(group.sums(group.counts * alike[group.which]))
        return np.concatenate(found)

    def _weighted(
        self, asked: Bag, different: NDArray[np.int64], bags: Bags
    ) -> NDArray[np.float64]:
        """Return x^T S for words, (u,): each by its similarity to those of a document."""
        pointing = bags.lookup.rows(asked.places, unit=True)
        found = np.empty(len(different))
        size = max(1, _BLOCK // max(self.vectors.dim, len(asked.places)))
        for start in range(0, len(different), size):
            places = different[start : start + size]
            cosines = pointing @ bags.lookup.rows(places, unit=True).T
            same = asked.places[:, np.newaxis] == places
            found[start : start + size] = asked.counts @ self._similar(cosines, same)
        return found

    def _similar(
        self, cosines: NDArray[np.float64], same: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Make entries of S of cosines; `same`: both are one word."""
        found = np.where(cosines > self.threshold, cosines.clip(0, 1) ** self.exponent, 0.0)
        found[np.broadcast_to(same, found.shape)] = 1.0
        return found

    def _squares(self, bags: Bags) -> NDArray[np.float64]:
        """Return x^T S x of every document, (n,): those with as many words are done at once."""
        found = np.zeros(bags.n)
        for size in np.unique(bags.sizes):
            if not size:
                continue
            step = max(1, _BLOCK // (size * max(size, self.vectors.dim)))
            documents = np.flatnonzero(bags.sizes == size)
            for start in range(0, len(documents), step):
                some = documents[start : start + step]
                at = bags.offsets[some][:, np.newaxis] + np.arange(size)
                rows = bags.lookup.rows(bags.places[at].ravel(), unit=True)
                pointing = rows.reshape(len(some), size, -1)
                similar = self._similar(
                    pointing @ pointing.transpose(0, 2, 1), np.eye(size, dtype=bool)
                )
                counts = bags.counts[at].astype(np.float64)
                found[some] = np.einsum("di,dij,dj->d", counts, similar, counts)
        return found
