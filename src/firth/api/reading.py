"""From what `firth.train` is given to encoded corpora: the text, and the one to validate on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from firth.api.starting import Before
from firth.config import TrainConfig, TrainSettings
from firth.corpus import Corpus, EncodedCorpus, encode, open_corpus
from firth.corpus.options import READING, HowToRead, as_names, refuse_other_options
from firth.corpus.renumbering import renumber
from firth.corpus.report import EncodeReport
from firth.errors import ConfigError
from firth.progress import OnProgress
from firth.values import Real, is_number

#: Options of encoding: an encoded corpus has its own.
ENCODING = ("min_count", "max_vocabulary")


class HowToTrain(HowToRead, TrainSettings, total=False):
    """How a text is read, and how it is trained on: what all that train on texts take by name."""


def divided(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide what a function was given by name: how the text is read, and the options of training.

    Examples
    --------
    >>> reading, options = divided({"group_by": "day", "dim": 50})
    >>> reading["group_by"], reading["lowercase"], options
    (('day',), None, {'dim': 50})
    """
    reading = {name: settings.get(name) for name in READING}
    options = {name: value for name, value in settings.items() if name not in READING}
    return reading | {"group_by": as_names(reading["group_by"])}, options


class Texts(NamedTuple):
    """What a run reads.

    Attributes
    ----------
    config : TrainConfig
        Its settings; those of encoding are what the corpus was encoded with.
    corpus : EncodedCorpus
        What it trains on, and holds `held_out` of, at its end.
    held_out : float
        0 to below 1.
    validation : EncodedCorpus or None
        Or a text of its own to validate on, in the ids of the corpus.
    before : Before or None
        What it starts from.
    """

    config: TrainConfig
    corpus: EncodedCorpus
    held_out: float
    validation: EncodedCorpus | None
    before: Before | None


def settle(
    source: Any, reading: Mapping[str, Any], settings: Mapping[str, Any], cache: object
) -> TrainConfig:
    """Return the settings of a run on `source`; refuse options that it cannot honour.

    Parameters
    ----------
    source : object
        What is trained on.
    reading : mapping
        Options of reading by name; None where not given.
    settings : mapping
        Settings that were given.
    cache : object
        Where encoded text is to be kept; None if not given.

    Raises
    ------
    ConfigError
        An option cannot be honoured, with the reason; or see :class:`TrainConfig`.
    """
    if not isinstance(source, EncodedCorpus):
        return TrainConfig.from_dict(settings)
    encoding = {name: source.reading[name] for name in ENCODING}
    asked = {name: settings[name] for name in ENCODING if name in settings}
    refuse_other_options({**reading, **asked}, source.reading, "encoded")
    if cache is not None:
        raise ConfigError(
            "cache says where encoded text is kept, but this corpus is encoded already: leave it "
            "out here, or give it to encode"
        )
    return TrainConfig.from_dict({**settings, **encoding})


def part_held_out(validation: Any) -> float:
    """Return the part of the corpus that is held out: `validation` if it is a number, else 0.

    Raises
    ------
    ConfigError
        It is a number that is no part.
    """
    if not is_number(validation):
        return 0.0
    part: float = Real(0, 1, open_ends=True).check("validation", validation)
    return part


@contextmanager
def texts(
    source: Any,
    reading: Mapping[str, Any],
    config: TrainConfig,
    validation: Any,
    cache: str | Path | Literal[False] | None,
    on_progress: OnProgress,
    before: Before | None = None,
) -> Iterator[Texts]:
    """Encode what has to be; what was encoded here is closed at the end."""
    held_out = part_held_out(validation)
    with ExitStack() as stack:
        held = None
        if validation is not None and not held_out:
            held = _validation(source, validation, reading, cache, stack)
        corpus = source
        if not isinstance(source, EncodedCorpus):
            # What is known already counts however seldom it occurs.
            limits = (config.min_count, config.max_vocabulary) if before is None else (1, None)
            report = EncodeReport(on_progress)
            corpus = stack.enter_context(
                encode(
                    open_corpus(source, **reading),
                    min_count=limits[0],
                    max_vocabulary=limits[1],
                    cache=cache,
                    threads=config.n_threads,
                    progress=False,
                    on_progress=report,
                )
            )
            report.finish(corpus)
        if before is not None:
            vocabulary = before.vocabulary(corpus, config.min_count, config.max_vocabulary)
            corpus = stack.enter_context(renumber(corpus, vocabulary, cache=cache))
        if held is not None:
            held = stack.enter_context(
                renumber(held, corpus.vocabulary, cache=cache, name="validation text")
            )
        yield Texts(config, corpus, held_out, held, before)


def _validation(
    source: Any,
    validation: Any,
    reading: Mapping[str, Any],
    cache: str | Path | Literal[False] | None,
    stack: ExitStack,
) -> EncodedCorpus:
    """Encode the text to validate on, read as `source` is, or as it says itself."""
    if isinstance(validation, EncodedCorpus):
        return validation
    if isinstance(source, EncodedCorpus) and not isinstance(validation, Corpus):
        raise ConfigError(
            "an EncodedCorpus does not say how to read another text: give "
            "validation=open_corpus(text, ...) with the options that the corpus was read with"
        )
    if not isinstance(validation, Corpus):
        if isinstance(source, Corpus):
            reading = {name: getattr(source, name) for name in reading}
        validation = open_corpus(validation, **reading)
    return stack.enter_context(encode(validation, min_count=1, cache=cache, progress=False))
