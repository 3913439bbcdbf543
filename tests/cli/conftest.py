"""A small model on disk, and the command line as users start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from firth.model import Model

Firth = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    words = ["man", "woman", "king", "queen", "straße"]
    matrix = np.array(
        [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0.1, 0.1, -1]], dtype=np.float32
    )
    made = Model(
        words,
        [50, 40, 30, 20, 10],
        {"input": matrix, "output": matrix[1:]},
        {"dim": 3, "epochs": 2},
        rows={"output": "nodes"},
        corpus={"n_tokens": 150_000},
        provenance={"arithmetic": "AVX2", "reading": {"lowercase": True}},
    )
    made.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def firth(tmp_path: Path) -> Firth:
    def run(
        *arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "firth", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            timeout=300,
            env={
                **os.environ,
                "PYTHONIOENCODING": "utf-8",
                **(env or {}),
            },
        )

    return run
