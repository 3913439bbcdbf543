"""``firth.train``: a corpus in, a model out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from firth.api.reading import HowToTrain, divided, part_held_out, settle, texts
from firth.api.running import RunOptions, train_encoded
from firth.api.starting import before
from firth.callbacks import check_callback, watched
from firth.config import Flag, Whole, defaults
from firth.config.peers import takes
from firth.files.given import given_path
from firth.model import Model
from firth.progress import OnProgress, Style
from firth.spelled import spelled_out

if TYPE_CHECKING:
    from firth.training.run.history import Row


@takes
@spelled_out(HowToTrain, defaults())
def train(
    source: Any,
    *,
    output: str | Path | None = None,
    output_vectors: bool = True,
    start_from: Any = None,
    freeze: Any = None,
    validation: Any = None,
    patience: int | None = None,
    checkpoint_every: str | None = None,
    resume: bool = False,
    memory_limit: str | int | None = None,
    cluster: str | None = None,
    cache: str | Path | Literal[False] | None = None,
    progress: bool | Style = "auto",
    on_progress: OnProgress | None = None,
    on_epoch: Callable[[Row], bool | None] | None = None,
    **settings: Unpack[HowToTrain],
) -> Model:
    """Train vectors.

    Parameters
    ----------
    source : str, Path, list of these, iterable, Table or EncodedCorpus
        Text files (plain, .gz, .zst, .bz2, .xz), folders, globs, ``"-"`` for standard input,
        Parquet or Arrow files or tables, or any iterable of token lists or strings (a one-shot
        generator too). One line is one sentence. See :func:`firth.corpus.open_corpus`.
    output : path, optional
        Folder to save the model to; checked before training begins. Checkpoints are kept in it
        while the run goes on.
    output_vectors : bool
        Save the output vectors too, which predictions need; without them the model takes about
        half the room. The model that is returned has them in any case.
    column : str, optional
        Column of a table.
    group_by : str or sequence of str, optional
        Read events, one a row, with an item each: rows that have the same value here make one
        sentence.
    order_by : str, optional
        Column that the events of each sentence are sorted by.
    tokenizer : {"whitespace", "unicode"} or callable, optional
        How lines are split into words; at white space by default.
    lowercase : bool or {"tr", "az"}, optional
        Make letters small; as in Turkish or Azeri. By default they stay.
    normalize : {"NFC", "NFKC"}, optional
        Write text in this normal form of Unicode; the model puts words that it is asked for into
        it too. By default text stays as it is.
    errors : {"strict", "replace"}, optional
        What to do with bytes that are not UTF-8; by default they are an error.
    start_from : Model, WordVectors or path, optional
        Go on from these vectors instead of random ones: from a model's output vectors and n-grams
        too. All its words stay; words of `source` that occur `min_count` times are added, and
        counts are added up. Settings that are not given are the model's, but for ``epochs``,
        ``learning_rate``, ``threads``, ``seed``, ``deterministic``, ``min_count`` and
        ``max_vocabulary``.
    freeze : "all", "none", int or iterable of words, optional
        Input vectors that stay as they are in `start_from`: of all its words, of so many (the
        first, which in a model are the most frequent), or of these. The others move as far as
        the new text's share of their occurrences; with ``"none"``, wherever it puts them.
    validation : float or whatever `source` may be, optional
        Measure a held-out loss at each epoch's end: on this part of the corpus, at its end, which
        is then not trained on (above 0, below 1); or on a text of its own, read as `source` is.
    patience : int, optional
        Stop when the held-out loss has not fallen for so many epochs. 1 or more.
    checkpoint_every : str, optional
        ``"10min"``, ``"30s"``, ``"5000000w"`` (raw words) or ``"never"``; by default every ten
        minutes, and at most 2 % of the time. Needs `output`.
    resume : bool
        Go on from the newest checkpoint in `output`; start if there is none.
    memory_limit : str or int, optional
        Refuse to train if it would take more: ``"8GB"``, or bytes. By default what is available.
    cluster : str, optional
        Train on the nodes of a Ray cluster (``pip install 'firth[ray]'``): its address;
        ``"local"`` for one of this machine alone; or ``"auto"`` for the one that this machine
        belongs to, or else a local one. See ``docs/cluster.md``.
    cache : path or False, optional
        Folder to keep the encoded text in, so that the next run on it need not read it again;
        False to keep nothing. By default the user's cache, which ``firth cache`` shows.
    progress : bool or {"auto", "live", "lines", "json"}
        Show how far the run is, on standard error. By default one line that is redrawn, on a
        terminal and below the cell of a notebook, and nothing elsewhere. True shows new lines
        there too, every ten seconds; False nothing at all; ``"json"`` is one object a line. See
        :class:`~firth.progress.ProgressDisplay`.
    on_progress : callable, optional
        Gets :class:`~firth.progress.Progress` records, whatever is shown; returning True stops
        the run.
    on_epoch : callable, optional
        Gets a row of the history, as a NamedTuple, at each epoch's end; returning True stops the
        run.
    **settings
        Options of :class:`~firth.config.TrainConfig` by name: ``dim=100``, ``window=5``,
        ``negative=5``, ``epochs=5``, …; ``docs/members.md`` has all of them.

    Returns
    -------
    Model
        Its ``interrupted`` is True if a callback stopped the run by returning True.

    Raises
    ------
    ConfigError
        A setting is out of range, unknown, or of a member that was not chosen; an option of reading
        is another than that of a corpus given; there is not enough memory; or the checkpoint to
        resume belongs to another corpus or other settings.
    CorpusError
        The source cannot be read, no word of it is left, or no sentence has two.
    TrainingError
        The numbers diverged, or no pair of words was left to learn from; nothing is saved.
    SaveError
        `output` could not be written at the end; the model was saved beside it.
    KeyboardInterrupt
        Ctrl-C; the run stops at the next good moment. If there is an `output`, what was learnt
        until then is saved there first, with a checkpoint to go on from.
    BaseException
        What a callback raises. If there is an `output`, what was learnt until then is saved there
        first, with a checkpoint to go on from.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 20
    >>> model = train(iter(sentences), dim=8, min_count=1, sample=0.0, threads=1)
    >>> model.vectors.words[:2]
    ['sat', 'the']
    >>> model.vectors.matrix.shape
    (4, 8)
    """
    reading, given = divided(settings)
    check_callback("on_epoch", on_epoch)
    show, tell = watched(progress, on_progress)
    options = RunOptions(
        output=None if output is None else given_path("output", output),
        output_vectors=Flag().check("output_vectors", output_vectors),
        patience=Whole(1, optional=True).check("patience", patience),
        checkpoint_every=checkpoint_every,
        resume=resume,
        memory_limit=memory_limit,
        cluster=cluster,
        on_progress=tell,
        on_epoch=on_epoch,
    )
    begun = before(start_from, freeze)
    if begun is not None:
        given = begun.settings(given)
    config = settle(source, reading, given, cache)
    part_held_out(validation)
    options.check(config, validated=validation is not None)
    with (
        show,
        texts(source, reading, config, validation, cache, options.on_progress, begun) as found,
    ):
        return train_encoded(found, options)
