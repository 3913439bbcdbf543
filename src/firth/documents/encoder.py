"""Documents → vectors: means of the vectors of their words, plain or weighted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.corpus.letters import Form
from firth.documents.batch import Batch, EncodedDocuments, NoneKnown, n_documents
from firth.documents.lookup import Lookup
from firth.documents.reading import Tokenizer, WordReader
from firth.documents.weights import word_weights
from firth.errors import ConfigError, CorpusError
from firth.files.machine import one_blas_thread
from firth.model import Model
from firth.values import Flag, Real, Whole
from firth.vectors import FloatMatrix, WordVectors
from firth.vectors.components import SecondMoment
from firth.vectors.matrix import read_only

#: Numbers of a batch: 16 MB of float64.
_BATCH = 1 << 21


class DocumentEncoder:
    r"""Gives sentences and documents vectors, made of those of their words.

    The vector of a document :math:`d` is the weighted mean

    .. math:: v_d = \frac{1}{|d|} \sum_{w \in d} g(w)\, v_w,

    over the words of it that have vectors, as often as they occur. With ``weighting="mean"`` every
    :math:`g(w)` is 1; with ``"sif"`` it is :math:`a / (a + p(w))`, where :math:`p(w)` is the part
    of the model's text that is the word `w`, and what all documents have in common is taken away:
    :math:`v_d - \sum_c c\, c^T v_d`, for the first directions :math:`c` of the vectors of the
    documents that :meth:`fit` was given. From Arora, Liang and Ma, "A Simple but Tough-to-Beat
    Baseline for Sentence Embeddings", ICLR 2017, algorithm 1.

    Words that have no vector are left out; those that are composed of their n-grams (subwords,
    fastText's models) count, with p = 0.

    Parameters
    ----------
    vectors : Model or WordVectors
        A model knows how its text was read, and strings are read alike. For vectors alone, text is
        split at white space, unless the options say otherwise.
    weighting : {"mean", "sif"} or (V,) numbers
        How words count. ``"sif"`` needs to know how often words occurred. Or weights of one's own,
        one a word, such as :func:`inverse_document_frequencies` gives; words that are composed of
        their n-grams have the largest.
    a : float
        Of ``"sif"``; 1e-4 to 1e-3 in the paper. The smaller, the less frequent words count.
    remove : int, optional
        How many directions are taken away; 1 with ``"sif"``, 0 with ``"mean"``.
    unit : bool
        Bring the vectors of words to length 1 before.
    components : (remove, dim) numbers, optional
        The directions, such as ``components`` of another encoder; else :meth:`fit` finds them.
    tokenizer, lowercase, normalize
        How text is read, as for :func:`firth.open_corpus`, if not as the model's was.

    Attributes
    ----------
    components : (remove, dim) float64 or None
        The directions that are taken away, of length 1; None before :meth:`fit`.

    Raises
    ------
    ConfigError
        An option is out of range, or counts are needed and not known.

    Examples
    --------
    >>> vectors = WordVectors(
    ...     ["the", "cat", "dog"], [[1.0, 1.0], [3.0, 0.0], [0.0, 3.0]], counts=[8, 1, 1]
    ... )
    >>> DocumentEncoder(vectors).encode(["the cat", ["the", "dog", "barks"]]).tolist()
    [[2.0, 0.5], [0.5, 2.0]]
    >>> encoder = DocumentEncoder(vectors, weighting="sif", a=0.1)
    >>> found = encoder.fit(["the cat", "the dog", "the cat"]).encode(["the cat", "the dog"])
    >>> found.round(2).astype(float).round(2).tolist(), encoder.components.round(2).tolist()
    ([[0.02, -0.1], [-0.15, 0.76]], [[0.98, 0.2]])
    """

    def __init__(
        self,
        vectors: Model | WordVectors,
        *,
        weighting: str | ArrayLike = "mean",
        a: float = 1e-3,
        remove: int | None = None,
        unit: bool = False,
        components: ArrayLike | None = None,
        tokenizer: Tokenizer | None = None,
        lowercase: bool | str | None = None,
        normalize: Form | None = None,
    ) -> None:
        self.reader = WordReader(
            vectors, tokenizer=tokenizer, lowercase=lowercase, normalize=normalize
        )
        self.vectors = self.reader.vectors
        self.a: float = Real(0, open_ends=True).check("a", a)
        self._word_weights = word_weights(self.vectors, weighting, self.a)
        self.weighting = self._word_weights.name
        least = Whole(0, self.vectors.dim, optional=True).check("remove", remove)
        self.remove: int = int(self.weighting == "sif") if least is None else least
        self.unit = Flag().check("unit", unit)
        self.components: NDArray[np.float64] | None = None
        if components is not None:
            self.components = self._checked(components)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return self.vectors.dim

    def __repr__(self) -> str:
        fitted = ", fitted" if self.remove and self.components is not None else ""
        return f"<DocumentEncoder: {self.weighting}, {self.dim} dimensions{fitted}>"

    def encode(self, texts: Any) -> FloatMatrix:
        """Return the vectors of documents.

        Parameters
        ----------
        texts : iterable of str or of lists of words, column, table or Corpus
            One document an item or a row: a string is a text, which is read as that of the model
            was; a list holds words. For a file, ``firth.open_corpus(path)``.

        Returns
        -------
        (n, dim) float32, or float64 if the words' vectors are
            In the order of the documents; zeros for those without a word that has a vector.

        Raises
        ------
        ConfigError
            `texts` is one text, or directions are to be taken away that are not yet known.
        CorpusError
            An item is no document, or a file cannot be read.
        FormatError
            A word's vector holds a value that is not a finite number.

        Warns
        -----
        CorpusWarning
            Documents have no word that has a vector, with their number.
        """
        batches = list(self.batches(texts))
        said = NoneKnown()
        for batch in batches:
            said.add(batch)
        said.warn()
        return np.concatenate([self._empty(), *(batch.vectors for batch in batches)])

    def fit(self, texts: Any) -> Self:
        """Find the directions that are taken away, which the vectors of documents share.

        They are the first eigenvectors of the sum of :math:`v_d v_d^T`: the documents are read
        once, and need not fit into memory.

        Parameters
        ----------
        texts
            As for :meth:`encode`; some hundred, of the kind that is to be encoded.

        Returns
        -------
        DocumentEncoder
            This one.

        Raises
        ------
        CorpusError
            Fewer of the documents than directions have a word with a vector; and as in
            :meth:`encode`.
        """
        moment = SecondMoment(self.dim)
        for batch in self.raw_batches(texts):
            moment.add(batch.vectors)
        return self.fit_moment(moment)

    def fit_moment(self, moment: SecondMoment) -> Self:
        """Find the directions from vectors of :meth:`raw_batches` that are added up already."""
        if self.remove:
            if moment.n < self.remove:
                raise CorpusError(
                    f"{n_documents(moment.n)} with a word that has a vector; to find what they "
                    f"have in common takes {self.remove:,} or more (remove=0 takes nothing away)"
                )
            self.components = read_only(moment.components(self.remove))
        return self

    def fit_encode(self, texts: Any) -> FloatMatrix:
        """Return the vectors of documents, with what these themselves have in common taken away.

        The same as ``fit(texts).encode(texts)``, but the documents are read once.
        """
        batches, moment, said = [], SecondMoment(self.dim), NoneKnown()
        for batch in self.raw_batches(texts):
            moment.add(batch.vectors)
            said.add(batch)
            batches.append(batch.vectors)
        self.fit_moment(moment)
        said.warn()
        return np.concatenate([self._empty(), *(self.without_components(v) for v in batches)])

    def batches(self, texts: Any, *, keep_texts: bool = False) -> Iterator[EncodedDocuments]:
        """Encode documents without end: some thousands at a time are in memory.

        Parameters
        ----------
        texts
            As for :meth:`encode`.
        keep_texts : bool
            Give the documents back too.

        Yields
        ------
        EncodedDocuments
            The same number each time, fewer at the end.

        Examples
        --------
        >>> encoder = DocumentEncoder(WordVectors(["a"], [[1.0]]))
        >>> [(b.vectors.tolist(), b.texts) for b in encoder.batches(iter(["a"]), keep_texts=True)]
        [([[1.0]], ['a'])]
        """
        if self.remove and self.components is None:
            raise ConfigError(
                "what documents have in common is to be taken away, but it is not known yet: "
                "call fit(texts) before, or fit_encode(texts), or give remove=0"
            )
        for batch in self.raw_batches(texts, keep_texts=keep_texts):
            yield batch._replace(vectors=self.without_components(batch.vectors))

    def raw_batches(self, texts: Any, *, keep_texts: bool = False) -> Iterator[EncodedDocuments]:
        """Encode documents as :meth:`batches` does, but take nothing away."""
        size = max(1, _BATCH // self.dim)
        lookup = self.reader.lookup()
        batch = Batch(size, self.vectors)
        for words in self.reader.pieces(texts, lookup, keep_texts=keep_texts, forget=True):
            weights = self._weights(words.places, lookup)
            yield from batch.add(words, weights, lookup)
        if batch.n:
            yield batch.documents

    def without_components(self, vectors: FloatMatrix) -> FloatMatrix:
        """Take away from vectors, ``(n, dim)``, what documents have in common."""
        if not self.remove or self.components is None:
            return vectors
        rows = vectors.astype(np.float64)
        with one_blas_thread():  # thin: more threads would wait more than they compute
            rows -= (rows @ self.components.T) @ self.components
        dtype: Any = vectors.dtype
        found: FloatMatrix = rows.astype(dtype)
        return found

    def _weights(self, places: NDArray[np.int64], lookup: Lookup) -> NDArray[np.float64]:
        weights = self._word_weights.of(places)
        if self.unit:
            lengths = lookup.lengths(places)
            np.divide(weights, lengths, out=weights, where=lengths > 0)
        return weights

    def _empty(self) -> FloatMatrix:
        return np.empty((0, self.dim), self.vectors.matrix.dtype)

    def _checked(self, components: ArrayLike) -> NDArray[np.float64]:
        found = np.array(components, np.float64)
        if found.shape != (self.remove, self.dim) or not np.isfinite(found).all():
            raise ConfigError(
                f"components have shape {found.shape}; they must be {(self.remove, self.dim)} "
                "finite numbers, as another encoder of this model found them"
            )
        if not np.allclose(found @ found.T, np.eye(self.remove), atol=1e-6):
            raise ConfigError(
                "components must be of length 1 and at right angles to each other, as another "
                "encoder of this model found them"
            )
        return read_only(found)
