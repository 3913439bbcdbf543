"""``firth.train``: a corpus in, a model out; ``firth.stability``, ``shift`` and ``tune``: many.

Those who train one model do not wait for what compares many: names are imported when they are first
asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.api.entry import train
    from firth.api.repeating import stability
    from firth.api.shifting import shift
    from firth.api.tuning import tune

__all__ = ["shift", "stability", "train", "tune"]

__getattr__ = lazy_names(
    __name__,
    {
        "shift": "firth.api.shifting",
        "stability": "firth.api.repeating",
        "train": "firth.api.entry",
        "tune": "firth.api.tuning",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
