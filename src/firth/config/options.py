"""What an option is: a name, a default, the values it may have, and what it means.

An option is declared once, beside the formula it belongs to. Its check, the typed signature of
:func:`firth.train`, the flag on the command line, the row in the docs and what ``config.json``
holds all come from that declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from firth.values import Kind


class Span(NamedTuple):
    """The values of an option among which one looks for what fits a text.

    Attributes
    ----------
    low, high : float
        The least and the largest.
    log : bool
        Factors count, not differences.
    fitted : bool
        They are times what fits the text by default, for options that have such a default.
    in_loss : bool
        The option is part of what the loss says, so that losses of different values cannot be
        compared.
    """

    low: float
    high: float
    log: bool = False
    fitted: bool = False
    in_loss: bool = False


class Option(NamedTuple):
    """One setting of training.

    Attributes
    ----------
    name : str
        What users call it.
    default : object
        Its value if none is given; members may have another (:attr:`Member.tuned`).
    kind : Kind
        The values it may have.
    help : str
        What it is, in one sentence.
    source : str
        Paper and section, if it is from one.
    when : mapping
        It applies only if these other options have these values.
    expert : bool
        Few have to know of it: the help and the docs list it behind the others.
    span : Span or None
        Where to look for what fits a text (:func:`firth.tune`).
    """

    name: str
    default: Any
    kind: Kind
    help: str
    source: str = ""
    when: Mapping[str, Any] = {}
    expert: bool = False
    span: Span | None = None


class Member(NamedTuple):
    """An architecture, an objective or a unit: what it declares beside its formula.

    Attributes
    ----------
    summary : str
        What it is, in half a sentence.
    options : tuple of Option
        Its own options; they mean nothing with another member.
    tuned : tuple of (when, then)
        Defaults that fit it: where the settings agree with the first mapping, the second holds;
        later ones win, and those of units over those of objectives over those of architectures.
    ordered : tuple of (low, high)
        Options of which the first may not be larger than the second, unless the second is 0.
    output_rows : str
        With objectives: what a row of the output matrix stands for.
    sequential : bool
        With objectives: whether output rows may move within a batch, see
        :func:`firth.training.engine.steps.step`.
    """

    summary: str
    options: tuple[Option, ...] = ()
    tuned: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    output_rows: str = "words"
    sequential: bool = False
