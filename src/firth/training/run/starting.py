"""Weights that a run begins with, where others have been learnt before.

Rows go by what they stand for: vectors of words by the word, those of n-grams by their bucket or
their letters. A new word begins where its n-grams put it, or, without any, its neighbours.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError
from firth.progress import OnProgress, Progress
from firth.training.run.neighbours import lengths_by_count, means_of_neighbours


class Known(NamedTuple):
    """What has been learnt before.

    Attributes
    ----------
    words : WordList
        (V,) the words.
    counts : (V,) int64, or None
        How often each occurred, if that is known.
    input : (V, dim) floats
        Their vectors.
    output : (rows, dim) floats, or None
        Output vectors: of words, or of the nodes of the tree of these words and counts.
    output_rows : str
        Which of the two: ``"words"`` or ``"nodes"``.
    ngrams : (rows, dim) floats, or None
        Vectors of the words' n-grams.
    ngram_lengths : (int, int, int) or None
        ``min_n``, ``max_n`` and ``buckets`` by which they are numbered.
    """

    words: WordList
    counts: NDArray[np.int64] | None
    input: NDArray[Any]
    output: NDArray[Any] | None = None
    output_rows: str = "words"
    ngrams: NDArray[Any] | None = None
    ngram_lengths: tuple[int, int, int] | None = None


class Start(NamedTuple):
    """How a run begins, where not by chance.

    Attributes
    ----------
    known : Known or None
        What has been learnt before.
    rates : (V,) floats, or None
        What part of the learning rate the input vector of each word of the run's vocabulary takes:
        0 where it stays as it is.
    """

    known: Known | None = None
    rates: NDArray[np.floating] | None = None


def begin(setup: Any, known: Known) -> None:
    """Put what is known into the weights of a run, in place.

    Parameters
    ----------
    setup : Setup
        The run; its weights are those that any run begins with.
    known : Known
        What has been learnt before.

    Raises
    ------
    ConfigError
        The vectors have another length than those of the run.
    """
    dim, vocabulary = setup.config.dim, setup.corpus.vocabulary
    if known.input.shape[1] != dim:
        raise ConfigError(
            f"dim is {dim}, but the vectors to start from have {known.input.shape[1]} dimensions: "
            "leave dim out, or give theirs"
        )
    new, old = places(vocabulary.words, known.words)
    if known.ngrams is not None and known.ngram_lengths is not None:
        setup.unit.begin_ngrams(
            setup.inputs, setup.config, vocabulary.words, known.ngrams, known.words,
            known.ngram_lengths,
        )  # fmt: skip
    setup.unit.begin_words(setup.inputs, new, known.input, old)
    if setup.unit.ngram_vectors(setup.inputs) is None:
        _begin_among_neighbours(setup, new)
    if known.output is None or not knows_outputs(setup, known):
        return
    if known.output_rows == "words":
        setup.outputs[new, :dim] = known.output[old]
    else:
        setup.outputs[:, :dim] = known.output


def knows_outputs(setup: Any, known: Known) -> bool:
    """Tell whether a run can begin with output vectors that were learnt before."""
    output, kind = known.output, setup.objective.MEMBER.output_rows
    if output is None or output.shape[1] != setup.config.dim or kind != known.output_rows:
        return False
    return bool(kind == "words" or _same(setup.corpus.vocabulary, known))  # of one tree


def learn_outputs(setup: Any, known: Known, on_progress: OnProgress | None = None) -> None:
    """Learn output vectors that are not known, with the inputs of known words held, for an epoch.

    Zeros would let the inputs wander for as long as they say nothing.

    Parameters
    ----------
    setup : Setup
        The run; its weights change in place.
    known : Known
        What has been learnt before.
    on_progress : callable, optional
        Called with records of the stage ``"outputs"``.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C, or `on_progress` returned True: there is nothing yet that could be kept.
    TrainingError
        The numbers diverged, or no pair of words was left to learn from.
    """
    from firth.training.run.loop import Trainer

    schedule = copy(setup.schedule)
    schedule.epochs, schedule.end_rate = 1, schedule.learning_rate
    config = TrainConfig.from_dict({**setup.config.to_dict(), "epochs": 1})
    moves = np.ones(len(setup.corpus.vocabulary))
    moves[places(setup.corpus.vocabulary.words, known.words)[0]] = 0
    held = setup._replace(config=config, schedule=schedule, unit=setup.unit.slowed(moves))

    def report(record: Progress) -> bool | None:
        stage = "outputs" if record.stage == "train" else record.stage
        return on_progress(replace(record, stage=stage)) if on_progress else None

    trainer = Trainer(held, report)
    trainer.compile()
    trainer.run()
    if trainer.interrupted:
        raise KeyboardInterrupt


def _begin_among_neighbours(setup: Any, rows: NDArray[np.int64]) -> None:
    """Let words that are not in these rows begin among those around them."""
    dim, vocabulary = setup.config.dim, setup.corpus.vocabulary
    known = np.zeros(len(vocabulary), np.bool_)
    known[rows] = True
    fresh = np.flatnonzero(~known)
    if not len(rows) or not len(fresh):
        return
    vectors = setup.inputs[:, :dim]
    sums = means_of_neighbours(setup.corpus, vectors, known)
    lengths = np.linalg.norm(sums, axis=1)
    usual = lengths_by_count(
        vocabulary.counts[rows], np.linalg.norm(vectors[rows], axis=1), vocabulary.counts[fresh]
    )
    some = lengths > 0
    vectors[fresh[some]] = sums[some] * (usual[some] / lengths[some])[:, np.newaxis]


def places(words: WordList, known: WordList) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the words that both have, in each."""
    places = pc.index_in(words.array, known.array)
    new = np.flatnonzero(np.asarray(pc.is_valid(places)))
    return new, np.asarray(places.drop_null(), np.int64)


def _same(vocabulary: Any, known: Known) -> bool:
    return (
        known.counts is not None
        and vocabulary.words.array.equals(known.words.array)
        and np.array_equal(vocabulary.counts, known.counts)
    )
