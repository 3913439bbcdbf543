"""``firth.shift``: which words two texts use differently, tested by permutation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from firth.api.one_bar import OneBar
from firth.api.reading import HowToTrain, Texts, divided, settle
from firth.api.repeating import trained
from firth.callbacks import watched
from firth.config import TrainConfig, Whole, defaults
from firth.config.peers import takes
from firth.corpus import EncodedCorpus, encode, open_corpus
from firth.corpus.drawn import DrawnCorpus, split
from firth.corpus.renumbering import renumber
from firth.corpus.report import EncodeReport
from firth.errors import ConfigError, CorpusError, EvaluationError
from firth.evaluation.alignment import align
from firth.evaluation.shift import Shift
from firth.files.given import given_path
from firth.formats.model_folder import check_output
from firth.model import Model, save_output
from firth.progress import OnProgress, Style
from firth.spelled import spelled_out

#: Folders of the models of the two texts, within the output folder.
FIRST, SECOND = "first", "second"


@takes
@spelled_out(HowToTrain, defaults())
def shift(
    first: Any,
    second: Any,
    *,
    permutations: int = 20,
    block: int = 1,
    output: str | Path | None = None,
    memory_limit: str | int | None = None,
    cache: str | Path | Literal[False] | None = None,
    progress: bool | Style = "auto",
    on_progress: OnProgress | None = None,
    **settings: Unpack[HowToTrain],
) -> Shift:
    """Say which words two texts use differently, and how many of these are chance.

    A model is trained of each text. Then the sentences of both are divided anew, by chance, into
    two of the same sizes, and two models are trained, again and again: that is how far words move
    where nothing has changed (:mod:`firth.evaluation.shift`).

    Parameters
    ----------
    first, second : as for :func:`firth.train`
        The texts.
    permutations : int
        How often they are divided anew, 4 or more; each takes as long as training on both. With
        fewer than 19 no word is called moved at a rate of 5 %.
    block : int
        Sentences that stay together; 1 where a line is a document. Lines of one document are
        about one thing, and tested one by one they make chance look smaller than it is.
    output : path, optional
        Folder to save the models of the two texts in, as ``first`` and ``second``.
    column, group_by, order_by, tokenizer, lowercase, normalize, errors, memory_limit, cache
        As for :func:`firth.train`.
    progress, on_progress
        As for :func:`firth.train`: one bar for all models.
    **settings
        Options of training. A word is tested that occurs `min_count` times in each text.

    Raises
    ------
    ConfigError, CorpusError, TrainingError
        As :func:`firth.train`.
    EvaluationError
        No word occurs often enough in both; or a callback stopped it.

    Examples
    --------
    >>> old = [["the", "cat", "sat"], ["a", "dog", "ran"]] * 50
    >>> new = [["the", "cat", "ran"], ["a", "dog", "sat"]] * 50
    >>> shift(old, new, permutations=4, dim=8, min_count=1, sample=0.0, epochs=9, threads=1)
    <Shift: 6 words, 4 permutations>
    """
    reading, given = divided(settings)
    permutations = Whole(4).check("permutations", permutations)
    block = Whole(1).check("block", block)
    if output is not None:
        output = given_path("output", output)
        for name in (FIRST, SECOND):
            check_output(output / name)
    show, tell = watched(progress, on_progress)
    if isinstance(first, EncodedCorpus) or isinstance(second, EncodedCorpus):
        raise ConfigError(
            "two encoded corpora have left out what is rare in each, and what is rare in one may "
            "be frequent in the other: give the texts themselves"
        )
    config = settle(first, reading, given, cache)
    with show, _both(first, second, reading, config, cache, tell) as (parts, counts):
        tested = np.flatnonzero((counts >= config.min_count).all(axis=0))
        if len(tested) < 2:
            raise EvaluationError(
                f"{len(tested)} words occur {config.min_count:,} times in both texts; two or more "
                "are needed: lower min_count, or give more text"
            )
        bar = OneBar(tell, 2 * (permutations + 1), range(1, 2 * (permutations + 1) + 1))
        movements = []
        for number in range(permutations + 1):
            halves = _halves(parts, number, config.seed, block)
            models = _models(halves, config, number, memory_limit, bar)
            one, other = (model.vectors.matrix[tested] for model in models)
            movements.append(align(one, other).moved(one, other))
            if output is not None and not number:
                for name, model in zip((FIRST, SECOND), models, strict=True):
                    save_output(model, output / name)
        words = parts[0].vocabulary.words
        chosen = type(words)(words.array.take(tested), words.integers)
        return Shift(chosen, counts[:, tested], movements[0], np.stack(movements[1:]))


@contextmanager
def _both(
    first: Any,
    second: Any,
    reading: dict[str, Any],
    config: TrainConfig,
    cache: str | Path | Literal[False] | None,
    tell: OnProgress,
) -> Iterator[tuple[list[EncodedCorpus], NDArray[np.int64]]]:
    """Encode both texts in one vocabulary; give them, and how often each word occurs in each."""
    with ExitStack() as stack:
        found = []
        for source in (first, second):
            report = EncodeReport(tell)
            corpus = encode(
                open_corpus(source, **reading),
                min_count=1,
                cache=cache,
                threads=config.n_threads,
                progress=False,
                on_progress=report,
            )
            found.append(stack.enter_context(corpus))
            report.finish(corpus)
        vocabulary = found[0].vocabulary.merge(
            found[1].vocabulary, min_count=config.min_count, max_vocabulary=config.max_vocabulary
        )
        counts = np.zeros((2, len(vocabulary)), np.int64)
        for its, corpus in zip(counts, found, strict=True):
            ids = vocabulary.ids(corpus.vocabulary.words)
            its[ids[ids >= 0]] = corpus.vocabulary.counts[ids >= 0]
            if not its.any():
                raise CorpusError("the texts have no frequent word in common")
        yield [stack.enter_context(renumber(c, vocabulary, cache=cache)) for c in found], counts


def _halves(
    parts: list[EncodedCorpus], number: int, seed: int, block: int
) -> tuple[DrawnCorpus, DrawnCorpus]:
    """Return the texts as they are, for number 0, or divided anew."""
    if number:
        return split(parts, [seed, number], block)
    sizes = [part.n_sentences for part in parts]
    numbers = np.arange(sum(sizes))
    return DrawnCorpus(parts, numbers[: sizes[0]]), DrawnCorpus(parts, numbers[sizes[0] :])


def _models(
    halves: tuple[DrawnCorpus, DrawnCorpus],
    config: TrainConfig,
    number: int,
    memory_limit: str | int | None,
    bar: OneBar,
) -> list[Model]:
    """Train a model of each half, with seeds of their own."""
    found = []
    for side, corpus in enumerate(halves):
        seeded = TrainConfig.from_dict(
            {**config.to_dict(), "seed": config.seed + 2 * number + side}
        )
        model = trained(Texts(seeded, corpus, 0.0, None, None), memory_limit, bar)
        if model is None:
            raise EvaluationError("stopped before all permutations were made; nothing is known yet")
        bar.next()
        found.append(model)
    return found
