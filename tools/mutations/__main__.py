"""Faults made one at a time: a test should notice each.

A test that cannot fail proves nothing. Each fault of ``tools/mutations/faults`` is what a tired
engineer might do: an option that is dropped, ``>`` for ``>=``, a sum for a mean, a lock that is not
taken. The script makes it in a copy of the work tree, runs the tests that should notice, and says
which did::

    python -m tools.mutations                        # all of them
    python -m tools.mutations --only held-out-loss-of-trained-text
    python -m tools.mutations --check                # the same tests, without a fault

Begin with ``--check``: a test that fails without a fault would seem to notice all of them. A fault
that survives asks for a sharper test, or is none. The exit code is 0 if all were killed.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tools.mutations.copy import FAILED, PASSED, Copy
from tools.mutations.fault import DoesNotApplyError, Fault
from tools.mutations.faults.catalogue import FAULTS

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Make the faults that were asked for; return the exit code."""
    options = _options()
    chosen = _chosen(options.only)
    if options.list:
        for fault in chosen:
            print(f"{fault.name}  ({fault.file})")
        return 0
    _take_signals()
    with ExitStack() as stack:
        folder = options.folder
        if folder is None:
            temporary = tempfile.TemporaryDirectory(
                prefix="firth-mutations-", ignore_cleanup_errors=True
            )
            folder = Path(stack.enter_context(temporary))
        copy = Copy(ROOT, folder.resolve())
        if (reason := copy.why_not_imported()) is not None:
            print(f"mutations: {reason}", file=sys.stderr)
            return 2
        return _check(copy, chosen) if options.check else _make_all(copy, chosen, options.seconds)


def _options() -> argparse.Namespace:
    title = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tools.mutations", description=title)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these faults alone")
    parser.add_argument("--list", action="store_true", help="name the faults and end")
    parser.add_argument("--check", action="store_true", help="run their tests without any fault")
    parser.add_argument("--seconds", type=float, default=300.0, help="time limit of a fault; 300")
    parser.add_argument(
        "--folder",
        type=lambda path: Path(path).expanduser(),
        help="keep the copy and its compiled kernels here, which makes the next run faster",
    )
    return parser.parse_args()


def _take_signals() -> None:
    """Let tests have the usual signals, though who started this may ignore some (``&``, nohup)."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _stop)


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _chosen(names: list[str] | None) -> list[Fault]:
    by_name = {fault.name: fault for fault in FAULTS}
    if unknown := [name for name in names or () if name not in by_name]:
        raise SystemExit(f"mutations: there is no fault {', '.join(unknown)}; --list names all")
    return [by_name[name] for name in names or by_name]


def _check(copy: Copy, chosen: list[Fault]) -> int:
    tests = sorted({test for fault in chosen for test in fault.tests})
    outcome = copy.test(tests, 3600.0)
    print(outcome.output)
    return 0 if outcome.code == PASSED else 1


def _make_all(copy: Copy, chosen: list[Fault], seconds: float) -> int:
    started, verdicts = time.monotonic(), Counter[str]()
    survivors = []
    for fault in chosen:
        verdict, detail, took = _make(copy, fault, seconds)
        verdicts[verdict] += 1
        if verdict not in ("killed", "timed out"):
            survivors.append(f"  {verdict}: {fault.name} ({fault.file})")
        print(f"{took:6.1f} s  {verdict:15} {fault.name}  {detail}".rstrip(), flush=True)
    counts = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.most_common())
    minutes = (time.monotonic() - started) / 60
    print(f"\n{len(chosen)} faults in {minutes:.1f} minutes: {counts}")
    print("\n".join(survivors) if survivors else "None survived.")
    return 1 if survivors else 0


def _make(copy: Copy, fault: Fault, seconds: float) -> tuple[str, str, float]:
    """Make one fault; return what came of it, what is to be said of that, and the seconds."""
    try:
        with copy.with_fault(fault):
            outcome = copy.test(fault.tests, seconds, "-x", "-q")
    except DoesNotApplyError as error:
        return "does not apply", str(error), 0.0
    if outcome.code is None:
        return "timed out", "", outcome.seconds
    if outcome.code == FAILED:
        return "killed", f"by {outcome.failed}", outcome.seconds
    if outcome.code == PASSED:
        return "SURVIVED", "", outcome.seconds
    # No test has been run to its end: the fault breaks the import, or a test is not there.
    last = "\n".join(outcome.output.splitlines()[-15:])
    return "error", f"pytest ended with {outcome.code}:\n{last}", outcome.seconds


if __name__ == "__main__":
    sys.exit(main())
