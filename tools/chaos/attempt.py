"""One attempt at a run: by command line or from Python, with a fault that strikes it."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.chaos.disk import SmallDisk
from tools.chaos.draw import Run
from tools.chaos.process import Child, Launch


@dataclass
class Attempt:
    """What is started, and what a fault may change of it.

    Attributes
    ----------
    run : Run
        What is trained.
    folder, name : Path, str
        For its files.
    output : Path
        Where the model goes.
    face : str
        ``"cli"`` or ``"api"``.
    resume : bool
        Go on from a checkpoint.
    threads : int
        Their number.
    keeps_text : bool
        The encoded text is cached in the folder.
    inside : bool
        It is started in the output folder, which is ``.`` then.
    disk : SmallDisk or None
        The disk that `output` is on.
    settings : dict
        Instead of those of the run.
    options : dict
        Beside `settings`, as ``firth.train`` takes them.
    raising : dict
        What a callback does, see :mod:`tools.chaos.api`.
    streams : dict
        ``stdout`` and ``stderr`` of :class:`Launch`.
    log : Path
        Where progress is written.
    """

    run: Run
    folder: Path
    name: str
    output: Path
    face: str
    resume: bool
    threads: int
    keeps_text: bool
    inside: bool = False
    disk: SmallDisk | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    raising: dict[str, Any] = field(default_factory=dict)
    streams: dict[str, str] = field(default_factory=dict)
    log: Path = Path()

    def __post_init__(self) -> None:
        self.log = self.folder / f"{self.name}.jsonl"

    def launch(self) -> Launch:
        """Return how it is started."""
        arguments = self._command() if self.face == "cli" else self._call()
        launch = Launch(arguments, self.folder, self.name, self.streams)
        if self.inside:
            launch.cwd = self.output
        return launch

    @property
    def _destination(self) -> str:
        return "." if self.inside else str(self.output)

    def _all_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            **self.run.settings,
            "threads": self.threads,
            "validation": self.run.validation,
            "checkpoint_every": self.run.checkpoint_every,
            "cache": str(self.folder / "cache") if self.keeps_text else False,
            "resume": self.resume,
            **self.settings,
            **self.options,
        }
        return {name: value for name, value in options.items() if value is not None}

    def _command(self) -> list[str]:
        words = ["firth", "train", str(self.run.text), "--output", self._destination]
        words += ["--log-json", str(self.log)]
        for name, value in self._all_options().items():
            flag = "--" + name.replace("_", "-")
            if value is True:
                words.append(flag)
            elif value is not False:
                words += [flag, str(value)]
            elif name == "cache":
                words.append("--no-cache")
        return words

    def _call(self) -> list[str]:
        path = self.folder / f"{self.name}.json"
        call = {
            "text": str(self.run.text),
            "output": self._destination,
            "options": self._all_options(),
            "log": str(self.log),
            "raising": self.raising,
        }
        path.write_text(json.dumps(call))
        return ["tools.chaos.api", str(path)]

    def records(self) -> list[dict[str, Any]]:
        """Return what the run has told of its progress until now."""
        try:
            lines = self.log.read_text(encoding="utf-8").splitlines(keepends=True)
        except OSError:
            return []
        whole = (json.loads(line) for line in lines if line.endswith("\n"))
        return [record for record in whole if record["event"] == "progress"]

    def trains(self) -> bool:
        """Whether the training has begun."""
        return any(record["stage"] == "train" for record in self.records())

    def has_trained(self) -> bool:
        """Whether the training has come to its last word."""
        return any(r["stage"] == "train" and r["words"] == r["total_words"] for r in self.records())

    def saves(self) -> bool:
        """Whether a file is being written, after the training has begun."""
        folders = [f for f in (self.output, self.output / "checkpoints") if f.is_dir()]
        names = [name.name for folder in folders for name in folder.iterdir()]
        # A generation has 16 hex digits between two points.
        parts = (name.split(".") for name in names)
        return any(p[-1] == "tmp" or (len(p) == 3 and len(p[1]) == 16) for p in parts)


@dataclass(frozen=True)
class Moment:
    """When a fault strikes: so many seconds after something has been seen.

    Attributes
    ----------
    after : str
        ``"start"`` of the program, of the ``"training"``, of a ``"save"``, or ``"end"`` of the
        training.
    delay : float
        Seconds.
    """

    after: str
    delay: float

    @classmethod
    def drawn(cls, draw: random.Random) -> Moment:
        """Draw one."""
        after = draw.choice(("start", "training", "training", "save", "end"))
        longest = {"start": 2.0, "training": 1.5, "save": 0.02, "end": 0.2}[after]
        return cls(after, draw.random() ** 2 * longest)

    def wait(self, attempt: Attempt, child: Child) -> bool:
        """Wait for it; tell whether the process is still there."""
        self._until(child.has_begun if self.after == "start" else attempt.trains, child)
        if self.after == "save":
            self._until(attempt.saves, child)
        elif self.after == "end":
            self._until(attempt.has_trained, child)
        end = time.monotonic() + self.delay
        while child.running and time.monotonic() < end:
            time.sleep(min(0.002, self.delay))
        return child.running

    @staticmethod
    def _until(holds: Any, child: Child) -> None:
        while child.running and not holds():
            time.sleep(0.001)

    def __str__(self) -> str:
        return f"{self.delay:.3f} s after {'the ' if self.after != 'start' else ''}{self.after}"
