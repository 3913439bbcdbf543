"""Every option of training: who declares it, what it may be, and one run's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.config.config import TrainConfig, defaults, every_option
    from firth.config.general import GENERAL
    from firth.config.members import ARCHITECTURES, OBJECTIVES, REGISTRIES, UNITS, Registry
    from firth.config.options import Member, Option, Span
    from firth.config.signature import TrainSettings
    from firth.values import Choice, Flag, Real, Whole

_HOMES = {
    "ARCHITECTURES": "firth.config.members",
    "GENERAL": "firth.config.general",
    "OBJECTIVES": "firth.config.members",
    "REGISTRIES": "firth.config.members",
    "UNITS": "firth.config.members",
    "Choice": "firth.values",
    "Flag": "firth.values",
    "Member": "firth.config.options",
    "Option": "firth.config.options",
    "Real": "firth.values",
    "Registry": "firth.config.members",
    "Span": "firth.config.options",
    "TrainConfig": "firth.config.config",
    "TrainSettings": "firth.config.signature",
    "Whole": "firth.values",
    "defaults": "firth.config.config",
    "every_option": "firth.config.config",
}

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
    "Span",
    "TrainConfig",
    "TrainSettings",
    "Whole",
    "defaults",
    "every_option",
]

__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
