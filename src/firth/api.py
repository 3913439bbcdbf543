"""``firth.train``: a corpus in, a model out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus, encode, open_corpus
from firth.corpus.encode import EncodeProgress
from firth.model import HISTORY_SCHEMA, Model, check_output
from firth.progress import OnProgress, Progress


def train(
    source: Any,
    *,
    output: str | Path | None = None,
    column: str | None = None,
    tokenizer: Any = "whitespace",
    lowercase: bool = False,
    errors: str = "strict",
    on_progress: OnProgress | None = None,
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
        Folder to save the model to; checked before training begins.
    column : str, optional
        Column of a table.
    tokenizer : {"whitespace", "unicode"} or callable
        How lines are split into words.
    lowercase : bool
        Make letters small.
    errors : {"strict", "replace"}
        What to do with bytes that are not UTF-8.
    on_progress : callable, optional
        Gets :class:`~firth.progress.Progress` records; returning True stops the run.
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
        A setting is out of range or unknown.
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
    config = TrainConfig.from_dict(hyperparameters)
    if output is not None:
        check_output(output)
    report = on_progress or (lambda record: None)
    if isinstance(source, EncodedCorpus):
        return _train_encoded(config, source, output, report)
    corpus = open_corpus(
        source, column=column, tokenizer=tokenizer, lowercase=lowercase, errors=errors
    )
    progress = _EncodeReport(report)
    with encode(
        corpus,
        min_count=config.min_count,
        max_vocabulary=config.max_vocabulary,
        threads=config.n_threads,
        on_progress=progress,
    ) as encoded:
        progress.finish(encoded)
        return _train_encoded(config, encoded, output, report)


def _train_encoded(
    config: TrainConfig, corpus: EncodedCorpus, output: str | Path | None, report: OnProgress
) -> Model:
    from firth.training.loop import Trainer  # imports Numba, which takes half a second

    trainer = Trainer(config, corpus, report)
    trainer.compile()
    trainer.run()
    dim = config.dim
    model = Model(
        corpus.vocabulary,
        trainer.input_matrix[:, :dim],
        trainer.output_matrix[:, :dim],
        config.to_dict(),
        history=pa.Table.from_pylist(
            [row._asdict() for row in trainer.history], schema=HISTORY_SCHEMA
        ),
        corpus={
            "n_tokens": corpus.n_tokens,
            "n_raw_tokens": corpus.n_raw_tokens,
            "n_sentences": corpus.n_sentences,
            "fingerprint": corpus.fingerprint,
        },
        interrupted=trainer.interrupted,
    )
    if output is not None:
        model.save(output)
    return model


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
