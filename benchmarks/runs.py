"""The runs of quality.py: what decides one, where it is kept, what several say together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from intervals import Estimate, of_pairs, of_values
from measures import by_band, shared
from tables import Row
from truth import Truth

#: All that decides a run, as JSON holds it.
Run = dict[str, Any]


class Runs:
    """A file with a run a line, and a folder of the nearest words that each run found.

    Parameters
    ----------
    path : Path
        The file; the folder is beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(f"{path.stem}-nearest")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.made: dict[str, dict[str, dict[str, float]]] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}}"):  # else an interruption cut it off
                    found = json.loads(line)
                    self.made[_key(found["run"])] = found["measures"]

    def nearest_file(self, run: Run) -> Path:
        """Where a run keeps the nearest words."""
        return self.folder / f"{hashlib.sha256(_key(run).encode()).hexdigest()[:16]}.npy"

    def __contains__(self, run: Run) -> bool:
        return _key(run) in self.made and self.nearest_file(run).exists()

    def __getitem__(self, run: Run) -> dict[str, dict[str, float]]:
        return self.made[_key(run)]

    def add(self, run: Run, about: Mapping[str, Any], measures: Any) -> None:
        """Write a line."""
        cut_off = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" if cut_off and self.path.stat().st_size else "")
            file.write(json.dumps({"run": run, **about, "measures": measures}) + "\n")
        self.made[_key(run)] = measures

    def estimate(self, seeds: Sequence[Run], truth: Truth) -> dict[Row, Estimate]:
        """Average over the seeds that there are, and compare their nearest words pair by pair."""
        made = [run for run in seeds if run in self]
        values: dict[Row, list[float]] = {}
        for run in made:
            for measure, bands in self[run].items():
                for band, value in bands.items():
                    values.setdefault((measure, band), []).append(value)
        rows = {row: of_values(some) for row, some in values.items()}
        if len(made) > 1:
            near = [np.load(self.nearest_file(run)).astype(np.int64) for run in made]
            counts = truth.counts[truth.asked]
            of_all = of_pairs(len(near), lambda a, b: by_band(shared(near[a], near[b]), counts))
            rows |= {("shared", band): estimate for band, estimate in of_all.items()}
        return rows


def _key(run: Run) -> str:
    return json.dumps(run, sort_keys=True)
