"""Random texts and settings."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Words per second, about, on a core of these days: a run should take one to three seconds.
_SPEED = {"softmax": 1e5, "hierarchical_softmax": 2e5, "negative_sampling": 1e6}


@dataclass(frozen=True)
class Run:
    """A run that will be disturbed.

    Attributes
    ----------
    text : Path
        What it is trained on.
    words : dict
        The vocabulary that must come out, counts by word.
    settings : dict
        Settings by name, but for the threads.
    exact : bool
        It gives the same bits however often it is stopped.
    validation : float or None
        Part that is held out.
    checkpoint_every : str or None
        As it is given.
    """

    text: Path
    words: dict[str, int]
    settings: dict[str, Any]
    exact: bool
    validation: float | None
    checkpoint_every: str | None

    def threads(self, draw: random.Random) -> int:
        """Draw a number of threads: another one each time, where that may not matter."""
        if self.exact and not self.settings["deterministic"]:
            return 1
        return draw.choice((1, 2, 2, 3))


def draw_run(draw: random.Random, folder: Path, all_members: bool) -> Run:
    """Draw a run; its text is written to `folder`."""
    deterministic = draw.random() < 0.4
    settings: dict[str, Any] = {
        "dim": draw.choice((4, 16, 33, 64, 100)),
        "window": draw.randint(1, 8),
        "min_count": draw.choice((1, 1, 2, 5)),
        "sample": draw.choice((0.0, 0.01, 0.05)),
        "learning_rate": draw.choice((0.01, 0.025)),
        "seed": draw.randrange(1000),
        "deterministic": deterministic,
    }
    if all_members:
        settings.update(_members(draw))
    n_sentences = draw.choice((50, 1000, 5000, 8000))
    text, counts = draw_text(draw, folder, n_sentences)
    if 2 * sum(n for n in counts.values() if n >= settings["min_count"]) < counts.total():
        settings["min_count"] = 1  # hardly a sentence would be left with two words
    speed = _SPEED[settings.get("objective", "negative_sampling")]
    work = draw.uniform(0.5, 4.0) * speed
    settings["epochs"] = max(2, min(2000, round(work / sum(counts.values()))))
    least = settings["min_count"]
    return Run(
        text,
        {word: count for word, count in counts.items() if count >= least},
        settings,
        exact=deterministic or draw.random() < 0.7,
        validation=0.3 if all_members and counts.total() > 50_000 and draw.random() < 0.5 else None,
        checkpoint_every=draw.choice((None, "never", "1w", "0.1s", "100000w")),
    )


def _members(draw: random.Random) -> dict[str, Any]:
    architecture = draw.choice(("skipgram", "cbow"))
    objective = draw.choice(tuple(_SPEED))
    chosen: dict[str, Any] = {
        "architecture": architecture,
        "objective": objective,
        "unit": draw.choice(("words", "words", "subwords")),
    }
    if objective == "negative_sampling":
        chosen["negative"] = draw.randint(1, 10)
    if chosen["unit"] == "subwords":
        chosen["buckets"] = 2000
    return chosen


def draw_text(draw: random.Random, folder: Path, n_sentences: int) -> tuple[Path, Counter[str]]:
    """Write a text; return where, and its words with their counts."""
    n_words, length = draw.choice((50, 300, 2000)), draw.choice((3, 10, 60))
    words = [f"w{number}" for number in range(n_words)]
    words[n_words // 2] = "Straße"
    weights = [1 / (number + 5) for number in range(n_words)]
    flat = draw.choices(words, weights, k=n_sentences * length)
    lines = [" ".join(flat[i : i + length]) for i in range(0, len(flat), length)]
    lines[n_sentences // 2 : n_sentences // 2] = ["", "   "]
    path = folder / "text.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, Counter(flat)
