r"""The mathematics of word2vec, one pair at a time, in NumPy: read it from top to bottom.

A word has two vectors: ``v`` when it stands in the centre of a window, ``u`` when it stands outside
the centre, within reach. All centre vectors are the rows of ``V``, all outside vectors the rows of
``U``. A model says how likely each word is to stand near a centre word; training moves both vectors
so that the words that do stand there become likelier.

======================  ============================  =============================================
name                    shape                         is
======================  ============================  =============================================
``center``              (d,) float64                  v_c, the vector of the centre word
``outside``             row number                    o, the word that stands near it
``noise``               (K,) row numbers              words that do not, drawn at random
``center_vectors``      (V, d) float64                the matrix V, one row a word
``outside_vectors``     (V, d) float64                the matrix U, one row a word
======================  ============================  =============================================

A gradient has the shape of what the loss is differentiated with respect to. A row that a matrix
does not have is refused (NumPy would count -1 from the end). The chapters:

1. from scores to probabilities: `sigmoid`, `softmax`, `cross_entropy`
2. the loss of one pair: `naive_softmax_loss_and_gradients`,
   `negative_sampling_loss_and_gradients`, `hierarchical_softmax_loss_and_gradients`
3. the loss of one window: `skipgram_loss_and_gradients`, `cbow_loss_and_gradients`
4. is the gradient right? `gradient_check`
5. going downhill: `sgd`, `train_vectors`

Nothing here is fast, and nothing is an approximation. It is what the fast code is checked against.

Sources: Mikolov, Chen, Corrado, Dean, *Efficient Estimation of Word Representations in Vector
Space*, 2013 [M1]; Mikolov, Sutskever, Chen, Corrado, Dean, *Distributed Representations of Words
and Phrases and their Compositionality*, NIPS 2013 [M2]; Goldberg and Levy, *word2vec Explained*,
2014 [GL]; Rong, *word2vec Parameter Learning Explained*, 2014 [R].
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from firth.errors import ConfigError, FormatError, TrainingError
from firth.values import Real, Whole

Array: TypeAlias = npt.NDArray[np.float64]
Rows: TypeAlias = Sequence[int] | npt.NDArray[np.integer]

LossAndGradients: TypeAlias = tuple[float, Array, Array]
"""The loss, and its gradients with respect to both things that a function was given to change."""

Objective: TypeAlias = Callable[[Array, int, Array], LossAndGradients]
"""``objective(center (d,), outside, outside_vectors (V, d))`` -> loss, (d,), (V, d)."""


# 1. From scores to probabilities ------------------------------------------------------------------


def sigmoid(x: npt.ArrayLike) -> Array:
    """Squash scores to probabilities, ``σ(x) = 1 / (1 + e^-x)``.

    Parameters
    ----------
    x : array_like
        Scores, of any shape.

    Returns
    -------
    ndarray, the shape of ``x``
        Values in [0, 1]. The exponential is only taken of negative numbers, so none overflows.

    Examples
    --------
    >>> sigmoid([-1e4, 0.0, 1e4]).tolist()
    [0.0, 0.5, 1.0]
    """
    x = np.asarray(x, dtype=np.float64)
    small = np.exp(-np.abs(x))  # e^-|x|, in [0, 1]
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


def log_sigmoid(x: npt.ArrayLike) -> Array:
    """Return ``log σ(x) = min(x, 0) - log(1 + e^-|x|)``: no underflow to log 0.

    Examples
    --------
    >>> log_sigmoid([-1e4, 0.0, 1e4]).round(6).tolist()
    [-10000.0, -0.693147, 0.0]
    """
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x))))


def sigmoid_derivative(x: npt.ArrayLike) -> Array:
    """Return ``σ'(x) = σ(x) σ(-x) = σ(x) (1 - σ(x))``, element by element.

    The first form is computed: ``1 - σ(x)`` loses its digits where σ(x) is near 1.

    Examples
    --------
    >>> sigmoid_derivative([0.0, 40.0]).tolist()
    [0.25, 4.248354255291589e-18]
    """
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(sigmoid(x) * sigmoid(-x))


def sigmoid_jacobian(x: npt.ArrayLike) -> Array:
    """Return the derivative of the vector σ(x) with respect to the vector x: ``diag(σ'(x))``.

    Parameters
    ----------
    x : array_like (n,)
        A vector of scores.

    Returns
    -------
    ndarray (n, n)
        ``∂σ(x)_i / ∂x_j``: zero off the diagonal, since each output sees its own input only.

    Examples
    --------
    >>> sigmoid_jacobian([0.0, 0.0])
    array([[0.25, 0.  ],
           [0.  , 0.25]])
    """
    return np.diag(sigmoid_derivative(x))


def softmax(scores: npt.ArrayLike) -> Array:
    """Make a distribution of scores, ``softmax(θ)_w = e^θ_w / Σ_j e^θ_j``.

    Parameters
    ----------
    scores : array_like (..., V)
        Scores; the distribution is over the last axis.

    Returns
    -------
    ndarray (..., V)
        Positive, each row adding to 1. Subtracting the largest score from all of them changes
        nothing but keeps every exponential at 1 or below.

    Examples
    --------
    >>> softmax([1e4, 1e4, -1e4]).tolist()
    [0.5, 0.5, 0.0]
    """
    scores = np.asarray(scores, dtype=np.float64)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def cross_entropy(truth: npt.ArrayLike, prediction: npt.ArrayLike) -> float:
    """Return ``-Σ_w y_w log ŷ_w``, in nats.

    With a one-hot truth at word o all terms but one vanish and ``-log ŷ_o`` is left: the
    naive-softmax loss is a cross-entropy.

    Parameters
    ----------
    truth : array_like (V,)
        The distribution ``y`` that is true.
    prediction : array_like (V,)
        The distribution ``ŷ`` that is claimed. A probability that underflowed to 0 counts as the
        smallest normal double, so the result is at most 708.4.

    Examples
    --------
    >>> round(cross_entropy([0, 1, 0], [0.25, 0.5, 0.25]), 6)
    0.693147
    """
    floor = np.finfo(np.float64).tiny
    logs = np.log(np.maximum(np.asarray(prediction, dtype=np.float64), floor))
    return float(-np.sum(np.asarray(truth, dtype=np.float64) * logs))


# 2. The loss of one pair --------------------------------------------------------------------------


def _rows(name: str, rows: int | Rows, matrix: Array) -> npt.NDArray[np.intp]:
    """Return row numbers as an array, or say which one the matrix does not have."""
    found = np.asarray(rows, dtype=np.intp)
    wrong = found[(found < 0) | (found >= len(matrix))]
    if wrong.size:
        raise ConfigError(f"{name} is {wrong.flat[0]}; the matrix has rows 0 to {len(matrix) - 1}")
    return found


def naive_softmax_loss_and_gradients(
    center: Array, outside: int, outside_vectors: Array
) -> LossAndGradients:
    """Predict one outside word among all words of the vocabulary.

    ======  =====================================  ======
    θ       ``U v_c``                              (V,)
    ŷ       ``softmax(θ)``                         (V,)
    J       ``-log ŷ_o = -θ_o + log Σ_j e^θ_j``    scalar
    ∂J/∂θ   ``ŷ - y``, y one-hot at o              (V,)
    ∂J/∂v   ``Uᵀ (ŷ - y)``                         (d,)
    ∂J/∂U   ``(ŷ - y) v_cᵀ``, an outer product     (V, d)
    ======  =====================================  ======

    Parameters
    ----------
    center : ndarray (d,)
        The vector of the centre word.
    outside : int
        The row of the word that stands near it.
    outside_vectors : ndarray (V, d)
        The vectors of all words as outside words.

    Returns
    -------
    loss : float
        J, in nats.
    gradient_center : ndarray (d,)
        ∂J/∂v_c.
    gradient_outside_vectors : ndarray (V, d)
        ∂J/∂U. Every row moves, which is why a step costs O(V d).

    Raises
    ------
    ConfigError
        A row is negative, or beyond the matrix.

    Notes
    -----
    [M2] section 2, equation 2; [R] section 1.1.

    Examples
    --------
    >>> U = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> loss, by_center, by_outside = naive_softmax_loss_and_gradients(np.zeros(2), 2, U)
    >>> round(loss, 6), by_center.round(3).tolist()   # log 3: all words are as likely
    (1.098612, [-0.333, -0.333])
    """
    _rows("outside", outside, outside_vectors)
    scores = outside_vectors @ center
    top = scores.max()
    loss = top + np.log(np.sum(np.exp(scores - top))) - scores[outside]
    error = softmax(scores)
    error[outside] -= 1.0  # ŷ - y
    return float(loss), outside_vectors.T @ error, np.outer(error, center)


def negative_sampling_loss_and_gradients(
    center: Array, outside: int, noise: Rows, outside_vectors: Array
) -> LossAndGradients:
    """Tell one outside word from K noise words, each by a yes or no.

    =========  ==================================================  ======
    J          ``-log σ(u_o·v_c) - Σ_k log σ(-u_k·v_c)``           scalar
    ∂J/∂v_c    ``(σ(u_o·v_c) - 1) u_o + Σ_k σ(u_k·v_c) u_k``       (d,)
    ∂J/∂u_o    ``(σ(u_o·v_c) - 1) v_c``, if o is no noise word     (d,)
    ∂J/∂u_k    ``σ(u_k·v_c) v_c``, once for each time it is drawn  (d,)
    =========  ==================================================  ======

    Parameters
    ----------
    center : ndarray (d,)
        The vector of the centre word.
    outside : int
        The row of the word that stands near it.
    noise : sequence of int (K,)
        The rows of the noise words; one drawn n times counts n times.
    outside_vectors : ndarray (V, d)
        The vectors of all words as outside words.

    Returns
    -------
    loss : float
        J, in nats.
    gradient_center : ndarray (d,)
        ∂J/∂v_c.
    gradient_outside_vectors : ndarray (V, d)
        ∂J/∂U, zero but for the rows of ``outside`` and ``noise``: a step that knows this costs
        O(K d), whatever V is.

    Raises
    ------
    ConfigError
        A row is negative, or beyond the matrix.

    Notes
    -----
    [M2] section 2.2, equation 4; [GL] section 2.

    Examples
    --------
    >>> U = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> v = np.zeros(2)
    >>> loss, by_center, _ = negative_sampling_loss_and_gradients(v, 0, [1, 1], U)
    >>> round(loss, 6), by_center.tolist()            # 3 log 2: three coins
    (2.079442, [-0.5, 1.0])
    """
    outside_row = _rows("outside", [outside], outside_vectors)
    rows = np.concatenate((outside_row, _rows("noise", noise, outside_vectors)))
    labels = np.zeros(len(rows))
    labels[0] = 1.0
    scores = outside_vectors[rows] @ center
    loss = -log_sigmoid(scores[0]) - np.sum(log_sigmoid(-scores[1:]))
    error = sigmoid(scores) - labels
    gradient_outside_vectors = np.zeros_like(outside_vectors)
    # add.at adds once for every time that a row is named; ``[rows] +=`` would keep only the last.
    np.add.at(gradient_outside_vectors, rows, np.outer(error, center))
    return float(loss), outside_vectors[rows].T @ error, gradient_outside_vectors


def hierarchical_softmax_loss_and_gradients(
    hidden: Array, nodes: Rows, signs: Sequence[float] | Array, node_vectors: Array
) -> LossAndGradients:
    """Find one word by walking down a binary tree, a yes or no at every inner node.

    ==========  ======================================  ======
    J           ``-Σ_j log σ(s_j n_j·h)``               scalar
    ∂J/∂h       ``Σ_j s_j (σ(s_j n_j·h) - 1) n_j``      (d,)
    ∂J/∂n_j     ``s_j (σ(s_j n_j·h) - 1) h``            (d,)
    ==========  ======================================  ======

    As σ(x) + σ(-x) = 1, the probabilities of all leaves add to 1: this is a true distribution over
    the vocabulary, at log V nodes a word.

    Parameters
    ----------
    hidden : ndarray (d,)
        The vector that predicts.
    nodes : sequence of int (L,)
        The rows of the inner nodes from the root to the word.
    signs : sequence of float (L,)
        At each of them, 1 to go left and -1 to go right.
    node_vectors : ndarray (V - 1, d)
        The vectors of all inner nodes.

    Returns
    -------
    loss : float
        J, in nats.
    gradient_hidden : ndarray (d,)
        ∂J/∂h.
    gradient_node_vectors : ndarray (V - 1, d)
        Zero but for the rows of the path.

    Raises
    ------
    ConfigError
        A row is negative, or beyond the matrix.

    Notes
    -----
    [M2] section 2.1, equation 3; Morin and Bengio, *Hierarchical Probabilistic Neural Network
    Language Model*, AISTATS 2005.

    Examples
    --------
    >>> tree = np.array([[1.0, 0.0], [0.0, 1.0]])      # two inner nodes, three leaves
    >>> v = np.array([2.0, -1.0])
    >>> leaves = [([0], [1.0]), ([0, 1], [-1.0, 1.0]), ([0, 1], [-1.0, -1.0])]
    >>> losses = [hierarchical_softmax_loss_and_gradients(v, *leaf, tree)[0] for leaf in leaves]
    >>> round(float(np.sum(np.exp(-np.array(losses)))), 12)
    1.0
    """
    rows = _rows("node", nodes, node_vectors)
    turns = np.asarray(signs, dtype=np.float64)
    scores = turns * (node_vectors[rows] @ hidden)
    error = turns * -sigmoid(-scores)  # σ(x) - 1 = -σ(-x)
    gradient_node_vectors = np.zeros_like(node_vectors)
    np.add.at(gradient_node_vectors, rows, np.outer(error, hidden))
    loss = -np.sum(log_sigmoid(scores))
    return float(loss), node_vectors[rows].T @ error, gradient_node_vectors


def negative_sampling(draw_noise: Callable[[int], Rows]) -> Objective:
    """Make an objective of one pair out of a source of noise words.

    Parameters
    ----------
    draw_noise : callable
        ``draw_noise(outside)`` returns the rows of the noise words of the next pair.

    Examples
    --------
    >>> objective = negative_sampling(lambda outside: [1, 1])
    >>> round(objective(np.zeros(2), 0, np.eye(2))[0], 6)
    2.079442
    """

    def objective(center: Array, outside: int, outside_vectors: Array) -> LossAndGradients:
        noise = draw_noise(outside)
        return negative_sampling_loss_and_gradients(center, outside, noise, outside_vectors)

    return objective


# 3. The loss of one window ------------------------------------------------------------------------


def skipgram_loss_and_gradients(
    center: int,
    outsides: Rows,
    center_vectors: Array,
    outside_vectors: Array,
    objective: Objective = naive_softmax_loss_and_gradients,
) -> LossAndGradients:
    """Let the centre word predict each word of its window.

    =========  =========================================  ======
    J          ``Σ_j J(v_c, w_{t+j}, U)``                  scalar
    ∂J/∂U      ``Σ_j ∂J(v_c, w_{t+j}, U)/∂U``              (V, d)
    ∂J/∂v_c    ``Σ_j ∂J(v_c, w_{t+j}, U)/∂v_c``            (d,)
    ∂J/∂v_w    0 for every other word w ≠ c               (d,)
    =========  =========================================  ======

    Parameters
    ----------
    center : int
        The row of the centre word.
    outsides : sequence of int
        The rows of the words around it; a word that stands there twice is predicted twice.
    center_vectors, outside_vectors : ndarray (V, d)
        Both matrices.
    objective : callable
        The loss of one pair.

    Returns
    -------
    loss : float
        J, in nats, over the window.
    gradient_center_vectors : ndarray (V, d)
        Zero but for row ``center``.
    gradient_outside_vectors : ndarray (V, d)
        ∂J/∂U.

    Raises
    ------
    ConfigError
        A row is negative, or beyond the matrix.

    Notes
    -----
    [M1] section 3.2; [M2] section 2, equation 1.

    Examples
    --------
    >>> V, U = np.zeros((3, 2)), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> loss, by_center, by_outside = skipgram_loss_and_gradients(0, [2, 2], V, U)
    >>> round(loss, 6), by_center.round(3).tolist()    # 2 log 3; only row 0 moves
    (2.197225, [[-0.667, -0.667], [0.0, 0.0], [0.0, 0.0]])
    """
    _rows("center", center, center_vectors)
    loss = 0.0
    gradient_center_vectors = np.zeros_like(center_vectors)
    gradient_outside_vectors = np.zeros_like(outside_vectors)
    for outside in outsides:
        pair_loss, by_center, by_outside = objective(
            center_vectors[center], int(outside), outside_vectors
        )
        loss += pair_loss
        gradient_center_vectors[center] += by_center
        gradient_outside_vectors += by_outside
    return loss, gradient_center_vectors, gradient_outside_vectors


def cbow_loss_and_gradients(
    center: int,
    outsides: Rows,
    center_vectors: Array,
    outside_vectors: Array,
    objective: Objective = naive_softmax_loss_and_gradients,
) -> LossAndGradients:
    """Let the mean of the window's words predict the word in its middle.

    =========  ===============================================  ======
    h          ``1/m Σ_j v_{w_{t+j}}``, m words in the window    (d,)
    J          ``J(h, c, U)``                                    scalar
    ∂J/∂v_w    ``n_w/m ∂J/∂h``, w standing n_w times in it       (d,)
    =========  ===============================================  ======

    Parameters
    ----------
    center : int
        The row of the word to be predicted.
    outsides : sequence of int
        The rows of the words around it, at least one.
    center_vectors, outside_vectors : ndarray (V, d)
        Both matrices; here the *input* rows (``center_vectors``) are those of the window.
    objective : callable
        The loss of one pair.

    Returns
    -------
    loss : float
        J, in nats.
    gradient_center_vectors : ndarray (V, d)
        Zero but for the rows of ``outsides``.
    gradient_outside_vectors : ndarray (V, d)
        ∂J/∂U.

    Raises
    ------
    ConfigError
        The window is empty (a mean of no words is not defined), or a row is negative or beyond the
        matrix.

    Notes
    -----
    [M1] section 3.1; [R] section 1.2. word2vec.c leaves out the division by m in the backward
    direction; this is the true gradient.

    Examples
    --------
    >>> V, U = np.eye(3), np.eye(3)
    >>> cbow_loss_and_gradients(0, [1, 1, 2], V, U)[1].round(3).tolist()[0]
    [0.0, 0.0, 0.0]
    """
    rows = _rows("outside", outsides, center_vectors)
    if len(rows) == 0:
        raise ConfigError("the window of a CBOW example is empty; it must hold 1 word or more")
    hidden = center_vectors[rows].mean(axis=0)
    loss, by_hidden, gradient_outside_vectors = objective(hidden, center, outside_vectors)
    gradient_center_vectors = np.zeros_like(center_vectors)
    np.add.at(gradient_center_vectors, rows, by_hidden / len(rows))
    return loss, gradient_center_vectors, gradient_outside_vectors


# 4. Is the gradient right? ------------------------------------------------------------------------


def gradient_check(
    function: Callable[[Array], tuple[float, Array]],
    x: npt.ArrayLike,
    *,
    step: float = 1e-4,
    tolerance: float = 1e-5,
) -> float:
    """Compare a gradient with central differences, coordinate by coordinate.

    ``∂f/∂x_i ≈ (f(x + h e_i) - f(x - h e_i)) / 2h``, whose error falls with h².

    Parameters
    ----------
    function : callable
        ``function(x) -> (value, gradient)``; it must give the same for the same x, so draw noise
        beforehand.
    x : array_like
        Where to check, of any shape.
    step : float
        h.
    tolerance : float
        The largest difference allowed, relative to ``max(1, |numeric|, |analytic|)``: of small
        numbers the difference itself, of 1,000 a difference of .01.

    Returns
    -------
    float
        The largest relative difference found.

    Raises
    ------
    AssertionError
        The gradient has not the shape of ``x``, or differs at some coordinate; the message tells
        the index, the analytic and the numeric value.

    Examples
    --------
    >>> gradient_check(lambda x: (float(np.sum(x**2)), 2 * x), np.ones((2, 3))) < 1e-8
    True
    >>> gradient_check(lambda x: (float(np.sum(x**2)), 3 * x), np.ones(2))
    Traceback (most recent call last):
    AssertionError: gradient at index (0,): analytic 3, numeric 2 (relative difference 0.333)
    """
    step = Real(0, open_ends=True).check("step", step)
    tolerance = Real(0).check("tolerance", tolerance)
    x = np.array(x, dtype=np.float64)
    analytic = np.asarray(function(x.copy())[1], dtype=np.float64)
    if analytic.shape != x.shape:
        raise AssertionError(f"the gradient has shape {analytic.shape}, x has shape {x.shape}")
    worst = 0.0
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        numeric = (function(ahead)[0] - function(behind)[0]) / (2 * step)
        given = float(analytic[index])
        difference = abs(numeric - given) / max(1.0, abs(numeric), abs(given))
        if not difference <= tolerance:  # written so that NaN fails
            raise AssertionError(
                f"gradient at index {index}: analytic {given:.10g}, numeric "
                f"{numeric:.10g} (relative difference {difference:.3g})"
            )
        worst = max(worst, difference)
    return worst


# 5. Going downhill --------------------------------------------------------------------------------


class Descent(NamedTuple):
    """Where `sgd` has come to.

    Attributes
    ----------
    x : ndarray
        The parameters.
    iterations : int
        Steps taken, those before a resume included.
    cost : float
        The smoothed cost.
    trace : list of (int, float)
        Iteration and smoothed cost at every report.
    """

    x: Array
    iterations: int
    cost: float
    trace: list[tuple[int, float]]


def sgd(
    function: Callable[[Array], tuple[float, Array]],
    x0: npt.ArrayLike,
    step: float,
    iterations: int,
    *,
    anneal_every: int = 20_000,
    report_every: int = 10,
    on_report: Callable[[int, float], None] | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 5_000,
    generator: np.random.Generator | None = None,
) -> Descent:
    """Walk against the gradient: ``x ← x - step · ∂f/∂x``, the step halved now and then.

    Parameters
    ----------
    function : callable
        ``function(x) -> (cost, gradient)``, usually on a batch drawn at random.
    x0 : array_like
        Where to start; it is not changed.
    step : float
        The length of the first steps.
    iterations : int
        The iteration to stop at.
    anneal_every : int
        The step is halved after each so many iterations.
    report_every : int
        Each so many iterations the cost is smoothed, ``0.95 old + 0.05 new``, and reported.
    on_report : callable, optional
        ``on_report(iteration, smoothed cost)``.
    checkpoint : path, optional
        A ``.npz`` file written every ``checkpoint_every`` iterations and at the end. If it is
        there at the start the walk goes on from it, and with ``generator`` the one that
        ``function`` draws from, ends bit for bit where it would have without the interruption.
    checkpoint_every : int
        Iterations between checkpoints.
    generator : numpy.random.Generator, optional
        Its state is kept in the checkpoint and set on resuming.

    Returns
    -------
    Descent
        Parameters, iterations, smoothed cost, trace.

    Raises
    ------
    ConfigError
        A number is out of range, or not whole where it must be.
    TrainingError
        The cost is no longer finite.
    FormatError
        The checkpoint is damaged, or of other parameters.

    Examples
    --------
    >>> walk = sgd(lambda x: (float(np.sum(x**2)), 2 * x), [1.0, -2.0], 0.25, 20)
    >>> walk.x.round(5).tolist(), walk.trace[0]
    ([0.0, -0.0], (10, 1.9073486328125e-05))
    """
    step = Real(0, open_ends=True).check("step", step)
    iterations = Whole(0).check("iterations", iterations)
    anneal_every = Whole(1).check("anneal_every", anneal_every)
    report_every = Whole(1).check("report_every", report_every)
    checkpoint_every = Whole(1).check("checkpoint_every", checkpoint_every)
    x = np.array(x0, dtype=np.float64)
    start, cost, trace = 0, float("nan"), list[tuple[int, float]]()
    path = None if checkpoint is None else Path(checkpoint).expanduser()
    if path is not None and path.exists():
        x, start, cost, trace = _read_descent(path, x.shape, generator)
    for iteration in range(start + 1, iterations + 1):
        batch_cost, gradient = function(x)
        if not np.isfinite(batch_cost):
            raise TrainingError(
                f"the cost is {batch_cost} at iteration {iteration:,} (largest parameter "
                f"{np.max(np.abs(x)):.3g}); use a step below {step:g}"
            )
        # The step is worked out from the iteration, not halved in place: nothing to restore.
        x -= step * 0.5 ** ((iteration - 1) // anneal_every) * gradient
        if iteration % report_every == 0:
            cost = 0.95 * cost + 0.05 * batch_cost if trace else float(batch_cost)
            trace.append((iteration, cost))
            if on_report is not None:
                on_report(iteration, cost)
        if path is not None and (iteration % checkpoint_every == 0 or iteration == iterations):
            _write_descent(path, Descent(x, iteration, cost, trace), generator)
    return Descent(x, max(start, iterations), cost, trace)


def _write_descent(path: Path, walk: Descent, generator: np.random.Generator | None) -> None:
    """Write a checkpoint that is there wholly or not at all: temporary file, fsync, rename."""
    state = None if generator is None else generator.bit_generator.state
    partial = path.with_name(f"{path.name}.part")
    with partial.open("wb") as file:
        np.savez(
            file,
            x=walk.x,
            iterations=walk.iterations,
            cost=walk.cost,
            trace=np.array(walk.trace).reshape(-1, 2),
            generator=json.dumps(state, default=lambda value: value.tolist()),
        )
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _read_descent(
    path: Path, shape: tuple[int, ...], generator: np.random.Generator | None
) -> Descent:
    try:
        # Opened here: np.load forgets to close a file that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            x = stored["x"]
            trace = [(int(iteration), float(cost)) for iteration, cost in stored["trace"]]
            walk = Descent(x, int(stored["iterations"]), float(stored["cost"]), trace)
            state = json.loads(str(stored["generator"]))
    except (
        OSError, ValueError, KeyError, EOFError, RecursionError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise FormatError(f"{path}: not a checkpoint of sgd ({error}); delete it") from error
    if x.shape != shape:
        raise FormatError(
            f"{path}: holds parameters of shape {x.shape}, this run has {shape}; delete it or "
            "name another checkpoint"
        )
    if generator is not None and state is not None:
        generator.bit_generator.state = state
    return walk


class Training(NamedTuple):
    """What `train_vectors` returns.

    Attributes
    ----------
    center_vectors, outside_vectors : ndarray (V, d)
        The trained matrices.
    losses : list of float
        The mean J per example (per pair for skip-gram), in nats, one an epoch, each measured
        before the step that it leads to.
    """

    center_vectors: Array
    outside_vectors: Array
    losses: list[float]


def train_vectors(
    sentences: Sequence[Rows],
    center_vectors: Array,
    outside_vectors: Array,
    objective: Objective = naive_softmax_loss_and_gradients,
    *,
    architecture: Callable[..., LossAndGradients] = skipgram_loss_and_gradients,
    window: int | Callable[[int, int], int] = 5,
    step: float | Callable[[int], float] = 0.025,
    epochs: int = 1,
    batch: int = 1,
) -> Training:
    """Train word vectors on sentences of ids: the whole of word2vec in one loop.

    Parameters
    ----------
    sentences : sequence of sequences of int
        The corpus, as row numbers.
    center_vectors, outside_vectors : ndarray (V, d)
        Where to start; they are not changed.
    objective : callable
        The loss of one pair; `negative_sampling` makes one of a source of noise. Pairs are scored
        in reading order.
    architecture : callable
        `skipgram_loss_and_gradients` or `cbow_loss_and_gradients`.
    window : int or callable
        How many words on either side are in reach, or ``window(epoch, position)`` with the
        centre's position in the corpus. No window crosses the end of a sentence.
    step : float or callable
        The learning rate, or ``step(n)``, n the number of centre words before the batch's last.
    epochs : int
        Passes over the corpus.
    batch : int
        Gradients of so many consecutive centre words are taken at the same parameters and added
        before the step: 1 is plain SGD.

    Returns
    -------
    Training
        Both matrices and the loss of each epoch.

    Examples
    --------
    Two pairs of words that keep each other's company:

    >>> rng = np.random.default_rng(0)
    >>> start = rng.normal(0, 0.1, (4, 2))
    >>> corpus = [[0, 1], [1, 0], [2, 3], [3, 2]]
    >>> trained = train_vectors(corpus, start, np.zeros((4, 2)), step=0.5, epochs=60)
    >>> [round(trained.losses[epoch], 2) for epoch in (0, -1)]
    [1.38, 0.0]
    >>> np.argmax(trained.center_vectors @ trained.outside_vectors.T, axis=1).tolist()
    [1, 0, 3, 2]
    """
    window = window if callable(window) else Whole(0).check("window", window)
    step = step if callable(step) else Real(0).check("step", step)
    epochs, batch = Whole(0).check("epochs", epochs), Whole(1).check("batch", batch)
    centers = np.array(center_vectors, dtype=np.float64)
    outs = np.array(outside_vectors, dtype=np.float64)
    n_tokens = sum(len(sentence) for sentence in sentences)
    losses: list[float] = []
    seen = 0
    for epoch in range(epochs):
        total, examples = 0.0, 0
        by_centers, by_outs = np.zeros_like(centers), np.zeros_like(outs)
        windows = _windows(sentences, epoch, window)
        for position, (center, outsides) in enumerate(windows, start=1):
            seen += 1
            if outsides:
                loss, by_center, by_out = architecture(center, outsides, centers, outs, objective)
                total += loss
                examples += len(outsides) if architecture is skipgram_loss_and_gradients else 1
                by_centers += by_center
                by_outs += by_out
            if position % batch == 0 or position == n_tokens:
                rate = step(seen - 1) if callable(step) else step
                centers -= rate * by_centers
                outs -= rate * by_outs
                by_centers[:] = by_outs[:] = 0.0
        losses.append(total / examples if examples else float("nan"))
    return Training(centers, outs, losses)


def _windows(
    sentences: Sequence[Rows], epoch: int, window: int | Callable[[int, int], int]
) -> Iterable[tuple[int, list[int]]]:
    """Yield each centre word with the words in reach, in reading order."""
    position = 0
    for sentence in sentences:
        words = [int(word) for word in sentence]
        for t, center in enumerate(words):
            reach = window(epoch, position) if callable(window) else window
            yield center, words[max(0, t - reach) : t] + words[t + 1 : t + 1 + reach]
            position += 1
