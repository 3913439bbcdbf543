"""Missing tokens (null, None, NaN) within lists: where they end a sentence, and what is said.

Nobody knows what stood there, so that the words before and behind are not neighbours: no window
reaches over the gap. It ends the sentence, and the next word begins another one.
"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray


class Gaps:
    """Counts missing tokens, block after block."""

    def __init__(self) -> None:
        self.n, self._source = 0, ""

    def add(self, n: int, source: str) -> None:
        """Count those of a block."""
        if n and not self.n:
            self._source = source
        self.n += n

    @property
    def warning(self) -> str | None:
        """Say how many there were; None if none."""
        if not self.n:
            return None
        return (
            f"{self.n:,} token{'s are' if self.n > 1 else ' is'} missing (null, None, NaN) within "
            f"lists, the first in {self._source}: the list is taken for two sentences, one on each "
            "side of it, so that no window reaches over the gap. To make neighbours of what stands "
            "on both sides, leave missing tokens out"
        )


def cut_at_gaps(tokens: object, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """End rows behind each missing token, which stays the last of its row.

    Parameters
    ----------
    tokens : pyarrow.Array
        (n,) tokens of all rows.
    lengths : (n_rows,) int64
        How many of them each row has.

    Returns
    -------
    ndarray
        (n_rows + gaps,) int64 lengths.

    Examples
    --------
    >>> import pyarrow as pa
    >>> cut_at_gaps(pa.array(["a", None, "b", "c"]), np.array([3, 1])).tolist()
    [2, 1, 1]
    """
    gaps = np.flatnonzero(pc.is_null(tokens).to_numpy(zero_copy_only=False)) + 1
    ends = np.sort(np.concatenate([np.cumsum(lengths), gaps]), kind="stable")
    return np.diff(ends, prepend=0)
