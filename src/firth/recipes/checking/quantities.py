"""The quantities of the exercise, right, and in the pieces that slips are made of."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np

from firth import reference as ref
from firth.recipes.checking.cases import HALVED_AFTER, WORDS, Array, accepted
from firth.recipes.checking.child import Dataset, Descent, pair_loss

Arguments = dict[str, Any]


class Pair:
    """The quantities of one pair of words, under the names of the page."""

    def __init__(self, given: Arguments) -> None:
        self.v = np.array(given["center"])
        self.U = np.array(given["outsides"])
        self.o = given["outside"]
        self.theta = self.U @ self.v
        self.y_hat = ref.softmax(self.theta)
        self.y = np.eye(len(self.U))[self.o]
        self.e = self.y_hat - self.y
        self.log_sum = float(np.log(np.sum(np.exp(self.theta))))
        self.draws = given.get("draws", [])
        self.noise = accepted(self.draws, self.o) if self.draws else []
        self.u_o, self.N = self.U[self.o], self.U[self.noise]
        self.s_o = float(ref.sigmoid(self.u_o @ self.v))
        self.s = ref.sigmoid(self.N @ self.v)

    def sampled(self, noise: list[int], output: int) -> Any:
        """Return what is right for other noise words."""
        return ref.negative_sampling_loss_and_gradients(self.v, self.o, noise, self.U)[output]

    def rows(self, outside: Any, noise: Any, *, once: bool = False) -> Array:
        """Return ∂J/∂U with these terms (d,) and (K, d) added to the rows they belong to."""
        gradient = np.zeros_like(self.U)
        gradient[self.o] += outside
        if once:
            gradient[self.noise] = noise
        else:
            np.add.at(gradient, self.noise, noise)
        return gradient


class Window:
    """One window, and its parts pair by pair."""

    def __init__(self, given: Arguments) -> None:
        self.V, self.U = np.array(given["centers"]), np.array(given["outsides"])
        self.c = WORDS.index(given["word"])
        self.o = [WORDS.index(word) for word in given["window"]]
        self._draws = given["draws"]
        self.parts = self.pairs([(self.c, o) for o in self.o])

    def pairs(self, pairs: list[tuple[int, int]]) -> list[Any]:
        """Return loss and gradients of these pairs of centre and outside word."""
        dataset, loss = Dataset(self._draws or [0, 1]), pair_loss(self._draws)
        return [loss(self.V[c], o, self.U, dataset) for c, o in pairs]

    def total(self, parts: list[Any], output: int, rows: Any = None) -> Any:
        """Return the sum over parts; of the centre's gradients in `rows` of the matrix."""
        if output != 1:
            return sum(part[output] for part in parts)
        gradient = np.zeros_like(self.V)
        for row, part in zip(rows or [self.c] * len(parts), parts, strict=True):
            gradient[row] += part[1]
        return gradient


def descend(given: Arguments, **spoilt: Any) -> Array:
    """Return where ``sgd`` ends, right or spoilt."""
    function = Descent(given["slope"], given.get("bend", 1.0))
    x, step = np.array(given["x"]), given["step"] * spoilt.get("sign", 1)
    for iteration in range(1, given["iterations"] + 1 + spoilt.get("more", 0)):
        cost, gradient = function(x)
        move = step * (cost if spoilt.get("by_cost") else gradient)
        x = -move if spoilt.get("forgets") else x - (move / step if spoilt.get("bare") else move)
        if given["cut"] is not None and not spoilt.get("uncut"):
            x = np.clip(x, -given["cut"], given["cut"])
        if iteration % HALVED_AFTER == 0 and not spoilt.get("unhalved"):
            step /= 2
    return np.asarray(x)


def right(role: str, given: Arguments) -> tuple[Any, ...]:
    """Return what a right function returns."""
    return _right(role, json.dumps(given))


@lru_cache(maxsize=64)
def _right(role: str, arguments: str) -> tuple[Any, ...]:
    given: Arguments = json.loads(arguments)
    match role:
        case "sigmoid":
            return (ref.sigmoid(given["x"]),)
        case "naive":
            p = Pair(given)
            return ref.naive_softmax_loss_and_gradients(p.v, p.o, p.U)
        case "negative":
            p = Pair(given)
            return ref.negative_sampling_loss_and_gradients(p.v, p.o, p.noise, p.U)
        case "skipgram":
            window = Window(given)
            return tuple(window.total(window.parts, output) for output in range(3))
        case _:
            return (descend(given),)
