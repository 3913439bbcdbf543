"""Programs of students: five that are right, each written another way, and one for each slip."""

from __future__ import annotations

LOOPS = """
import numpy as np
from utils.gradcheck import gradcheck_naive
from utils.utils import normalizeRows, softmax


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    scores = outsideVectors @ centerWordVec
    y_hat = softmax(scores)
    loss = -np.log(y_hat[outsideWordIdx])
    error = y_hat.copy()
    error[outsideWordIdx] -= 1
    by_center = outsideVectors.T @ error
    by_outside = np.outer(error, centerWordVec)
    return loss, by_center, by_outside


def getNegativeSamples(outsideWordIdx, dataset, K):
    drawn = []
    while len(drawn) < K:
        word = dataset.sampleTokenIdx()
        if word != outsideWordIdx:
            drawn.append(word)
    return drawn


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    noise = getNegativeSamples(outsideWordIdx, dataset, K)
    u_o = outsideVectors[outsideWordIdx]
    by_outside = np.zeros(outsideVectors.shape)
    s_o = sigmoid(u_o @ centerWordVec)
    loss = -np.log(s_o)
    by_center = (s_o - 1) * u_o
    by_outside[outsideWordIdx] += (s_o - 1) * centerWordVec
    total = sum(sigmoid(outsideVectors[k] @ centerWordVec) for k in noise)
    for k in noise:
        u_k = outsideVectors[k]
        s_k = sigmoid(u_k @ centerWordVec)
        loss -= np.log(sigmoid(-u_k @ centerWordVec))
        by_center = by_center + s_k * u_k
        by_outside[k] += s_k * centerWordVec
    return loss, by_center, by_outside


def skipgram(currentCenterWord, windowSize, outsideWords, word2Ind, centerWordVectors,
             outsideVectors, dataset, word2vecLossAndGradient=naiveSoftmaxLossAndGradient):
    loss = 0.0
    by_centers = np.zeros(centerWordVectors.shape)
    by_outside = np.zeros(outsideVectors.shape)
    c = word2Ind[currentCenterWord]
    for word in outsideWords:
        o = word2Ind[word]
        one, by_c, by_u = word2vecLossAndGradient(centerWordVectors[c], o, outsideVectors, dataset)
        loss += one
        by_centers[c] += by_c
        by_outside += by_u
    return loss, by_centers, by_outside


def sgd(f, x0, step, iterations, postprocessing=None, useSaved=False, PRINT_EVERY=10):
    x = x0
    if not postprocessing:
        postprocessing = lambda x: x
    for iteration in range(1, iterations + 1):
        loss, grad = f(x)
        x = x - step * grad
        x = postprocessing(x)
        if iteration % PRINT_EVERY == 0:
            print(iteration, loss)
        if iteration % 20000 == 0:
            step *= 0.5
    return x


if __name__ == "__main__":
    raise SystemExit("the checks of the exercise")
"""

#: Everything in whole arrays, the sums of repeats by np.add.at, the loss an array of one number.
BLOCKS = """
import numpy as np


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def naive_softmax_loss_and_gradient(center, outside, U, dataset):
    e = np.exp(U.dot(center) - U.dot(center).max())
    p = e / e.sum()
    truth = np.eye(U.shape[0])[outside]
    difference = (p - truth).reshape(-1, 1)
    return (-np.log(p[[outside]]), (U * difference).sum(axis=0),
            difference @ center.reshape(1, -1))


def neg_sampling_loss_and_gradient(center, outside, U, dataset, K=10):
    rows = [outside]
    while len(rows) <= K:
        rows += [w for w in [dataset.sample_token_idx()] if w != outside]
    signs = np.r_[1.0, -np.ones(K)]
    p = sigmoid(signs * (U[rows] @ center))
    by_scores = signs * (p - 1)
    by_u = np.zeros_like(U)
    np.add.at(by_u, rows, by_scores[:, None] * center)
    return -np.log(p).sum(keepdims=True), by_scores @ U[rows], by_u


def skipgram(current_center_word, window_size, outside_words, word2ind, center_word_vectors,
             outside_vectors, dataset, loss_and_gradient=naive_softmax_loss_and_gradient):
    c = word2ind[current_center_word]
    parts = [loss_and_gradient(center_word_vec=center_word_vectors[c],
                               outside_word_idx=word2ind[w], outside_vectors=outside_vectors,
                               dataset=dataset) for w in outside_words]
    by_centers = np.zeros_like(center_word_vectors)
    by_centers[c] = sum(part[1] for part in parts)
    return sum(part[0] for part in parts), by_centers, sum(part[2] for part in parts)


def sgd(f, x0, step, iterations, postprocessing=None, useSaved=False, PRINT_EVERY=10):
    x = np.array(x0)
    for i in range(iterations):
        x -= step * 0.5 ** (i // 20_000) * f(x)[1]
        if postprocessing is not None:
            x[...] = postprocessing(x)
    return x
"""

#: Number by number, in plain Python; counts of the noise words instead of repeats.
NUMBERS = """
import math
from collections import Counter
import numpy as np


@np.vectorize
def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def softmaxCostAndGradient(v, o, U, dataset):
    scores = [dot(u, v) for u in U]
    top = max(scores)
    total = top + math.log(sum(math.exp(s - top) for s in scores))
    error = [math.exp(s - total) - (w == o) for w, s in enumerate(scores)]
    by_v = [dot(error, column) for column in U.T]
    return total - scores[o], np.array(by_v), np.array([[e * x for x in v] for e in error])


def negSamplingCostAndGradient(v, o, U, dataset, K=10):
    noise = Counter()
    while sum(noise.values()) < K:
        w = dataset.sampleTokenIdx()
        noise[w] += int(w != o)
    weights = {w: n * float(sigmoid(dot(U[w], v))) for w, n in noise.items()}
    loss = math.log1p(math.exp(-dot(U[o], v)))
    loss += sum(n * math.log1p(math.exp(dot(U[w], v))) for w, n in noise.items())
    weights[o] = weights.get(o, 0) + float(sigmoid(dot(U[o], v))) - 1
    by_U = np.zeros(U.shape)
    for w, weight in weights.items():
        by_U[w] = weight * v
    return loss, sum(weight * U[w] for w, weight in weights.items()), by_U


def skipgram(word, C, context, tokens, V, U, dataset, costAndGradient=softmaxCostAndGradient):
    cost, gin, gout = 0, np.zeros(V.shape), np.zeros(U.shape)
    for other in context:
        a, b, c = costAndGradient(V[tokens[word], :], tokens[other], U, dataset)
        cost, gout = cost + a, gout + c
        gin[tokens[word], :] += b
    return cost, gin, gout


def sgd(f, x0, step, iterations, postprocessing=None, useSaved=False, PRINT_EVERY=10):
    x, done = x0.copy(), 0
    while done < iterations:
        x = x - step * f(x)[1]
        x = x if postprocessing is None else postprocessing(x)
        done += 1
        step = step / 2 if done % 20000 == 0 else step
    return x
"""

#: float32 on the way, Fortran order, matrices of one column, methods for functions.
COLUMNS = """
import numpy as np
from utils.utils import softmax, sigmoid, get_negative_samples


class Losses:
    @staticmethod
    def naive(v, o, U, dataset):
        column = v[:, None]
        y_hat = softmax((U @ column).T).T
        y = np.zeros((len(U), 1)); y[o, 0] = 1
        loss = float(-(y * np.log(y_hat)).sum())
        by_v = U.T @ (y_hat - y)
        return loss, by_v.ravel(), np.asfortranarray((y_hat - y) @ column.T)

    @staticmethod
    def negative(v, o, U, dataset, K=10):
        noise = np.asarray(get_negative_samples(o, dataset, K))
        picked = np.concatenate((U[[o]], -U[noise]))
        z = sigmoid(picked @ v[:, None])
        by_v = (picked * (z - 1)).sum(0)
        chosen = np.zeros((K + 1, len(U)))
        chosen[range(K + 1), [o, *noise]] = [1] + [-1] * K
        return -np.sum(np.log(z)), by_v, chosen.T @ ((z - 1) * v)


naiveSoftmaxLossAndGradient = Losses.naive
negSamplingLossAndGradient = Losses.negative


def skipgram(center, m, outside, word2Ind, V, U, dataset, loss_of_pair=Losses.naive):
    results = list(zip(*[loss_of_pair(V[word2Ind[center]], word2Ind[w], U, dataset)
                         for w in outside]))
    return (np.sum(results[0]), np.outer(np.eye(len(V))[word2Ind[center]],
            np.sum(results[1], axis=0)), np.sum(results[2], axis=0))


def sgd(f, x0, step, iterations, postprocessing=None, useSaved=False, PRINT_EVERY=10):
    post = postprocessing or (lambda x: x)
    x = x0
    for k in range(1, 1 + iterations):
        x = post(np.subtract(x, np.multiply(f(x)[1], step)))
        if not k % 20000:
            step = step * .5
    return x
"""

#: In single precision, where it may be, and with lists for results.
SINGLE = LOOPS.replace(
    "return loss, by_center, by_outside",
    "return [np.float32(loss), by_center.astype(np.float32), by_outside.tolist()]",
).replace("by_outside += by_u", "by_outside = by_outside + np.array(by_u)")

RIGHT = {
    "loops": LOOPS, "blocks": BLOCKS, "numbers": NUMBERS, "columns": COLUMNS, "single": SINGLE,
}  # fmt: skip

_SIGMOID = "return 1 / (1 + np.exp(-x))"
_CENTER = "by_center = outsideVectors.T @ error"
_OUTER = "by_outside = np.outer(error, centerWordVec)"
_NAIVE_LOSS = "loss = -np.log(y_hat[outsideWordIdx])"
_FIRST = "by_center = (s_o - 1) * u_o"
_NOISE = "by_center = by_center + s_k * u_k"
_ROW_O = "by_outside[outsideWordIdx] += (s_o - 1) * centerWordVec"
_ROW_K = "by_outside[k] += s_k * centerWordVec"
_TERM = "loss -= np.log(sigmoid(-u_k @ centerWordVec))"
_DRAWN = "noise = getNegativeSamples(outsideWordIdx, dataset, K)"
_EVERY = "for word in outsideWords:"
_END = "    return loss, by_centers, by_outside\n"
_STEP = "x = x - step * grad"
_RETURN = "    return loss, by_center, by_outside\n\n\ndef skipgram"

#: Of each slip the part, a piece of what is said, and what is replaced in `LOOPS`.
SLIPS = [
    ("1a", "minus in front of the logarithm", [(_NAIVE_LOSS, _NAIVE_LOSS.replace("-np", "np"))]),
    ("1a", "base 2", [(_NAIVE_LOSS, _NAIVE_LOSS.replace("log", "log2"))]),
    ("1a", "base 10", [(_NAIVE_LOSS, _NAIVE_LOSS.replace("log", "log10"))]),
    ("1a", "the probability", [(_NAIVE_LOSS, "loss = y_hat[outsideWordIdx]")]),
    ("1a", "log Σ exp θ is missing", [(_NAIVE_LOSS, "loss = -scores[outsideWordIdx]")]),
    ("1b", "(ŷ − y) without Uᵀ", [(_CENTER, "by_center = error")]),
    ("1b", "U (ŷ − y); it is", [(_CENTER, "by_center = outsideVectors @ error")]),
    ("1b", "the sign of ∂J/∂v_c is turned", [(_CENTER, "by_center = -outsideVectors.T @ error")]),
    ("1b", "y is missing", [(_CENTER, "by_center = outsideVectors.T @ y_hat")]),
    ("1b", "is −u_o alone", [(_CENTER, "by_center = -outsideVectors[outsideWordIdx]")]),
    (
        "1b",
        "is (ŷ_o − 1) u_o",
        [(_CENTER, "by_center = error[outsideWordIdx] * outsideVectors[outsideWordIdx]")],
    ),
    ("1b", "∂θ_o/∂θ_j is taken as 1", [(_CENTER, "by_center = outsideVectors.T @ (y_hat - 1)")]),
    (
        "1b",
        "log Σ exp over Σ exp",
        [(_CENTER, "by_center = outsideVectors.T @ (error + y_hat * "
          "(np.log(np.exp(scores).sum()) - 1))")],
    ),
    (
        "1b",
        "∂J/∂u_o stands where ∂J/∂v_c",
        [(_CENTER, "by_center = error[outsideWordIdx] * centerWordVec")],
    ),
    (
        "1a 1b 1c",
        "words as columns",
        [("scores = outsideVectors @", "scores = outsideVectors.T @")],
    ),
    ("1c", "it is the outer product", [(_OUTER, "by_outside = error * centerWordVec")]),
    ("1c", "it is the outer product", [(_OUTER, "by_outside = error @ centerWordVec")]),
    (
        "1c",
        "log Σ exp over Σ exp",
        [(_OUTER, "by_outside = np.outer(error + y_hat * (np.log(np.exp(scores).sum()) - 1), "
          "centerWordVec)")],
    ),
    ("1c", "is transposed", [(_OUTER, "by_outside = np.outer(centerWordVec, error)")]),
    ("1c", "the sign of ∂J/∂U is", [(_OUTER, "by_outside = np.outer(-error, centerWordVec)")]),
    ("1c", "y is missing", [(_OUTER, "by_outside = np.outer(y_hat, centerWordVec)")]),
    (
        "1c",
        "only the row of the outside word",
        [(_OUTER, "by_outside = np.zeros(outsideVectors.shape); "
          "by_outside[outsideWordIdx] = error[outsideWordIdx] * centerWordVec")],
    ),
    (
        "1c",
        "u_o stands where v_c",
        [(_OUTER, "by_outside = np.outer(error, outsideVectors[outsideWordIdx])")],
    ),
    (
        "1c",
        "∂θ_o/∂θ_j is taken as 1",
        [(_OUTER, "by_outside = np.outer(y_hat - 1, centerWordVec)")],
    ),
    ("1d", "minus in the exponent", [("np.exp(-x)", "np.exp(x)")]),
    ("1d", "derivative", [(_SIGMOID, "return np.exp(-x) / (1 + np.exp(-x)) ** 2")]),
    ("1d", "tanh", [(_SIGMOID, "return np.tanh(x)")]),
    ("1e", "minus inside the sigmoid", [(_TERM, _TERM.replace("-u_k", "u_k"))]),
    ("1e", "the noise terms are missing", [(_TERM, "pass")]),
    ("1e", "the outside word's term is missing", [("loss = -np.log(s_o)", "loss = 0.0")]),
    ("1e", "divided by K", [(_TERM, _TERM + " / K")]),
    ("1e", "the noise terms have the wrong sign", [(_TERM, _TERM.replace("-=", "+="))]),
    (
        "1e",
        "minus in front of the logarithms",
        [("loss = -np.log(s_o)", "loss = np.log(s_o)"), (_TERM, _TERM.replace("-=", "+="))],
    ),
    (
        "1e",
        "the logarithm of the sum",
        [(_TERM, "loss = -np.log(s_o) - np.log(len(noise) - total)")],
    ),
    ("1e", "the noise terms of ∂J/∂v_c are missing", [(_NOISE, "pass")]),
    ("1e", "the outside word's term of ∂J/∂v_c", [(_FIRST, "by_center = 0 * u_o")]),
    ("1e", "the outside word has σ in ∂J/∂v_c", [(_FIRST, "by_center = s_o * u_o")]),
    ("1e", "the noise terms of ∂J/∂v_c have the wrong", [(_NOISE, _NOISE.replace("+", "-"))]),
    ("1e", "the noise words have σ − 1 in ∂J/∂v_c", [(_NOISE, _NOISE.replace("s_k", "(s_k - 1)"))]),
    ("1e", "have σ(−u_k·v_c) in ∂J/∂v_c", [(_NOISE, _NOISE.replace("s_k", "(1 - s_k)"))]),
    (
        "1e",
        "the sign of ∂J/∂v_c is turned",
        [(_FIRST, "by_center = (1 - s_o) * u_o"), (_NOISE, _NOISE.replace("+", "-"))],
    ),
    ("1e", "divided by K", [(_NOISE, _NOISE + " / K")]),
    (
        "1e",
        "∂J/∂u_o stands where ∂J/∂v_c",
        [(_FIRST, "by_center = (s_o - 1) * centerWordVec"),
         (_NOISE, "by_center = by_center + s_k * centerWordVec")],
    ),
    ("1e", "drawn twice is counted once", [(_ROW_K, _ROW_K.replace("+=", "="))]),
    ("1e", "the row of the outside word is missing", [(_ROW_O, "pass")]),
    ("1e", "the rows of the noise words are missing", [(_ROW_K, "pass")]),
    ("1e", "a Σ_k is left", [(_ROW_K, _ROW_K.replace("s_k", "total"))]),
    ("1e", "a Σ_k is left", [(_ROW_K, _ROW_K.replace("s_k", "total").replace("+=", "="))]),
    ("1e", "the outside word has σ in ∂J/∂u_o", [(_ROW_O, _ROW_O.replace("(s_o - 1)", "s_o"))]),
    ("1e", "the noise words have σ − 1 in ∂J/∂u_k", [(_ROW_K, _ROW_K.replace("s_k", "(s_k - 1)"))]),
    ("1e", "have σ(−u_k·v_c) in ∂J/∂u_k", [(_ROW_K, _ROW_K.replace("s_k", "(1 - s_k)"))]),
    ("1e", "the noise rows have the wrong sign", [(_ROW_K, _ROW_K.replace("+=", "-="))]),
    (
        "1e",
        "the sign of ∂J/∂U is turned",
        [(_ROW_O, _ROW_O.replace("+=", "-=")), (_ROW_K, _ROW_K.replace("+=", "-="))],
    ),
    ("1e", "divided by K", [(_ROW_K, _ROW_K + " / K")]),
    (
        "1e",
        "u stands where v_c should",
        [(_ROW_O, _ROW_O.replace("centerWordVec", "u_o")),
         (_ROW_K, _ROW_K.replace("centerWordVec", "u_k"))],
    ),
    (
        "1e",
        "not (σ − 1) u_o",
        [(_ROW_O, _ROW_O.replace("centerWordVec", "u_o"))],
    ),
    (
        "1e",
        "a row for each noise word",
        [(_RETURN, "    by_outside = np.array([(s_o - 1) * centerWordVec] + [sigmoid("
          "outsideVectors[k] @ centerWordVec) * centerWordVec for k in noise])\n" + _RETURN)],
    ),
    ("1e", "drawn twice is counted once", [(_DRAWN, _DRAWN.replace("get", "set(get", 1) + ")")]),
    (
        "1e",
        "is not drawn again",
        [(_DRAWN, "noise = [dataset.sampleTokenIdx() for k in range(K)]")],
    ),
    ("1f", "last outside word's alone", [("loss += one", "loss = one")]),
    ("1f", "last outside word's alone", [("by_centers[c] += by_c", "by_centers[c] = by_c")]),
    ("1f", "last outside word's alone", [("by_outside += by_u", "by_outside = by_u")]),
    ("1f", "first outside word's alone", [(_EVERY, "for word in outsideWords[:1]:")]),
    ("1f", "is the mean over the window", [(_END, "    loss /= len(outsideWords)\n" + _END)]),
    ("1f", "∂J/∂V is the mean", [(_END, "    by_centers /= len(outsideWords)\n" + _END)]),
    ("1f", "∂J/∂U is the mean", [(_END, "    by_outside /= len(outsideWords)\n" + _END)]),
    ("1f", "stands twice in the window", [(_EVERY, "for word in dict.fromkeys(outsideWords):")]),
    (
        "1f",
        "the centre word is predicted as well",
        [(_EVERY, "for word in list(outsideWords) + [currentCenterWord]:")],
    ),
    (
        "1f",
        "the roles are turned round",
        [(_EVERY, "for word in outsideWords:\n        c = word2Ind[word]"),
         ("        o = word2Ind[word]", "        o = word2Ind[currentCenterWord]")],
    ),
    ("1f", "is put in the outside words' rows", [("by_centers[c] +=", "by_centers[o] +=")]),
    ("1f", "every row of ∂J/∂V", [("by_centers[c] +=", "by_centers +=")]),
    (
        "1f",
        "the other way round",
        [("by_centers[c] += by_c", "by_centers[np.arange(len(by_centers)) != c] += by_c")],
    ),
    ("1f", "the centre's row alone", [(_END, "    return loss, by_centers[c], by_outside\n")]),
    ("2", "the step goes up", [(_STEP, "x = x + step * grad")]),
    ("2", "one iteration is missing", [("range(1, iterations + 1)", "range(1, iterations)")]),
    ("2", "one iteration too many", [("range(1, iterations + 1)", "range(1, iterations + 2)")]),
    ("2", "is not halved", [("step *= 0.5", "pass")]),
    ("2", "the step is left out", [(_STEP, "x = x - grad")]),
    ("2", "x is replaced", [(_STEP, "x = -step * grad")]),
    ("2", "x moves by the cost", [(_STEP, "x = x - step * loss")]),
    ("2", "postprocessing is not applied", [("x = postprocessing(x)\n", "pass\n")]),
    ("2", "never moved", [(_STEP, "pass"), ("x = postprocessing(x)\n", "pass\n")]),
]  # fmt: skip


def with_slip(changes):
    """`LOOPS` with each piece replaced."""
    source = LOOPS
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source
