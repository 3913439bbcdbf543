"""Every error that firth raises on purpose, as one tree.

::

    FirthError
    ├── ConfigError (ValueError)        a setting out of range, or a combination that makes no sense
    │   ├── SaveError                   a result cannot be saved where it should be
    │   └── VocabularyError (RuntimeError)  a model of `firth.gensim` has no words yet
    ├── CorpusError (ValueError)        the input cannot be read, or holds nothing to train on
    │   └── DecodeError                 bytes that are not the encoding they should be
    ├── FormatError (ValueError)        a damaged or foreign file of vectors or model folder
    │   ├── CutOffError (EOFError)      a file that ends before all is there that it announces
    │   └── NoModelError (AttributeError)   a file that holds no model, or another one
    ├── UnknownWordError (KeyError)     a word that the vocabulary does not hold
    ├── EvaluationError (ValueError)    an evaluation set that cannot be read or does not overlap
    ├── TrainingError (RuntimeError)    training stopped: it diverged, or could not go on
    └── MissingExtraError (ImportError) an optional dependency is not installed

Each message says what was found, what was expected and what to do. The command line prints the
message alone and exits with 2; a traceback there is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


class FirthError(Exception):
    """Base of all errors raised by firth; its text is written for people.

    All of them can be pickled: whoever hands work to other processes gets the same text.
    """

    def __str__(self) -> str:
        """Return the message alone (a ``KeyError`` would quote it)."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out ``__init__``: what it takes is not what an exception keeps as ``args``."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[FirthError], args: tuple[Any, ...], state: dict[str, Any]) -> FirthError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigError(FirthError, ValueError):
    """A setting is out of range, or two settings contradict each other."""


class SaveError(ConfigError):
    """A result could not be saved where it should be.

    Parameters
    ----------
    message : str
        What happened.
    rescued : Path, optional
        The folder where it was saved instead.
    """

    def __init__(self, message: str, rescued: Path | None = None) -> None:
        super().__init__(message)
        self.rescued = rescued


class VocabularyError(ConfigError, RuntimeError):
    """A model has no words, or no vectors, where it needs some."""


class CorpusError(FirthError, ValueError):
    """The input cannot be read, or nothing of it is left to train on."""


class DecodeError(CorpusError):
    """Bytes of the input are not valid in the expected encoding.

    Parameters
    ----------
    source : str or Path
        The file (or ``"<stdin>"``).
    offset : int
        Byte offset of the first bad byte, counted in the decompressed text.
    reason : str
        What is wrong there.
    encoding : str, default "UTF-8"
        What the bytes should be.
    """

    def __init__(
        self, source: str | Path, offset: int, reason: str, encoding: str = "UTF-8"
    ) -> None:
        self.source = str(source)
        self.offset = offset
        super().__init__(
            f"{source}: byte {offset:,} is not valid {encoding} ({reason}); convert the file to "
            'UTF-8, or pass errors="replace" (--errors replace) to put U+FFFD in place of bad bytes'
        )


class FormatError(FirthError, ValueError):
    """A file of vectors or a model folder is damaged, or of another format than expected."""


class NoModelError(FormatError, AttributeError):
    """A file holds no model that could be trained on, or another one than was asked for."""


class CutOffError(FormatError, EOFError):
    """A file ends before all is there that it announces."""


#: Characters of a word that an error shows.
_LONGEST = 200


class UnknownWordError(FirthError, KeyError):
    """A word that is not in the vocabulary.

    Parameters
    ----------
    word : str or int
        The word that was asked for.
    suggestions : sequence of str, or callable, optional
        Words of the vocabulary that are spelt nearly so, best first; or a function that finds them.
        It is called when the message is read: who looks up a million words and leaves out those
        that are unknown does not wait for a million searches.

    Attributes
    ----------
    word : str or int
        The word.

    Examples
    --------
    >>> error = UnknownWordError("qeen", lambda: ["queen"])
    >>> str(error), error.suggestions
    ("'qeen' is not in the vocabulary; did you mean 'queen'?", ['queen'])
    """

    def __init__(
        self, word: object, suggestions: Iterable[str] | Callable[[], Iterable[str]] = ()
    ) -> None:
        super().__init__(word)
        self.word, self._suggestions = word, suggestions

    @property
    def suggestions(self) -> list[str]:
        """Words of the vocabulary that are spelt nearly so, best first."""
        found = self._suggestions() if callable(self._suggestions) else self._suggestions
        self._suggestions = list(found)
        return self._suggestions

    def __str__(self) -> str:
        hint = ", ".join(map(repr, self.suggestions))
        asked = f"; did you mean {hint}?" if hint else ""
        word = repr(self.word)
        if len(word) > _LONGEST:  # a token may have megabytes
            word = f"{word[:_LONGEST]}… ({len(word):,} characters)"
        return f"{word} is not in the vocabulary{asked}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Take the suggestions along, and not the vocabulary."""
        state = {**self.__dict__, "_suggestions": self.suggestions}
        return _rebuilt, (type(self), self.args, state)


class EvaluationError(FirthError, ValueError):
    """An evaluation set cannot be read, or shares no word with the vocabulary."""


class TrainingError(FirthError, RuntimeError):
    """Training stopped: the numbers diverged, or it could not go on."""


class CorpusWarning(UserWarning):
    """The input is read, but perhaps not as it was meant."""


class FormatWarning(UserWarning):
    """A file is written, but it cannot hold all that was to go into it."""


class CheckpointWarning(UserWarning):
    """A checkpoint could not be written; training goes on."""


class LearningWarning(UserWarning):
    """There was little to learn from: vectors are there, but what they say may be chance."""


class LogWarning(UserWarning):
    """A log of a run can no longer be written; training goes on without it."""


class PlotWarning(UserWarning):
    """A picture is drawn, but not all of it can be read."""


class CacheWarning(UserWarning):
    """The cache has grown large, or holds what does not fit any more."""


class MissingExtraError(FirthError, ImportError):
    """An optional dependency is missing.

    Parameters
    ----------
    package : str
        The package that could not be imported.
    extra : str
        The extra of firth that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"this needs {package}, which is not installed: pip install 'firth[{extra}]'"
        )
