"""A trained model: vectors, vocabulary, settings and history, and the folder that holds them.

The native format is a folder of three files::

    vectors.safetensors   the matrices by name, each (rows, dim) of float32 or float64
    vocabulary.arrow      columns word (string) and count (int64), in the order of the rows
    config.json           what the rows of each matrix stand for, the settings, what the corpus was,
                          what made the model, the loss history, versions

Today's matrices are "input" (a row a word), "output" (a row a word, or a row an inner node of the
tree of hierarchical softmax) and, with subwords, "ngrams". Others need a name and no more. A model
that was saved with ``output_vectors=False`` has no "output": it answers all but predictions.

Nothing in it can run code. Vectors are mapped, not read, so a large model opens at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, Self, Unpack, overload

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from firth.config.peers import no_attribute, takes
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.wordlist import Word
from firth.errors import ConfigError
from firth.files.given import given_path
from firth.files.output import check_place
from firth.formats import model_folder, native
from firth.formats.model_folder import CURVE_SCHEMA, HISTORY_SCHEMA, About, Kept
from firth.values import Flag
from firth.vectors import FloatMatrix, Prediction, WordVectors
from firth.vectors.forms import form_of
from firth.vectors.html import as_html
from firth.vectors.matrix import as_array, read_only, settled
from firth.vectors.named import check_matrices, kinds_of, move_rows
from firth.vectors.predict import Predictor
from firth.vectors.scoring import SCORERS
from firth.vectors.unseen import COMPOSITIONS


class Model:
    """What training leaves: words, matrices by name, and how they came about.

    This constructor takes words in any order, each with its row; :meth:`from_vocabulary` takes a
    vocabulary, whose order is the order of the rows.

    Parameters
    ----------
    words : sequence of str
        The ``V`` different words, in the order of the rows. The model's own order is that of its
        vocabulary (most frequent first, then by word): rows move with their words.
    counts : (V,) whole numbers
        How often each word occurs, 1 or more. Where that is not known, a
        :class:`~firth.vectors.WordVectors` does without.
    matrices : mapping of str to (rows, dim) float32 or float64
        ``"input"``, the input (centre) vectors of the words, and others that there may be:
        ``"output"``, ``"ngrams"``. They are never written to. An array that can be written is
        copied, a read-only one is used as it is.
    config : mapping, optional
        The settings of the run by name, as JSON can hold them.
    rows : mapping of str to str, optional
        What the rows of a matrix stand for: ``"words"`` (where nothing is said), ``"nodes"`` (the
        V - 1 inner nodes of the tree of hierarchical softmax), ``"ngrams"`` (which give words
        never seen theirs, numbered as :func:`firth.corpus.ngrams.number_ngrams` does with the
        ``min_n``, ``max_n`` and ``buckets`` of `config`), or anything else.
    history : pyarrow.Table, optional
        One row an epoch (or part of one), with the columns of :data:`HISTORY_SCHEMA`: epoch
        (from 1), raw words done so far, mean loss in nats per pair (null if nothing was
        measured), learning rate at its end, raw words per second, held-out loss (null without
        validation).
    loss_curve : pyarrow.Table, optional
        Up to a hundred points along the run, however many epochs it has, with the columns of
        :data:`CURVE_SCHEMA`: raw words done so far, mean loss in nats per pair since the point
        before (of the first one, at 0 words: of vectors that know nothing), learning rate.
    corpus : mapping, optional
        What was trained on: ``n_tokens``, ``n_sentences``, ``fingerprint``.
    provenance : mapping, optional
        What made the model and decided its bits, such as the version of firth, the arithmetic of
        the processor, and how the text was read; as JSON can hold it.
    interrupted : bool
        Training was stopped before its end.
    former_rows : (V_before,) whole numbers, optional
        Of a model that went on from another: in which row each of the other's words is now. So
        ``vectors.matrix[former_rows]`` are the vectors in the rows that they had there.

    Raises
    ------
    FormatError
        Matrices and words do not fit together.
    ConfigError
        `words` is a Vocabulary; a count is below 1; or words have to move, and a matrix has rows
        that are no words, so that their order cannot be known.
    CorpusError
        There is no word, a word stands there twice, or words and counts differ in number.

    Examples
    --------
    >>> import tempfile
    >>> vectors = [[1, 0.5], [1, 0], [0, 1]]
    >>> model = Model(["queen", "king", "man"], [5, 9, 3], {"input": vectors})
    >>> model.vectors.words, model.vectors["queen"].tolist()
    (WordList(['king', 'queen', 'man'], 3 words), [1.0, 0.5])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(folder)
    ...     load(folder).vectors["man"].tolist()
    [0.0, 1.0]
    """

    def __init__(
        self,
        words: Sequence[str],
        counts: ArrayLike,
        matrices: Mapping[str, ArrayLike],
        config: Mapping[str, Any] | None = None,
        **about: Unpack[About],
    ) -> None:
        if isinstance(words, Vocabulary):
            raise ConfigError(
                "Model takes words and counts in the order of the rows; a Vocabulary has an order "
                "of its own. Give Model(words, counts, matrices), or, if row i belongs to the word "
                "with id i, Model.from_vocabulary(vocabulary, matrices)"
            )
        vocabulary = Vocabulary(words, counts)
        if len(vocabulary) != len(words):
            raise ConfigError("every count must be 1 or more: a word of the model occurs")
        if not isinstance(matrices, Mapping):
            raise ConfigError('matrices go by name: give {"input": matrix}')
        named = {name: as_array(matrix) for name, matrix in matrices.items()}
        check_matrices(len(vocabulary), named, about.get("rows"))
        order = np.argsort(vocabulary.ids(words))  # place, in `words`, of the word with each id
        if not np.array_equal(order, np.arange(len(order))):
            named = move_rows(order, named, about.get("rows"))
        self._set(vocabulary, {n: settled(matrix) for n, matrix in named.items()}, config, **about)

    @classmethod
    def from_vocabulary(
        cls,
        vocabulary: Vocabulary,
        matrices: Mapping[str, FloatMatrix],
        config: Mapping[str, Any] | None = None,
        **about: Unpack[About],
    ) -> Self:
        """Make a model of rows that are in the order of a vocabulary, as training leaves them.

        Parameters
        ----------
        vocabulary : Vocabulary
            The ``V`` words and their counts.
        matrices : mapping of str to (rows, dim) float32 or float64
            Row i of a matrix of words belongs to the word with id i. The arrays are given away:
            they are not copied, so whoever changes them later changes the model.
        config, about
            As for :class:`Model`: settings; rows, history, loss_curve, corpus, provenance,
            interrupted, former_rows.

        Raises
        ------
        FormatError
            Matrices and vocabulary do not fit together.

        Examples
        --------
        >>> import numpy as np
        >>> vocabulary = Vocabulary(["queen", "king"], [5, 9])
        >>> model = Model.from_vocabulary(vocabulary, {"input": np.eye(2)})
        >>> model.vectors[vocabulary.words[0]].tolist()
        [1.0, 0.0]
        """
        check_matrices(len(vocabulary), matrices, about.get("rows"))
        model = cls.__new__(cls)
        named = {name: read_only(matrix) for name, matrix in matrices.items()}
        model._set(vocabulary, named, config, **about)
        return model

    def _set(
        self,
        vocabulary: Vocabulary,
        matrices: dict[str, FloatMatrix],
        config: Mapping[str, Any] | None,
        rows: Mapping[str, str] | None = None,
        history: pa.Table | None = None,
        loss_curve: pa.Table | None = None,
        corpus: Mapping[str, Any] | None = None,
        provenance: Mapping[str, Any] | None = None,
        interrupted: bool = False,
        former_rows: ArrayLike | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.matrices: Mapping[str, FloatMatrix] = MappingProxyType(matrices)
        self.rows: Mapping[str, str] = MappingProxyType(kinds_of(matrices, rows))
        self.config: dict[str, Any] = dict(config or {})
        self.history = HISTORY_SCHEMA.empty_table() if history is None else history
        self.loss_curve = CURVE_SCHEMA.empty_table() if loss_curve is None else loss_curve
        self.corpus: dict[str, Any] = dict(corpus or {})
        self.provenance: dict[str, Any] = dict(provenance or {})
        self.interrupted = interrupted
        self.former_rows = native.former_rows(former_rows, len(vocabulary))
        self._form = form_of(self.provenance.get("reading"))
        compositions = (
            COMPOSITIONS[kind](vocabulary.words, matrices[name], self.config)
            for name, kind in self.rows.items()
            if kind in COMPOSITIONS
        )
        self._composition = next(compositions, None)
        self.vectors = WordVectors(
            vocabulary.words,
            matrices["input"],
            unseen=self._composition,
            normalize=self._form,
            counts=vocabulary.counts,
        )
        self._output_vectors: WordVectors | None = None
        self._predictor: Predictor | None = None

    @property
    def output_vectors(self) -> WordVectors:
        """The output (outside) vectors, as :class:`~firth.vectors.WordVectors`.

        Raises
        ------
        ConfigError
            Words have none: the rows of the output matrix are something else, or there is none.
        """
        if self._output_vectors is None:
            kind = self._output_rows()
            if kind != "words":
                raise ConfigError(
                    "words have no output vectors in this model: the rows of its output matrix "
                    f"(output_matrix) are {kind}"
                )
            words, form = self.vocabulary.words, self._form
            self._output_vectors = WordVectors(words, self.matrices["output"], normalize=form)
        return self._output_vectors

    def _output_rows(self) -> str:
        """Return what the rows of the output matrix stand for."""
        kind = self.rows.get("output")
        if kind is None:
            raise ConfigError(
                f"the model has no output vectors, only {', '.join(sorted(self.matrices))}: it was "
                "made or saved without them (output_vectors=False, --no-output-vectors); train "
                "again and save them too"
            )
        return kind

    @property
    def output_matrix(self) -> FloatMatrix | None:
        """The output matrix, (rows, dim), or None; ``rows["output"]`` says of what."""
        return self.matrices.get("output")

    @property
    def ngram_matrix(self) -> FloatMatrix | None:
        """Vectors of the character n-grams, (n, dim); None without subwords."""
        return self.matrices.get("ngrams")

    @overload
    def predict(
        self,
        context: Word | Sequence[Word],
        k: int = 10,
        *,
        exclude: Word | Iterable[Word] = (),
        exclude_context: bool = False,
        skip_unknown: bool = False,
    ) -> list[Prediction]: ...
    @overload
    def predict(
        self,
        context: Sequence[list[Any] | tuple[Any, ...] | NDArray[Any]] | NDArray[Any],
        k: int = 10,
        *,
        exclude: Word | Iterable[Word] = (),
        exclude_context: bool = False,
        skip_unknown: bool = False,
    ) -> list[list[Prediction]]: ...
    @takes
    def predict(
        self,
        context: Any,
        k: int = 10,
        *,
        exclude: Word | Iterable[Word] = (),
        exclude_context: bool = False,
        skip_unknown: bool = False,
    ) -> Any:
        """Predict words of a context: the word in a gap, the next item of a session.

        The hidden vector of the context is the mean of its words' input vectors (their sum with
        ``cbow_mean=False``); words are ranked by its product with their output vectors, or, with
        hierarchical softmax, by their probabilities. Where in the context a word stands, and in
        what order the words are, makes no difference.

        Parameters
        ----------
        context : word, sequence of words, or sequence of sequences of words
            One context, or many, which is far faster than one by one. A word that stands twice
            counts twice. With subwords, words never seen count too.
        k : int
            Answers wanted, 1 or more; fewer come back if there are no more.
        exclude : word or words
            What is never an answer, such as items that are sold out; it may hold words that the
            model does not have.
        exclude_context : bool
            A context's own words are no answers to it. By default they may be, as when gensim
            predicts, and as people come back to an item.
        skip_unknown : bool
            Leave out words that have no vector, as training does. By default they are an error, as
            they are where neighbours are asked for.

        Returns
        -------
        list of Prediction, or list of lists of Prediction
            ``(word, score, probability)``, best first, ties in the order of the vocabulary; a list
            for each context if there are many. The probability is among all words, those that are
            excluded too. With negative sampling there is none (None): its scores rank, and a
            softmax of them would not be a probability.

        Raises
        ------
        UnknownWordError
            A word has no vector; or, with `skip_unknown`, no word of a context has one.
        ConfigError
            `k` is below 1, a context is empty, or the model has no output vectors.
        FormatError
            Vectors hold NaN or infinity.

        Examples
        --------
        >>> matrices = {"input": np.eye(3, 2), "output": [[2, 0], [0, 1], [1, 1]]}
        >>> model = Model(["tea", "milk", "jam"], [3, 2, 1], matrices)
        >>> model.predict(["tea"], k=2)[0]
        Prediction(word='tea', score=2.0, probability=None)
        >>> [[found.word for found in answers] for answers in model.predict(
        ...     [["tea"], ["tea", "milk"]], k=2, exclude_context=True)]
        [['jam', 'milk'], ['jam']]
        """
        if self._predictor is None:
            kind = self._output_rows()
            if kind not in SCORERS:
                raise ConfigError(
                    f"words cannot be predicted: the rows of the model's output matrix are {kind}; "
                    f"they must be {' or '.join(SCORERS)}"
                )
            scorer = SCORERS[kind](self.vocabulary, self.matrices["output"], self.config)
            mean = self.config.get("cbow_mean", True) is not False
            self._predictor = Predictor(self.vectors, scorer, mean)
        return self._predictor(context, k, exclude, exclude_context, skip_unknown)

    if not TYPE_CHECKING:  # type checkers would take every name for right

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name)

    def __getitem__(self, key: object) -> NoReturn:
        raise TypeError(f"a Model is several matrices: write model.vectors[{key!r}]")

    def __contains__(self, word: object) -> NoReturn:
        raise TypeError(f"a Model is several matrices: write {word!r} in model.vectors")

    __iter__ = None  # else Python asks for [0], [1], ...

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to other processes, and be copied, as what it was made of."""
        kept = self._kept()
        return _remade, (type(self), kept._replace(matrices=dict(kept.matrices)))

    def __repr__(self) -> str:
        return f"<Model: {len(self.vectors):,} words, {self.vectors.dim} dimensions>"

    def _repr_html_(self) -> str:
        """Return a few facts, as notebooks show them."""
        losses = [loss for loss in self.history["loss"].to_pylist() if loss is not None]
        named = ("architecture", "objective", "unit", "window", "epochs", "min_count")
        facts = {
            "dimensions": self.vectors.dim,
            "matrices": ", ".join(sorted(self.matrices)),
            "tokens trained on": self.corpus.get("n_tokens"),
            "loss": f"{losses[-1]:.4f} nats a pair" if losses else None,
            **{name: self.config.get(name) for name in named},
            "stopped before its end": "yes" if self.interrupted else None,
        }
        return as_html(f"Model of {len(self.vectors):,} words", facts, self.vocabulary.words)

    def explore(self, other: Model | None = None, *, top: int = 10_000, height: int = 640) -> Any:
        """Show these words on a map below the cell of a notebook, with what can be asked of them.

        The same page as ``firth explore``: neighbours, analogies, named axes, two models beside
        each other. It asks nothing of any server.

        Parameters
        ----------
        other : Model, optional
            Another one, to be compared.
        top : int
            The first so many words of each: the notebook's file keeps them, about 140 bytes a word
            of 100 numbers.
        height : int
            Of the frame, in pixels.

        Returns
        -------
        firth.view.explorer.Frame
            What notebooks show.

        Raises
        ------
        ConfigError
            `top` is below 1, or the models have no words in common.

        Examples
        --------
        >>> model = Model(["cat", "dog"], [2, 1], {"input": [[1.0, 0.0], [1.0, 1.0]]})
        >>> model.explore()._repr_html_()[:15]
        '<iframe srcdoc='
        """
        # A door for people who hold a model; models know nothing of the room behind it.
        page = import_module("firth.view.explorer.page")
        return page.explore(self, other, top=top, height=height)

    def train_more(self, source: Any, **options: Any) -> Model:
        """Go on with a new text: a model of these words and its own.

        This model stays as it is. All its words stay in the new one, with what they have learnt;
        those that occur often enough in the new text are added, and counts are added up.

        Parameters
        ----------
        source : str, Path, list of these, iterable, Table or EncodedCorpus
            The new text, as for :func:`firth.train`.
        **options
            As for :func:`firth.train`, whose `start_from` this model is: ``freeze``, ``output``,
            ``epochs``, ``learning_rate``, … Settings that are not given are this model's.

        Returns
        -------
        Model
            Rows are in the order of the new counts: ask by word, or by ``former_rows``, which say
            in which row each word of this model is there.

        Raises
        ------
        ConfigError, CorpusError, TrainingError
            As :func:`firth.train`.

        Examples
        --------
        >>> import firth
        >>> quick = {"min_count": 1, "sample": 0.0, "threads": 1}
        >>> old = firth.train([["red", "apple"], ["green", "apple"]] * 50, dim=8, **quick)
        >>> new = old.train_more([["red", "pear"]] * 50, freeze="all", **quick)
        >>> "pear" in new.vectors, bool((new.vectors["apple"] == old.vectors["apple"]).all())
        (True, True)
        """
        # A door, as `explore` is.
        train = import_module("firth.api").train
        model: Model = train(source, start_from=self, **options)
        return model

    def save(self, folder: str | Path, *, output_vectors: bool = True) -> None:
        """Save to a folder that :func:`load` opens.

        The folder changes from the old model to the new at one moment: a failure before it leaves
        what was there, and who loads meanwhile gets one of the two, whole. Other files in it stay.

        Parameters
        ----------
        folder : str or Path
            A folder that does not exist, is empty, or holds a model of firth.
        output_vectors : bool
            Save the output matrix too. Without it a model takes about half the room (with subwords
            less is saved), and answers all but :meth:`predict` and :attr:`output_vectors`.

        Raises
        ------
        ConfigError
            The folder holds something else.
        SaveError
            It cannot be written; the model was saved beside it, and the message says where.
        """
        folder = given_path("folder", folder)
        check_place(folder)
        model_folder.refuse_strangers(folder)
        save_output(self, folder, output_vectors=output_vectors)

    def _kept(self) -> Kept:
        """Return all that it was made of."""
        about: Any = {name: getattr(self, name) for name in About.__annotations__}
        about["rows"] = dict(self.rows)
        return Kept(self.vocabulary, self.matrices, self.config, about)


def _remade(kind: type[Model], kept: Kept) -> Model:
    return kind.from_vocabulary(kept.vocabulary, kept.matrices, kept.config, **kept.about)


def load(folder: str | Path, *, check_values: bool = False) -> Model:
    """Open a saved model; its vectors are mapped from the file, not read.

    Parameters
    ----------
    folder : str or Path
        A folder written by :meth:`Model.save`.
    check_values : bool
        Read every value and refuse NaN and infinity; number the n-grams of a model of subwords and
        refuse another number of rows. Off by default, since it takes as long as reading the whole
        file; without it, n-grams are numbered when a word is first composed of them.

    Returns
    -------
    Model
        The model; its matrices are read-only.

    Raises
    ------
    FormatError
        The folder is not a model, is damaged, or was written by a newer firth; the message says
        what it is.
    ConfigError
        `folder` is no path, or names a user that there is not.
    """

    def make(kept: Kept) -> Model:
        model = _remade(Model, kept)
        if check_values and model._composition is not None:
            model._composition.check()
        return model

    return model_folder.read(given_path("folder", folder), make, check_values=check_values)


def save_output(model: Model, folder: str | Path, *, output_vectors: bool = True) -> None:
    """Save a model to a folder that was allowed before the training.

    :func:`~firth.formats.model_folder.check_output` allowed it. Unlike :meth:`Model.save` this does
    not ask again what else the folder holds: what has come there since stays, and nothing learnt is
    lost for its sake.

    Parameters
    ----------
    model : Model
        What has been learnt.
    folder : str or Path
        Where it goes.
    output_vectors : bool
        Save the output matrix too.

    Raises
    ------
    ConfigError
        `output_vectors` is neither True nor False.
    SaveError
        The folder cannot be written; the model was saved beside it, and the message says where.
    """
    kept = Flag().check("output_vectors", output_vectors)
    place = given_path("folder", folder)
    model_folder.save(place, model._kept(), left_out=() if kept else ("output",))
