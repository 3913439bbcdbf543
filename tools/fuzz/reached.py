"""Which lines of the readers an input reaches: what reaches new ones is worth changing further.

Atheris, the fuzzer of this kind for Python, gives its target one string of bytes, runs in one
process that ends at the first crash, and is built for few versions of Python. Here an input is a
folder of files, and processes are watched. Python 3.12 and later tell of each line once and cost
next to nothing after that; before, a function is called at every line.
"""

from __future__ import annotations

import sys
import threading
from types import CodeType, FrameType
from typing import Any

_MONITORING: Any = getattr(sys, "monitoring", None)
#: Whose lines count.
_WATCHED = ("/firth/formats/", "/firth/corpus/", "/firth/files/", "/firth/training/run/checkpoint")


class Reached:
    """The lines that were reached since this was made.

    Attributes
    ----------
    lines : set of (code, line)
        All of them.
    """

    def __init__(self, watched: tuple[str, ...] = _WATCHED) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self._watched = watched
        self._known: dict[CodeType, bool] = {}

    def start(self) -> None:
        """Watch from here on, all threads that begin later too."""
        if _MONITORING is not None:
            tool, line = _MONITORING.COVERAGE_ID, _MONITORING.events.LINE
            _MONITORING.use_tool_id(tool, "firth-fuzz")
            _MONITORING.register_callback(tool, line, self._line_once)
            _MONITORING.set_events(tool, line)
        else:
            threading.settrace(self._call)
            sys.settrace(self._call)

    def stop(self) -> None:
        """Watch no longer."""
        if _MONITORING is not None:
            _MONITORING.set_events(_MONITORING.COVERAGE_ID, 0)
            _MONITORING.free_tool_id(_MONITORING.COVERAGE_ID)
        else:
            sys.settrace(None)
            threading.settrace(None)

    def _is_watched(self, code: CodeType) -> bool:
        known = self._known.get(code)
        if known is None:
            known = any(part in code.co_filename for part in self._watched)
            self._known[code] = known
        return known

    def _line_once(self, code: CodeType, line: int) -> Any:
        if self._is_watched(code):
            self.lines.add((code, line))
        return _MONITORING.DISABLE

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if self._is_watched(frame.f_code) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.lines.add((frame.f_code, frame.f_lineno))
        return self._line
