"""Sums of losses: exact, whatever the order and the number of their terms.

Losses are summed as whole numbers of 2^-32 nats, Python integers of any size: the sum is exact, so
it depends neither on the order in which threads finish nor on how long the run is. A float64 sum
would lose the last digits; a float32 one (gensim) stands still after some 2^27 nats.
"""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

_SCALE = 2.0**32


class Counts(NamedTuple):
    """What one task reports.

    Attributes
    ----------
    tokens, pairs : int
        Tokens and (centre, outside) pairs trained on.
    measured : int
        Those pairs whose loss was measured.
    loss : float
        Sum of J over the measured pairs, in nats.
    """

    tokens: int
    pairs: int
    measured: int
    loss: float


@dataclasses.dataclass
class Tally:
    """Sums over a stretch of training.

    Examples
    --------
    >>> tally = Tally()
    >>> for _ in range(4):
    ...     tally.add(Counts(10, 2**31, 2**31, 2**31 * 1.5))
    >>> tally.pairs, tally.mean_loss
    (8589934592, 1.5)
    """

    tokens: int = 0
    pairs: int = 0
    measured: int = 0
    scaled_loss: int = 0
    finite: bool = True

    def add(self, counts: Counts) -> None:
        """Add what one task reports."""
        self.tokens += int(counts.tokens)
        self.pairs += int(counts.pairs)
        self.measured += int(counts.measured)
        if math.isfinite(counts.loss):
            # Split first: the product of a huge loss and the scale would round.
            whole = math.floor(counts.loss)
            self.scaled_loss += (whole << 32) + round((counts.loss - whole) * _SCALE)
        else:
            self.finite = False

    def join(self, other: Tally) -> None:
        """Add what another one has."""
        self.tokens += other.tokens
        self.pairs += other.pairs
        self.measured += other.measured
        self.scaled_loss += other.scaled_loss
        self.finite = self.finite and other.finite

    @property
    def mean_loss(self) -> float | None:
        """Mean J a pair in nats; None if none was measured."""
        if not self.measured or not self.finite:
            return None
        return self.scaled_loss / self.measured / _SCALE
