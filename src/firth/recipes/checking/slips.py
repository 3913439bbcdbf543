"""The common slips, each as what a program with it returns.

A slip is recognised by its result: it is named if a program returns, for every call, what the slip
returns (or fails wherever the slip cannot be computed).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from firth import reference as ref
from firth.recipes.checking.cases import HALVED_AFTER, Array
from firth.recipes.checking.pair_slips import NAIVE, NEGATIVE
from firth.recipes.checking.quantities import Arguments, Pair, Window, descend


class Slip(NamedTuple):
    """One slip.

    Attributes
    ----------
    role : str
        The function that it is made in.
    output : int
        Which of the things that the function returns it spoils.
    says : str
        What is told to the student.
    wrong : callable
        ``wrong(arguments)``: what is returned then; raises ValueError where shapes do not fit.
    """

    role: str
    output: int
    says: str
    wrong: Callable[[Arguments], Any]


_WINDOW: list[tuple[int, str, Callable[[Window, int], Any]]] = []
for _output, _name in enumerate(("the loss", "∂J/∂V", "∂J/∂U")):
    _WINDOW += [
        (
            _output,
            f"the sum over the window is missing: {_name} is the last outside word's alone",
            lambda w, i: w.total(w.parts[-1:], i),
        ),
        (
            _output,
            f"the sum over the window is missing: {_name} is the first outside word's alone",
            lambda w, i: w.total(w.parts[:1], i),
        ),
        (
            _output,
            f"{_name} is the mean over the window; it is the sum",
            lambda w, i: w.total(w.parts, i) / len(w.parts),
        ),
        (
            _output,
            "a word that stands twice in the window is predicted once",
            lambda w, i: w.total(w.pairs([(w.c, o) for o in dict.fromkeys(w.o)]), i),
        ),
        (
            _output,
            "the centre word is predicted as well; only the words around it are",
            lambda w, i: w.total(w.pairs([(w.c, o) for o in [*w.o, w.c]]), i),
        ),
        (
            _output,
            "the roles are turned round: the centre word predicts the words around it",
            lambda w, i: w.total(w.pairs([(o, w.c) for o in w.o]), i, w.o),
        ),
    ]
_WINDOW += [
    (
        1,
        "the centre's gradient is put in the outside words' rows: ∂J/∂v_w is 0 for w ≠ c",
        lambda w, i: w.total(w.parts, i, w.o),
    ),
    (
        1,
        "every row of ∂J/∂V has the centre's gradient: ∂J/∂v_w is 0 for w ≠ c",
        lambda w, i: np.ones((len(w.V), 1)) * w.total(w.parts, i)[w.c],
    ),
    (
        1,
        "∂J/∂v_w is 0 for w ≠ c, and the sum for w = c; yours is the other way round",
        lambda w, i: (np.arange(len(w.V))[:, None] != w.c) * w.total(w.parts, i)[w.c],
    ),
    (
        1,
        "you return the centre's row alone, (d,); ∂J/∂V has the shape of V, (V, d)",
        lambda w, i: w.total(w.parts, i)[w.c],
    ),
]

_SIGMOID: list[tuple[str, Callable[[Array], Any]]] = [
    ("the minus in the exponent is missing: σ(x) = 1 / (1 + e^−x)", lambda x: ref.sigmoid(-x)),
    ("this is the derivative σ (1 − σ), not σ", ref.sigmoid_derivative),
    ("this is tanh; σ(x) = 1 / (1 + e^−x)", np.tanh),
]


_SGD: list[tuple[str, dict[str, Any]]] = [
    ("the step goes up: x ← x − step · gradient, with a minus", {"sign": -1}),
    ("one iteration is missing", {"more": -1}),
    ("there is one iteration too many", {"more": 1}),
    (f"the step is not halved after each {HALVED_AFTER:,} iterations", {"unhalved": True}),
    ("the step is left out: x ← x − step · gradient", {"bare": True}),
    ("x is replaced by −step · gradient; it is moved by it", {"forgets": True}),
    ("x moves by the cost; it moves by the gradient", {"by_cost": True}),
    ("postprocessing is not applied", {"uncut": True}),
]


def _of_pair(wrong: Callable[[Pair], Any], given: Arguments) -> Any:
    return wrong(Pair(given))


def _of_window(wrong: Callable[[Window, int], Any], output: int, given: Arguments) -> Any:
    return wrong(Window(given), output)


def _of_numbers(wrong: Callable[[Array], Any], given: Arguments) -> Any:
    return wrong(np.array(given["x"]))


def _of_descent(spoilt: dict[str, Any], given: Arguments) -> Any:
    return descend(given, **spoilt)


SLIPS: list[Slip] = [
    *(Slip("naive", output, says, partial(_of_pair, wrong)) for output, says, wrong in NAIVE),
    *(Slip("negative", output, says, partial(_of_pair, wrong)) for output, says, wrong in NEGATIVE),
    *(
        Slip("skipgram", output, says, partial(_of_window, wrong, output))
        for output, says, wrong in _WINDOW
    ),
    *(Slip("sigmoid", 0, says, partial(_of_numbers, wrong)) for says, wrong in _SIGMOID),
    *(Slip("sgd", 0, says, partial(_of_descent, spoilt)) for says, spoilt in _SGD),
    Slip("sgd", 0, "x is returned as it came: it is never moved", lambda given: given["x"]),
]
