"""What a run says about itself while it goes on, and three ways of showing it.

:func:`firth.train` calls ``on_progress`` with a :class:`Progress` record at the start and the end
of each stage and a few times a second between. A callback that returns True stops the run, which
then ends as it does for Ctrl-C: with a model of what has been learnt.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TextIO, TypeAlias

if TYPE_CHECKING:
    from rich.live import Live

Stage: TypeAlias = Literal["encode", "compile", "train"]
Style: TypeAlias = Literal["auto", "live", "lines", "json", "none"]

_STAGE_TITLES: dict[str, str] = {
    "encode": "Reading",
    "compile": "Compiling",
    "train": "Training",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """One report of a run.

    The first record of each stage comes at its start, with ``words`` and ``elapsed`` 0, the last
    at its end.

    Parameters
    ----------
    stage : {"encode", "compile", "train"}
        Reading the text into ids, compiling the kernels, or training.
    words : int
        Raw words of the corpus done in this stage, all epochs together.
    total_words : int
        Raw words to do in this stage, all epochs together; 0 if not known yet.
    epoch, epochs : int
        Epoch in progress, counted from 1, and their number; 0 outside ``"train"``.
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
    if record.epochs:
        parts.append(f"epoch {record.epoch}/{record.epochs}")
    speed = record.words_per_second
    parts.append(f"{speed / 1e6:.2f}M words/s" if speed >= 1e6 else f"{speed:,.0f} words/s")
    if record.loss is not None:
        parts.append(f"loss {record.loss:.3f}")
    if record.learning_rate is not None:
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


class ProgressDisplay:
    """Shows records on a stream: pass it as ``on_progress``.

    Parameters
    ----------
    style : {"auto", "live", "lines", "json", "none"}
        One line that is redrawn (``"live"``), a new line at intervals (``"lines"``), one JSON
        object a line (``"json"``), or nothing. ``"auto"`` is live on a terminal, lines elsewhere.
    interval : float
        Seconds between lines; stages begin and end with one in any case.
    stream : text stream, optional
        Where to write; standard error by default, so that results can be piped.

    Examples
    --------
    >>> import sys
    >>> with ProgressDisplay("json", stream=sys.stdout) as show:
    ...     show(Progress("encode", words=3, total_words=3))
    {"stage": "encode", "words": 3, "total_words": 3}
    """

    def __init__(
        self, style: Style = "auto", *, interval: float = 10.0, stream: TextIO | None = None
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        if self._stream is None:  # a program without a console
            style = "none"
        if style == "auto":
            style = "live" if self._stream.isatty() else "lines"
        self._style: Style = style
        self._interval = interval
        self._due = 0.0
        self._stage = ""
        self._finished = False
        self._live: Live | None = None

    def __call__(self, record: Progress) -> None:
        """Show `record`, if its turn has come."""
        if self._style == "none":
            return
        try:
            self._show(record)
        except (OSError, ValueError):
            # The pipe's reader has gone, the disk is full, the stream is closed: nobody can be
            # told, and a display never stops a run.
            self._style, self._live = "none", None

    def _show(self, record: Progress) -> None:
        new_stage = record.stage != self._stage
        done = record.fraction == 1.0 and not (self._finished and not new_stage)
        if self._style == "live":
            self._redraw(record)
        elif new_stage or done or time.monotonic() >= self._due:
            line = _as_json(record) if self._style == "json" else describe(record)
            print(line, file=self._stream, flush=True)
            self._due = time.monotonic() + self._interval
        self._stage = record.stage
        self._finished = record.fraction == 1.0

    def _redraw(self, record: Progress) -> None:
        if self._live is None:
            # Rich takes a tenth of a second to import; only who sees the live line waits for it.
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(file=self._stream), refresh_per_second=8)
            self._live.start()
        from rich.text import Text

        # A line that wraps would leave its remains behind at each redraw.
        self._live.update(Text(describe(record), no_wrap=True, overflow="ellipsis"))

    def close(self) -> None:
        """End the live line, so that what is printed next starts on its own line."""
        if self._live is not None:
            with suppress(OSError, ValueError):
                self._live.stop()
            self._live = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _as_json(record: Progress) -> str:
    known = {
        name: value
        for name, value in dataclasses.asdict(record).items()
        if value is not None and (value != 0 or name == "words")
    }
    return json.dumps(known)
