"""From a program's answers to what is said of it, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from firth.errors import ConfigError
from firth.files.given import given_path
from firth.recipes.checking.cases import NAMES, STEP, Array, Case, all_cases, nudged
from firth.recipes.checking.parts import PAGE, PARTS, TWIN, Part, Verdict
from firth.recipes.checking.process import Answer, ask
from firth.recipes.checking.quantities import right
from firth.recipes.checking.slips import SLIPS
from firth.values import Real

ANSWERED = "outputs"
_CUT_SHORT = "right where the function ends"


def check(programs: Sequence[str | Path], *, seconds: float = 60.0) -> list[Verdict]:
    """Judge a student's programs.

    Parameters
    ----------
    programs : sequence of path
        ``word2vec.py``, ``sgd.py``, or one file with all functions. Each is run, in a process of
        its own: check only what you would run.
    seconds : float
        The time for each process.

    Returns
    -------
    list of Verdict
        One for each of `PARTS`.

    Raises
    ------
    ConfigError
        A file cannot be read or imported, or has none of the exercise's functions.
    """
    seconds = Real(0, open_ends=True).check("seconds", seconds)
    paths = [given_path("--check", program) for program in programs]
    for path in paths:
        if not path.is_file():
            raise ConfigError(f"{path}: no such file; expected a program such as word2vec.py")
    known: dict[str, list[Answer]] = {}
    for path in paths:
        functions, answers = ask(path, questions(), seconds)
        if not functions:
            names = ", ".join(names[0] for names in NAMES.values())
            raise ConfigError(f"{path} has none of the exercise's functions; expected {names}")
        known.update(dict.fromkeys(functions, answers))
    return judge(known)


def questions() -> list[Case]:
    """Return every call that a program is asked to make: `all_cases`, and those moved a little."""
    return [*all_cases(), *(move[-1] for move in _moves(all_cases()))]


def judge(known: dict[str, list[Answer]]) -> list[Verdict]:
    """Judge the answers to `questions`, given by role."""
    cases = all_cases()
    moves = _moves(cases)
    return _without_echoes(
        [
            _verdict(part, cases, known[part.role], moves) if part.role in known else _missing(part)
            for part in PARTS
        ]
    )


def _without_echoes(verdicts: list[Verdict]) -> list[Verdict]:
    """Leave open what one fault of a function ends before it is returned.

    An expression that fails in some calls takes what is right with it. Where the fault is told in
    its own place, the others are not called wrong.
    """
    roles = {part.quantity: part.role for part in PARTS}
    at_fault = {
        roles[verdict.quantity]
        for verdict in verdicts
        if verdict.right is False and not verdict.says.startswith(_CUT_SHORT)
    }
    return [
        replace(verdict, right=None)
        if verdict.says.startswith(_CUT_SHORT) and roles[verdict.quantity] in at_fault
        else verdict
        for verdict in verdicts
    ]


def lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Write verdicts for people.

    Examples
    --------
    >>> lines([Verdict("1d", "σ(x)", True, "", "a page")])
    ['1d  right  σ(x)']
    >>> lines([Verdict("1d", "σ(x)", False, "this is tanh", "a page")])
    ['1d  WRONG  σ(x): this is tanh', '           read a page']
    """
    words = {True: "right", False: "WRONG", None: "-"}
    told = []
    for verdict in verdicts:
        said = f": {verdict.says}" if verdict.says else ""
        told.append(f"{verdict.part:<3} {words[verdict.right]:<5}  {verdict.quantity}{said}")
        if verdict.right is False:
            told.append(f"{'':<11}read {verdict.read}")
    return told


def _moves(cases: list[Case]) -> list[Any]:
    """Return the moves of the first case of each function."""
    first = {role: next(case for case in cases if case.role == role) for role in NAMES}
    return [move for case in first.values() for move in nudged(case)]


def _missing(part: Part) -> Verdict:
    name = NAMES[part.role][0]
    return Verdict(part.name, part.quantity, None, f"there is no function {name}", _read(part))


def _read(part: Part) -> str:
    return f'{PAGE}, "{part.heading}"; help(firth.reference.{TWIN[part.role]})'


def _verdict(part: Part, cases: list[Case], answers: list[Answer], moves: list[Any]) -> Verdict:
    mine = [
        (case, answered)
        for case, answered in zip(cases, answers, strict=False)
        if case.role == part.role
    ]
    says = _problem(part, mine)
    if says is not None and says == "":
        says = _unknown(part, mine, moves, answers[len(cases) :])
    return Verdict(part.name, part.quantity, says is None, says or "", _read(part))


def _problem(part: Part, mine: list[tuple[Case, Answer]]) -> str | None:
    """Return what is wrong; None if nothing is; empty if it is no slip that is known."""
    expected = [np.asarray(right(part.role, case.arguments)[part.output]) for case, _ in mine]
    got = [_output(answered, part.output) for _, answered in mine]
    if all_same(got, expected):
        return _changed(part, mine)
    for slip in SLIPS:
        if (slip.role, slip.output) == (part.role, part.output):
            wrong = (_spoilt(slip.wrong, case) for case, _ in mine)
            if all_same(got, wrong):
                return slip.says
    for given, wanted in zip(got, expected, strict=True):
        if (
            given is not None
            and given.shape != wanted.shape
            and same(given.ravel(), wanted.ravel())
        ):
            return f"the numbers are right; the shape is {given.shape}, expected {wanted.shape}"
    errors = [str(answered["error"]) for _, answered in mine if "error" in answered]
    if not errors:
        return ""
    ended = [pair for pair in zip(got, expected, strict=True) if pair[0] is not None]
    if ended and all(same(*pair) for pair in ended):
        return f"{_CUT_SHORT}; elsewhere {errors[0]}"
    return errors[0]


def _changed(part: Part, mine: list[tuple[Case, Answer]]) -> str | None:
    """Say that the function has moved what it was given: told once, with its last output."""
    names = sorted({name for _, answered in mine for name in answered["changed"]})
    last = max(other.output for other in PARTS if other.role == part.role)
    if not names or part.output != last or part.role == "sgd":
        return None
    return f"the function changes what it is given ({', '.join(names)}); work on a copy"


def _spoilt(wrong: Any, case: Case) -> Array | None:
    try:
        return np.asarray(wrong(case.arguments))
    except ValueError:
        return None


def _output(answered: Answer, output: int) -> Array | None:
    """Return one of the things that a function returned, or None if it failed."""
    if ANSWERED not in answered:
        return None
    told = answered[ANSWERED][output]
    return np.array(told["values"], dtype=np.float64).reshape(told["shape"])


def same(a: Array | None, b: Array | None) -> bool:
    """Return whether two results agree, in shape too; a loss may be an array of one number.

    Examples
    --------
    >>> same(np.ones(3), np.ones(3)), same(np.ones(3), np.ones((3, 1))), same(None, None)
    (True, False, True)
    """
    if a is None or b is None:
        return a is b
    if b.ndim == 0 and a.size == 1:
        a = a.reshape(())
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))


def all_same(got: Iterable[Array | None], expected: Iterable[Array | None]) -> bool:
    """Return whether the results of all calls agree."""
    return all(same(a, b) for a, b in zip(got, expected, strict=True))


def _unknown(
    part: Part, mine: list[tuple[Case, Answer]], moves: list[Any], answers: list[Answer]
) -> str:
    """Say how a result differs, and whether the gradient is that of the program's own loss."""
    case, answered = next(
        (case, answered)
        for case, answered in mine
        if not same(
            _output(answered, part.output),
            np.asarray(right(part.role, case.arguments)[part.output]),
        )
    )
    wanted = np.asarray(right(part.role, case.arguments)[part.output])
    given = _output(answered, part.output)
    assert given is not None
    if part.role == "negative" and not answered["drawn"]:
        return "the noise words are not drawn from dataset.sampleTokenIdx()"
    if given.shape != wanted.shape and given.size > 1:
        return f"the shape is {given.shape}; expected {wanted.shape}"
    numeric = _differences(part, moves, answers, given.shape) if part.output else None
    if numeric is not None and np.allclose(given, numeric, rtol=1e-4, atol=1e-5):
        return "this gradient is that of your loss; so look for the fault in the loss"
    off = np.argwhere(~np.isclose(given, wanted, rtol=1e-5, atol=1e-7))
    index = tuple(int(i) for i in off[0]) if off.size else ()
    where = f"at index {index} " if index else ""
    checked = "" if numeric is None else f", differences of your own loss say {numeric[index]:.6g}"
    return f"{where}it is {given[index]:.6g}{checked}; expected {wanted[index]:.6g}"


def _differences(
    part: Part, moves: list[Any], answers: list[Answer], shape: tuple[int, ...]
) -> Array | None:
    """Return the gradient of the program's own loss for its first case, by central differences."""
    gradient = np.zeros(shape)
    for (output, index, sign, case), answered in zip(moves, answers, strict=True):
        if (case.role, output) == (part.role, part.output):
            loss = _output(answered, 0)
            if loss is None or loss.size != 1 or len(index) != len(shape):
                return None
            gradient[index] += sign * float(loss.reshape(())) / (2 * STEP)
    return gradient
