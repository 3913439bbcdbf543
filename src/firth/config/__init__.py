"""Every option of training: who declares it, what it may be, and one run's settings."""

from firth.config.config import TrainConfig, every_option
from firth.config.general import GENERAL
from firth.config.members import ARCHITECTURES, OBJECTIVES, REGISTRIES, UNITS, Registry
from firth.config.options import Member, Option
from firth.config.signature import TrainSettings
from firth.config.spelled import spelled_out
from firth.values import Choice, Flag, Real, Whole

__all__ = [
    "ARCHITECTURES",
    "GENERAL",
    "OBJECTIVES",
    "REGISTRIES",
    "UNITS",
    "Choice",
    "Flag",
    "Member",
    "Option",
    "Real",
    "Registry",
    "TrainConfig",
    "TrainSettings",
    "Whole",
    "every_option",
    "spelled_out",
]
