"""What happened to an object: gensim's list of events."""

from __future__ import annotations

import logging
import platform
import sys
from datetime import datetime
from typing import Any

from firth._version import __version__

logger = logging.getLogger("firth.gensim")


class Lifecycle:
    """Has `lifecycle_events`, a list of what was done with it, and when.

    Setting it to None stops the list, as in gensim.

    Examples
    --------
    >>> thing = Lifecycle()
    >>> thing.add_lifecycle_event("created", msg="from nothing")
    >>> [(event["event"], event["msg"]) for event in thing.lifecycle_events]
    [('created', 'from nothing')]
    """

    lifecycle_events: list[dict[str, Any]] | None

    def add_lifecycle_event(
        self, event_name: str, log_level: int | bool = logging.INFO, **event: Any
    ) -> None:
        """Note an event; `log_level` 0 or False keeps it out of the log."""
        noted = {
            **event,
            "datetime": datetime.now().isoformat(),
            "firth": __version__,
            "python": sys.version,
            "platform": platform.platform(),
            "event": event_name,
        }
        if not hasattr(self, "lifecycle_events"):
            self.lifecycle_events = []
        if self.lifecycle_events is not None:
            self.lifecycle_events.append(noted)
        if log_level:
            logger.log(int(log_level), "%s: %s", event_name, event)
