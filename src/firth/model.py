"""A trained model: vectors, vocabulary, settings and history, and the folder that holds them.

The native format is a folder of three files::

    vectors.safetensors   matrices "input" (V, dim) and "output" (V, dim; V - 1 rows with
                          hierarchical softmax), "ngrams" (n, dim) with subwords; float32 or float64
    vocabulary.arrow      columns word (string) and count (int64), in the order of the rows
    config.json           every setting, what the corpus was, the loss history, versions

Nothing in it can run code. Vectors are mapped, not read, so a large model opens at once.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, FormatError
from firth.files.output import CHECKPOINTS, check_place, check_writable, save_or_rescue
from firth.files.together import PathOf
from firth.formats import native
from firth.vectors import FloatMatrix, WordVectors
from firth.vectors.unseen import UnseenWords

HISTORY_SCHEMA = pa.schema(
    [
        ("epoch", pa.int64()),
        ("words", pa.int64()),
        ("loss", pa.float64()),
        ("learning_rate", pa.float64()),
        ("words_per_second", pa.float64()),
        ("validation_loss", pa.float64()),
    ]
)


class Model:
    """What training leaves.

    Parameters
    ----------
    vocabulary : Vocabulary
        The ``V`` words and their counts.
    input_matrix, output_matrix : (V, dim) float32 or float64
        Input (centre) and output (outside) vectors; may be memory maps. With hierarchical
        softmax the rows of the output matrix are the V - 1 inner nodes of its tree.
    config : mapping
        Every hyper-parameter by name, as JSON can hold it.
    history : pyarrow.Table, optional
        One row an epoch (or part of one), with the columns of :data:`HISTORY_SCHEMA`: epoch
        (from 1), raw words done so far, mean loss in nats per pair (null if nothing was
        measured), learning rate at its end, raw words per second, held-out loss (null without
        validation).
    corpus : mapping, optional
        What was trained on: ``n_tokens``, ``n_sentences``, ``fingerprint``.
    interrupted : bool
        Training was stopped before its end.
    ngram_matrix : (n, dim) float32 or float64, optional
        With subwords: vectors of the n-grams, which give words never seen theirs; numbered as
        :func:`firth.corpus.ngrams.number_ngrams` does with the ``min_n``, ``max_n`` and
        ``buckets`` of `config`.

    Raises
    ------
    FormatError
        Matrices and vocabulary do not fit together.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> vocabulary = Vocabulary(["king", "queen", "man"], [9, 5, 3])
    >>> matrix = np.array([[1, 0], [1, 0.5], [0, 1]], dtype=np.float32)
    >>> model = Model(vocabulary, matrix, np.zeros_like(matrix), {"dim": 2})
    >>> model.vectors.most_similar("king", k=1)[0][0]
    'queen'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(folder)
    ...     load(folder).vectors["man"].tolist()
    [0.0, 1.0]
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        input_matrix: FloatMatrix,
        output_matrix: FloatMatrix,
        config: Mapping[str, Any],
        *,
        history: pa.Table | None = None,
        corpus: Mapping[str, Any] | None = None,
        interrupted: bool = False,
        ngram_matrix: FloatMatrix | None = None,
    ) -> None:
        words = len(vocabulary.words)
        nodes = config.get("objective") == "hierarchical_softmax"
        for name, matrix, rows in (
            ("input", input_matrix, words),
            ("output", output_matrix, words - nodes),
        ):
            if matrix.ndim != 2 or matrix.shape[0] != rows:
                raise FormatError(
                    f"the {name} matrix has shape {matrix.shape}, the vocabulary {words:,} words; "
                    f"expected ({rows}, dim)"
                )
        for name, other in (("output", output_matrix), ("n-gram", ngram_matrix)):
            if other is not None and (other.ndim != 2 or other.shape[1] != input_matrix.shape[1]):
                raise FormatError(
                    f"the input matrix has shape {input_matrix.shape}, the {name} matrix "
                    f"{other.shape}; their columns must be equal in number"
                )
        self.vocabulary = vocabulary
        self._ngram_matrix = ngram_matrix
        self.vectors = WordVectors(
            vocabulary.words, input_matrix, unseen=_unseen(vocabulary, ngram_matrix, config)
        )
        self.config: dict[str, Any] = dict(config)
        self.history = HISTORY_SCHEMA.empty_table() if history is None else history
        self.corpus: dict[str, Any] = dict(corpus or {})
        self.interrupted = interrupted
        self._output_matrix = output_matrix
        self._output_vectors: WordVectors | None = None

    @property
    def output_vectors(self) -> WordVectors:
        """The output (outside) vectors, as :class:`~firth.vectors.WordVectors`.

        Raises
        ------
        ConfigError
            Words have none: the model was trained with hierarchical softmax.
        """
        if self._output_vectors is None:
            if len(self._output_matrix) != len(self.vocabulary.words):
                raise ConfigError(
                    "words have no output vectors in a model trained with hierarchical_softmax, "
                    "only the nodes of its tree (output_matrix); use negative_sampling or softmax"
                )
            self._output_vectors = WordVectors(self.vocabulary.words, self._output_matrix)
        return self._output_vectors

    @property
    def output_matrix(self) -> FloatMatrix:
        """The output matrix: a row a word, or a row an inner node with hierarchical softmax."""
        return self._output_matrix

    @property
    def ngram_matrix(self) -> FloatMatrix | None:
        """Vectors of the character n-grams, (n, dim); None without subwords."""
        return self._ngram_matrix

    def __repr__(self) -> str:
        return f"<Model: {len(self.vectors):,} words, {self.vectors.dim} dimensions>"

    def save(self, folder: str | Path) -> None:
        """Save to a folder that :func:`load` opens.

        The folder changes from the old model to the new at one moment: a failure before it leaves
        what was there, and who loads meanwhile gets one of the two, whole. Other files in it stay.

        Parameters
        ----------
        folder : str or Path
            A folder that does not exist, is empty, or holds a model of firth.

        Raises
        ------
        ConfigError
            The folder holds something else.
        SaveError
            It cannot be written; the model was saved beside it, and the message says where.
        """
        folder = Path(folder)
        check_place(folder)
        _refuse_strangers(folder)
        save_output(self, folder)

    def _write(self, path_of: PathOf, generation: str) -> None:
        vectors = path_of(native.VECTORS_FILE)
        native.write_vectors(vectors, self.vectors.matrix, self._output_matrix, self._ngram_matrix)
        self.vocabulary.save(path_of(native.VOCABULARY_FILE))
        native.write_description(
            path_of(native.CONFIG_FILE),
            {
                "generation": generation,
                "interrupted": self.interrupted,
                "config": self.config,
                "corpus": self.corpus,
                "history": self.history.to_pylist(),
            },
        )


def _unseen(
    vocabulary: Vocabulary, matrix: FloatMatrix | None, config: Mapping[str, Any]
) -> UnseenWords | None:
    if matrix is None:
        return None
    try:
        lengths = (int(config["min_n"]), int(config["max_n"]), int(config["buckets"]))
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            f"there are vectors of n-grams, but the settings lack whole numbers min_n, max_n and "
            f"buckets ({error})"
        ) from error
    return UnseenWords(vocabulary.words, matrix, *lengths)


def load(folder: str | Path, *, check_values: bool = False) -> Model:
    """Open a saved model; its vectors are mapped from the file, not read.

    Parameters
    ----------
    folder : str or Path
        A folder written by :meth:`Model.save`.
    check_values : bool
        Read every value and refuse NaN and infinity. Off by default, since it takes as long as
        reading the whole file.

    Returns
    -------
    Model
        The model; its matrices are read-only.

    Raises
    ------
    FormatError
        The folder is not a model, is damaged, or was written by a newer firth.
    """
    folder = Path(folder)
    return native.FILES.read(folder, lambda path_of: _load(folder, path_of, check_values))


def _load(folder: Path, path_of: PathOf, check_values: bool) -> Model:
    description = native.read_description(folder)
    vocabulary = native.read_vocabulary(path_of(native.VOCABULARY_FILE))
    inputs, outputs, ngram_matrix = native.read_vectors(
        path_of(native.VECTORS_FILE), check_values=check_values
    )
    dim = description["config"].get("dim", inputs.shape[1])
    if dim != inputs.shape[1]:
        raise FormatError(
            f"{folder}: {native.CONFIG_FILE} says dim {dim}, {native.VECTORS_FILE} has "
            f"{inputs.shape[1]} columns; the files are not of one model"
        )
    try:
        return Model(
            vocabulary,
            inputs,
            outputs,
            description["config"],
            history=pa.Table.from_pylist(description["history"], schema=HISTORY_SCHEMA),
            corpus=description["corpus"],
            interrupted=bool(description.get("interrupted", False)),
            ngram_matrix=ngram_matrix,
        )
    except (FormatError, ConfigError) as error:
        raise FormatError(f"{folder / native.VECTORS_FILE}: {error}") from error
    except (pa.ArrowException, TypeError, AttributeError) as error:
        file = folder / native.CONFIG_FILE
        raise FormatError(f"{file}: the history is not a list of rows ({error})") from error


def check_output(folder: str | Path) -> None:
    """Make sure that a model can be saved to `folder`, before training begins.

    Parameters
    ----------
    folder : str or Path
        Where the model is to go.

    Raises
    ------
    ConfigError
        It is a file, holds something other than a model of firth or checkpoints, or cannot be
        written.
    """
    folder = Path(folder)
    check_writable(folder)
    _refuse_strangers(folder)


def save_output(model: Model, folder: str | Path) -> None:
    """Save a model to a folder that :func:`check_output` has allowed before the training.

    Unlike :meth:`Model.save` it does not ask again what else the folder holds: what has come there
    since stays, and nothing learnt is lost for its sake.

    Parameters
    ----------
    model : Model
        What has been learnt.
    folder : str or Path
        Where it goes.

    Raises
    ------
    SaveError
        The folder cannot be written; the model was saved beside it, and the message says where.
    """

    def save(place: Path) -> None:
        if (place / native.CONFIG_FILE).exists() and not native.is_model(place):
            raise FileExistsError(
                errno.EEXIST, f"its {native.CONFIG_FILE} is not of a model of firth", str(place)
            )
        native.FILES.save(place, model._write)

    save_or_rescue(Path(folder), save)


def _refuse_strangers(folder: Path) -> None:
    if not folder.is_dir() or native.is_model(folder):
        return
    if not all(_ours(item.name) for item in folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty and holds no firth model; "
            "choose a new folder, so that nothing of yours is overwritten"
        )


def _ours(name: str) -> bool:
    """Tell whether a folder with a file of this name is as good as empty."""
    # The root of an ext4 volume holds lost+found from the beginning.
    return name in {CHECKPOINTS, "lost+found"} or native.FILES.is_leftover(name)
