"""Texts that come with firth: enough to see vectors make sense within seconds."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from firth.errors import ConfigError


class Sample(NamedTuple):
    """A bundled text.

    Attributes
    ----------
    name : str
        What `sample_paths` knows it by.
    title : str
        What it is.
    origin : str
        Where it was taken from.
    n_tokens : int
        Its length in words.
    """

    name: str
    title: str
    origin: str
    n_tokens: int

    @property
    def path(self) -> Path:
        """The compressed text, one sentence or verse a line."""
        return _DATA / f"{self.name}.txt.xz"


_DATA = Path(__file__).parent / "data"

SAMPLES: dict[str, Sample] = {
    sample.name: sample
    for sample in (
        Sample(
            "austen",
            "Jane Austen's six novels",
            "Debian package r-cran-janeaustenr; public domain",
            728_434,
        ),
        Sample(
            "kjv",
            "The Bible in the King James Version",
            "Debian package bible-kjv-text; public domain",
            791_450,
        ),
    )
}


def sample_paths(*names: str) -> list[Path]:
    """Give the paths of bundled texts, ready for `open_corpus`.

    Parameters
    ----------
    *names : str
        Names in `SAMPLES`; all of them if none is given.

    Returns
    -------
    list of Path
        The compressed files.

    Raises
    ------
    ConfigError
        There is no sample of that name.

    Examples
    --------
    >>> [path.name for path in sample_paths()]
    ['austen.txt.xz', 'kjv.txt.xz']
    """
    for name in names:
        if name not in SAMPLES:
            known = ", ".join(map(repr, SAMPLES))
            raise ConfigError(f"there is no sample {name!r}; there are {known}")
    return [SAMPLES[name].path for name in names or SAMPLES]


def provenance() -> str:
    """Say where the bundled texts come from, as a text for people.

    >>> "public domain" in provenance()
    True
    """
    return (_DATA / "PROVENANCE.txt").read_text(encoding="utf-8")
