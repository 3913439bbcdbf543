"""A fault: one change of one file, and the tests that should notice it."""

from __future__ import annotations

from typing import NamedTuple


class DoesNotApplyError(Exception):
    """The text that a fault replaces is not in its file, or not once."""


class Fault(NamedTuple):
    """One change that a tired engineer might make.

    Attributes
    ----------
    name : str
        What is wrong then, in words joined by hyphens.
    file : str
        The file, below the repository.
    before, after : str
        What is replaced, which the file must hold exactly once, and by what.
    tests : tuple of str
        Files of tests, or single tests as pytest names them, one of which should fail.
    """

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def applied(self, source: str) -> str:
        """Return the text of the file with the fault in it.

        Raises
        ------
        DoesNotApplyError
            The file has been changed since the fault was written down.

        Examples
        --------
        >>> Fault("one-too-many", "a.py", "< n", "<= n", ()).applied("while i < n:")
        'while i <= n:'
        """
        if (times := source.count(self.before)) != 1:
            raise DoesNotApplyError(f"{self.file} holds {self.before!r} {times} times, not once")
        return source.replace(self.before, self.after)


def fault(name: str, file: str, before: str, after: str, *tests: str) -> Fault:
    """Make a fault of a file below ``src/firth`` from tests below ``tests``."""
    return Fault(name, f"src/firth/{file}", before, after, tuple(f"tests/{t}" for t in tests))
