"""A run from Python, with callbacks that raise or stop: ``python -m tools.chaos.api call.json``.

It says what came of it as the command line does: by the exit code, 3 for what the callback raised,
and by what it writes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import firth
from firth.callbacks import JsonLog, together
from firth.errors import FirthError

RAISED = 3
KINDS: dict[str, type[BaseException]] = {
    kind.__name__: kind
    for kind in (ValueError, OSError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit)
}


class Raising:
    """A callback that raises, or asks to stop, when it is called for the nth time.

    Parameters
    ----------
    kind : str
        A name of :data:`KINDS`, or ``"stop"``.
    number : int
        n, from 1; it counts calls while training.
    """

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.left = kind, number

    def __call__(self, record: Any) -> bool:
        """Take a record of progress, or a row of the history."""
        if getattr(record, "stage", "train") == "train":
            self.left -= 1
        if self.left != 0:
            return False
        if self.kind == "stop":
            return True
        raise KINDS[self.kind]("chaos")


def main(path: str) -> int:
    """Make the call that a file describes; return the exit code."""
    call = json.loads(Path(path).read_text())
    options, raising = call["options"], call["raising"]
    with JsonLog(call["log"]) as log:
        watchers: dict[str, list[Any]] = {"on_progress": [log], "on_epoch": [log.on_epoch]}
        if raising:
            watchers[raising["on"]].append(Raising(raising["kind"], raising["number"]))
        options.update({name: together(*called) for name, called in watchers.items()})
        try:
            model = firth.train(
                call["text"],
                output=call["output"],
                **options,
            )
        except FirthError as error:
            return _say(2, f"firth: {error}", error)
        except BaseException as error:
            if raising and type(error) is KINDS.get(raising["kind"]) and error.args == ("chaos",):
                return _say(RAISED, "raised as asked", error)
            if isinstance(error, KeyboardInterrupt):
                return _say(130, "interrupted", error)
            raise
    if model.interrupted:
        return _say(130, "What has been learnt so far is saved")
    return 0


def _say(code: int, text: str, error: BaseException | None = None) -> int:
    print("\n".join([text, *getattr(error, "__notes__", [])]), file=sys.stderr)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(_say(130, "interrupted before or after the run"))
