"""The engine's default training on the treebank, beside the classic runs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from firth.errors import LearningWarning
from firth.recipes.report import neighbour_table
from firth.recipes.standing import PLOTTED
from firth.recipes.treebank import Treebank

if TYPE_CHECKING:
    from firth.vectors import WordVectors


@dataclass(frozen=True)
class EngineRun:
    """Vectors of `firth.train` and the seconds that they took.

    Attributes
    ----------
    vectors : WordVectors
        The input vectors.
    seconds : float
        From sentences to vectors, compilation left out.
    """

    vectors: WordVectors
    seconds: float

    def table(self) -> str:
        """Return the engine's section of the report, in Markdown."""
        head = (
            "## The engine's default training on the same sentences\n\n"
            f"`firth.train(sentences)`: {self.vectors.dim} dimensions, "
            f"{len(self.vectors):,} words, {self.seconds:.1f} seconds."
        )
        return f"{head}\n\n{neighbour_table(self.vectors, PLOTTED)}\n"


def run_engine(treebank: Treebank, train: Callable[..., Any] | None = None) -> EngineRun:
    """Train on the treebank's sentences with the defaults of `firth.train`.

    Parameters
    ----------
    treebank : Treebank
        The sentences.
    train : callable, optional
        ``train(sentences) -> model`` with ``model.vectors``; `firth.train` by default.

    Returns
    -------
    EngineRun
        Vectors and seconds.
    """
    if train is None:
        train = partial(import_module("firth").train, progress=False)
    assert train is not None
    sentences = [
        [treebank.words[token] for token in treebank.tokens[begin:end]]
        for begin, end in zip(treebank.offsets[:-1], treebank.offsets[1:], strict=True)
    ]
    with warnings.catch_warnings():  # of how little it learns, which is not asked here
        warnings.simplefilter("ignore", LearningWarning)
        train(sentences[:200], epochs=1, min_count=1)  # compiles, before the clock starts
    began = time.perf_counter()
    model = train(sentences)
    return EngineRun(model.vectors, time.perf_counter() - began)
