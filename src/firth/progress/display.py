"""Who sees the progress of a run, and how."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self, TextIO, TypeAlias

from firth.errors import ConfigError
from firth.progress.live import (
    LiveLine,
    NotebookLine,
    TerminalLine,
    in_notebook,
    is_helper,
    is_terminal,
)
from firth.progress.record import Progress, as_json, describe
from firth.values import Real, plain, shown

Style: TypeAlias = Literal["auto", "live", "lines", "json"]

_STYLES = ("auto", "live", "lines", "json")


class ProgressDisplay:
    """Shows records to whoever is looking: pass it as ``on_progress``.

    A display never stops a run: when it can no longer be written, it ends.

    Parameters
    ----------
    style : bool or {"auto", "live", "lines", "json"}
        ``"auto"`` is one line that is redrawn, on a terminal and in a notebook, and nothing
        elsewhere. True is that line there, and a new line at intervals elsewhere. False is
        nothing. ``"live"`` (the line that is redrawn), ``"lines"`` (new ones) and ``"json"`` (one
        JSON object a line) are the same wherever they are written.
    interval : float
        Seconds between lines; stages begin and end with one in any case.
    stream : text stream, optional
        Where to write; standard error by default, so that results can be piped. In a notebook the
        line that is redrawn stands below the cell.

    Raises
    ------
    ConfigError
        `style` is none of these, or `interval` no number from 0.

    Examples
    --------
    >>> import sys
    >>> with ProgressDisplay("json", stream=sys.stdout) as show:
    ...     show(Progress("encode", words=3, total_words=3))
    {"stage": "encode", "words": 3, "total_words": 3}
    """

    def __init__(
        self, style: bool | Style = True, *, interval: float = 10.0, stream: TextIO | None = None
    ) -> None:
        self._notebook = stream is None and in_notebook()
        self._stream = sys.stderr if stream is None else stream
        self._style = self._resolved(style)
        self._interval = Real(0).check("interval", interval)
        self._due = 0.0
        self._stage = ""
        self._finished = False
        self._line: LiveLine | None = None

    def _resolved(self, style: object) -> Literal["live", "lines", "json"] | None:
        """Return what to do here; None for nothing."""
        wanted = plain(style)
        if not isinstance(wanted, bool) and wanted not in _STYLES:
            raise ConfigError(
                f"progress is {shown(style)}; it must be True, False or one of {', '.join(_STYLES)}"
            )
        if wanted is False or (self._stream is None and not self._notebook):
            return None  # not wanted, or a program without a console
        if wanted is True or wanted == "auto":
            if self._notebook or is_terminal(self._stream):
                # Those that work for another process would write over each other's line.
                return None if wanted == "auto" and is_helper() else "live"
            return "lines" if wanted is True else None
        return wanted  # type: ignore[no-any-return]

    def __call__(self, record: Progress) -> None:
        """Show `record`, if its turn has come."""
        if self._style is None:
            return
        try:
            self._show(record)
        except Exception:
            # The pipe's reader has gone, the disk is full, the stream is closed, the page is
            # gone: nobody can be told, and a display never stops a run.
            self.close()
            self._style = None

    def _show(self, record: Progress) -> None:
        new_stage = record.stage != self._stage
        done = record.fraction == 1.0
        if done and self._finished and not new_stage:
            return  # the second time says nothing of what the stage was like
        if self._style == "live":
            if self._line is None:
                self._line = NotebookLine() if self._notebook else TerminalLine(self._stream)
            self._line.update(self._writable(describe(record)))
        elif new_stage or done or time.monotonic() >= self._due:
            line = as_json(record) if self._style == "json" else describe(record)
            print(self._writable(line), file=self._stream, flush=True)
            self._due = time.monotonic() + self._interval
        self._stage = record.stage
        self._finished = done

    def _writable(self, text: str) -> str:
        """Replace what the stream's code page does not have."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)

    def close(self) -> None:
        """End the live line, so that what is printed next starts on its own line."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(Exception):
                line.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
