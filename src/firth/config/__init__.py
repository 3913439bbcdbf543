"""Every hyper-parameter of training."""

from firth.config.config import (
    ARCHITECTURES,
    CBOW_GRADIENTS,
    DTYPES,
    NOISES,
    OBJECTIVES,
    SUBWORD_GRADIENTS,
    TUNED,
    UNITS,
    TrainConfig,
)

__all__ = [
    "ARCHITECTURES",
    "CBOW_GRADIENTS",
    "DTYPES",
    "NOISES",
    "OBJECTIVES",
    "SUBWORD_GRADIENTS",
    "TUNED",
    "UNITS",
    "TrainConfig",
]
