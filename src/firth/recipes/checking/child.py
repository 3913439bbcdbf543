"""The process in which a student's program runs: ``python -m firth.recipes.checking.child``.

It is given a folder. ``calls.json`` there names the program and the calls; answers are written to
``answers.jsonl``, one line a call as soon as it is made, so that the other side sees where a
program hangs. Nothing of the program is pickled, and its prints go nowhere.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from firth import reference as ref
from firth.recipes.checking.cases import NAMES, NOISE, RETURNS, WORDS, Case

Functions = dict[str, Callable[..., Any]]


class Dataset:
    """The exercise's data set as far as its functions use it: noise words in a given order."""

    def __init__(self, draws: list[int]) -> None:
        self._draws = draws
        self.drawn = 0

    def sampleTokenIdx(self) -> int:  # noqa: N802
        """Return the next noise word; after the last one it begins anew."""
        word = self._draws[self.drawn % len(self._draws)]
        self.drawn += 1
        return word

    sample_token_idx = sampleTokenIdx


class Descent:
    """``f(x) = bend · Σ x² + slope · Σ x``, and its gradient."""

    def __init__(self, slope: float, bend: float = 1.0) -> None:
        self._slope, self._bend = slope, bend

    def __call__(self, x: Any) -> tuple[float, Any]:
        """Return the cost and its gradient at x."""
        if not self._bend:  # quickly: the exercise's step is halved after 20,000 calls only
            return self._slope * float(x.sum()), np.full(x.shape, self._slope)
        cost = self._bend * np.sum(x**2) + self._slope * np.sum(x)
        return float(cost), 2 * self._bend * x + self._slope


def pair_loss(draws: list[int]) -> Callable[..., Any]:
    """Return a right loss of one pair, for ``skipgram`` to call: it is judged on its own.

    Softmax if there are no draws, else negative sampling with the noise of `dataset`. Whichever
    names a student calls its arguments by, they come in the exercise's order.
    """

    def loss(*arguments: Any, **named: Any) -> Any:
        center, outside, matrix, dataset = [*arguments, *named.values()][:4]
        if not draws:
            return ref.naive_softmax_loss_and_gradients(center, int(outside), matrix)
        noise: list[int] = []
        while len(noise) < NOISE:
            word = dataset.sampleTokenIdx()
            if word != outside:
                noise.append(word)
        return ref.negative_sampling_loss_and_gradients(center, int(outside), noise, matrix)

    return loss


def load(path: Path) -> Functions:
    """Run a program as a module, and return the exercise's functions that it has, by role."""
    sys.path.insert(0, str(path.parent))
    if not any((path.parent / name).exists() for name in ("utils", "utils.py")):
        _stand_in_for_utils()  # not whatever else is installed under that name
    spec = importlib.util.spec_from_file_location("program_of_a_student", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return functions_of(module)


def functions_of(module: object) -> Functions:
    """Return the exercise's functions that a module has, by role."""
    found = {}
    for role, names in NAMES.items():
        for name in names:
            if callable(getattr(module, name, None)):
                found[role] = getattr(module, name)
                break
    return found


def _stand_in_for_utils() -> None:
    """Be the exercise's package ``utils``, if it does not lie beside the program."""

    def normalize_rows(x: Any) -> Any:
        return x / np.sqrt(np.sum(x**2, axis=1, keepdims=True))

    def get_negative_samples(outside: int, dataset: Any, count: int) -> list[int]:
        noise: list[int] = []
        while len(noise) < count:
            word = dataset.sampleTokenIdx()
            if word != outside:
                noise.append(word)
        return noise

    known = {
        "softmax": ref.softmax,
        "sigmoid": ref.sigmoid,
        "normalizeRows": normalize_rows,
        "normalize_rows": normalize_rows,
        "getNegativeSamples": get_negative_samples,
        "get_negative_samples": get_negative_samples,
    }

    def nothing(*arguments: Any, **named: Any) -> None:
        """Be a check of the exercise that is not called here."""

    def anything(name: str) -> Callable[..., None]:
        """Have every name but those that Python asks for, such as ``__all__``."""
        if name.startswith("__"):
            raise AttributeError(name)
        return nothing

    package = types.ModuleType("utils")
    package.__path__ = []
    for name in ("utils", "gradcheck", "sanity_checks", "treebank"):
        module = types.ModuleType(f"utils.{name}")
        vars(module).update(known)
        module.__getattr__ = anything  # type: ignore[method-assign]
        setattr(package, name, module)
        sys.modules[module.__name__] = module
    sys.modules["utils"] = package


def answer(functions: Functions, case: Case) -> dict[str, Any]:
    """Call a student's function.

    Returns
    -------
    dict
        ``outputs``, each with shape and values; or ``error``. ``changed`` names the arguments that
        are not as they were; ``drawn`` says how many noise words were asked for.
    """
    given = case.arguments
    arrays: dict[str, Any] = {
        name: np.array(given[name], dtype=np.float64)
        for name in ("center", "centers", "outsides", "x")
        if name in given
    }
    before = {name: array.copy() for name, array in arrays.items()}
    dataset = Dataset(given.get("draws") or [0, 1])
    random.seed(31415)
    np.random.seed(9265)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = functions[case.role](*_arguments(case, arrays, dataset))
        outputs = _encoded(got, RETURNS[case.role])
    except BaseException as error:  # whatever a student's program raises, SystemExit too
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"error": describe(error)}
    changed = [name for name in arrays if not np.array_equal(arrays[name], before[name])]
    return {"outputs": outputs, "changed": changed, "drawn": dataset.drawn}


def _arguments(case: Case, arrays: dict[str, Any], dataset: Dataset) -> tuple[Any, ...]:
    given = case.arguments
    match case.role:
        case "sigmoid":
            x = arrays["x"]
            return (float(x) if x.ndim == 0 else x,)
        case "naive" | "negative":
            return arrays["center"], given["outside"], arrays["outsides"], dataset
        case "skipgram":
            index = {word: row for row, word in enumerate(WORDS)}
            return (
                given["word"], given["reach"], list(given["window"]), index, arrays["centers"],
                arrays["outsides"], dataset, pair_loss(given["draws"]),
            )  # fmt: skip
        case _:
            function = Descent(given["slope"], given.get("bend", 1.0))
            cut = given["cut"]
            rest = () if cut is None else (lambda x: np.clip(x, -cut, cut),)
            return function, arrays["x"], given["step"], given["iterations"], *rest


def _encoded(got: Any, count: int) -> list[dict[str, Any]]:
    if count == 1:
        got = (got,)
    elif not isinstance(got, tuple | list) or len(got) != count:
        number = len(got) if isinstance(got, tuple | list) else 1
        raise TypeError(f"it returned {number} thing(s); expected {count}")
    outputs = []
    for output in got:
        if output is None:
            raise TypeError("it returned None (is a return missing?)")
        array = np.asarray(output, dtype=np.float64)
        outputs.append({"shape": list(array.shape), "values": array.ravel().tolist()})
    return outputs


def describe(error: BaseException) -> str:
    """Return an error in one line, with the line of the program that it came from.

    Examples
    --------
    >>> describe(ValueError("no"))
    'ValueError: no'
    """
    said = " ".join(f"{type(error).__name__}: {error}".split())
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((str(Path(__file__).parents[2]), "<"))
        and "site-packages" not in frame.filename
        and Path(frame.filename).suffix == ".py"
    ]
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{said}"
    return f"{said} (line {lines[-1]})" if lines else said


def main(folder: Path) -> None:
    """Make the calls of ``calls.json`` and write the answers."""
    asked = json.loads((folder / "calls.json").read_text(encoding="utf-8"))
    os.chdir(folder)  # `sgd` of the exercise saves its parameters where it runs
    with (folder / "answers.jsonl").open("w", encoding="utf-8") as file:

        def write(content: dict[str, Any]) -> None:
            file.write(json.dumps(content) + "\n")
            file.flush()

        try:
            functions = load(Path(asked["program"]))
        except BaseException as error:
            write({"error": describe(error)})
            return
        write({"functions": {role: f.__name__ for role, f in functions.items()}})
        for role, arguments in asked["calls"]:
            if role in functions:
                write(answer(functions, Case(role, arguments)))
            else:
                write({"missing": True})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
