"""What settings are judged by, each a class: next items, evaluation sets, the held-out loss.

A figure is over items (users, questions, stretches of text), so that two models can be compared on
the same ones, with an interval (:mod:`firth.evaluation.figures`).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import EvaluationError
from firth.evaluation.figures import Figure
from firth.evaluation.formulas import share
from firth.evaluation.items import HeldOut, askable, hold_out_last, ranked
from firth.evaluation.sets import HowToJudge, open_set
from firth.model import Model
from firth.tuning.parts import Parts

#: Places that count among next items.
K = 10
#: Tokens of the stretches over which the held-out loss is compared.
STRETCH = 2_000
_PURPOSE = 7_002


class Metric(Protocol):
    """A way to judge a model; each holds two sets of items, for the choice and after it."""

    #: What the figure is called.
    measure: str
    #: Whether a model is better the higher it is.
    higher: bool
    #: What it is over, for people.
    items: str

    def figure(self, model: Model, final: bool) -> Figure:
        """Judge a model, by items for the choice or by those after it."""


class NextItems:
    """Whether what users came to next is among the ten that are ranked first.

    Parameters
    ----------
    parts : Parts
        With sentences that are held out: the users.
    ranking : {"in-out", "cosine"}
        How items are ranked; see :func:`firth.evaluation.evaluate_next_items`.
    seed : int
        Of nothing: all users are asked.
    """

    higher, items = True, "users"

    def __init__(self, parts: Parts, ranking: str, seed: int) -> None:
        assert parts.validation is not None and parts.final is not None
        self.ranking, self.measure = ranking, f"hit@{K}"
        self._asked: list[HeldOut] = [
            askable(hold_out_last(part.sentences()), None, seed)
            for part in (parts.validation, parts.final)
        ]

    def figure(self, model: Model, final: bool) -> Figure:
        """Return the hit rate."""
        found = ranked(model, self._asked[final], K, (self.ranking,))
        if self.ranking not in found:
            raise EvaluationError(
                "items cannot be ranked by input and output vectors of this model: tune by "
                "next-item-cosine"
            )
        return found[self.ranking].figures[0]


class OfSet:
    """An evaluation set, divided by lot: one half of its items for the choice, the other after it.

    Items that belong together, such as questions that begin with the same pair, stay together.

    Parameters
    ----------
    path : str
        The set; see :func:`firth.evaluation.open_set`.
    seed : int
        Of the lot.
    """

    higher, items = True, "items"

    def __init__(self, path: str, seed: int) -> None:
        self.how = HowToJudge(seed=seed)
        self.set, self.seed = open_set(path, self.how), seed
        self.measure = self.set.name

    def figure(self, model: Model, final: bool) -> Figure:
        """Return the set's first figure, over its half of the items."""
        figures = self.set.judge(model.vectors, self.how).figures
        if not figures:
            raise EvaluationError(
                f"{self.set.path}: figures of word lists are over no items, and cannot be divided: "
                "tune by a set of pairs, questions, categories, outliers or axes"
            )
        whole = next((figure for figure in figures if not figure.part), figures[0])
        self.measure = f"{self.set.name} {whole.measure}"
        units = whole.items if whole.units is None else whole.units
        lot = np.random.default_rng([self.seed, _PURPOSE]).random(int(units.max()) + 1) < 0.5
        places = np.flatnonzero(lot[units] == final)
        if len(places) < 2:
            raise EvaluationError(f"{self.set.path}: too few items are known to divide them")
        return whole.take(places)


class HeldOutLoss:
    """Mean J a pair, of text that is held out: of fixed windows, with fixed noise.

    Parameters
    ----------
    parts : Parts
        With sentences that are held out.
    """

    measure, higher, items = "loss", False, "stretches of text"

    def __init__(self, parts: Parts) -> None:
        assert parts.validation is not None and parts.final is not None
        self._parts = parts.validation, parts.final

    def figure(self, model: Model, final: bool) -> Figure:
        """Return the loss; its items are stretches of the text."""
        losses, pairs = losses_of(model, self._parts[final])
        return Figure(self.measure, np.arange(len(losses)), (losses, pairs), share)


def losses_of(
    model: Model, corpus: EncodedCorpus
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum of J over each stretch of a corpus, and how many pairs it has.

    Parameters
    ----------
    model : Model
        With output vectors, and the settings it was trained with.
    corpus : EncodedCorpus
        In the ids of its vocabulary.
    """
    from firth.training.run.prepare import prepare
    from firth.training.run.starting import Known, Start
    from firth.training.run.worker import Worker

    config = TrainConfig.from_dict(model.config)
    lengths = None
    if "ngrams" in model.matrices:
        lengths = (config.min_n, config.max_n, config.buckets)
    known = Known(
        model.vocabulary.words,
        model.vocabulary.counts,
        model.matrices["input"],
        model.matrices["output"],
        model.rows["output"],
        model.matrices.get("ngrams"),
        lengths,
    )
    setup = prepare(config, corpus, start=Start(known))
    ranges = corpus.ranges(STRETCH)
    worker = Worker(setup, corpus, ranges)
    found = [
        worker.measure(number, setup.inputs, setup.outputs)
        for number in range(len(ranges.token_start))
    ]
    counts = np.array([(one.loss, one.measured) for one in found if one.measured], np.float64)
    if not len(counts):
        raise EvaluationError("the text that is held out has no pair of words")
    return counts[:, 0], counts[:, 1]


#: Metrics by name that hold sentences out, each made from parts of the text and a seed; what is
#: none of these is an evaluation set.
HOLDING_OUT: dict[str, Any] = {
    "next-item": lambda parts, seed: NextItems(parts, "in-out", seed),
    "next-item-cosine": lambda parts, seed: NextItems(parts, "cosine", seed),
    "loss": lambda parts, seed: HeldOutLoss(parts),
}
