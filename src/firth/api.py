"""``firth.train``: a corpus in, a model out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus, EncodeProgress, encode, open_corpus
from firth.errors import ConfigError
from firth.model import HISTORY_SCHEMA, Model, check_output
from firth.progress import OnProgress, Progress

if TYPE_CHECKING:
    from firth.training.run.history import Row
    from firth.training.run.loop import Trainer


def train(
    source: Any,
    *,
    output: str | Path | None = None,
    column: str | None = None,
    tokenizer: Any = None,
    lowercase: bool | None = None,
    errors: str | None = None,
    validation: Any = None,
    patience: int | None = None,
    checkpoint_every: str | None = None,
    resume: bool = False,
    memory_limit: str | int | None = None,
    on_progress: OnProgress | None = None,
    on_epoch: Callable[[Row], bool | None] | None = None,
    **hyperparameters: Any,
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
    column : str, optional
        Column of a table.
    tokenizer : {"whitespace", "unicode"} or callable
        How lines are split into words.
    lowercase : bool
        Make letters small.
    errors : {"strict", "replace"}
        What to do with bytes that are not UTF-8.
    validation : float or whatever `source` may be, optional
        Measure a held-out loss at each epoch's end: on this part of the corpus, at its end, which
        is then not trained on (above 0, below 1); or on a text of its own.
    patience : int, optional
        Stop when the held-out loss has not fallen for so many epochs. 1 or more.
    checkpoint_every : str, optional
        ``"10min"``, ``"30s"``, ``"5000000w"`` (raw words) or ``"never"``; by default every ten
        minutes, and at most 2 % of the time. Needs `output`.
    resume : bool
        Go on from the newest checkpoint in `output`; start if there is none.
    memory_limit : str or int, optional
        Refuse to train if it would take more: ``"8GB"``, or bytes. By default what is available.
    on_progress : callable, optional
        Gets :class:`~firth.progress.Progress` records; returning True stops the run.
    on_epoch : callable, optional
        Gets a row of the history, as a NamedTuple, at each epoch's end; returning True stops the
        run.
    **hyperparameters
        Fields of :class:`~firth.config.TrainConfig`: ``dim=100``, ``window=5``, ``negative=5``,
        ``epochs=5``, …

    Returns
    -------
    Model
        Its ``interrupted`` is True if Ctrl-C or the callback stopped the run.

    Raises
    ------
    ConfigError
        A setting is out of range or unknown; there is not enough memory; or the checkpoint to
        resume belongs to another corpus or other settings.
    CorpusError
        The source cannot be read, or no word of it is left.
    TrainingError
        The numbers diverged.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 20
    >>> model = train(iter(sentences), dim=8, min_count=1, epochs=1, threads=1)
    >>> model.vectors.words[:2]
    ['sat', 'the']
    >>> model.vectors.matrix.shape
    (4, 8)
    """
    options = _Options(
        output=None if output is None else Path(output),
        validation=validation,
        patience=patience,
        checkpoint_every=checkpoint_every,
        resume=resume,
        memory_limit=memory_limit,
        on_progress=on_progress or (lambda record: None),
        on_epoch=on_epoch,
    )
    config = TrainConfig.from_dict(hyperparameters)
    options.check()
    if isinstance(source, EncodedCorpus):
        return _train_encoded(config, source, options)
    reading = {
        "column": column,
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "errors": errors,
    }
    progress = _EncodeReport(options.on_progress)
    with ExitStack() as stack:
        if validation is not None and not isinstance(validation, float):
            text = open_corpus(validation, **reading)
            options.validation = stack.enter_context(encode(text, min_count=1))
        encoded = stack.enter_context(
            encode(
                open_corpus(source, **reading),
                min_count=config.min_count,
                max_vocabulary=config.max_vocabulary,
                threads=config.n_threads,
                on_progress=progress,
            )
        )
        progress.finish(encoded)
        return _train_encoded(config, encoded, options)


@dataclasses.dataclass
class _Options:
    """What is not a hyper-parameter; see :func:`train`."""

    output: Path | None
    validation: Any
    patience: int | None
    checkpoint_every: str | None
    resume: bool
    memory_limit: str | int | None
    on_progress: OnProgress
    on_epoch: Callable[[Row], bool | None] | None

    def check(self) -> None:
        """Refuse what makes no sense, before anything is read."""
        from firth.files.storage import CHECKPOINTS

        if self.output is None:
            for name in ("resume", "checkpoint_every"):
                if getattr(self, name):
                    raise ConfigError(f"{name} needs an output folder: give output=DIR too")
        else:
            check_output(self.output)
            left = self.output / CHECKPOINTS
            if not self.resume and any(left.glob("unit-*")):
                raise ConfigError(
                    f"{left} holds checkpoints of a run that has not ended: give resume=True "
                    "(--resume) to go on with it, or delete them to start anew"
                )
        if isinstance(self.validation, float) and not 0 < self.validation < 1:
            raise ConfigError(f"validation is {self.validation:g}; it must be above 0 and below 1")
        if self.patience is not None:
            if isinstance(self.patience, bool) or not isinstance(self.patience, int):
                raise ConfigError(f"patience is {self.patience!r}; it must be a whole number")
            if self.patience < 1:
                raise ConfigError(f"patience is {self.patience}; it must be 1 or more")
            if self.validation is None:
                raise ConfigError("patience needs a held-out loss: give validation too")


def _train_encoded(config: TrainConfig, corpus: EncodedCorpus, options: _Options) -> Model:
    # These import Numba, which takes half a second.
    from firth.training.run.checkpoint import Checkpointer
    from firth.training.run.loop import Trainer
    from firth.training.run.memory import parse_size
    from firth.training.run.validation import KnownText

    held_out = options.validation if isinstance(options.validation, float) else 0.0
    limit = None if options.memory_limit is None else parse_size(options.memory_limit)
    text = None
    if isinstance(options.validation, EncodedCorpus):
        text = KnownText(options.validation, corpus.vocabulary)
    identity = {name: v for name, v in config.to_dict().items() if name != "threads"}
    checkpoints = Checkpointer(
        options.output,
        {
            **identity,
            "validation": options.validation.fingerprint if text else options.validation,
            "patience": options.patience,
            "corpus": corpus.fingerprint,
            "corpus tokens": corpus.n_tokens,
        },
        options.checkpoint_every,
    )
    found = checkpoints.newest() if options.resume else None
    trainer = Trainer(
        config,
        corpus,
        options.on_progress,
        on_epoch=options.on_epoch,
        held_out=held_out,
        validation=text,
        patience=options.patience,
        memory_limit=limit,
    )
    trainer.checkpoints = checkpoints
    if found is not None:
        trainer.resume(found)
    trainer.compile()
    trainer.run()
    model = _model(trainer)
    if options.output is not None:
        _save(model, trainer)
    return model


def _model(trainer: Trainer) -> Model:
    corpus, dim = trainer.corpus, trainer.config.dim
    ngrams = trainer.unit.ngram_vectors(trainer.input_matrix)
    return Model(
        corpus.vocabulary,
        trainer.unit.word_vectors(trainer.input_matrix)[:, :dim],
        trainer.output_matrix[:, :dim],
        trainer.config.to_dict(),
        ngram_matrix=None if ngrams is None else ngrams[:, :dim],
        history=pa.Table.from_pylist(
            [row._asdict() for row in trainer.history()], schema=HISTORY_SCHEMA
        ),
        corpus={
            "n_tokens": corpus.n_tokens,
            "n_raw_tokens": corpus.n_raw_tokens,
            "n_sentences": corpus.n_sentences,
            "fingerprint": corpus.fingerprint,
        },
        interrupted=trainer.interrupted,
    )


def _save(model: Model, trainer: Trainer) -> None:
    """Save the model; only then are the checkpoints of a run that has ended removed."""
    checkpoints = trainer.checkpoints
    assert checkpoints.folder is not None
    try:
        model.save(checkpoints.folder.parent)
    except ConfigError as error:
        if checkpoints.exist():
            raise ConfigError(
                f"{error}. The newest checkpoint is in {checkpoints.folder}: when the cause is "
                "removed, resume=True (--resume) goes on from it"
            ) from error
        raise
    if not model.interrupted:
        checkpoints.clear()


class _EncodeReport:
    """Turns the encoder's reports into progress records, a few a second."""

    def __init__(self, report: OnProgress) -> None:
        self.report = report
        self.started = self.last = time.perf_counter()
        report(Progress("encode"))

    def __call__(self, progress: EncodeProgress) -> None:
        now = time.perf_counter()
        if progress.phase == "read" and now - self.last >= 0.2:
            self.last = now
            elapsed = now - self.started
            words = progress.n_tokens
            self.report(
                Progress("encode", words=words, words_per_second=words / elapsed, elapsed=elapsed)
            )

    def finish(self, corpus: EncodedCorpus) -> None:
        elapsed = max(time.perf_counter() - self.started, 1e-9)
        words = corpus.n_raw_tokens
        self.report(
            Progress(
                "encode",
                words=words,
                total_words=words,
                words_per_second=words / elapsed,
                elapsed=elapsed,
            )
        )
