"""``firth.train``: a corpus in, a model out."""

from firth.api.entry import train

__all__ = ["train"]
