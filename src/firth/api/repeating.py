"""``firth.stability``: many models of one text, and what they agree on."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.api.one_bar import OneBar
from firth.api.reading import HowToTrain, Texts, divided, settle, texts
from firth.api.running import RunOptions, train_encoded
from firth.callbacks import watched
from firth.config import Flag, TrainConfig, Whole, defaults
from firth.config.peers import takes
from firth.corpus.drawn import bootstrap
from firth.corpus.encoded import EncodedCorpus
from firth.errors import ConfigError, LearningWarning
from firth.evaluation.averaging import averaged
from firth.evaluation.runs import WORDS, Run, RunFiles, asked_rows
from firth.evaluation.stability import Stability
from firth.formats.model_folder import check_output
from firth.model import Model
from firth.progress import OnProgress, Style
from firth.spelled import spelled_out

Vary: TypeAlias = Literal["seed", "text", "both"]
_VARY: tuple[Vary, ...] = get_args(Vary)
#: Where the averaged model is, within the output folder.
AVERAGE = "average"


class _Plan(NamedTuple):
    """What is done in each run."""

    runs: int
    vary: Vary
    block: int
    k: int
    keep: bool


@takes
@spelled_out(HowToTrain, defaults())
def stability(
    source: Any,
    *,
    runs: int = 20,
    vary: Vary = "both",
    block: int = 1,
    k: int = 10,
    words: int | None = WORDS,
    ask: Iterable[Any] = (),
    similarities: Iterable[Sequence[Any]] = (),
    rankings: Iterable[Sequence[Any]] = (),
    output: str | Path | None = None,
    keep: bool = False,
    average: bool = False,
    resume: bool = False,
    memory_limit: str | int | None = None,
    cache: str | Path | Literal[False] | None = None,
    progress: bool | Style = "auto",
    on_progress: OnProgress | None = None,
    **settings: Unpack[HowToTrain],
) -> Stability:
    """Train many models of one text, and say what they agree on.

    The text is encoded once. Each run has another seed, another sample of the sentences (drawn with
    replacement, which copies nothing), or both. Of each run its neighbours and the similarities
    that were asked for are kept.

    Parameters
    ----------
    source : str, Path, list of these, iterable, Table or EncodedCorpus
        The text, as for :func:`firth.train`.
    runs : int
        How many models, 2 or more.
    vary : {"seed", "text", "both"}
        What is another in each run: the seed, which tells the chance of training; the sample of the
        text, which tells what another text of the kind would say (Antoniak and Mimno 2018); or
        both.
    block : int
        Sentences that are drawn together; 1 where a line is a document.
    k : int
        Neighbours of each word, 1 or more.
    words : int or None
        How many words are asked for their neighbours: most of them the most frequent, the others
        of all frequencies. None for all, which takes longer than training.
    ask : iterable of words
        Words that are asked in any case.
    similarities : iterable of (word, word)
        Pairs whose similarity is kept.
    rankings : iterable of (word, nearer, than)
        Questions: is the word nearer to the second than to the third?
    output : path, optional
        Folder that runs are kept in as they end, so that `resume` can go on.
    keep : bool
        Keep all vectors of each run too, in `output`: :func:`firth.evaluation.compare` takes them.
    average : bool
        Save an averaged model in ``output/average``: the mean of all runs' vectors after alignment.
    resume : bool
        Go on after the last run in `output` that has ended.
    column, group_by, order_by, tokenizer, lowercase, normalize, errors, memory_limit, cache
        As for :func:`firth.train`.
    progress, on_progress
        As for :func:`firth.train`: one bar for all runs.
    **settings
        Options of training, as for :func:`firth.train`. `seed` is that of the first run.

    Returns
    -------
    Stability
        Its ``interrupted`` is True if a callback stopped the runs by returning True.

    Raises
    ------
    ConfigError, CorpusError, TrainingError
        As :func:`firth.train`; or the runs in `output` are of something else.
    UnknownWordError
        A word that was named is not in the vocabulary.
    EvaluationError
        Stopped before two runs had ended.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "cat", "ran"]] * 20
    >>> found = stability(sentences, runs=3, k=1, rankings=[("cat", "dog", "the")], dim=8,
    ...     min_count=1, sample=0.0, threads=1)
    >>> found
    <Stability: 3 runs, 6 words asked>
    >>> found.ranking("cat", "dog", "the").of
    3
    """
    reading, given = divided(settings)
    if vary not in _VARY:
        raise ConfigError(f"vary is {vary!r}; it must be one of {', '.join(_VARY)}")
    plan = _Plan(
        Whole(2).check("runs", runs),
        vary,
        Whole(1).check("block", block),
        Whole(1).check("k", k),
        Flag().check("keep", keep) or average,
    )
    words = Whole(1, optional=True).check("words", words)
    if output is None and (keep or average or resume):
        raise ConfigError("keep, average and resume need a folder: give output=DIR too")
    show, tell = watched(progress, on_progress)
    config = settle(source, reading, given, cache)
    with ExitStack() as stack:
        stack.enter_context(show)
        if output is None:
            output = stack.enter_context(tempfile.TemporaryDirectory(prefix="firth-"))
        files = RunFiles(output)
        if average:
            check_output(files.folder / AVERAGE)
        found = stack.enter_context(texts(source, reading, config, None, cache, tell))
        asked = _asked(found.corpus, plan.k, words, ask, similarities, rankings)
        files.begin(_what(plan, found, asked), found.corpus.vocabulary, resume)
        interrupted = _run_all(found, plan, files, asked, memory_limit, tell)
        if average and not interrupted:
            _average(files, found, keep)
        return Stability.open(files.folder)


def _asked(
    corpus: EncodedCorpus,
    k: int,
    words: int | None,
    ask: Iterable[Any],
    similarities: Iterable[Sequence[Any]],
    rankings: Iterable[Sequence[Any]],
) -> dict[str, Any]:
    """Return what is asked of each run, as rows; as JSON can hold it."""
    vocabulary = corpus.vocabulary

    def rows(name: str, given: Iterable[Sequence[Any]], n: int) -> list[list[int]]:
        found = []
        for one in given:
            if isinstance(one, str) or len(one) != n:
                raise ConfigError(f"{name}: {one!r} is no group of {n} words")
            found.append([vocabulary.id(word) for word in one])
        return found

    pairs = rows("similarities", similarities, 2)
    named = rows("rankings", rankings, 3)
    of_rankings = [[word, other] for word, *others in named for other in others]
    in_any_case = [vocabulary.id(word) for word in ask]
    in_any_case += [row for group in (*pairs, *named) for row in group]
    asked = asked_rows(len(vocabulary), words, np.array(in_any_case, np.int64))
    return {
        "asked": asked.tolist(),
        "named": sorted(set(in_any_case)),
        "n_pairs": len(pairs),
        "pairs": pairs + of_rankings,
        "rankings": named,
        "k": min(k, len(vocabulary) - 1),
    }


def _what(plan: _Plan, found: Texts, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what makes runs the same; as JSON holds it."""
    settings = {n: value for n, value in found.config.to_dict().items() if n != "threads"}
    corpus = found.corpus
    return {
        "firth": __version__,
        "runs": plan.runs,
        "vary": plan.vary,
        "block": plan.block,
        "keep": plan.keep,
        "settings": settings,
        "corpus": {
            "fingerprint": corpus.fingerprint,
            "n_tokens": corpus.n_tokens,
            "n_raw_tokens": corpus.n_raw_tokens,
            "n_sentences": corpus.n_sentences,
        },
        **asked,
    }


def _run_all(
    found: Texts,
    plan: _Plan,
    files: RunFiles,
    asked: dict[str, Any],
    memory_limit: str | int | None,
    tell: OnProgress,
) -> bool:
    """Train the runs that are missing; return whether somebody stopped that."""
    rows = np.array(asked["asked"], np.int64)
    pairs = np.array(asked["pairs"], np.int64).reshape(-1, 2)
    done = files.done()
    missing = [number for number in range(1, plan.runs + 1) if number not in done]
    bar = OneBar(tell, plan.runs, missing)
    for number in missing:
        model = trained(of_run(found, plan.vary, plan.block, number), memory_limit, bar)
        if model is None:
            return True
        matrix = model.vectors.matrix
        files.write(number, Run.of(matrix, rows, asked["k"], pairs, plan.keep))
        bar.next()
    return False


def of_run(found: Texts, vary: Vary, block: int, number: int) -> Texts:
    """Return what a run reads: its seed, and its sample of the text."""
    seed, corpus = found.config.seed, found.corpus
    config = found.config
    if vary != "text":
        config = TrainConfig.from_dict({**config.to_dict(), "seed": seed + number - 1})
    if vary != "seed":
        corpus = bootstrap(corpus, [seed, number], block)
    return found._replace(config=config, corpus=corpus)


def trained(found: Texts, memory_limit: str | int | None, bar: OneBar) -> Model | None:
    """Train one of many models; None if somebody stopped it. What is odd is said once."""
    options = RunOptions(None, True, None, None, False, memory_limit, bar, None)
    with warnings.catch_warnings():
        if bar.said:
            warnings.simplefilter("ignore", LearningWarning)
        model = train_encoded(found, options)
    bar.said = True
    return None if model.interrupted else model


def _average(files: RunFiles, found: Texts, keep: bool) -> None:
    """Save the mean of all runs after alignment; remove vectors that nobody wanted to keep."""
    matrices: list[NDArray[Any]] = []
    for number in files.done():
        vectors = files.read(number).vectors
        if vectors is None:
            raise ConfigError(
                f"{files.folder} holds runs without their vectors: to average them, make the runs "
                "anew with average=True (--average), in another folder"
            )
        matrices.append(vectors)
    vocabulary = found.corpus.vocabulary
    made_by = {"firth": __version__, "average of runs": len(matrices)}
    model = Model.from_vocabulary(
        vocabulary,
        {"input": averaged(matrices, vocabulary.counts)},
        {"dim": found.config.dim},
        provenance={**made_by, "reading": found.corpus.reading},
    )
    model.save(files.folder / AVERAGE)
    if not keep:
        for number in files.done():
            files.write(number, files.read(number)._replace(vectors=None))
