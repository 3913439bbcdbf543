"""How much two words belong together, from how often they occur: alone, and side by side.

Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality",
2013, formula 6; and Bouma, "Normalized (Pointwise) Mutual Information in Collocation Extraction",
2009, section 3.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias

from firth.errors import ConfigError, FormatError

Scorer: TypeAlias = Callable[..., float]

NEGATIVE_INFINITY = float("-inf")
#: What every function that scores is given, by these names.
PARAMETERS = (
    "worda_count", "wordb_count", "bigram_count", "len_vocab", "min_count", "corpus_word_count"
)  # fmt: skip


def original_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Score by (count(a b) - min_count) / (count(a) count(b)), times the size of the vocabulary.

    >>> original_scorer(2, 4, 3, 100, 1, 1000)
    25.0
    """
    both = worda_count * wordb_count
    return (bigram_count - min_count) / float(both) * len_vocab if both else NEGATIVE_INFINITY


def npmi_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Score by ln(p(a b) / (p(a) p(b))) / -ln p(a b), which is in [-1, 1].

    >>> npmi_scorer(2, 2, 2, 100, 1, 1000), npmi_scorer(2, 2, 0, 100, 1, 1000)
    (1.0, -inf)
    """
    n = float(corpus_word_count)
    if bigram_count < min_count or not 0 < bigram_count < n or not (worda_count and wordb_count):
        return NEGATIVE_INFINITY
    first, second, both = worda_count / n, wordb_count / n, bigram_count / n
    return math.log(both / (first * second)) / -math.log(both)


SCORERS: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}
_NAMES = {scorer: name for name, scorer in SCORERS.items()}


def chosen(scoring: str | Scorer) -> Scorer:
    """Return a function that scores, by its name or as it was given.

    Raises
    ------
    ConfigError
        There is none of this name, or it does not take what it is given.
    """
    if isinstance(scoring, str):
        if scoring not in SCORERS:
            raise ConfigError(
                f"scoring is {scoring!r}; it must be one of {', '.join(SCORERS)}, or a function"
            )
        return SCORERS[scoring]
    missing = _missing(scoring)
    if missing:
        raise ConfigError(
            f"scoring is a function without {', '.join(missing)}; it must take the arguments "
            f"{', '.join(PARAMETERS)}"
        )
    return scoring


def _missing(function: Any) -> list[str]:
    known = inspect.signature(function).parameters
    return [name for name in PARAMETERS if name not in known]


def as_text(scorer: Scorer) -> str:
    """Name a function in a file: what is not of this module by its own and its name.

    >>> as_text(original_scorer)
    'default'
    """
    return _NAMES.get(scorer) or f"{scorer.__module__}:{getattr(scorer, '__qualname__', '')}"


def from_text(text: str, path: Any) -> Scorer:
    """Find the function that a file names; nothing is imported and nothing is run for it.

    Only a function of a module that the program has imported itself is found, and only one that
    takes just what a function that scores is given.

    Raises
    ------
    FormatError
        There is none.

    Examples
    --------
    >>> from_text("npmi", "phrases.json").__name__
    'npmi_scorer'
    """
    if text in SCORERS:
        return SCORERS[text]
    module, _, name = text.partition(":")
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    if isinstance(found, FunctionType) and tuple(inspect.signature(found).parameters) == PARAMETERS:
        return found
    raise FormatError(
        f"{path} was scored by a function of the program that wrote it, {text}: import its module "
        f"before (its arguments are to be {', '.join(PARAMETERS)}), or give it, load(path, "
        "scoring=function)"
    )
