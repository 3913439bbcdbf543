"""One line that is redrawn: on a terminal, and below the cell of a notebook."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Protocol, TextIO


class LiveLine(Protocol):
    """A line whose text changes."""

    def update(self, text: str) -> None:
        """Show another text."""

    def stop(self) -> None:
        """Leave the line as it is; what is printed next starts on its own."""


class TerminalLine:
    """A line of a terminal; what else is printed meanwhile goes above it."""

    def __init__(self, stream: TextIO) -> None:
        # Rich takes a tenth of a second to import; only who sees the line waits for it.
        from rich.console import Console
        from rich.live import Live

        console = Console(file=stream, force_jupyter=False)
        # Rich ends the program when a pipe's reader has gone, and turns its standard output off.
        console.on_broken_pipe = _raise_again  # type: ignore[method-assign]
        self._live = Live(
            console=console,
            # Drawn when there is something new, in the thread that says so: a thread of Rich's own
            # would report a terminal that is gone with a traceback.
            auto_refresh=False,
            # Rich prints what it intercepts on its own stream: what is piped must not go there.
            redirect_stdout=is_terminal(sys.stdout),
        )
        self._live.start()

    def update(self, text: str) -> None:
        """Show another text."""
        from rich.text import Text

        # A line that wraps would leave its remains behind at each redraw.
        self._live.update(Text(text, no_wrap=True, overflow="crop"), refresh=True)

    def stop(self) -> None:
        """Leave the line as it is."""
        self._live.stop()


def _raise_again() -> None:
    raise  # noqa: PLE0704


class NotebookLine:
    """A line of text below the cell that is running."""

    def __init__(self) -> None:
        self._handle: Any = None

    def update(self, text: str) -> None:
        """Show another text."""
        # Nothing else knows how to talk to the page, and a notebook has it.
        display: Any = import_module("IPython.display").display

        content = {"text/plain": text}
        if self._handle is None:
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)

    def stop(self) -> None:
        """Leave the line as it is."""


def is_terminal(stream: Any) -> bool:
    """Tell whether a stream is a terminal; one that is closed, or knows nothing of them, is not."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):
        return False


def in_notebook() -> bool:
    """Tell whether this is the process of a notebook: Jupyter, or whatever speaks its protocol.

    IPython in a terminal has a shell too, but no kernel.
    """
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def is_helper() -> bool:
    """Tell whether this is a process that `multiprocessing` started, one of several perhaps."""
    processes = sys.modules.get("multiprocessing.process")
    return processes is not None and processes.parent_process() is not None
