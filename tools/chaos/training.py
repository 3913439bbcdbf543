"""A run that is disturbed again and again, and goes on each time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.chaos.attempt import Attempt
from tools.chaos.beside import Reader
from tools.chaos.disk import SmallDisk
from tools.chaos.draw import Run, draw_run
from tools.chaos.faults import ALWAYS, FullDisk, Refused
from tools.chaos.look import FILES, Saved, State, look, names, read_model
from tools.chaos.process import Child
from tools.chaos.promises import check
from tools.chaos.signals import Fault
from tools.chaos.step import Step, Tally, require


def warm_up(folder: Path) -> None:
    """Compile the kernels of the classic members, both ways, so that no step waits for them."""
    for deterministic in (False, True):
        place = folder / str(deterministic)
        place.mkdir(parents=True)
        step = Step(0, 0, place, False, Tally())
        run = draw_run(step.draw, place, False)
        run.settings.update({"deterministic": deterministic, "epochs": 1})
        _attempt(step, run, place / "model", "plain", Fault(step.draw))


def training_story(step: Step) -> None:
    """Disturb a run, and compare what comes out in the end with a run that was left alone."""
    draw = step.draw
    run = draw_run(draw, step.folder, step.all_members)
    step.say(f"run: {json.dumps(run.settings)}, checkpoint_every {run.checkpoint_every}")
    whole = None
    if run.exact:
        _attempt(step, run, step.folder / "whole", "whole", Fault(draw))
        whole = read_model(step.folder / "whole")
    disk, output = None, step.folder / "place" / "model"
    if draw.random() < 0.35 and "small disk" not in step.tally.skipped:
        disk = SmallDisk(output.parent, 8)
        step.later(disk.close)
    before = State(None, [])
    if draw.random() < 0.6:
        before = _old_model(step, output)
    for number in range(draw.randint(1, 4)):
        fault = draw.choice((*ALWAYS, *[FullDisk] * (8 if disk else 0)))(draw)
        if isinstance(fault, Refused) and before.positions and fault.change != "memory":
            continue  # of another run: it would be refused for that
        before = _disturb(step, run, output, f"try-{number}", fault, before, whole, disk)
    _disturb(step, run, output, "last", Fault(draw), before, whole, disk)
    _nothing_left(step, output)


def _old_model(step: Step, output: Path) -> State:
    """Save a model of something else, which must not be lost."""
    from firth.model import Model

    words = [f"old{number}" for number in range(step.draw.choice((3, 400)))]
    matrix = [[float(number % 7), 1.0, -1.0] for number in range(len(words))]
    Model(words, [2] * len(words), {"input": matrix}, {"dim": 3}).save(output)
    step.say("an older model is in the folder")
    return look(output)


def _attempt(
    step: Step, run: Run, output: Path, name: str, fault: Fault, disk: SmallDisk | None = None
) -> tuple[Attempt, Child, int]:
    """Start a run, let the fault strike, and wait for the end."""
    draw = step.draw
    attempt = Attempt(
        run,
        step.folder,
        name,
        output,
        face=draw.choice(("cli", "cli", "api")),
        resume=name != "whole",
        threads=run.threads(draw),
        keeps_text=draw.random() < 0.5,
        inside=draw.random() < 0.1 and output.is_dir(),
        disk=disk,
    )
    fault.arrange(attempt)
    launch = attempt.launch()
    step.say(f"{launch}\n    {fault}")
    child = Child(launch)
    step.later(child.close)
    try:
        hit = fault.strike(attempt, child)
        code = child.wait()
    finally:
        fault.over(attempt)
    step.tally.add(fault.kind, hit)
    step.say(f"    exit code {code}")
    require(
        code in fault.codes,
        f"exit code {code}; expected {' or '.join(map(str, sorted(fault.codes)))}. It wrote\n"
        f"{child.errors}",
    )
    return attempt, child, code


def _disturb(
    step: Step,
    run: Run,
    output: Path,
    name: str,
    fault: Fault,
    before: State,
    whole: Saved | None,
    disk: SmallDisk | None,
) -> State:
    """Make an attempt, check what it promised, and return what is there then."""
    reader = None
    if before.model is not None and step.draw.random() < 0.3:
        reader = Reader(step, output, f"{name}-reader")
        step.tally.add("reader beside a run")
    attempt, child, code = _attempt(step, run, output, name, fault, disk)
    after = look(output)
    check(attempt, fault, child.errors, code, before, after, whole)
    if reader is not None:
        known = {state.model.digest for state in (before, after) if state.model is not None}
        require(
            reader.seen() <= known,
            "who read the folder meanwhile got a model that is neither the old nor the new one",
        )
    if isinstance(fault, Refused) and fault.change == "rate" and after.positions:
        shutil.rmtree(output / "checkpoints")
        after = look(output)
    return after


def _nothing_left(step: Step, output: Path) -> None:
    """After a run that ended well there is the model, and nothing else."""
    require(set(names(output)) == FILES, f"{output} holds {names(output)}")
    beside = {path.name for path in output.parent.iterdir()} - {output.name}
    require(not beside, f"{output.parent} holds {sorted(beside)} beside the model")
    for place in ("tmp", "cache/corpora/temporary", "cache/temporary"):
        folder = step.folder / place
        left = names(folder) if folder.is_dir() else []
        require(not left, f"{folder} still holds {left[:5]}")
