"""Skip-gram: the centre word predicts each word of its window (Mikolov et al. 2013a, section 3.2).

The hidden vector of position t is the input vector of the word there; it predicts every other
position of its window. That is the direction of the mathematics, and of fastText; word2vec.c and
gensim feed the outside word's input row to predict the centre.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from firth.config import Member, TrainConfig
from firth.kernels.compiler import implements
from firth.training.engine.size import RunSize
from firth.training.engine.steps import (
    form_hidden,
    gather_input,
    predicted,
    predicted_range,
    prefetch_input,
    prefetch_inputs,
    scatter_input,
    spread_hidden,
)

MEMBER = Member("the centre word predicts each word of its window")

#: The learning rate, up to so many visits of a word, on average; from there on it falls with their
#: square root to the least. Found by trying, texts, logs and walks of .05 to 2.5 million tokens, 5
#: to 50 epochs, and 20 million words with 3 and 10: large steps that no longer teach make
#: neighbours a matter of the seed.
LARGEST_RATE, LEAST_RATE, WHOLE_VISITS = 0.05, 0.025, 600.0
#: And they are smaller with fewer words than these: texts of 2 to 6 words ran away.
ENOUGH_WORDS = 8


class SkipGram(NamedTuple):
    """Skip-gram with windows of `narrowest` to `window` words to each side."""

    window: int
    narrowest: int = 1

    @property
    def most_predicted(self) -> int:
        """The most positions that one centre predicts, the skipped one included."""
        return 2 * self.window + 1

    @property
    def mean_pairs(self) -> float:
        """Pairs that a word stands in each time it occurs, on average."""
        return float(self.narrowest + self.window)

    @property
    def margin(self) -> int:
        """How far before and behind a chunk predicted positions may lie."""
        return self.window


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None."""
    rate = LARGEST_RATE * (WHOLE_VISITS / max(WHOLE_VISITS, size.visits)) ** 0.5
    rate = max(LEAST_RATE, rate)
    return {"learning_rate": size.at_most(rate, ENOUGH_WORDS, largest=LARGEST_RATE)}


def build(config: TrainConfig) -> SkipGram:
    """Make the architecture."""
    return SkipGram(config.window, config.widths[0])


@implements(form_hidden, SkipGram)
def _form_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    for t in range(b0, b1):
        gather_input(unit, work.input_matrix, segment.words[t], work.hidden, t - b0)


@implements(spread_hidden, SkipGram)
def _spread_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    for t in range(b0, b1):
        scatter_input(unit, work.input_matrix, segment.words[t], work.d_hidden, t - b0)


@implements(prefetch_inputs, SkipGram)
def _prefetch_inputs(
    architecture: Any, unit: Any, segment: Any, b0: Any, b1: Any, chunk_size: Any, work: Any
) -> None:
    for t in range(b1, min(segment.words.shape[0], b1 + (b1 - b0))):
        prefetch_input(unit, work.input_matrix, segment.words[t])


@implements(predicted_range, SkipGram)
def _predicted_range(architecture: Any, segment: Any, c0: Any, c1: Any) -> Any:
    n = segment.words.shape[0]
    return max(0, c0 - architecture.window), min(n, c1 + architecture.window)


@implements(predicted, SkipGram)
def _predicted(architecture: Any, segment: Any, t: Any) -> Any:
    return segment.first[t], segment.last[t], t
