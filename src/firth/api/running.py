"""From encoded corpora to a model: the run, its checkpoints, and what is saved however it ends."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from firth._version import __version__
from firth.api.reading import Texts
from firth.api.starting import Before
from firth.config import OBJECTIVES, TrainConfig
from firth.errors import ConfigError, LearningWarning, MissingExtraError, SaveError, TrainingError
from firth.files.output import CHECKPOINTS
from firth.formats.model_folder import CURVE_SCHEMA, HISTORY_SCHEMA, check_output
from firth.model import Model, save_output
from firth.progress import OnProgress
from firth.values import shown

if TYPE_CHECKING:
    from firth.corpus import EncodedCorpus
    from firth.training.cluster.crew import Cluster
    from firth.training.run.history import Row
    from firth.training.run.loop import Trainer
    from firth.training.run.setup import Setup
    from firth.training.run.starting import Start

#: What the object store of a local cluster takes, beside four times the matrices.
STORE_BYTES = 256 << 20


class RunOptions(NamedTuple):
    """How a run is driven, beside its settings; see :func:`firth.train`."""

    output: Path | None
    output_vectors: bool
    patience: int | None
    checkpoint_every: str | None
    resume: bool
    memory_limit: str | int | None
    on_progress: OnProgress
    on_epoch: Callable[[Row], bool | None] | None
    cluster: str | None = None

    def check(self, config: TrainConfig, validated: bool) -> None:
        """Refuse what makes no sense, before anything is read.

        Parameters
        ----------
        config : TrainConfig
            The settings.
        validated : bool
            Whether there will be a held-out loss.
        """
        if self.output is None:
            for name in ("resume", "checkpoint_every"):
                if getattr(self, name):
                    raise ConfigError(f"{name} needs an output folder: give output=DIR too")
            if not self.output_vectors:
                raise ConfigError(
                    "output_vectors=False says what is saved: give output=DIR too, or save the "
                    "model with model.save(folder, output_vectors=False)"
                )
        else:
            check_output(self.output)
            left = self.output / CHECKPOINTS
            if not self.resume and any(left.glob("task-*")):
                raise ConfigError(
                    f"{left} holds checkpoints of a run that has not ended: give resume=True "
                    "(--resume) to go on with it, or delete them to start anew"
                )
        if self.cluster is not None and not (isinstance(self.cluster, str) and self.cluster):
            raise ConfigError(
                f'cluster is {shown(self.cluster)}; it must be "auto", "local", or the host and '
                "the port of a Ray cluster, such as 10.0.0.1:6379"
            )
        if self.cluster is not None and find_spec("ray") is None:
            raise MissingExtraError("ray", "ray")
        if config.round_length is not None and self.cluster is None and not config.deterministic:
            raise ConfigError(
                f"round_length is {config.round_length}, but on one machine a run has rounds only "
                "if it is deterministic: give cluster or deterministic=True too, or leave it out"
            )
        if self.patience is not None and not validated:
            raise ConfigError("patience needs a held-out loss: give validation too")


def train_encoded(texts: Texts, options: RunOptions) -> Model:
    """Train on an encoded corpus; save the model if there is an output.

    Parameters
    ----------
    texts : Texts
        Settings and corpora.
    options : RunOptions
        How the run is driven.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C, or a callback that raises it, stopped the run. As the rest below.
    BaseException
        What a callback raised; what was learnt until then is saved if there is an output.
    """
    from firth.training.run.signals import stop_signals

    with ExitStack() as nodes:
        trainer = _trainer(texts, options, nodes)
        trainer.compile()
        # Until the model is saved: Ctrl-C after the last epoch must not lose it.
        with stop_signals() as stop:
            try:
                trainer.run(stop)
            except TrainingError:
                raise
            except BaseException as error:
                _keep_what_was_learnt(trainer, texts.before, options, error)
                raise
            model = _model(trainer, texts.before)
            if options.output is not None:
                _save(model, trainer, options.output, options.output_vectors)
                if not model.interrupted:
                    # Only now are the checkpoints of a run that has ended removed.
                    trainer.checkpoints.clear()
    _warn_of_little(trainer)
    if stop.by_interrupt:
        # Who trains in a loop wants all of it to end.
        interrupt = KeyboardInterrupt()
        if options.output is not None:
            _say_what_is_kept(trainer, options.output, interrupt)
        raise interrupt
    return model


def _warn_of_little(trainer: Trainer) -> None:
    from firth.training.run.learnable import few_pairs

    if trainer.interrupted:
        return
    loss = trainer.loss_curve()[-1].loss
    message = few_pairs(trainer.setup, trainer.recorder.pairs, loss)
    if message is not None:
        warnings.warn(message, LearningWarning, stacklevel=5)


def _trainer(texts: Texts, options: RunOptions, nodes: ExitStack) -> Trainer:
    # These import Numba, which takes half a second.
    from firth.training.run.checkpoint import Checkpointer
    from firth.training.run.loop import Trainer
    from firth.training.run.memory import parse_size
    from firth.training.run.prepare import prepare
    from firth.training.run.starting import Start, knows_outputs, learn_outputs

    config, corpus, held_out, validation, before = texts
    in_rounds = options.cluster is not None or config.round_length is not None
    if in_rounds and config.deterministic:
        config = _in_rounds(config, corpus)
    limit = None if options.memory_limit is None else parse_size(options.memory_limit)
    checkpoints = Checkpointer(
        options.output,
        {
            **{name: value for name, value in config.to_dict().items() if name != "threads"},
            "validation": validation.fingerprint if validation else held_out or None,
            "patience": options.patience,
            "start_from": before and before.digest(),
            "corpus": corpus.fingerprint,
            "corpus tokens": corpus.n_tokens,
        },
        _made_by(),
        options.checkpoint_every,
    )
    found = checkpoints.newest() if options.resume else None
    start = Start() if before is None else before.start(corpus.vocabulary)
    setup = prepare(
        config,
        corpus,
        held_out=held_out,
        memory_limit=limit,
        start=start,
    )
    if start.known is not None and found is None and not knows_outputs(setup, start.known):
        learn_outputs(setup, start.known, options.on_progress)
    trainer = Trainer(
        setup,
        options.on_progress,
        on_epoch=options.on_epoch,
        checkpoints=checkpoints,
        validation=validation,
        patience=options.patience,
        crew=_crew(setup, held_out, start, limit, options.cluster, nodes) if in_rounds else None,
    )
    if found is not None:
        trainer.resume(found)
    return trainer


def _in_rounds(config: TrainConfig, corpus: EncodedCorpus) -> TrainConfig:
    """Return settings with the length of rounds, as the model is to record it."""
    from firth.training.cluster.crew import round_length

    length = round_length(config, corpus.n_tokens)
    return TrainConfig.from_dict({**config.to_dict(), "round_length": length})


def _crew(
    setup: Setup,
    held_out: float,
    start: Start,
    limit: int | None,
    address: str | None,
    stack: ExitStack,
) -> Cluster:
    """Find the nodes that train in rounds: those of a cluster, or one in this process."""
    from firth.training.cluster.crew import Cluster
    from firth.training.cluster.node import Job, Node
    from firth.training.cluster.nodes import Here, Nodes

    nodes: Nodes
    if address is None:
        nodes = Here(lambda: Node(setup).warm())
    else:
        from firth.training.cluster.on_ray import OnRay
        from firth.training.cluster.text import Text

        job = Job(setup.config.to_dict(), held_out, start.rates, limit)
        store = STORE_BYTES + 4 * (setup.inputs.nbytes + setup.outputs.nbytes)
        nodes = OnRay(address, job, Text.of(setup.corpus), store)
    stack.callback(nodes.close)
    return Cluster(setup, nodes)


def _made_by() -> dict[str, Any]:
    """Say what the digits of a result depend on besides its settings."""
    from firth.training.engine.processor import arithmetic

    return {"firth": __version__, **arithmetic()}


def _save(model: Model, trainer: Trainer, output: Path, output_vectors: bool) -> None:
    try:
        save_output(model, output, output_vectors=output_vectors)
    except SaveError as error:
        if trainer.checkpoints.exist():
            error.add_note(
                f"The newest checkpoint is in {trainer.checkpoints.folder}: when the cause is "
                "removed, resume=True (--resume) goes on from it"
            )
        raise


def _keep_what_was_learnt(
    trainer: Trainer, before: Before | None, options: RunOptions, error: BaseException
) -> None:
    """Save what there is after an error that is not about the numbers, and say so in it."""
    if options.output is None or not trainer.recorder.pairs:
        return
    try:
        model = _model(trainer, before)
        save_output(model, options.output, output_vectors=options.output_vectors)
    except Exception as second:
        error.add_note(f"what had been learnt could not be saved either: {second}")
        return
    if not trainer.interrupted:
        trainer.checkpoints.clear()
    _say_what_is_kept(trainer, options.output, error)


def _say_what_is_kept(trainer: Trainer, output: Path, error: BaseException) -> None:
    error.add_note(f"what had been learnt until then is saved in {output}")
    if trainer.interrupted and trainer.checkpoints.exist():
        error.add_note("the same call with resume=True (--resume) goes on from there")


def _model(trainer: Trainer, before: Before | None) -> Model:
    setup = trainer.setup
    config, corpus, dim = setup.config, setup.corpus, setup.config.dim
    matrices = {
        "input": setup.unit.word_vectors(setup.inputs)[:, :dim],
        "output": setup.outputs[:, :dim],
    }
    rows = {"output": OBJECTIVES[config.objective].output_rows}
    ngrams = setup.unit.ngram_vectors(setup.inputs)
    if ngrams is not None:
        matrices["ngrams"], rows["ngrams"] = ngrams[:, :dim], "ngrams"
    former = None if before is None else before.settle(matrices, rows, setup)
    return Model.from_vocabulary(
        corpus.vocabulary,
        matrices,
        config.to_dict(),
        rows=rows,
        history=pa.Table.from_pylist(
            [row._asdict() for row in trainer.history()], schema=HISTORY_SCHEMA
        ),
        loss_curve=pa.Table.from_pylist(
            [point._asdict() for point in trainer.loss_curve()], schema=CURVE_SCHEMA
        ),
        corpus={
            "n_tokens": corpus.n_tokens,
            "n_raw_tokens": corpus.n_raw_tokens,
            "n_sentences": corpus.n_sentences,
            "fingerprint": corpus.fingerprint,
        },
        provenance={**_made_by(), "reading": corpus.reading},
        interrupted=trainer.interrupted,
        former_rows=former,
    )
