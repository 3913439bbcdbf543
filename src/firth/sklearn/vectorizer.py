"""Documents → vectors: words are trained on them, and a document is a mean of its words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from firth.api import train
from firth.corpus import Corpus
from firth.documents import DocumentEncoder, inverse_document_frequencies
from firth.documents.weights import WEIGHTINGS
from firth.errors import ConfigError
from firth.files.given import given_path
from firth.formats import native
from firth.formats.reading import read_vectors
from firth.model import Model, load
from firth.sklearn.settings import given_options, keep, with_options
from firth.values import Choice, shown
from firth.vectors import FloatMatrix, WordVectors

if TYPE_CHECKING:
    from firth.config import TrainSettings
    from firth.corpus.letters import Form
    from firth.documents.reading import Tokenizer

_IDF = "inverse document frequency, in the documents that fit was given"


@with_options
class WordVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turns documents into vectors, made of those of their words, which :meth:`fit` trains.

    A document is the weighted mean of the vectors of its words; see
    :class:`firth.documents.DocumentEncoder`. Those without a word that has a vector get zeros, and
    a warning counts them.

    With a `random_state` the same documents give the same bits, at any number of threads. That is
    ``deterministic=True``, which takes about half as long again; with ``n_jobs=1`` a run can be
    repeated with ``deterministic=False`` too.

    Parameters
    ----------
    vectors : Model, WordVectors, str or Path, optional
        Vectors that are there already, or where they are saved, in any format; then nothing is
        trained, and options of training are refused. A path is not copied with the estimator.
    weighting : {"sif", "mean", "idf"}
        How words count: by smooth inverse frequency, all alike, or by inverse document frequency.
    a : float
        Of ``"sif"``: a word counts a / (a + p), where p is the part of all words that it is.
    remove : int, optional
        How many directions, which all documents have in common, are taken away; by default 1 with
        ``"sif"`` and 0 with the others.
    unit_length : bool
        Bring the vectors of words to length 1 before.
    tokenizer : {"whitespace", "unicode"} or callable, optional
        How strings are split into words; white space by default, or as the text of `vectors` was.
    lowercase : bool or {"tr", "az"}, optional
        Make letters small.
    normalize : {"NFC", "NFKC"}, optional
        Write text in this normal form of Unicode.
    random_state : int, RandomState or None
        The seed of training; None draws another one each time.
    n_jobs : int, optional
        Threads of training: 1 by default, -1 for all cores.
    verbose : bool
        Show the progress of training.
    **settings

    Attributes
    ----------
    model_ : Model
        What was trained; only if `vectors` were not given.
    vectors_ : WordVectors
        The vectors of the words.
    encoder_ : DocumentEncoder
        Makes vectors of documents.

    Raises
    ------
    TypeError
        A parameter has an unknown name; the message says what it may be called here.

    Examples
    --------
    >>> texts = ["the cat sat on the mat", "the dog sat on the rug"] * 50
    >>> vectorizer = WordVectorizer(dim=8, min_count=1, sample=0.0, epochs=5, random_state=0)
    >>> vectorizer.fit_transform(texts).shape
    (100, 8)
    >>> vectorizer.get_feature_names_out()[:2].tolist()
    ['wordvectorizer0', 'wordvectorizer1']
    """

    def __init__(
        self,
        *,
        vectors: Model | WordVectors | str | Path | None = None,
        weighting: str = "sif",
        a: float = 1e-3,
        remove: int | None = None,
        unit_length: bool = False,
        tokenizer: Tokenizer | None = None,
        lowercase: bool | str | None = None,
        normalize: Form | None = None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: bool = False,
        **settings: Unpack[TrainSettings],
    ) -> None:
        self.vectors = vectors
        self.weighting = weighting
        self.a = a
        self.remove = remove
        self.unit_length = unit_length
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.normalize = normalize
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        keep(self, settings)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train words on documents, and find what the documents have in common.

        Parameters
        ----------
        X : iterable of str or of lists of words, column, or Corpus
            One document an item: strings, lists of words, a column of a table of any library, or,
            for files, what :func:`firth.open_corpus` returns. A document is a sentence: no window
            reaches from one into the next.
        y : object
            Not used.

        Returns
        -------
        WordVectorizer
            This one.

        Raises
        ------
        ConfigError
            A parameter is out of range, or `X` is one text.
        CorpusError
            An item is no document, or nothing is left to train on.
        """
        self._fit(as_documents(X))
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> FloatMatrix:
        """Do :meth:`fit` and :meth:`transform`; what can be read once only is read once."""
        documents = as_documents(X)
        self._fit(documents)
        return self.encoder_.encode(_unread(documents))

    def transform(self, X: Any) -> FloatMatrix:
        """Return the vectors of documents, ``(n, dim)`` float32.

        Parameters
        ----------
        X
            As for :meth:`fit`.

        Warns
        -----
        CorpusWarning
            Documents have no word that has a vector.
        """
        check_is_fitted(self)
        return self.encoder_.encode(_unread(as_documents(X)))

    def _fit(self, documents: Any) -> None:
        named = Choice({**WEIGHTINGS, "idf": _IDF}).check("weighting", self.weighting)
        reading = {name: getattr(self, name) for name in ("tokenizer", "lowercase", "normalize")}
        found = self._given_vectors()
        if found is None:
            options = {**reading, **given_options(self)}
            found = self.model_ = train(_unread(documents), progress=bool(self.verbose), **options)
        elif hasattr(self, "model_"):
            del self.model_
        weighting: Any = named
        if named == "idf":
            weighting = inverse_document_frequencies(found, _unread(documents), **reading)
        how = {"weighting": weighting, "a": self.a, "unit": self.unit_length, **reading}
        encoder = DocumentEncoder(found, remove=self.remove, **how)
        if encoder.remove:
            encoder.fit(_unread(documents))
        self._made_of = found
        self._how = {**how, "remove": encoder.remove, "components": encoder.components}
        self._encoder = encoder

    @property
    def encoder_(self) -> DocumentEncoder:
        """Makes vectors of documents."""
        if not hasattr(self, "_encoder"):
            self._encoder = DocumentEncoder(self._made_of, **self._how)
        return self._encoder

    @property
    def vectors_(self) -> WordVectors:
        """The vectors of the words."""
        return self.encoder_.vectors

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is made of the rest: it holds the vectors once more."""
        state = dict(super().__getstate__())
        state.pop("_encoder", None)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there are vectors, trained or given."""
        return hasattr(self, "_made_of")

    def _given_vectors(self) -> Model | WordVectors | None:
        if self.vectors is None:
            return None
        trained = sorted(given_options(self).keys() - {"seed", "threads", "deterministic"})
        if trained:
            raise ConfigError(
                f"vectors are given, so that nothing is trained: leave out {', '.join(trained)}"
            )
        if isinstance(self.vectors, str | Path):
            place = given_path("vectors", self.vectors)
            # A model knows how its text was read.
            return load(place) if native.is_model(place) else read_vectors(place)
        return self.vectors

    @property
    def _n_features_out(self) -> int:
        return self.encoder_.dim

    def __sklearn_tags__(self) -> Any:
        """Say that this takes texts, one a row, and no matrix of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def as_documents(X: Any) -> Any:
    """Return documents that can be read more than once.

    Parameters
    ----------
    X : object
        Documents; an array with one column of them is that column, as pipelines hand it on.

    Raises
    ------
    ConfigError
        It is one text; an array with several columns; or a corpus that can be read only once.

    Examples
    --------
    >>> as_documents(iter(["a b", "c"])), as_documents(np.array([["a b"], ["c"]])).tolist()
    (['a b', 'c'], ['a b', 'c'])
    """
    if isinstance(X, str | bytes | Path):
        raise ConfigError(
            f"X is one {type(X).__name__}, {shown(X)}; give an iterable of documents, or, to read "
            "a file, firth.open_corpus(path)"
        )
    if isinstance(X, Corpus):
        if any(isinstance(source, Iterator) for source in X.inputs):
            raise ConfigError(
                "this corpus is of an iterator, which can be read once, but documents are read "
                "several times: give firth.open_corpus(list(...))"
            )
        return X
    if isinstance(X, np.ndarray) and X.ndim == 2:
        if X.shape[1] != 1:
            raise ConfigError(
                f"X is an array with {X.shape[1]:,} columns; documents are one column, of strings "
                "or of lists of words"
            )
        return X[:, 0]
    return list(X) if isinstance(X, Iterator) else X


def _unread(documents: Any) -> Any:
    """Return documents as :func:`firth.train` takes them: a list of strings would be of paths."""
    return iter(documents) if isinstance(documents, list | tuple) else documents
