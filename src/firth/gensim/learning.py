"""One run of firth on the weights of a model of gensim, in place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus, Vocabulary
from firth.corpus.renumbering import renumber
from firth.errors import CorpusError, TrainingError
from firth.gensim.building import in_order
from firth.gensim.counting import threads_of
from firth.gensim.state import Fitted

if TYPE_CHECKING:
    from firth.training.run.history import Row
    from firth.training.run.loop import Trainer
    from firth.training.run.setup import Setup

logger = logging.getLogger("firth.gensim")

#: How far the seeds of two calls of `train` on one model are apart: each draws anew.
_NEXT_SEED = 1_000_003


class Learnt(NamedTuple):
    """What a run has done.

    Attributes
    ----------
    words : int
        Words that were trained on, all epochs together: those that are expected to be left when
        frequent ones are thinned out.
    raw_words : int
        Words of the text, all epochs together.
    rate : float
        The learning rate at the end.
    """

    words: int
    raw_words: int
    rate: float


class Weights(NamedTuple):
    """A model's weights in a run.

    Attributes
    ----------
    model : Word2Vec
        Whose.
    setup : Setup
        The run.
    order : (V,) int64
        Which row of the model each word of the run's vocabulary has.
    """

    model: Any
    setup: Setup
    order: NDArray[np.int64]

    def put(self) -> None:
        """Let the run begin with the model's weights."""
        model, setup, dim = self.model, self.setup, self.setup.config.dim
        model._put_inputs(setup, self.order)
        if model.hs:
            setup.outputs[:, :dim] = model.syn1[: len(setup.outputs)]
        else:
            setup.outputs[:, :dim] = model.syn1neg[self.order]

    def take(self) -> None:
        """Give the model the weights that the run has reached."""
        model, setup, dim = self.model, self.setup, self.setup.config.dim
        model._take_inputs(setup, self.order)
        if model.hs:
            model.syn1[: len(setup.outputs)] = setup.outputs[:, :dim]
        else:
            model.syn1neg[self.order] = setup.outputs[:, :dim]


def settings(model: Any, total: int) -> TrainConfig:
    """Return a run's settings in firth's words.

    A learning rate that was given is that of all words alike, as in gensim; firth's own goes with
    smaller steps for frequent words.

    Parameters
    ----------
    model : Word2Vec
        Whose.
    total : int
        The sum of the counts of its words.
    """
    found: dict[str, Any] = {
        "dim": model.vector_size,
        "architecture": "skipgram" if model.sg else "cbow",
        "window": model.window,
        "dynamic_window": model.shrink_windows,
        "epochs": model.epochs,
        "min_count": 1,
        "sample": min(1.0, model._threshold(model.sample, total) / max(1, total)),
        "threads": threads_of(model.workers),
        "seed": (int(model.seed or 0) + _NEXT_SEED * model.train_count) % (1 << 32),
        "end_learning_rate": float(model.min_alpha),
        **model._unit(),
    }
    if not model.sg:
        found["cbow_mean"] = bool(model.cbow_mean)
    if model.hs:
        found["objective"] = "hierarchical_softmax"
    else:
        found |= {"negative": model.negative, "noise_exponent": float(model.ns_exponent)}
    if not isinstance(model.alpha, Fitted):
        found["learning_rate"] = float(model.alpha)
        if found["unit"] == "words":
            found["rate_exponent"] = 0.0
    return TrainConfig.from_dict(found)


def learn(model: Any, text: EncodedCorpus, callbacks: Sequence[Any]) -> Learnt | None:
    """Train a model's weights on a text, as its settings say.

    Parameters
    ----------
    model : Word2Vec
        Its weights are changed in place, and its loss is kept up to date.
    text : EncodedCorpus
        With a vocabulary of its own.
    callbacks : sequence of CallbackAny2Vec
        Told of each epoch's begin and end.

    Returns
    -------
    Learnt or None
        None where there was nothing to learn from, of which the log tells.

    Raises
    ------
    TrainingError
        The numbers ran away.
    KeyboardInterrupt
        Ctrl-C; the model has what was learnt until then.
    BaseException
        What a callback raised; in the same way.
    """
    words, counts, order = in_order(model.wv)
    vocabulary = Vocabulary.in_order(words, counts)
    config = settings(model, vocabulary.total)
    from firth.training.run.learnable import refuse_single_words

    try:
        corpus = renumber(text, vocabulary)
    except CorpusError as error:
        logger.warning("Nothing was learnt: %s", error)
        return None
    with corpus:
        try:
            refuse_single_words(corpus)
        except CorpusError as error:
            logger.warning("Nothing was learnt: %s", error)
            return None
        return _run(model, config, corpus, order, callbacks)


def _run(
    model: Any,
    config: TrainConfig,
    corpus: EncodedCorpus,
    order: NDArray[np.int64],
    callbacks: Sequence[Any],
) -> Learnt:
    # These import Numba, which takes half a second.
    from firth.training.run.learnable import few_pairs
    from firth.training.run.loop import Trainer
    from firth.training.run.prepare import prepare
    from firth.training.run.signals import stop_signals
    from firth.training.run.starting import Start

    factors = model._rates()
    setup = prepare(config, corpus, start=Start(rates=None if factors is None else factors[order]))
    weights = Weights(model, setup, order)
    weights.put()
    told: list[Trainer] = []
    trainer = Trainer(setup, on_epoch=_on_epoch(weights, told, callbacks))
    told.append(trainer)
    trainer.compile()
    with stop_signals() as stop:
        try:
            trainer.run(stop)
        except TrainingError as error:
            if trainer.recorder.pairs:
                raise
            logger.warning("Nothing was learnt: %s", error)
        finally:
            weights.take()
    if stop.by_interrupt:
        raise KeyboardInterrupt
    if trainer.recorder.pairs:
        message = few_pairs(setup, trainer.recorder.pairs, trainer.loss_curve()[-1].loss)
        if message is not None:
            logger.info("%s", message)
    kept = np.bincount(corpus.ids, minlength=len(order)) @ (setup.keep / 2.0**32)
    done = config.epochs
    return Learnt(round(float(kept) * done), corpus.n_raw_tokens * done, config.end_learning_rate)


def _on_epoch(
    weights: Weights, trainers: list[Trainer], callbacks: Sequence[Any]
) -> Callable[[Row], None]:
    """Make what hears of each epoch's end: it adds up the loss, and tells the callbacks."""
    model, before = weights.model, [0]

    def ended(row: Row) -> None:
        pairs = trainers[0].recorder.pairs
        model.running_training_loss += (row.loss or 0.0) * (pairs - before[0])
        before[0] = pairs
        logger.info(
            "EPOCH %d: %d words, %.0f words/s, alpha %.6f, loss %.6f a pair",
            row.epoch - 1,
            row.words,
            row.words_per_second,
            row.learning_rate,
            row.loss or 0.0,
        )
        if callbacks:
            weights.take()
        for callback in callbacks:
            callback.on_epoch_end(model)
        if row.epoch < weights.setup.config.epochs:
            for callback in callbacks:
                callback.on_epoch_begin(model)

    return ended
