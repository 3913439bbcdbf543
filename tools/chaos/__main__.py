"""Random runs, disturbed in random ways: nothing hangs, nothing saved is lost, all can go on.

Each step draws a run (a text, settings, the command line or Python), disturbs it (kills, signals,
full disks, pipes without a reader, callbacks that raise, others who read and save meanwhile), lets
it go on, and checks after each disturbance what ``docs/long-runs.md`` promises::

    python -m tools.chaos --seconds 1800 --all
    python -m tools.chaos --seed 7 --only 12             # one step again, with the same draws
    python -m tools.chaos --seed 7 --only 12 --seconds 60  # again and again: moments differ

At the first promise that is broken it says what was done and what was found, keeps the step's
files, and exits with 1. It runs where there are signals of POSIX.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.chaos.disk import why_no_small_disk
from tools.chaos.saves import saves_story
from tools.chaos.step import Found, Step, Tally
from tools.chaos.training import training_story, warm_up


def main() -> int:
    """Run steps until the time is over; return the exit code."""
    options = _options()
    if os.name != "posix":
        print("chaos: this system has no signals of POSIX; nothing was run")
        return 0
    _take_signals()
    tally = Tally()
    root = Path(tempfile.mkdtemp(prefix="firth-chaos-"))
    print(f"chaos: seed {options.seed}, files in {root}", flush=True)
    if (reason := why_no_small_disk(root)) is not None:
        tally.skipped["small disk"] = reason
    warm_up(root / "warm-up")
    ended = True
    try:
        for number in _numbers(options):
            step = Step(options.seed, number, root / f"step-{number}", options.all, tally)
            if not _run(step, options):
                ended = False
                return 1
    finally:
        if ended and not options.keep:
            shutil.rmtree(root, ignore_errors=True)
        print(tally.summary(), flush=True)
    return 0


def _options() -> argparse.Namespace:
    title = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tools.chaos", description=title)
    parser.add_argument("--seconds", type=float, help="begin no step later; 60, or one --only")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", type=int, metavar="N", help="this step alone")
    parser.add_argument("--all", action="store_true", help="all members; many kernels to compile")
    parser.add_argument("--keep", action="store_true", help="keep the files of all steps")
    return parser.parse_args()


def _take_signals() -> None:
    """Let children have the usual signals, though who started this may ignore some (``nohup``)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _numbers(options: argparse.Namespace) -> Iterator[int]:
    if options.only is not None and options.seconds is None:
        yield options.only
        return
    end = time.monotonic() + (60 if options.seconds is None else options.seconds)
    number = 0
    while time.monotonic() < end:
        yield number if options.only is None else options.only
        number += 1


def _run(step: Step, options: argparse.Namespace) -> bool:
    story = step.draw.choices((training_story, saves_story), (4, 1))[0]
    shutil.rmtree(step.folder, ignore_errors=True)
    step.folder.mkdir(parents=True)
    step.tally.steps += 1
    try:
        story(step)
    except Found as found:
        print(f"\nchaos: step {step.number} of seed {step.seed} found a broken promise")
        print("\n".join(f"  {line}" for line in step.done))
        print(f"found: {found}")
        print(f"files: {step.folder}")
        flags = " --all" if options.all else ""
        again = f"python -m tools.chaos --seed {step.seed} --only {step.number}{flags}"
        print(f"again: {again}", flush=True)
        return False
    finally:
        step.close()
    if not options.keep:
        shutil.rmtree(step.folder, ignore_errors=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
