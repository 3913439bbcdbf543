"""The learning rate of objectives that compare a word with all others, and so draw no noise."""

from __future__ import annotations

from typing import Any

from firth.config import TrainConfig
from firth.training.engine.size import RunSize

#: Of skip-gram, and for so many words and more.
SKIPGRAM_RATE, ENOUGH_WORDS = 0.04, 1
#: Of CBOW, with the gradient of word2vec and with the exact one, which is divided.
CBOW_RATE, CBOW_EXACT_RATE = 0.05, 0.15


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None.

    Examples
    --------
    >>> size = RunSize(tokens=100, trained=500, visits=50.0, words=600, pairs=60.0)
    >>> fit(TrainConfig(objective="softmax"), size)
    {'learning_rate': 0.008}
    """
    rate = SKIPGRAM_RATE
    if config.architecture == "cbow":
        exact = config.cbow_mean and config.cbow_gradient == "exact"
        rate = CBOW_EXACT_RATE if exact else CBOW_RATE
    return {"learning_rate": size.at_most(rate, ENOUGH_WORDS)}
