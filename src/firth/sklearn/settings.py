"""Every option of training as a parameter of an estimator, from the options' own declarations.

scikit-learn finds an estimator's parameters in the signature of ``__init__``, and keeps each as an
attribute. Options of training are declared once (:mod:`firth.config`); :func:`with_options` writes
them into signature and documentation. Two have the names that scikit-learn looks for: ``seed`` is
``random_state``, ``threads`` is ``n_jobs``.

All are None unless they are given: what fits depends on the members (the chunks of CBOW are larger,
softmax has no `negative`), and a default that was written down would count as chosen.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from typing import Any, TypeVar

from joblib import effective_n_jobs
from sklearn.utils import check_random_state

from firth.config import REGISTRIES, Option, TrainSettings, every_option
from firth.config.peers import setting_advice
from firth.spelled import spelled_out

_Class = TypeVar("_Class", bound=type)

#: What options are called here: scikit-learn sets these by name.
RENAMED = {"seed": "random_state", "threads": "n_jobs"}
#: Where the documentation of a class goes on with the options.
_MARK = "**settings\n"
#: Defaults that are others here.
_DEFAULTS = {"deterministic": "True if there is a `random_state`"}
_SEEDS = (1 << 31) - 1


def option_parameters() -> dict[str, Option]:
    """Return the options that are parameters under their own names.

    >>> "dim" in option_parameters(), "seed" in option_parameters()
    (True, False)
    """
    return {option.name: option for _, option in every_option() if option.name not in RENAMED}


def with_options(cls: _Class) -> _Class:
    """Write every option into the signature of a class with ``**settings``, and into its text."""
    initialise: Any = cls.__init__  # type: ignore[misc]
    spelled_out(TrainSettings, without=RENAMED, unset=True)(initialise)
    if cls.__doc__ is not None:  # Python leaves texts out if it is told to
        cls.__doc__ = inspect.cleandoc(cls.__doc__).replace(_MARK, _described())
    return cls


def _described() -> str:
    """Write what each option is, as a section of parameters has it."""
    owners = {option.name: whose for whose, option in every_option()}
    members = [member for registry in REGISTRIES for member in registry.values()]
    tuned = {name for member in members for _, then in member.tuned for name in then}
    lines = []
    for name, option in option_parameters().items():
        lines.append(f"{name} : {option.kind.annotation.removesuffix(' | None')}, optional")
        owner = f" With the {owners[name]}." if owners[name] else ""
        text = f"{option.help}: {option.kind.values}.{owner}"
        if name in _DEFAULTS:
            text += f" By default {_DEFAULTS[name]}."
        elif option.default is not None:
            text += f" By default {option.default!r}{', or what fits' * (name in tuned)}."
        lines += textwrap.wrap(text, 92, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return "\n".join(lines) + "\n"


def keep(estimator: Any, settings: Mapping[str, Any]) -> None:
    """Make every option an attribute of an estimator; None if it was not given.

    Raises
    ------
    TypeError
        A name is no option.
    """
    known = option_parameters()
    for name in settings:
        if name in known:
            continue
        ours = RENAMED.get(name)
        advice = f"here it is called {ours}" if ours else setting_advice(name)
        advice = f": {advice}" if advice else ""
        raise TypeError(f"{type(estimator).__name__}() has no parameter {name!r}{advice}")
    for name in known:
        setattr(estimator, name, settings.get(name))


def given_options(estimator: Any) -> dict[str, Any]:
    """Return what :func:`firth.train` is to be given for the parameters of an estimator.

    With a `random_state` the result is the same, bit for bit, at any number of threads
    (``deterministic=True``), unless `deterministic` says otherwise.
    """
    values = {name: getattr(estimator, name) for name in option_parameters()}
    given = {name: value for name, value in values.items() if value is not None}
    state = estimator.random_state
    if state is None or hasattr(state, "randint"):
        given["seed"] = int(check_random_state(state).randint(_SEEDS))
    else:
        given["seed"] = state
    if state is not None:
        given.setdefault("deterministic", True)
    given["threads"] = effective_n_jobs(estimator.n_jobs)
    return given
