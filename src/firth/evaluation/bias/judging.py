"""All tests of association on one set of words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, EvaluationError
from firth.evaluation.bias.association import weat_of_rows
from firth.evaluation.bias.coherence import coherence_of, negative_sentiment_of, norm_distance_of
from firth.evaluation.bias.word_sets import WordSet, read_word_set, word_sets
from firth.evaluation.lines import Comparable
from firth.evaluation.words import Found, find_words
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

Test: TypeAlias = Literal["weat", "rnd", "ect", "rnsb"]
TESTS: tuple[Test, ...] = get_args(Test)
#: Those that need no other library.
DEFAULT_TESTS: tuple[Test, ...] = ("weat", "rnd", "ect")
#: What each does not show.
LIMITS = {
    "weat": "an effect size depends on few words, and on how often they occur",
    "rnd": "the scale is that of distances; compare figures of one model only",
    "ect": "groups that rank words alike may still lie apart from all of them",
    "rnsb": "a classifier of few words; with names it may learn how rare they are",
}
# Every list must keep so many words.
_FEWEST = 2


@dataclasses.dataclass(frozen=True, slots=True)
class BiasMeasure:
    """What one test found.

    Parameters
    ----------
    test : {"weat", "rnd", "ect", "rnsb"}
        Which.
    attribute : str
        The attribute, where the test is of one.
    value : float
        Of WEAT the effect size.
    pvalue : float or None
        Of WEAT, one-sided.
    statistic : float or None
        Of WEAT, S.
    exact : bool or None
        Of WEAT, whether all divisions of the words were looked at.
    by_word : dict of str to float
        What each word has to do with it: associations of targets, differences of distances of
        attributes, probabilities.
    """

    test: Test
    attribute: str
    value: float
    pvalue: float | None = None
    statistic: float | None = None
    exact: bool | None = None
    by_word: dict[str, float] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class BiasResult:
    """What all tests found with one set of words.

    Parameters
    ----------
    name : str
        The set.
    measures : tuple of BiasMeasure
        One or more for each test.
    words : int
        Words that counted.
    sizes : dict of str to int
        How many of each list.
    unknown : dict of str to tuple of str
        For each list the words without a vector; they were left out.
    source, about : str
        Where the lists are from, and what to mind.
    """

    name: str
    measures: tuple[BiasMeasure, ...]
    words: int
    sizes: dict[str, int]
    unknown: dict[str, tuple[str, ...]]
    source: str
    about: str


def evaluate_bias(
    vectors: WordVectors,
    words: str | Path | WordSet,
    *,
    tests: Iterable[Test] = DEFAULT_TESTS,
    case_insensitive: bool = True,
    restrict_vocab: int | None = None,
    permutations: int = 100_000,
    seed: int = 1,
) -> BiasResult:
    """Run tests of association on a set of words.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    words : str, Path or WordSet
        A published set by name (``"weat6"``: :func:`word_sets` has them), or a file:
        :func:`read_word_set` has the layouts.
    tests : iterable of {"weat", "rnd", "ect", "rnsb"}
        Which; WEAT and RNSB need two attributes, RNSB scikit-learn too, and the second attribute
        is the negative one.
    case_insensitive : bool
        "Paul" finds "paul" and the other way round; the more frequent spelling counts.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    permutations, seed : int
        As for :func:`weat`.

    Returns
    -------
    BiasResult
        All measures, and the words that were left out.

    Raises
    ------
    ConfigError
        There is no such test.
    EvaluationError
        The file cannot be read or has another layout, or fewer than two words of a list have a
        vector.

    Examples
    --------
    >>> words = ["he", "him", "she", "her", "office", "salary", "home", "wedding"]
    >>> matrix = [[1.0, 0], [0.9, 0.1], [0, 1], [0.2, 0.9], [1, 0.2], [0.8, 0.3], [0.3, 1], [0, 1]]
    >>> some = WordSet("mine", {"men": words[:2], "women": words[2:4]},
    ...                {"work": words[4:6], "family": words[6:]})
    >>> found = evaluate_bias(WordVectors(words, matrix), some, tests=["weat"])
    >>> round(found.measures[0].value, 2)
    1.99
    """
    asked = checked_tests(tests)
    chosen = words if isinstance(words, WordSet) else _named_or_read(words)
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    return bias_of(vectors, known, chosen, asked, permutations, seed)


def _named_or_read(words: str | Path) -> WordSet:
    named = word_sets()
    return named[words] if isinstance(words, str) and words in named else read_word_set(words)


def checked_tests(tests: Iterable[str]) -> list[Test]:
    """Return names of tests.

    Raises
    ------
    ConfigError
        There is no such test.
    """
    asked = [tests] if isinstance(tests, str) else list(tests)
    for test in asked:
        if test not in TESTS:
            raise ConfigError(f"there is no test {test!r}; tests are {', '.join(TESTS)}")
    return asked  # type: ignore[return-value]  # they have been checked


def bias_of(
    vectors: WordVectors,
    known: Comparable,
    words: WordSet,
    tests: Sequence[Test],
    permutations: int = 100_000,
    seed: int = 1,
) -> BiasResult:
    """Test words that have been read; see :func:`evaluate_bias`."""
    lists = {**words.targets, **words.attributes}
    found = {name: find_words(known, some) for name, some in lists.items()}
    for name, some in found.items():
        if len(some.rows) < _FEWEST:
            raise EvaluationError(
                f"{words.name}: {len(some.rows)} of {len(lists[name])} words of the list "
                f"{name!r} have a vector; at least {_FEWEST} are needed"
            )
    lists_of = _Lists(vectors, words, found)
    measures: list[BiasMeasure] = []
    for test in tests:
        measures += lists_of.measured(test, permutations, seed)
    if not measures:
        raise EvaluationError(
            f"{words.name}: {', '.join(tests)} needs two lists of attributes, and there is one"
        )
    unknown = {name: some.unknown(lists[name]) for name, some in found.items()}
    return BiasResult(
        words.name,
        tuple(measures),
        sum(len(some.rows) for some in found.values()),
        {name: len(some.rows) for name, some in found.items()},
        {name: some for name, some in unknown.items() if some},
        words.source,
        words.about,
    )


class _Lists:
    """The lists of a set as rows of a table."""

    def __init__(self, vectors: WordVectors, words: WordSet, found: dict[str, Found]) -> None:
        self.vectors, self.words, self.found = vectors, words, found
        self.targets, self.attributes = list(words.targets), list(words.attributes)

    def measured(self, test: Test, permutations: int, seed: int) -> list[BiasMeasure]:
        two = len(self.attributes) == 2
        if test == "weat" and two:
            names = [*self.targets, *self.attributes]
            rows = [self.found[name].rows for name in names]
            made = weat_of_rows(self.vectors, rows, permutations, seed)
            by_word = dict(zip(self._words(self.targets), made.associations, strict=True))
            return [BiasMeasure("weat", "", made.effect_size, made.pvalue, made.statistic,
                                made.exact, by_word)]  # fmt: skip
        if test == "rnsb" and two:
            groups = np.concatenate([self._raw(name) for name in self.targets])
            made_of = negative_sentiment_of(groups, *map(self._raw, self.attributes))
            by_word = dict(zip(self._words(self.targets), made_of.by_word, strict=True))
            return [BiasMeasure("rnsb", "", made_of.value, by_word=by_word)]
        if test == "rnd":
            return [self._distances(attribute) for attribute in self.attributes]
        if test == "ect":
            return [
                BiasMeasure("ect", name, coherence_of(*map(self._raw, (*self.targets, name))))
                for name in self.attributes
            ]
        return []

    def _distances(self, attribute: str) -> BiasMeasure:
        some = [directions(self._raw(name)) for name in (*self.targets, attribute)]
        made = norm_distance_of(*some)
        by_word = dict(zip(self._words([attribute]), made.by_word, strict=True))
        return BiasMeasure("rnd", attribute, made.value, by_word=by_word)

    def _raw(self, name: str) -> NDArray[np.float64]:
        return self.vectors.matrix[self.found[name].rows].astype(np.float64)

    def _words(self, names: Sequence[str]) -> list[str]:
        lists = {**self.words.targets, **self.words.attributes}
        return [lists[name][place] for name in names for place in self.found[name].places]
