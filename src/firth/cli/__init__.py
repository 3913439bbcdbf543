"""The command line: ``firth train``, ``demo``, ``neighbors``, ``info``, and the rest of `root.py`.

This module, `messages` and `streams` alone are imported at start-up; the commands, Typer and the
numerical libraries follow once it is known that they are needed, so ``firth --version`` answers at
once. Results go to standard output, progress and messages to standard error.

Exit codes: 0 done, 2 wrong usage or bad input (a message, never a traceback), 130, 143 and 129
stopped by Ctrl-C, SIGTERM and SIGHUP, 1 when the reader of the output has gone (as Typer does).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from firth.cli.messages import say, say_why
from firth.cli.streams import forget_output, prepare_streams


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process by default.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    prepare_streams()
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # `firth ... | head` ends so; Python would complain once more when it flushes at exit.
        forget_output()
        code = 1
    except OSError as error:
        forget_output()  # on a full disk
        where = f"{error.filename}: " if error.filename else ""
        say(f"firth: {where}{error.strerror or error}")
        code = 2
    except KeyboardInterrupt as stop:
        say_why(stop)
        code = 130
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from firth._version import __version__

    if arguments == ["--version"]:
        print(f"firth {__version__}")
        return 0

    from firth.cli.root import app
    from firth.errors import FirthError

    try:
        app(args=arguments, prog_name="firth")
    except SystemExit as stop:
        say_why(stop)
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except FirthError as error:
        say("\n".join([f"firth: {error}", *getattr(error, "__notes__", [])]))
        return 2
    return 0
