"""Evaluation sets of every kind: recognised by what they hold, and judged with any vectors.

A further kind is one entry of `KINDS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import EvaluationError
from firth.evaluation.analogies import analogies_of
from firth.evaluation.axes import axes_of, read_axes
from firth.evaluation.bias.judging import DEFAULT_TESTS, BiasResult, Test, bias_of
from firth.evaluation.bias.word_sets import read_word_set, word_sets
from firth.evaluation.categories import CategoryResult, categories_of, read_categories
from firth.evaluation.figures import Figure
from firth.evaluation.layouts import (
    Head,
    head_of,
    is_analogies,
    is_axes,
    is_bias,
    is_categories,
    is_outliers,
    is_similarity,
)
from firth.evaluation.lines import Comparable, files_of
from firth.evaluation.outliers import OutlierResult, outliers_of, read_clusters
from firth.evaluation.pairs import read_pairs
from firth.evaluation.published import PUBLISHED
from firth.evaluation.questions import read_questions
from firth.evaluation.similarity import SimilarityResult, similarity_of
from firth.files.given import given_path
from firth.values import Whole
from firth.vectors import WordVectors
from firth.vectors.analogy import Method


@dataclasses.dataclass(frozen=True, slots=True)
class HowToJudge:
    """How sets are read and judged.

    Parameters
    ----------
    methods : tuple of {"3cosadd", "3cosmul", "pairdistance"}
        How analogies are answered.
    analogy_vocab, restrict_vocab : int or None
        Only so many of the most frequent words count, for analogies and elsewhere.
    case_insensitive : bool
        Words that differ in case only are one word.
    score_column : str or None
        Column of the scores of pairs.
    tests : tuple of {"weat", "rnd", "ect", "rnsb"}
        What is asked about word sets.
    seed : int
        Of clusters and permutations.

    Raises
    ------
    ConfigError
        A number of words is below 1.
    """

    methods: tuple[Method, ...] = ("3cosadd",)
    analogy_vocab: int | None = 30_000
    restrict_vocab: int | None = 300_000
    case_insensitive: bool = True
    score_column: str | None = None
    tests: tuple[Test, ...] = DEFAULT_TESTS
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("analogy_vocab", "restrict_vocab"):
            Whole(1, optional=True).check(name, getattr(self, name))


class Judged(NamedTuple):
    """What vectors make of a set.

    Attributes
    ----------
    figures : tuple of Figure
        Figures over its items.
    unknown : dict of str to int
        For each part, items that were left out, since words have no vector.
    left_out : tuple
        Which they were, where they are words or pairs.
    bias : BiasResult or None
        Of word sets, which have no items.
    """

    figures: tuple[Figure, ...]
    unknown: dict[str, int]
    left_out: tuple[Any, ...] = ()
    bias: BiasResult | None = None


class EvaluationSet(NamedTuple):
    """A set that has been read.

    Attributes
    ----------
    name : str
        The name of its file or folder without an ending, or the one it is published under.
    kind : str
        One of `KINDS`.
    path : str
        Where it was found.
    content : object
        What it holds.
    """

    name: str
    kind: str
    path: str
    content: Any

    def judge(self, vectors: WordVectors, how: HowToJudge | None = None) -> Judged:
        """Judge vectors by it.

        Raises
        ------
        EvaluationError
            Too few of its words have vectors.
        """
        how = how or HowToJudge()
        known = _known(vectors, how, KINDS[self.kind].analogies)
        return KINDS[self.kind].judge(vectors, known, self, how)


def _known(vectors: WordVectors, how: HowToJudge, analogies: bool) -> Comparable:
    restrict = how.analogy_vocab if analogies else how.restrict_vocab
    return Comparable(vectors, restrict, how.case_insensitive)


def _judged(found: SimilarityResult | CategoryResult | OutlierResult) -> Judged:
    """Return what a set of one part gave."""
    return Judged(found.figures, {"": len(found.unknown)}, found.unknown)


def _similarity(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    return _judged(similarity_of(vectors, known, given.content, given.path))


def _analogies(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    results = [
        analogies_of(vectors, known, given.content, given.path, method) for method in how.methods
    ]
    first = results[0]
    unknown = {part.name: part.unknown for part in (*first.sections, *first.groups)}
    figures = tuple(figure for result in results for figure in result.figures)
    return Judged(figures, {**unknown, "": first.total.unknown})


def _categories(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    return _judged(categories_of(vectors, known, given.content, given.path, how.seed))


def _outliers(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    return _judged(outliers_of(vectors, known, given.content, given.path))


def _axes(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    found = axes_of(vectors, known, given.content, given.path)
    here = {figure.part: len(figure.items) for figure in found.figures}
    unknown = {
        axis.name: len(axis.words) - here[axis.name] for axis in given.content if axis.name in here
    }
    return Judged(found.figures, unknown, found.unknown)


def _bias(vectors: WordVectors, known: Comparable, given: Any, how: HowToJudge) -> Judged:
    found = bias_of(vectors, known, given.content, how.tests, seed=how.seed)
    unknown = {name: len(words) for name, words in found.unknown.items()}
    return Judged((), unknown, tuple(w for words in found.unknown.values() for w in words), found)


class _Kind(NamedTuple):
    """A kind of set.

    Attributes
    ----------
    layout : str
        What it looks like, for people.
    known_by : callable
        Tells it by the head of a file, or of the first file of a folder.
    read : callable
        Reads it: (path, how).
    judge : callable
        Judges vectors by it.
    folder : bool
        It may be a folder.
    analogies : bool
        Answers come from the most frequent words alone.
    """

    layout: str
    known_by: Callable[[Head], bool]
    read: Callable[[Path, HowToJudge], Any]
    judge: Callable[[WordVectors, Comparable, Any, HowToJudge], Judged]
    folder: bool = False
    analogies: bool = False


#: Kinds of sets, in the order in which they are told apart.
KINDS: Mapping[str, _Kind] = {
    "bias": _Kind(
        "two lists of targets and one or two of attributes (WEAT, SEAT)",
        is_bias,
        lambda path, how: read_word_set(path),
        _bias,
    ),
    "axes": _Kind(
        "concept axes (': name', '- ' and '+ ' with the words of both ends, words with ratings)",
        is_axes,
        lambda path, how: read_axes(path),
        _axes,
    ),
    "analogies": _Kind(
        "analogy questions (Google, MSR), pairs or a folder of them (BATS)",
        is_analogies,
        lambda path, how: read_questions(path),
        _analogies,
        folder=True,
        analogies=True,
    ),
    "outliers": _Kind(
        "clusters with outliers behind an empty line (8-8-8, WikiSem500), or a folder of them",
        is_outliers,
        lambda path, how: read_clusters(path),
        _outliers,
        folder=True,
    ),
    "similarity": _Kind(
        "pairs of words with scores (WordSim-353, SimLex-999, MEN)",
        is_similarity,
        lambda path, how: read_pairs(path, how.score_column),
        _similarity,
    ),
    "categories": _Kind(
        "words with categories (AP, BLESS, Battig), or a folder with a file for each",
        is_categories,
        lambda path, how: read_categories(path),
        _categories,
        folder=True,
    ),
}


def open_set(
    source: str | Path, how: HowToJudge | None = None, *, kind: str | None = None
) -> EvaluationSet:
    """Read an evaluation set of any kind.

    Parameters
    ----------
    source : str or Path
        A file or folder, recognised by what it holds; or the name of word lists that come with
        firth, such as ``"weat6"``.
    how : HowToJudge, optional
        What is needed for reading: the column of scores.
    kind : {"similarity", "analogies", "categories", "outliers", "axes", "bias"}, optional
        Which kind it is, if it is not to be recognised.

    Raises
    ------
    EvaluationError
        There is no such file, or it is of no known layout.
    """
    how = how or HowToJudge()
    if kind not in (None, *KINDS):
        raise EvaluationError(f"there is no kind {kind!r} of sets; they are {', '.join(KINDS)}")
    named = word_sets()
    place = given_path("path", source)
    if isinstance(source, str) and source in named and kind in (None, "bias"):
        return EvaluationSet(source, "bias", source, named[source])
    if not place.exists() and str(source).casefold() in PUBLISHED:
        raise EvaluationError(PUBLISHED[str(source).casefold()].not_here(str(source)))
    found = kind or _kind_of(place, source)
    return EvaluationSet(place.stem, found, str(source), KINDS[found].read(place, how))


def _kind_of(place: Path, source: str | Path) -> str:
    folder = place.is_dir()
    head = head_of(files_of(place)[0])
    for name, kind in KINDS.items():
        if kind.known_by(head) and (kind.folder or not folder):
            return name
    if folder and all(len(line.split()) == 1 for line in head.lines):
        return "categories"
    if not head.lines:
        raise EvaluationError(f"{source}: there is nothing in it")
    kinds = [kind for kind in KINDS.values() if kind.folder or not folder]
    raise EvaluationError(
        f"{source}: this is no set that is known: "
        + "; ".join(kind.layout for kind in kinds)
        + ". If it is one of these, say which: --kind NAME (kind=NAME)"
    )
