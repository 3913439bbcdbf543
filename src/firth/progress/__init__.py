"""What a run says about itself while it goes on, and how it is shown."""

from firth.progress.display import ProgressDisplay, Style
from firth.progress.record import OnProgress, Progress, Stage, describe

__all__ = ["OnProgress", "Progress", "ProgressDisplay", "Stage", "Style", "describe"]
