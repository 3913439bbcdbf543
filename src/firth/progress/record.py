"""What a run says about itself while it goes on.

:func:`firth.train` calls ``on_progress`` with a :class:`Progress` record at the start and the end
of each stage and a few times a second between. A callback that returns True stops the run, which
then ends as it does for Ctrl-C: with a model of what has been learnt.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal, TypeAlias

from firth.json_text import json_text

Stage: TypeAlias = Literal["encode", "compile", "outputs", "train", "tune", "neighbors", "layout"]

_STAGE_TITLES: dict[str, str] = {
    "encode": "Reading",
    "compile": "Compiling",
    "outputs": "Learning output vectors",
    "train": "Training",
    "tune": "Tuning",
    "neighbors": "Finding neighbours",
    "layout": "Laying out",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """One report of a run.

    The first record of each stage comes at its start, with ``words`` and ``elapsed`` 0, the last
    at its end.

    Parameters
    ----------
    stage : {"encode", "compile", "outputs", "train", "tune", "neighbors", "layout"}
        Reading the text into ids, compiling the kernels, learning output vectors that are missing
        from what a run starts from, or training; looking for settings, where seconds of the budget
        stand for words; of a map, finding the neighbours of all words, or laying words out.
    words : int
        Raw words of the corpus done in this stage, all epochs together.
    total_words : int
        Raw words to do in this stage, all epochs together; 0 if not known yet.
    epoch, epochs : int
        Epoch in progress, counted from 1, and their number; steps in ``"layout"``, where each
        counts all words; 0 elsewhere.
    loss : float or None
        Mean loss in nats per (centre, outside) pair over the last stretch.
    learning_rate : float or None
        Step size in use.
    words_per_second : float
        Raw words per second over the last stretch.
    elapsed : float
        Seconds since the stage began.
    eta : float or None
        Seconds that the stage will still take, as far as can be told.
    run, runs : int
        Model in progress, counted from 1, and their number, where several are trained as one piece
        of work: words, time and what is left are then those of all of them; 0 elsewhere. Of a
        search, whose trials have no number beforehand, `run` is the trial, counted from 0.
    nodes : int
        Nodes of a cluster that share the training; 0 elsewhere.
    exchanged : int
        Bytes that they have sent each other so far.

    Examples
    --------
    >>> record = Progress("train", words=500, total_words=1000, epoch=1, epochs=1, loss=2.5,
    ...     learning_rate=0.025, words_per_second=100.0, elapsed=5.0, eta=5.0)
    >>> record.fraction
    0.5
    >>> describe(record)
    'Training 50 %  epoch 1/1  100 words/s  loss 2.500  lr 0.025  0:05 left'
    """

    stage: Stage
    words: int = 0
    total_words: int = 0
    epoch: int = 0
    epochs: int = 0
    loss: float | None = None
    learning_rate: float | None = None
    words_per_second: float = 0.0
    elapsed: float = 0.0
    eta: float | None = None
    run: int = 0
    runs: int = 0
    nodes: int = 0
    exchanged: int = 0

    @property
    def fraction(self) -> float | None:
        """Part of the stage that is done, in [0, 1]; None if the total is not known."""
        return min(1.0, self.words / self.total_words) if self.total_words else None


OnProgress: TypeAlias = Callable[[Progress], bool | None]


def describe(record: Progress) -> str:
    """Say a record in one line of text, leaving out what is not known.

    It fits a terminal of 80 columns.

    Examples
    --------
    >>> describe(Progress("encode", words=12_000_000, words_per_second=5_200_000.0))
    'Reading 12,000,000 words  5.20M words/s'
    >>> describe(Progress("compile"))
    'Compiling the kernels (slow the first time only)'
    """
    if record.stage == "compile":
        if record.words:
            return f"Kernels ready after {record.elapsed:.1f} s"
        return f"{_STAGE_TITLES['compile']} the kernels (slow the first time only)"
    if not record.words and not record.epochs:
        return f"{_STAGE_TITLES[record.stage]} …"
    done = f"{record.words:,} words"
    if record.fraction is not None:
        done = f"{record.fraction * 100:.0f} %"
    parts = [f"{_STAGE_TITLES[record.stage]} {done}"]
    if record.runs:
        parts.append(f"run {record.run}/{record.runs}")
    elif record.stage == "tune":
        parts.append(f"trial {record.run}")
    elif record.epochs:
        round_ = "step" if record.stage == "layout" else "epoch"
        parts.append(f"{round_} {record.epoch}/{record.epochs}")
    speed = record.words_per_second
    parts.append(f"{speed / 1e6:.2f}M words/s" if speed >= 1e6 else f"{speed:,.0f} words/s")
    if record.loss is not None:
        parts.append(f"loss {record.loss:.3f}")
    if record.nodes:
        parts.append(f"{record.nodes} node{'s' * (record.nodes > 1)}")
        parts.append(f"{record.exchanged / 1e9:,.1f} GB")
    elif record.learning_rate is not None:
        parts.append(f"lr {record.learning_rate:.3g}")
    if record.eta is not None:
        parts.append(f"{clock(record.eta)} left")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """Write a duration as minutes and seconds, with hours when there are any.

    Examples
    --------
    >>> clock(5.2), clock(754), clock(7322)
    ('0:05', '12:34', '2:02:02')
    """
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def as_json(record: Progress) -> str:
    """Write a record as a JSON object, without what is not known.

    Examples
    --------
    >>> as_json(Progress("encode", words=3, total_words=3))
    '{"stage": "encode", "words": 3, "total_words": 3}'
    """
    known = {
        name: value
        for name, value in dataclasses.asdict(record).items()
        if value is not None and (value != 0 or name == "words")
    }
    return json_text(known)
