"""What must hold after every attempt, whatever struck it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.chaos.attempt import Attempt
from tools.chaos.look import Saved, State, read_model
from tools.chaos.signals import Fault
from tools.chaos.step import Found, require

_RESCUED = re.compile(r"It was saved to (\S+) instead")
_SAVED = ("What has been learnt so far is saved", "what had been learnt until then is saved in")


def check(
    attempt: Attempt,
    fault: Fault,
    said: str,
    code: int,
    before: State,
    after: State,
    whole: Saved | None,
) -> None:
    """Compare what is there with what was there, with what was said and how it ended.

    Parameters
    ----------
    attempt, fault : Attempt, Fault
        What was done.
    said, code : str, int
        Standard error and exit code of the process.
    before, after : State
        What the output folder held and holds.
    whole : Saved or None
        The model of the same run left alone, if it gives the same bits.

    Raises
    ------
    Found
        A promise is broken.
    """
    changed = after.model != before.model
    if after.model is None:
        require(before.model is None, "the model that was in the folder is lost")
    elif changed:
        _is_of_run(attempt, after.model, whole)
    _keeps_position(attempt, before, after)
    _is_true(said, before, after)
    if code == 0:
        require(after.model is not None and not after.model.interrupted, "exit code 0, no model")
        assert after.model is not None
        _is_of_run(attempt, after.model, whole)
        require(
            attempt.options.get("json") is not None or not after.positions,
            "the run has ended, its checkpoints are still there",
        )
    if code == 2 and "stdout" not in attempt.streams:  # the summary is told after the saving
        require(not changed, "exit code 2, and another model")
        require(bool(re.search(r"^firth: ", said, re.M)), f"exit code 2 without a reason:\n{said}")
    _rescued(attempt, fault, said, whole)
    if code != 0 and fault.must_save(attempt):
        require(changed, "it was stopped while it trained, and saved nothing")
        assert after.model is not None
        require(
            bool(after.positions) or not after.model.interrupted,
            "it was stopped while it trained, without a checkpoint",
        )
    _goes_on(attempt, before)


def _is_of_run(attempt: Attempt, model: Saved, whole: Saved | None) -> None:
    """Require a model of this run, all of it; and the one that must come out, if it is known."""
    run = attempt.run
    for name, value in run.settings.items():
        require(model.config.get(name) == value, f"{name} is {model.config.get(name)}, not {value}")
    require(model.words == run.words, "words and counts are not those of the text")
    if whole is not None and not model.interrupted:
        require(model.vectors == whole.vectors, "the vectors are not those of a run left alone")
        require(model.losses == whole.losses, "the losses are not those of a run left alone")


def _keeps_position(attempt: Attempt, before: State, after: State) -> None:
    """Require that checkpoints are never behind those before, until the run has ended."""
    ended = (
        after.model is not None and after.model.config.get("seed") == attempt.run.settings["seed"]
    )
    if before.positions and not (ended and after.model and not after.model.interrupted):
        require(
            bool(after.positions) and after.positions[0] >= before.positions[0],
            f"checkpoints were at {before.positions}, they are at {after.positions}",
        )


def _is_true(said: str, before: State, after: State) -> None:
    """Require that what was said about saving is what happened."""
    if "nothing was saved" in said.lower():
        require(after.model == before.model, f"something was saved, and it said\n{said}")
    if "The newest checkpoint is in" in said:
        require(bool(after.positions), f"there is no checkpoint, and it said\n{said}")
    if any(text in said for text in _SAVED):
        require(after.model != before.model, f"nothing was saved, and it said\n{said}")


def _rescued(attempt: Attempt, fault: Fault, said: str, whole: Saved | None) -> None:
    """Require a model that could not be saved in its place to be where the message says."""
    if (found := _RESCUED.search(said)) is None:
        lost = "cannot be saved (" in said and fault.leaves_room
        require(not lost, f"it was not saved to another place:\n{said}")
        return
    place = Path(found[1])
    try:
        model = read_model(place)
    except Exception as error:
        raise Found(f"the model that was saved to {place} cannot be loaded: {error!r}") from error
    _is_of_run(attempt, model, whole)
    shutil.rmtree(place)


def _goes_on(attempt: Attempt, before: State) -> None:
    """Require that a run with a checkpoint does not begin at its first word."""
    first = next((r for r in attempt.records() if r["stage"] == "train"), None)
    if attempt.resume and before.positions and before.positions[0] and first is not None:
        require(first["words"] > 0, f"it began anew, with a checkpoint at {before.positions[0]}")
