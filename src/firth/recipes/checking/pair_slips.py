"""The slips of one pair of words: by output, what is said, and what is returned then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from firth import reference as ref
from firth.recipes.checking.cases import NOISE
from firth.recipes.checking.quantities import Pair


def _with_columns(output: int, p: Pair) -> Any:
    """Return what scores ``Uᵀ v_c`` give, all else being right."""
    y_hat = ref.softmax(p.U.T @ p.v)
    return (-np.log(y_hat[p.o]), p.U.T @ (y_hat - p.y), np.outer(y_hat - p.y, p.v))[output]


_OUTER = "your ∂J/∂U is (ŷ − y) v_c; it is the outer product (ŷ − y) v_cᵀ"
_QUOTIENT = "the chain rule is written as log Σ exp over Σ exp; the derivative is 1 over Σ exp"

NAIVE: list[tuple[int, str, Callable[[Pair], Any]]] = [
    (0, "the minus in front of the logarithm is missing", lambda p: np.log(p.y_hat[p.o])),
    (0, "the logarithm is to base 2; it must be the natural one", lambda p: -np.log2(p.y_hat[p.o])),
    (0, "the logarithm is to base 10; it must be natural", lambda p: -np.log10(p.y_hat[p.o])),
    (0, "the loss is the probability ŷ_o, not -log ŷ_o", lambda p: p.y_hat[p.o]),
    (0, "the loss is -θ_o; log Σ exp θ is missing", lambda p: -p.theta[p.o]),
    (1, "your ∂J/∂v_c is (ŷ − y) without Uᵀ", lambda p: p.e),
    (1, "your ∂J/∂v_c is U (ŷ − y); it is Uᵀ (ŷ − y)", lambda p: p.U @ p.e),
    (1, "the sign of ∂J/∂v_c is turned: it is ŷ − y, not y − ŷ", lambda p: -p.U.T @ p.e),
    (1, "y is missing in ∂J/∂v_c: it is Uᵀ (ŷ − y), yours Uᵀ ŷ", lambda p: p.U.T @ p.y_hat),
    (1, "the sum over all words is missing: your ∂J/∂v_c is −u_o alone", lambda p: -p.u_o),
    (
        1,
        "the sum over all words is missing: your ∂J/∂v_c is (ŷ_o − 1) u_o",
        lambda p: (p.y_hat[p.o] - 1) * p.u_o,
    ),
    (
        1,
        "∂θ_o/∂θ_j is taken as 1 for j ≠ o; it is 0, so that y is one-hot",
        lambda p: p.U.T @ (p.y_hat - 1),
    ),
    (
        1,
        _QUOTIENT,
        lambda p: p.U.T @ (p.log_sum * p.y_hat - p.y),
    ),
    (2, _QUOTIENT, lambda p: np.outer(p.log_sum * p.y_hat - p.y, p.v)),
    (1, "∂J/∂u_o stands where ∂J/∂v_c is meant", lambda p: (p.y_hat[p.o] - 1) * p.v),
    (2, _OUTER, lambda p: p.e * p.v),
    (2, _OUTER, lambda p: p.e @ p.v),
    (2, "your ∂J/∂U is transposed: (d, V); it is (V, d)", lambda p: np.outer(p.v, p.e)),
    (2, "the sign of ∂J/∂U is turned: it is ŷ − y, not y − ŷ", lambda p: -np.outer(p.e, p.v)),
    (2, "y is missing in ∂J/∂U: it is (ŷ − y) v_cᵀ", lambda p: np.outer(p.y_hat, p.v)),
    (
        2,
        "only the row of the outside word has a gradient; all rows have one",
        lambda p: np.outer(p.e * p.y, p.v),
    ),
    (
        2,
        "u_o stands where v_c is meant: ∂θ_w/∂u_w is v_c",
        lambda p: np.outer(p.e, p.u_o),
    ),
    (
        2,
        "∂θ_o/∂θ_j is taken as 1 for j ≠ o; it is 0, so that y is one-hot",
        lambda p: np.outer(p.y_hat - 1, p.v),
    ),
    *(
        (
            output,
            "your scores are Uᵀ v_c, with words as columns; here a word is a row: θ = U v_c",
            partial(_with_columns, output),
        )
        for output in range(3)
    ),
]

_SUM_IN_FRONT = "a Σ_k is left in front of ∂J/∂u_k: each noise word has its own term"
_ONCE = "noise drawn twice is counted once (indices[rows] += keeps only the last; use np.add.at)"
_MEAN = "the noise terms are divided by K; they are summed"

NEGATIVE: list[tuple[int, str, Callable[[Pair], Any]]] = [
    (
        0,
        "the minus inside the sigmoid of the noise terms is missing: log σ(−u_k·v_c)",
        lambda p: -np.log(p.s_o) - np.sum(np.log(p.s)),
    ),
    (0, "the noise terms are missing", lambda p: -np.log(p.s_o)),
    (0, "the outside word's term is missing", lambda p: -np.sum(np.log(1 - p.s))),
    (0, _MEAN, lambda p: -np.log(p.s_o) - np.mean(np.log(1 - p.s))),
    (
        0,
        "the noise terms have the wrong sign: both logarithms have a minus in front",
        lambda p: -np.log(p.s_o) + np.sum(np.log(1 - p.s)),
    ),
    (
        0,
        "the minus in front of the logarithms is missing",
        lambda p: np.log(p.s_o) + np.sum(np.log(1 - p.s)),
    ),
    (
        0,
        "the logarithm of the sum is taken; it is the sum of logarithms",
        lambda p: -np.log(p.s_o) - np.log(np.sum(1 - p.s)),
    ),
    (1, "the noise terms of ∂J/∂v_c are missing", lambda p: (p.s_o - 1) * p.u_o),
    (1, "the outside word's term of ∂J/∂v_c is missing", lambda p: p.s @ p.N),
    (
        1,
        "the outside word has σ in ∂J/∂v_c; it has σ − 1",
        lambda p: p.s_o * p.u_o + p.s @ p.N,
    ),
    (
        1,
        "the noise terms of ∂J/∂v_c have the wrong sign",
        lambda p: (p.s_o - 1) * p.u_o - p.s @ p.N,
    ),
    (
        1,
        "the noise words have σ − 1 in ∂J/∂v_c; they have σ",
        lambda p: (p.s_o - 1) * p.u_o + (p.s - 1) @ p.N,
    ),
    (
        1,
        "the noise words have σ(−u_k·v_c) in ∂J/∂v_c; they have σ(u_k·v_c)",
        lambda p: (p.s_o - 1) * p.u_o + (1 - p.s) @ p.N,
    ),
    (1, "the sign of ∂J/∂v_c is turned", lambda p: (1 - p.s_o) * p.u_o - p.s @ p.N),
    (1, _MEAN, lambda p: (p.s_o - 1) * p.u_o + p.s @ p.N / NOISE),
    (
        1,
        "∂J/∂u_o stands where ∂J/∂v_c is meant",
        lambda p: (p.s_o - 1) * p.v + np.sum(p.s) * p.v,
    ),
    (2, _ONCE, lambda p: p.rows((p.s_o - 1) * p.v, np.outer(p.s, p.v), once=True)),
    (2, "the row of the outside word is missing", lambda p: p.rows(0, np.outer(p.s, p.v))),
    (2, "the rows of the noise words are missing", lambda p: p.rows((p.s_o - 1) * p.v, 0)),
    (
        2,
        _SUM_IN_FRONT,
        lambda p: p.rows((p.s_o - 1) * p.v, np.sum(p.s) * p.v),
    ),
    (
        2,
        _SUM_IN_FRONT,
        lambda p: p.rows((p.s_o - 1) * p.v, np.sum(p.s) * p.v, once=True),
    ),
    (
        2,
        "the outside word has σ in ∂J/∂u_o; it has σ − 1",
        lambda p: p.rows(p.s_o * p.v, np.outer(p.s, p.v)),
    ),
    (
        2,
        "the noise words have σ − 1 in ∂J/∂u_k; they have σ",
        lambda p: p.rows((p.s_o - 1) * p.v, np.outer(p.s - 1, p.v)),
    ),
    (
        2,
        "the noise words have σ(−u_k·v_c) in ∂J/∂u_k; they have σ(u_k·v_c)",
        lambda p: p.rows((p.s_o - 1) * p.v, np.outer(1 - p.s, p.v)),
    ),
    (
        2,
        "the noise rows have the wrong sign",
        lambda p: p.rows((p.s_o - 1) * p.v, -np.outer(p.s, p.v)),
    ),
    (
        2,
        "the sign of ∂J/∂U is turned",
        lambda p: -p.rows((p.s_o - 1) * p.v, np.outer(p.s, p.v)),
    ),
    (2, _MEAN, lambda p: p.rows((p.s_o - 1) * p.v, np.outer(p.s, p.v) / NOISE)),
    (
        2,
        "the derivative with respect to v_c stands where that with respect to u_o and u_k is "
        "meant: u stands where v_c should",
        lambda p: p.rows((p.s_o - 1) * p.u_o, p.s[:, None] * p.N),
    ),
    (
        2,
        "the derivative with respect to v_c stands where that with respect to u_o is meant: it is "
        "(σ − 1) v_c, not (σ − 1) u_o",
        lambda p: p.rows((p.s_o - 1) * p.u_o, np.outer(p.s, p.v)),
    ),
    (
        2,
        "you return a row for each noise word, (1 + K, d); it is a row for each word, (V, d)",
        lambda p: np.outer(np.append(p.s_o - 1, p.s), p.v),
    ),
]


def _counted_once(output: int, p: Pair) -> Any:
    return p.sampled(sorted(set(p.noise)), output)


def _not_drawn_again(output: int, p: Pair) -> Any:
    return p.sampled((p.draws * NOISE)[:NOISE], output)


for _output in range(3):
    NEGATIVE += [
        (
            _output,
            _ONCE if _output == 2 else "noise drawn twice is counted once",
            partial(_counted_once, _output),
        ),
        (
            _output,
            "a noise word equal to the outside word is not drawn again",
            partial(_not_drawn_again, _output),
        ),
    ]
