"""Words of a vocabulary that look like a word that is not in it, for error messages."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

# The words behind a message are wanted at once. A look at 300,000 words takes about 0.1 s, and
# who misspells a word mostly means a frequent one (vocabularies list those first).
_WORDS_LOOKED_AT = 300_000
_WORDS_COMPARED = 2_000
_LIKENESS = 0.66
#: Comparing takes the square of the length, and what is longer was hardly typed.
_LONGEST = 100


def near_spellings(word: str, words: Sequence[str], n: int = 3) -> list[str]:
    """Find the words spelt most like `word`.

    The same letters in other case come first, then words of nearly the same length that share
    most letters with it and begin or end alike, by the ratio of Ratcliff and Obershelp
    (:class:`difflib.SequenceMatcher`).

    Parameters
    ----------
    word : str
        The word that was asked for.
    words : sequence of str
        The vocabulary, most frequent first.
    n : int
        Suggestions wanted at most.

    Returns
    -------
    list of str
        Best first; empty if nothing is near, or the word has more than 100 characters.

    Examples
    --------
    >>> near_spellings("Qeen", ["king", "queen", "QEEN", "man"])
    ['QEEN', 'queen']
    """
    if not 0 < len(word) <= _LONGEST:
        return []
    folded, length, letters = word.casefold(), len(word), set(word.casefold())
    slack = 1 if length < 6 else 2
    same: list[str] = []
    close: list[tuple[int, int, str]] = []
    for rank, other in enumerate(words[:_WORDS_LOOKED_AT]):
        if abs(len(other) - length) > slack:
            continue
        low = other.casefold()
        if low == folded:
            same.append(other)
        elif low[:1] == folded[:1] or low[-2:] == folded[-2:]:
            difference = len(letters.symmetric_difference(low))
            if difference <= slack + 1:
                close.append((difference, rank, other))
    close.sort()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(folded)
    scored: list[tuple[float, int, str]] = []
    for _, rank, other in close[:_WORDS_COMPARED]:
        matcher.set_seq1(other.casefold())
        if matcher.real_quick_ratio() >= _LIKENESS and matcher.quick_ratio() >= _LIKENESS:
            ratio = matcher.ratio()
            if ratio >= _LIKENESS:
                scored.append((-ratio, rank, other))
    scored.sort()
    return [*same, *(other for _, _, other in scored)][:n]
