"""A process that loads a model again and again: ``python -m tools.chaos.beside FOLDER STOP``.

It writes the digest of each model that it has not just seen, a line each, until there is a file
STOP. An error ends it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.chaos.look import read_model
from tools.chaos.process import Child, Launch
from tools.chaos.step import Step, require


class Reader:
    """Such a process, as seen by who started it."""

    def __init__(self, step: Step, folder: Path, name: str) -> None:
        self.stop = step.folder / f"{name}.stop"
        arguments = ["tools.chaos.beside", str(folder), str(self.stop)]
        self.child = Child(Launch(arguments, step.folder, name))
        step.later(self.child.close)
        step.say(f"beside it: {self.child.launch}")

    def seen(self) -> set[str]:
        """End it; return the digests of what it has read, which are no more than it should."""
        return set(self.lines())

    def lines(self) -> list[str]:
        """End it; return the digests in their order."""
        self.stop.touch()
        code = self.child.wait()
        require(code == 0, f"a reader ended with exit code {code}:\n{self.child.errors}")
        return self.child.path.with_suffix(".stdout").read_text().split()


def main(folder: Path, stop: Path) -> None:
    """Read until told to stop."""
    last = ""
    while not stop.exists():
        if (digest := read_model(folder).digest) != last:
            print(digest, flush=True)
            last = digest


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
