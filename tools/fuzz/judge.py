"""What came of an input: it was read, or refused with an error for people; all else is a fault."""

from __future__ import annotations

import gc
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import ConfigError, CorpusError, FirthError, FormatError
from tools.fuzz.case import Case

#: Memory that reading may take, apart from twice the file and what the result holds.
FREE = 64 << 20
#: Characters of a message, at most.
_LONGEST = 2000
#: What only a programmer can make something of.
_FOR_NOBODY = re.compile(r"\b[A-Z]\w*(Error|Exception|Warning)\b|Traceback|object at 0x|<class '")
#: What Linux tells of this process, and is told.
_STATM, _STATUS, _CLEAR = "/proc/self/statm", "/proc/self/status", "/proc/self/clear_refs"
_PAGE = 4096


class Outcome(NamedTuple):
    """What came of an input.

    Attributes
    ----------
    kind : str
        "read", "refused", or what kind of fault this is.
    text : str
        The message, or what is wrong and where.
    memory : int
        Bytes that it took at most, apart from twice the file and what the result holds.
    """

    kind: str
    text: str
    memory: int = 0

    @property
    def fault(self) -> bool:
        """Whether it is a fault."""
        return self.kind not in ("read", "refused")


def judge(
    read: Callable[[Path, dict[str, Any]], int], case: Case, path: Path, folder: Path
) -> Outcome:
    """Read an input and judge what came of it.

    Parameters
    ----------
    read : callable
        See :class:`tools.fuzz.readers.Reader`.
    case : Case
        The input.
    path, folder : Path
        What is opened, and the folder of all files.
    """
    with _unseen() as unseen:
        memory = Memory()
        try:
            held = read(path, dict(case.options))
            outcome = Outcome("read", "")
        except (FormatError, CorpusError, ConfigError) as error:
            held, outcome = 0, _message(error, folder)
        except BaseException as error:  # whatever it is, it is a fault
            if isinstance(error, KeyboardInterrupt):
                raise
            held, outcome = 0, Outcome("wrong exception", _last_lines(error))
        taken = memory.peak() - 2 * case.size - held
    if unseen and not outcome.fault:
        outcome = Outcome("exception that nobody sees", unseen[0])
    if taken > FREE and not outcome.fault:
        outcome = Outcome(
            "memory",
            f"{(taken + 2 * case.size + held) >> 20} MB for {case.size:,} bytes, which hold "
            f"{held:,}: {outcome.text[:300]}",
        )
    return outcome._replace(memory=max(0, taken))


def _message(error: FirthError, folder: Path) -> Outcome:
    """See whether a message is one for people."""
    text = str(error)
    problem = ""
    with suppress(UnicodeEncodeError):
        text.encode()
        told = text.replace(str(folder), "")
        if told == text:
            problem = "the message does not name the file"
        elif found := _FOR_NOBODY.search(told):
            problem = f"the message says {found[0]!r}"
        elif len(told) > _LONGEST:
            problem = f"the message has {len(told):,} characters"
        if not problem:
            return Outcome("refused", told)
    problem = problem or "the message cannot be written as UTF-8"
    return Outcome("message", f"{problem}: {text[:400]!r}")


def _last_lines(error: BaseException) -> str:
    lines = "".join(traceback.format_exception(error)).strip().splitlines()
    return "\n".join(line[:300] for line in lines[-14:])


def shape(outcome: Outcome) -> str:
    """Return what outcomes of one cause have in common: the place, or the message without figures.

    Examples
    --------
    >>> shape(Outcome("refused", "v.bin, byte 12: dim is 0; expected 1 or more"))
    'refused: v.bin, byte N: dim is N; expected N or more'
    """
    if outcome.kind == "wrong exception":
        lines = outcome.text.splitlines()
        places = [line.strip() for line in lines if line.strip().startswith("File ")]
        ours = [place for place in places if "/firth/" in place] or places
        text = f"{ours[-1] if ours else ''} {lines[-1].split(':')[0]}"
    else:
        said = outcome.text.split(": ")[0] if outcome.kind == "message" else outcome.text
        text = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", said[:300])
        text = re.sub(r"-?\d[\d,]*", "N", text)
    return f"{outcome.kind}: {text[:160]}"


@contextmanager
def _unseen() -> Iterator[list[str]]:
    """Collect exceptions in threads and in finalisers, which nobody would see."""
    found: list[str] = []
    hooks = sys.unraisablehook, threading.excepthook
    sys.unraisablehook = lambda args: found.append(f"{args.exc_value!r} in {args.object!r}"[:300])
    threading.excepthook = lambda args: found.append(f"{args.exc_value!r} in a thread"[:300])
    try:
        yield found
    finally:
        sys.unraisablehook, threading.excepthook = hooks


class Memory:
    """How much more memory the process takes than when this was made, Arrow's and maps included.

    Linux keeps the most that a process has taken, and sets it back when asked to (``proc(5)``,
    ``clear_refs``, 5). Elsewhere it cannot be set back: then only what is more than ever before
    is seen.
    """

    def __init__(self) -> None:
        gc.enable()
        self._exact = True
        try:
            os.write(_opened(_CLEAR, os.O_WRONLY), b"5")
            self._before = int(_told(_STATM).split()[1]) * _PAGE
        except (OSError, ValueError):
            self._exact, self._before = False, _most()

    def peak(self) -> int:
        """Return the bytes that were taken at most."""
        if not self._exact:
            return max(0, _most() - self._before)
        found = re.search(rb"VmHWM:\s+(\d+)", _told(_STATUS))
        return 0 if found is None else max(0, int(found[1]) * 1024 - self._before)


@cache
def _opened(path: str, how: int = os.O_RDONLY) -> int:
    """Open a file of ``/proc`` for good: it is looked at twice for every input."""
    return os.open(path, how)


def _told(path: str) -> bytes:
    return os.pread(_opened(path), 1 << 13, 0)


def _most() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
