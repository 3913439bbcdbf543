r"""RND, ECT and RNSB: whether other words lie alike to two groups.

With t and u the means of the vectors of two groups of words, and words a of a list A:

.. math::
    \mathrm{RND} = \operatorname{mean}_{a \in A} \left( \lVert a - t \rVert - \lVert a - u \rVert
    \right) \qquad
    \mathrm{ECT} = \rho\bigl( \cos(a, t), \cos(a, u) \bigr)

RND, the relative norm distance, is below 0 where A is nearer to the first group (Garg, Schiebinger,
Jurafsky and Zou, "Word embeddings quantify 100 years of gender and ethnic stereotypes", PNAS 2018,
methods; they bring vectors to length 1). ECT, the embedding coherence test, is 1 where both groups
rank the words of A alike (Dev and Phillips, "Attenuating Bias in Word Vectors", AISTATS 2019).

RNSB, the relative negative sentiment bias (Sweeney and Najafian, "A Transparent Framework for
Evaluating Unintended Demographic Bias in Word Embeddings", ACL 2019): a logistic regression learns
to tell negative words from positive ones; RNSB is the divergence of its probabilities for the words
of groups, brought to a sum of 1, from equal ones:

.. math:: \mathrm{RNSB} = \sum_w p_w \log(p_w n), \qquad \sum_w p_w = 1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, MissingExtraError
from firth.evaluation.correlation import spearman
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

Floats = NDArray[np.float64]


class Measured(NamedTuple):
    """A measure, and what each word has to do with it.

    Attributes
    ----------
    value : float
        The measure.
    by_word : tuple of float
        For each word: of RND its difference of distances, of RNSB its probability.
    """

    value: float
    by_word: tuple[float, ...]


def norm_distance(
    vectors: WordVectors,
    targets: tuple[Sequence[str], Sequence[str]],
    attribute: Sequence[str],
    *,
    unit: bool = True,
) -> Measured:
    """Measure how much nearer a list of words is to one group than to another (RND).

    Parameters
    ----------
    vectors : WordVectors
        The words.
    targets : two sequences of str
        Words of the two groups.
    attribute : sequence of str
        The words whose distances are measured.
    unit : bool
        Bring vectors to length 1 first, as in the paper.

    Raises
    ------
    UnknownWordError
        A word has no vector.

    Examples
    --------
    >>> vectors = WordVectors(["he", "she", "nurse"], [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    >>> round(norm_distance(vectors, (["he"], ["she"]), ["nurse"]).value, 3)
    0.262
    """
    first, second, words = _taken(vectors, (*targets, attribute), unit)
    return norm_distance_of(first, second, words)


def norm_distance_of(first: Floats, second: Floats, words: Floats) -> Measured:
    """Measure vectors, (n, dim) each; see :func:`norm_distance`."""
    one, other = (np.linalg.norm(words - group.mean(axis=0), axis=1) for group in (first, second))
    return Measured(float((one - other).mean()), tuple((one - other).tolist()))


def coherence_test(
    vectors: WordVectors,
    targets: tuple[Sequence[str], Sequence[str]],
    attribute: Sequence[str],
    *,
    unit: bool = False,
) -> float:
    """Measure whether two groups rank a list of words alike (ECT): 1 if they do.

    Parameters
    ----------
    vectors, targets, attribute
        As for :func:`norm_distance`; of attributes there are two or more.
    unit : bool
        Bring vectors to length 1 first.

    Raises
    ------
    UnknownWordError
        A word has no vector.
    ConfigError
        There are fewer than two attributes.

    Examples
    --------
    >>> vectors = WordVectors(
    ...     ["he", "she", "a", "b"], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.2], [0.1, 1.0]])
    >>> coherence_test(vectors, (["he"], ["she"]), ["a", "b"])
    -1.0
    """
    first, second, words = _taken(vectors, (*targets, attribute), unit)
    return coherence_of(first, second, words)


def coherence_of(first: Floats, second: Floats, words: Floats) -> float:
    """Measure vectors, (n, dim) each; see :func:`coherence_test`."""
    if len(words) < 2:
        raise ConfigError(f"{len(words)} attributes; at least 2 are needed to rank them")
    means = directions(np.stack([first.mean(axis=0), second.mean(axis=0)]))
    return spearman(*(directions(words) @ means.T).T)


def negative_sentiment(
    vectors: WordVectors,
    targets: Sequence[Sequence[str]],
    positive: Sequence[str],
    negative: Sequence[str],
    *,
    unit: bool = False,
) -> Measured:
    """Measure how unequally negative words of groups look to a classifier (RNSB); 0 if equally.

    Parameters
    ----------
    vectors : WordVectors
        The words.
    targets : sequence of sequences of str
        Words of two groups or more.
    positive, negative : sequence of str
        What the classifier learns.
    unit : bool
        Bring vectors to length 1 first.

    Returns
    -------
    Measured
        RNSB, and the probability that each word of the groups is negative, in their order.

    Raises
    ------
    UnknownWordError
        A word has no vector.
    MissingExtraError
        scikit-learn is not installed: ``pip install 'firth[sklearn]'``.
    """
    *groups, good, bad = _taken(vectors, (*targets, positive, negative), unit)
    return negative_sentiment_of(np.concatenate(groups), good, bad)


def negative_sentiment_of(words: Floats, positive: Floats, negative: Floats) -> Measured:
    """Measure vectors, (n, dim) each; see :func:`negative_sentiment`."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn") from error
    labels = np.repeat([0, 1], [len(positive), len(negative)])
    # As in the paper's time by default; its seed matters not for so few words.
    made = LogisticRegression(solver="liblinear", max_iter=10_000, random_state=0)
    made.fit(np.concatenate([positive, negative]), labels)
    probabilities = made.predict_proba(words)[:, 1]
    parts = probabilities / probabilities.sum()
    return Measured(
        float((parts * np.log(parts * len(parts))).sum()), tuple(probabilities.tolist())
    )


def _taken(vectors: WordVectors, lists: Sequence[Sequence[str]], unit: bool) -> list[Floats]:
    found = [np.asarray(vectors[list(words)], dtype=np.float64) for words in lists]
    return [directions(some) for some in found] if unit else found
