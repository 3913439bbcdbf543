r"""Negative sampling: tell a true pair from pairs with noise words (Mikolov et al. 2013b, 2.2).

For a centre with hidden vector h, outside word o and noise words k drawn from P(w) ∝ count^0.75::

    J      = -log σ(u_o·h) - Σ_k log σ(-u_k·h)
    ∂J/∂s  = σ(s) - label          for each score s = u·h; label 1 for o, 0 for noise
    ∂J/∂h  = Σ ∂J/∂s · u           ∂J/∂u = ∂J/∂s · h

``noise="pair"`` draws K noise words for every pair, as written. ``noise="pool"`` draws P words for
a chunk, shares them among its centres, and weights each by m_t K / P, where m_t is the number of
pairs of centre t: the same J in expectation, from dense matrix products and with far fewer rows to
fetch. :func:`twin` says both in NumPy.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.config import ARCHITECTURES, Choice, Member, Option, Real, Span, TrainConfig, Whole
from firth.corpus.vocabulary import Vocabulary
from firth.training.engine.noise import NoiseTable, noise_table
from firth.training.engine.objectives.pair_noise import PairNoise, new_pair_noise
from firth.training.engine.objectives.pool_noise import PoolNoise, new_pool_noise
from firth.training.engine.rng import NOISE, stream_key
from firth.training.engine.size import RunSize

State: TypeAlias = PoolNoise | PairNoise

MEMBER = Member(
    "tell true pairs from pairs with noise words",
    options=(
        Option(
            "negative",
            5,
            Whole(1),
            "Noise words per pair, K",
            "Mikolov et al. 2013b, 2.2",
            span=Span(2, 20, log=True, in_loss=True),
        ),
        Option(
            "noise",
            "pool",
            Choice(
                {
                    "pool": "shared by a chunk's centres, weighted to the same expectation; fast",
                    "pair": "fresh ones for every pair, as in word2vec; exact and slow",
                }
            ),
            "Where noise words come from",
            expert=True,
        ),
        Option(
            "noise_exponent",
            0.75,
            Real(-1, 1),
            "Noise words are drawn in proportion to their count to this power; below 0, rare ones "
            "more often than frequent ones",
            "Mikolov et al. 2013b, 2.2",
            expert=True,
            # What is best for items is not what is best for words: Caselles-Dupré, Lesaint and
            # Royo-Letelier 2018, section 4.2.
            span=Span(-1, 1, in_loss=True),
        ),
        Option(
            "pool_size",
            None,
            Whole(4, 1 << 16, multiple=4, optional=True),
            "Noise words that a chunk shares; by default as many as fit the text",
            when={"noise": "pool"},
            expert=True,
        ),
    ),
)


#: Noise words of a chunk, by default, where centres have several pairs and where they have one.
POOL_OF_MANY, POOL_OF_ONE = 32, 16
#: Tokens of a run, all epochs together, up to which pools are four times and twice as large. Large
#: pools are slower but noise less, and on little text that costs seconds.
SHORT_RUN, MIDDLE_RUN = 30_000_000, 50_000_000


def twin(
    hidden: NDArray[Any],
    targets: NDArray[Any],
    noise: NDArray[Any],
    positive: NDArray[Any],
    noise_weight: NDArray[Any],
) -> tuple[float, NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Loss and gradients of a chunk: what the kernels compute, in NumPy.

    Parameters
    ----------
    hidden : (n_h, dim)
        Hidden vectors H.
    targets : (n_o, dim)
        Output vectors of the positions that are predicted, O.
    noise : (P, dim)
        Output vectors of the noise words, N.
    positive : (n_h, n_o)
        1 where centre t predicts target o, else 0.
    noise_weight : (n_h, P)
        m_t K / P for a shared pool; 1 or 0 where every pair has noise words of its own.

    Returns
    -------
    loss : float
        Σ positive · -log σ(H Oᵀ) + Σ noise_weight · -log σ(-H Nᵀ), in nats.
    d_hidden, d_targets, d_noise : arrays
        Its gradients, each in the shape of what it is taken by.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> loss, *_ = twin(0 * one, one, one, np.ones((1, 1)), np.full((1, 1), 5.0))
    >>> bool(np.isclose(loss, 6 * np.log(2)))
    True
    """
    s = hidden @ targets.T
    g = positive * (_sigmoid(s) - 1)
    z = hidden @ noise.T
    e = noise_weight * _sigmoid(z)
    loss = np.sum(positive * np.logaddexp(0, -s)) + np.sum(noise_weight * np.logaddexp(0, z))
    return float(loss), g @ targets + e @ noise, g.T @ hidden, e.T @ hidden


def _sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    result: NDArray[Any] = np.exp(-np.logaddexp(0, -x))
    return result


def tables(config: TrainConfig, vocabulary: Vocabulary) -> NoiseTable:
    """Make what all threads share: the noise distribution, ready for draws."""
    return noise_table(vocabulary.noise_distribution(config.noise_exponent))


def untrained_loss(config: TrainConfig, table: NoiseTable, kept: NDArray[np.floating]) -> float:
    """Return the loss of a pair where all scores are 0: 1 + K halves, see :func:`twin`."""
    return (1 + config.negative) * math.log(2)


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None."""
    times = 4 if size.trained <= SHORT_RUN else 2 if size.trained <= MIDDLE_RUN else 1
    pairs = ARCHITECTURES.module(config.architecture).build(config).most_predicted
    return {"pool_size": times * (POOL_OF_MANY if pairs > 1 else POOL_OF_ONE)}


def build(config: TrainConfig, table: NoiseTable, architecture: Any) -> State:
    """Make one thread's buffers."""
    new = new_pool_noise if config.noise == "pool" else new_pair_noise
    return new(config, table, architecture)


def at_epoch(state: State, config: TrainConfig, epoch: int) -> State:
    """Give a thread the draws of an epoch, counted from 0."""
    return state._replace(key=stream_key(config.seed, NOISE, epoch))


def most_output_rows(config: TrainConfig, table: NoiseTable, architecture: Any, tokens: int) -> int:
    """Return how many output rows a text of so many tokens visits at the most."""
    if config.noise == "pool":
        return tokens + (config.pool_size or POOL_OF_MANY) * (tokens // config.chunk_size + 1)
    return tokens + tokens * int(architecture.most_predicted) * config.negative
