"""Optuna: what is tried next, what is given up, and where it is kept.

Proposals are those of a tree-structured Parzen estimator (Bergstra et al., "Algorithms for
Hyper-Parameter Optimization", NeurIPS 2011), each drawn with a seed of its own: they depend on the
seed and on what the trials before have found, and not on who asks, or how often it was stopped.
Which trials go on to a larger part of the text is asynchronous successive halving (Li et al., "A
System for Massively Parallel Hyperparameter Tuning", MLSys 2020).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from firth.errors import ConfigError, FormatError, MissingExtraError
from firth.tuning.budget import Cost
from firth.tuning.parts import ETA
from firth.values import reason

#: The file, within the output folder. Optuna's dashboard opens it too.
FILE = "study.db"
_NAME = "firth"
#: Trials that are drawn by chance before others are learnt from.
STARTUP = 10
#: Fewer trials say nothing of what mattered.
FEWEST = 12


class Tried(NamedTuple):
    """A trial.

    Attributes
    ----------
    number : int
        From 0, the defaults.
    values : dict
        What was tried, by option.
    scores : tuple of float
        What it reached, on each part of the text that it came to.
    interval : (float, float) or None
        Of the last score, if the trial came to the last part.
    costs : tuple of Cost
        What that took.
    ended : str
        Why it ended: empty if it came to the last part.
    """

    number: int
    values: dict[str, Any]
    scores: tuple[float, ...]
    interval: tuple[float, float] | None
    costs: tuple[Cost, ...]
    ended: str

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in one way or the other."""
        return bool(self.ended) or self.interval is not None


def optuna_module() -> Any:
    """Import Optuna.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("Optuna", "tune") from error
    return optuna


def _storage(optuna: Any, path: Path) -> Any:
    """Open or make the file that trials are kept in, whatever characters its path has."""
    from sqlalchemy import URL, event

    url = URL.create("sqlite", database=str(path)).render_as_string()
    storage = optuna.storages.RDBStorage(url)
    # A trial is some thirty writes. To flush each to the disk took longer than to train on little
    # text, and guards against a machine that loses power, not against a process that is killed.
    storage.engine.dispose()
    event.listen(
        storage.engine, "connect", lambda one, _: one.execute("PRAGMA synchronous=OFF").close()
    )
    return storage


class Study:
    """Trials, kept in a file as they go on.

    Parameters
    ----------
    folder : Path or None
        Where the file is, or will be; None to keep nothing.
    higher : bool
        Whether higher scores are better.
    seed : int
        Of the proposals.
    """

    def __init__(self, folder: Path | None, higher: bool, seed: int) -> None:
        optuna, self.higher, self.seed = optuna_module(), higher, seed
        try:
            # Loaded now: what is missing, and what takes time, is not to come at the end.
            self._evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
        except ImportError as error:
            raise MissingExtraError("scikit-learn", "tune") from error
        told = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            self._storage = None if folder is None else _storage(optuna, folder / FILE)
            self._study = optuna.create_study(
                storage=self._storage,
                study_name=_NAME,
                direction="maximize" if higher else "minimize",
                pruner=optuna.pruners.SuccessiveHalvingPruner(
                    min_resource=1, reduction_factor=ETA, min_early_stopping_rate=0
                ),
                load_if_exists=True,
            )
        except Exception as error:
            raise FormatError(
                f"{folder}/{FILE} cannot be opened by Optuna ({reason(error)}): name another folder"
            ) from error
        finally:
            optuna.logging.set_verbosity(told)

    def close(self) -> None:
        """Let go of the file."""
        if self._storage is not None:
            self._storage.remove_session()
            self._storage.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def begin(self, what: Mapping[str, Any]) -> None:
        """Say what the trials are of, or make sure that it is the same as before.

        Raises
        ------
        ConfigError
            There are trials of something else.
        """
        before = self._study.user_attrs.get("what")
        if before is None:
            self._study.set_user_attr("what", dict(what))
            return
        other = [name for name in what if before.get(name) != what[name]]
        if other:
            shown = "; ".join(f"{n} was {before.get(n)} and is {what[n]}" for n in other)
            raise ConfigError(
                f"the folder holds trials of something else ({shown}): give the same as before, or "
                "name another folder"
            )

    def recall(self, name: str) -> Any:
        """Return what was remembered; None if nothing."""
        return self._study.user_attrs.get(name)

    def remember(self, name: str, value: Any) -> None:
        """Keep something with the trials, as JSON holds it."""
        self._study.set_user_attr(name, value)

    def next(self, first: Mapping[str, Any]) -> Trial:
        """Begin a trial, or go on with the one that was stopped; the first has given values."""
        optuna = optuna_module()
        frozen = self._study.get_trials(deepcopy=False)
        # Of each trial its own: a study that goes on draws as one that was never stopped.
        going = [one for one in frozen if one.state == optuna.trial.TrialState.RUNNING]
        seed = np.random.SeedSequence([self.seed, len(frozen) - len(going)]).generate_state(1)
        self._study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=STARTUP, seed=int(seed[0])
        )
        for one in going:
            return Trial(self._study, optuna.trial.Trial(self._study, one._trial_id))
        if not frozen:
            self._study.enqueue_trial(dict(first))
        return Trial(self._study, self._study.ask())

    def trials(self) -> list[Tried]:
        """Return all trials so far."""
        found = []
        for one in self._study.get_trials(deepcopy=False):
            attributes = one.user_attrs
            scores = [one.intermediate_values[step] for step in sorted(one.intermediate_values)]
            found.append(
                Tried(
                    one.number,
                    dict(attributes.get("values", {})),
                    tuple(scores),
                    None if "interval" not in attributes else tuple(attributes["interval"]),
                    tuple(Cost(*some) for some in attributes.get("costs", ())),
                    attributes.get("ended", ""),
                )
            )
        return found

    def importance(self) -> dict[str, float]:
        """Return which part of the scores' variance goes back to each option, parts of 1.

        By functional ANOVA on a random forest (Hutter, Hoos and Leyton-Brown, ICML 2014), over what
        trials reached on the smallest part of the text, which all of them came to; empty where
        there were few trials. PED-ANOVA, which needs no forest, held an option that did nothing for
        the one that mattered most, after 20 and after 40 trials of a function that is known.
        """
        optuna = optuna_module()
        alike: dict[frozenset[str], list[Any]] = {}
        for one in self._study.get_trials(deepcopy=False):
            if one.intermediate_values:
                score = one.intermediate_values[min(one.intermediate_values)]
                made = optuna.trial.create_trial(
                    params=one.params, distributions=one.distributions, value=score
                )
                alike.setdefault(frozenset(one.params), []).append(made)
        trials = max(alike.values(), key=len, default=[])
        if len(trials) < FEWEST:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is new in Optuna is called experimental
            told = optuna.logging.get_verbosity()
            optuna.logging.set_verbosity(optuna.logging.ERROR)
            try:
                study = optuna.create_study(direction=self._study.direction)
                study.add_trials(trials)
                found = optuna.importance.get_param_importances(study, evaluator=self._evaluator)
            finally:
                optuna.logging.set_verbosity(told)
        return {name: float(part) for name, part in found.items()}


class Trial:
    """A trial that goes on.

    Parameters
    ----------
    study, trial : objects of Optuna
        What it belongs to, and what it is there.

    Attributes
    ----------
    number : int
        From 0.
    suggests : object
        What proposes values.
    """

    def __init__(self, study: Any, trial: Any) -> None:
        self._study, self.suggests, self.number = study, trial, int(trial.number)

    def begin(self, values: Mapping[str, Any]) -> None:
        """Say what is tried."""
        self.suggests.set_user_attr("values", dict(values))

    @property
    def scores(self) -> dict[int, float]:
        """What it has reached so far, by the number of the part."""
        frozen = self._study.get_trials(deepcopy=False)[self.number]
        return {
            round(np.log(step) / np.log(ETA)): value
            for step, value in frozen.intermediate_values.items()
        }

    @property
    def costs(self) -> list[Cost]:
        """What that took."""
        return [Cost(*some) for some in self.suggests.user_attrs.get("costs", ())]

    def report(self, part: int, score: float, bounds: Sequence[float], cost: Cost) -> None:
        """Say what it reached on a part of the text, between which bounds."""
        self.suggests.set_user_attr("costs", [*self.costs[:part], cost])
        self.suggests.set_user_attr("bounds", list(bounds))
        self.suggests.report(score, ETA**part)

    def should_stop(self) -> bool:
        """Tell whether others were better on the same part."""
        return bool(self.suggests.should_prune())

    def end(self, score: float) -> None:
        """Say that it came to the end, and what it reached there."""
        self.suggests.set_user_attr("interval", self.suggests.user_attrs["bounds"])
        self._study.tell(self.suggests, score)

    def give_up(self, why: str) -> None:
        """Say that it did not."""
        self.suggests.set_user_attr("ended", why)
        self._study.tell(self.suggests, state=optuna_module().trial.TrialState.PRUNED)
