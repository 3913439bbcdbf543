"""Running a program as Python does, with firth where it imports gensim."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from firth.gensim.substitution import install

_USAGE = """\
usage: python -m firth.gensim SCRIPT [ARGUMENT ...]
       python -m firth.gensim -m MODULE [ARGUMENT ...]
       python -m firth.gensim -c CODE [ARGUMENT ...]

Runs a program that imports gensim, unchanged, with the classes of firth in place of those of gensim
that train: Word2Vec, FastText, KeyedVectors, Phrases. gensim need not be installed.
"""


def main(arguments: Sequence[str]) -> int:
    """Run a script, a module or a line of code; return the exit code if it cannot be run.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``python -m firth.gensim`` on the command line.
    """
    first, *rest = arguments or [""]
    if first in ("-h", "--help"):
        print(_USAGE, end="")
        return 0
    if first in ("-m", "-c"):
        if not rest:
            return _fail(f"{first} needs what to run")
        what, *given = rest
        install()
        sys.argv = [first, *given]
        if first == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
        return 0
    if not first or first.startswith("-"):
        return _fail(f"{first} is no option" if first else "name a script")
    if not Path(first).exists():
        return _fail(f"{first} does not exist; name a script")
    install()
    sys.argv = [first, *rest]
    # As for `python SCRIPT`: its folder is where it imports from, not the current one.
    sys.path[0] = str(Path(first).resolve().parent)
    runpy.run_path(first, run_name="__main__")
    return 0


def _fail(problem: str) -> int:
    print(f"firth.gensim: {problem}\n\n{_USAGE}", end="", file=sys.stderr)
    return 2
