"""Lists of words for tests of association: those of papers by name, and those of files.

The lists of papers are in ``data/word_sets.json``, each with its source and what to mind.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import ConfigError, EvaluationError
from firth.evaluation.lines import read_text
from firth.files.parsing import parse_json

_DATA = Path(__file__).parent / "data" / "word_sets.json"
_FIELDS = ("targ1", "targ2", "attr1", "attr2")
_LAYOUT = (
    'expected JSON {"targ1": {"category": NAME, "examples": [WORD, …]}, "targ2": …, "attr1": …, '
    '"attr2": …}, or lines "targ1", NAME and words with tabs between them; "attr2" may be missing'
)


class WordSet(NamedTuple):
    """Two lists of targets and one or two of attributes.

    Attributes
    ----------
    name : str
        What it is called.
    targets : dict of str to list of str
        Two lists, such as names of men and of women.
    attributes : dict of str to list of str
        One or two lists, such as words for career and for family.
    source : str
        Where the lists are from.
    about : str
        What to mind.
    """

    name: str
    targets: dict[str, list[str]]
    attributes: dict[str, list[str]]
    source: str = ""
    about: str = ""


@functools.cache
def _published() -> Any:
    return json.loads(_DATA.read_text(encoding="utf-8"))


def word_sets() -> dict[str, WordSet]:
    """Return all published word sets that come with firth, by name.

    Examples
    --------
    >>> list(word_sets())[:3], word_sets()["weat6"].targets["male names"][:3]
    (['weat1', 'weat2', 'weat3'], ['John', 'Paul', 'Mike'])
    """
    lists, sets = _published()["lists"], _published()["sets"]
    return {
        name: WordSet(
            name,
            {target: lists[target].split() for target in found["targets"]},
            {attribute: lists[attribute].split() for attribute in found["attributes"]},
            found["source"],
            found["about"],
        )
        for name, found in sets.items()
    }


def word_set(name: str) -> WordSet:
    """Return a published word set.

    Raises
    ------
    ConfigError
        There is none of this name.

    Examples
    --------
    >>> list(word_set("weat7").attributes)
    ['male terms', 'female terms']
    """
    found = word_sets()
    if name not in found:
        raise ConfigError(f"there is no word set {name!r}; those by name are {', '.join(found)}")
    return found[name]


def read_word_set(path: str | Path) -> WordSet:
    """Read a word set, in the layouts of the tests of SEAT.

    Those are May, Wang, Bordia, Bowman and Rudinger, "On Measuring Social Biases in Sentence
    Encoders", NAACL 2019. A line of JSON, or tabs.

    Parameters
    ----------
    path : str or Path
        A file in UTF-8.

    Raises
    ------
    EvaluationError
        It cannot be read, or has another layout.
    """
    found = as_word_set(Path(path).stem, read_text(path))
    if found is None:
        raise EvaluationError(f"{path}: {_LAYOUT}")
    return found


def as_word_set(name: str, text: str) -> WordSet | None:
    r"""Return the word set that a text holds; None if it has another layout.

    >>> text = "targ1\tmen\the\this\ntarg2\twomen\tshe\ther\nattr1\twork\toffice\n"
    >>> as_word_set("mine", text).attributes, as_word_set("mine", "[]")
    ({'work': ['office']}, None)
    """
    lists = _of_json(text) if text.lstrip().startswith("{") else _of_lines(text)
    if not set(_FIELDS[:3]) <= set(lists) <= set(_FIELDS):
        return None
    targets, attributes = (
        dict(lists[field] for field in fields if field in lists)
        for fields in (_FIELDS[:2], _FIELDS[2:])
    )
    # Lists of one name would be one list.
    if len(targets) + len(attributes) < len(lists) or not all(w for _, w in lists.values()):
        return None
    return WordSet(name, targets, attributes, "the file")


def _of_json(text: str) -> dict[str, tuple[str, list[str]]]:
    try:
        given = parse_json(text)
    except ValueError:
        return {}
    found = {}
    for field, part in given.items():
        words = part.get("examples") if isinstance(part, dict) else None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            return {}
        found[field] = (str(part.get("category", field)), words)
    return found


def _of_lines(text: str) -> dict[str, tuple[str, list[str]]]:
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    if not all(len(row) > 2 for row in rows):
        return {}
    return {
        row[0].strip(): (row[1].strip(), [word.strip() for word in row[2:] if word.strip()])
        for row in rows
    }
