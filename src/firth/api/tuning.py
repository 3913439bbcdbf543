"""``firth.tune``: settings that fit a text, found within a time, and the model that they make."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Literal, Unpack

from firth.api.one_bar import ByTime
from firth.api.reading import HowToTrain, Texts, divided, settle, texts
from firth.api.running import RunOptions, train_encoded
from firth.callbacks import check_callback, together
from firth.config import Real, TrainConfig, Whole, defaults
from firth.config.peers import takes
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError, EvaluationError, LearningWarning, MissingExtraError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.files.output import check_writable
from firth.files.tables import write_table
from firth.formats.model_folder import check_output
from firth.json_text import json_text
from firth.model import Model, save_output
from firth.progress import OnProgress, ProgressDisplay, Style
from firth.spelled import spelled_out
from firth.tuning.budget import Clock, LateError, StoppedError
from firth.tuning.metrics import HOLDING_OUT, Metric, OfSet
from firth.tuning.parts import Parts, divide
from firth.tuning.result import Final, Tuning, what
from firth.tuning.search import Search, Trained
from firth.tuning.space import Space
from firth.tuning.study import FILE, Study, optuna_module
from firth.values import seconds

#: What the folder holds beside the study: the model, and what was found, for programs and people.
MODEL, RESULT, TRIALS, PICTURE = "model", "tuning.json", "trials.csv", "tuning.png"


@takes
@spelled_out(HowToTrain, defaults())
def tune(
    source: Any,
    *,
    budget: str | float,
    metric: str | Path,
    also: Sequence[str] = (),
    held_out: float = 0.05,
    trials: int | None = None,
    output: str | Path | None = None,
    resume: bool = False,
    memory_limit: str | int | None = None,
    cache: str | Path | Literal[False] | None = None,
    progress: bool | Style = "auto",
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], Any] | None = None,
    **settings: Unpack[HowToTrain],
) -> Tuning:
    """Find settings that fit a text, within a time, and train a model with them.

    The text is encoded once. Settings are tried on a small part of it; the best third of them on a
    part three times as large, and so on. The best of all, and the defaults beside them, are then
    trained on all of the text but for what is held out, and judged by what no choice depended on.

    Parameters
    ----------
    source : str, Path, list of these, iterable, Table or EncodedCorpus
        The text, as for :func:`firth.train`.
    budget : str or float
        The time for all of it: ``"30min"``, ``"2h"``, or seconds.
    metric : {"next-item", "next-item-cosine", "loss"} or path
        What settings are judged by: the hit rate at ten of what users came to next, of users whom
        the model has not seen, ranked by input and output vectors or by cosine; the held-out loss,
        which compares settings that do not change what it says; or an evaluation set, as
        :func:`firth.evaluation.open_set` reads it.
    also : sequence of str
        Options to search that have names for values: ``"architecture"``, ``"dynamic_window"``, …
    held_out : float
        What part of the sentences is held out for the choice, and as many after it; 10,000 each at
        most. Evaluation sets are divided instead.
    trials : int, optional
        At most so many trials, the defaults among them; by default as many as there is time for.
    output : path, optional
        Folder that trials are kept in as they go on, so that `resume` can go on with them; at the
        end the model, as ``model``, and what was found.
    resume : bool
        Go on with the trials in `output`; start if there are none.
    column, group_by, order_by, tokenizer, lowercase, normalize, errors, memory_limit, cache
        As for :func:`firth.train`.
    progress, on_progress
        As for :func:`firth.train`: one bar, by time.
    on_note : callable, optional
        Is told what is decided, a line at a time.
    **settings
        Options of training that are given; the others with a span in ``docs/tuning.md`` are
        searched.

    Returns
    -------
    Tuning
        Its ``interrupted`` is True if a callback stopped it by returning True.

    Raises
    ------
    MissingExtraError
        Optuna is not installed (``firth[tune]``).
    ConfigError, CorpusError, TrainingError, EvaluationError
        As :func:`firth.train` and :func:`firth.evaluation.evaluate`; or the budget is too small, or
        the folder holds trials of something else.

    Examples
    --------
    >>> sessions = [["tea", "milk", "honey"], ["ink", "pen", "paper"]] * 600
    >>> found = tune(sessions, budget="1min", metric="next-item", trials=2, dim=8, epochs=2,
    ...     sample=0.0, min_count=1, threads=1)
    >>> found
    <Tuning: 2 trials, best the defaults>
    >>> found.final.best.value
    1.0
    """
    check_callback("on_progress", on_progress)
    check_callback("on_note", on_note)
    optuna_module()
    clock_seconds = seconds("budget", budget)
    held_out = Real(0, 0.5, open_ends=True).check("held_out", held_out)
    trials = Whole(1, optional=True).check("trials", trials)
    if output is None and resume:
        raise ConfigError("resume needs a folder: give output=DIR too")
    show = ProgressDisplay(progress)
    tell = show if on_progress is None else together(show, on_progress)
    reading, given = divided(settings)
    named = str(metric)
    space = Space(given, also, by_loss=named == "loss")
    config = settle(source, reading, given, cache)
    folder = None if output is None else given_path("output", output)
    if folder is not None:
        _check_folder(folder, resume)
    judged = None if named in HOLDING_OUT else _set(named, config.seed)
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        show.close()  # the line that is redrawn ends before another one
        if on_note is not None:
            on_note(text)

    with ExitStack() as stack:
        stack.enter_context(show)
        clock = Clock(clock_seconds)
        found = stack.enter_context(texts(source, reading, config, None, cache, tell))
        parts = divide(found.corpus, 0.0 if judged else held_out, config.seed)
        by: Metric = judged or HOLDING_OUT[named](parts, config.seed)
        study = stack.enter_context(Study(folder, by.higher, config.seed))
        study.begin(what(parts, named, space.searched, space.given))
        clock = Clock(clock_seconds, (study.recall("spent") or 0.0) + clock.spent)
        bar = ByTime(tell, clock)
        _say_what_is_done(note, space, parts, by, found.corpus)
        search = Search(study, space, parts, by, clock, _trainer(found, memory_limit, bar), note)
        final, model, settled, stopped = None, None, {}, False
        try:
            search.run(trials)
            final, model = _finish(search, found, memory_limit, bar, note)
        except StoppedError:
            stopped = True
        tried = tuple(study.trials())
        best = search.best.number if any(one.interval for one in tried) else 0
        if model is not None:
            settled = model.config
        result = Tuning(
            metric=named,
            measure=by.measure,
            items=by.items,
            higher=by.higher,
            settings=settled,
            changed={n: settled.get(n) for n in tried[best].values} if settled else {},
            final=final,
            trials=tried,
            best=best,
            tokens=tuple(p.n_tokens for p in parts.growing[: (search.last or 0) + 1]),
            importance={} if stopped else study.importance(),
            seconds=clock.spent,
            notes=tuple(notes),
            model=model,
        )
        if folder is not None and model is not None:
            _save(result, folder)
        return result


def _set(named: str, seed: int) -> OfSet:
    """Open an evaluation set; of what is no file, say what metrics there are."""
    try:
        return OfSet(named, seed)
    except EvaluationError as error:
        if given_path("metric", named).exists():
            raise
        known = ", ".join(HOLDING_OUT)
        raise EvaluationError(
            f"metric is {named!r}; it must be {known}, or an evaluation set: {error}"
        ) from error


def _check_folder(folder: Path, resume: bool) -> None:
    check_writable(folder)
    if not resume and (folder / FILE).exists():
        raise ConfigError(
            f"{folder} holds trials already: give resume=True (--resume) to go on with them, or "
            "name another folder"
        )
    check_output(folder / MODEL)
    folder.mkdir(parents=True, exist_ok=True)


def _say_what_is_done(
    note: Callable[[str], Any], space: Space, parts: Parts, by: Metric, corpus: EncodedCorpus
) -> None:
    for name, option in space.searched.items():
        span = option.span
        if span is None:
            note(f"tried: {name}, {option.kind.values}")
        else:
            times = " times what fits the text" if span.fitted else ""
            note(f"tried: {name} from {span.low:g} to {span.high:g}{times}")
    if space.held:
        note(
            f"not tried: {', '.join(space.held)}, which are part of what the loss says; give them "
            "values, or tune by another metric"
        )
    if parts.validation is not None and parts.final is not None:
        note(
            f"held out: {parts.validation.n_sentences:,} of {corpus.n_sentences:,} sentences to "
            f"choose by, {parts.final.n_sentences:,} others to judge the choice"
        )
    else:
        note("one half of the set's items is to choose by, the other to judge the choice")


def _trainer(
    found: Texts, memory_limit: str | int | None, bar: ByTime
) -> Callable[[TrainConfig, EncodedCorpus, float, int], Trained]:
    """Return what trains a model of a trial."""

    def train(config: TrainConfig, corpus: EncodedCorpus, most: float, number: int) -> Trained:
        bar.begin(number, most)
        with warnings.catch_warnings():
            # Parts are small, and most settings are no good: that is what is to be found out.
            warnings.simplefilter("ignore", LearningWarning)
            model = _trained(found, config, corpus, memory_limit, bar)
        if model.interrupted:
            raise LateError if bar.late else StoppedError
        return Trained(model, bar.seconds)

    return train


def _trained(
    found: Texts,
    config: TrainConfig,
    corpus: EncodedCorpus,
    memory_limit: str | int | None,
    bar: ByTime,
) -> Model:
    options = RunOptions(None, True, None, None, False, memory_limit, bar, None)
    return train_encoded(found._replace(config=config, corpus=corpus), options)


def _finish(
    search: Search,
    found: Texts,
    memory_limit: str | int | None,
    bar: ByTime,
    note: Callable[[str], Any],
) -> tuple[Final, Model]:
    """Train the best settings, and the defaults beside them; judge both by what is left."""
    best, whole = search.best, search.parts.whole
    figures, models = [], []
    for tried in (best,) if not best.number else (best, search.study.trials()[0]):
        bar.begin(tried.number, None)
        config = search.space.settings(tried.values, whole)
        model = _trained(found, config, whole, memory_limit, bar)
        if model.interrupted:
            raise StoppedError
        models.append(model)
        figures.append(search.metric.figure(model, final=True))
    return Final.of(figures[0], figures[1] if best.number else None), models[0]


def _save(result: Tuning, folder: Path) -> None:
    assert result.model is not None
    save_output(result.model, folder / MODEL)
    try:
        with atomic_path(folder / RESULT) as path:
            path.write_text(json_text(result.to_dict(), indent=1), encoding="utf-8")
        write_table(folder / TRIALS, [result.table()])
    except OSError as error:
        raise SaveError(f"{folder} cannot be written ({error.strerror or error})") from error
    from firth.view import plot_tuning, save_figure

    with suppress(MissingExtraError):  # who has no Matplotlib has the table
        save_figure(plot_tuning(result), folder / PICTURE)
