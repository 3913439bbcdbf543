"""Processes that save to one folder again and again, are killed, and are read meanwhile.

``python -m tools.chaos.saves FOLDER FIRST EVERY`` saves the models FIRST, FIRST + EVERY, …, and
writes the number of each when it is saved.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tools.chaos.beside import Reader
from tools.chaos.look import FILES, Saved, look, names, read_model
from tools.chaos.process import Child, Launch
from tools.chaos.step import Step, require

if TYPE_CHECKING:
    from firth.model import Model

_FIRST = 1000


def numbered(number: int) -> Model:
    """Make a model all of whose parts tell its number."""
    from firth.model import Model

    words = [f"{number}-{i}" for i in range(1 + number * 37 % 300)]
    matrix = [[float(number)] * (1 + number % 5)] * len(words)
    return Model(words, [number] * len(words), {"input": matrix}, {"number": number})


def saves_story(step: Step) -> None:
    """Kill one of the processes that save, and look what there is; some rounds."""
    draw, folder = step.draw, step.folder / "place" / "model"
    n_savers, n_readers = draw.choice((1, 1, 2)), draw.randint(0, 2)
    numbered(_FIRST - 1).save(folder)
    least = _FIRST - 1
    for number in range(draw.randint(1, 3)):
        readers = [Reader(step, folder, f"reader-{number}-{i}") for i in range(n_readers)]
        savers = [
            _saver(step, folder, f"saver-{number}-{i}", least + 1 + i, n_savers)
            for i in range(n_savers)
        ]
        time.sleep(0.7 + draw.random())
        for saver in savers:
            step.tally.add("kill -9 of one who saves", saver.send(9))
            time.sleep(draw.choice((0.0, 0.2)))
        for saver in savers:
            saver.wait()
            require(not saver.errors, f"one who saves wrote\n{saver.errors}")
        saved = [_last(saver) for saver in savers]
        for reader in readers:
            step.tally.add("reader beside one who saves")
            reader.lines()
        there = _number(look(folder).model)
        if n_savers == 1 and saved[0] is not None:
            require(
                there in (saved[0], saved[0] + 1), f"{saved[0]} was saved, {there} is in the folder"
            )
        least = max(least, there, *(last or 0 for last in saved))
    numbered(least + 1).save(folder)
    require(_number(read_model(folder)) == least + 1, "what was saved last is not there")
    require(set(names(folder)) == FILES, f"{folder} holds {names(folder)}")


def _saver(step: Step, folder: Path, name: str, first: int, every: int) -> Child:
    launch = Launch(["tools.chaos.saves", str(folder), str(first), str(every)], step.folder, name)
    step.say(str(launch))
    child = Child(launch)
    step.later(child.close)
    return child


def _last(saver: Child) -> int | None:
    lines = saver.path.with_suffix(".stdout").read_text().splitlines(keepends=True)
    whole = [int(line) for line in lines if line.endswith("\n")]
    return whole[-1] if whole else None


def _number(model: Saved | None) -> int:
    """Return the number that all parts of a model tell."""
    require(model is not None, "there is no model")
    assert model is not None
    number: int = model.config["number"]
    same = numbered(number)
    words = dict.fromkeys(same.vocabulary.words, number)
    require(model.words == words, f"the words are not those of model {number}")
    return number


def main(folder: Path, first: int, every: int) -> None:
    """Save until killed."""
    for number in count(first, every):
        numbered(number).save(folder)
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
