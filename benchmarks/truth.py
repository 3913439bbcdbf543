"""What is known of a data set, as arrays: words by number, groups, held-out text."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from corpora import ASKED_FROM
from heldout import Text, make_text
from measures import NO_GROUP, Ids, Queries, make_queries, sample_words


class Truth:
    """A folder that :func:`corpora.prepare` made, read as far as it is asked for.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about: dict[str, Any] = self._read("about")
        self.words: list[str] = self._read("words")
        self.counts: Ids = np.array(self._read("counts"), np.int64)
        self.number = {word: number for number, word in enumerate(self.words)}
        known = self._read("truth")
        self.has_items: bool = known["items"]
        self.groups = self._labels(known["groups"])
        self.areas = self._labels(known["areas"]) if known["areas"] else None

    @cached_property
    def asked(self) -> Ids:
        """Words whose neighbours are looked at: a sample, and in a text all that have a group."""
        asked = sample_words(self.counts, ASKED_FROM)
        if self.has_items:
            return asked
        return np.union1d(asked, np.flatnonzero(self.groups != NO_GROUP))

    @cached_property
    def heldout(self) -> list[list[int]]:
        """The held-out sentences as numbers, -1 for words that the text does not have."""
        lines = (self.folder / "heldout.txt").read_text(encoding="utf-8").splitlines()
        return [[self.number.get(word, -1) for word in line.split()] for line in lines]

    def queries(self) -> Queries:
        """Return the held-out sessions, cut before their last item."""
        return make_queries(self.heldout, self.counts, ASKED_FROM)

    def text(self) -> Text:
        """Return the held-out text as the held-out loss needs it."""
        return make_text(self.heldout, self.counts, ASKED_FROM)

    def _labels(self, groups: list[list[str]]) -> Ids:
        """Give each word the number of its group; of several groups the first."""
        labels = np.full(len(self.words), NO_GROUP)
        for label, members in reversed(list(enumerate(groups))):
            labels[[self.number[word] for word in members if word in self.number]] = label
        return labels

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
