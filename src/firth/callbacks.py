"""Ready-made callbacks for ``on_progress`` and ``on_epoch``: a JSON log, TensorBoard, MLflow.

Each is a context manager whose object takes progress records when it is called and rows of the
history by ``on_epoch``::

    with TensorBoard("runs/first") as board:
        firth.train("text.txt", on_progress=board, on_epoch=board.on_epoch)

The two adapters import their packages when they are made; they come with the extras
``firth[tensorboard]`` and ``firth[mlflow]``.
"""

from __future__ import annotations

import dataclasses
import importlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from firth.errors import ConfigError, LogWarning, MissingExtraError
from firth.files.given import given_path
from firth.json_text import json_text
from firth.progress import OnProgress, Progress, ProgressDisplay, Style

if TYPE_CHECKING:
    from firth.training.run.history import Row


def check_callback(name: str, given: object) -> None:
    """Refuse what cannot be called, such as an object whose methods are callbacks.

    Raises
    ------
    ConfigError
        It is neither None nor a function.
    """
    if given is not None and not callable(given):
        raise ConfigError(
            f"{name} is of type {type(given).__name__}; it must be a function, which is called "
            "with a record"
        )


def together(*callbacks: Callable[[Any], bool | None]) -> OnProgress:
    """Make one callback of several: all are called, and the run stops if one of them says so.

    Examples
    --------
    >>> seen = []
    >>> both = together(seen.append, lambda record: True)
    >>> both(Progress("train")), len(seen)
    (True, 1)
    """

    def call(record: Any) -> bool:
        answers = [callback(record) for callback in callbacks]
        return any(answers)

    return call


def watched(
    progress: bool | Style, on_progress: OnProgress | None
) -> tuple[ProgressDisplay, OnProgress]:
    """Return what shows the progress of a run, and what is told of it: that, and a callback.

    Raises
    ------
    ConfigError
        The callback cannot be called, or there is no such way to show progress.
    """
    check_callback("on_progress", on_progress)
    show = ProgressDisplay(progress)
    return show, show if on_progress is None else together(show, on_progress)


class _Log(ABC):
    """What the callbacks share: they are context managers that close what they opened.

    A log that can no longer be written (a full disk, a server that is gone) never stops a run: a
    warning says so once, and the run goes on without it.
    """

    _failed = False

    def _guarded(self, action: Callable[[], object]) -> None:
        """Write or close; a failure is the last."""
        if self._failed:
            return
        try:
            action()
        except Exception as error:
            self._failed = True
            warnings.warn(
                f"{type(self).__name__}: the log can no longer be written ({error}); training goes "
                "on without it",
                LogWarning,
                stacklevel=4,
            )

    @abstractmethod
    def _close(self) -> None:
        """Finish writing."""

    def close(self) -> None:
        """Finish writing, and close what was opened."""
        if self._failed:
            with suppress(Exception):
                self._close()
        self._guarded(self._close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Numbers(_Log):
    """What is told numbers by name: of records of training, and of rows; not of other records."""

    def __call__(self, record: Progress) -> None:
        """Take a progress record."""
        if record.stage == "train":
            numbers = {
                "loss": record.loss,
                "learning_rate": record.learning_rate,
                "words_per_second": record.words_per_second or None,
            }
            self._guarded(lambda: self._write("train", numbers, record.words))

    def on_epoch(self, row: Row) -> None:
        """Take a row of the history."""
        numbers = {"loss": row.loss, "validation_loss": row.validation_loss}
        self._guarded(lambda: self._write("epoch", numbers, row.epoch))

    @abstractmethod
    def _write(self, group: str, numbers: dict[str, float | None], step: int) -> None:
        """Write numbers under their names within a group, as of a step."""


class JsonLog(_Log):
    """Appends every progress record and every row of the history to a file, one object a line.

    Parameters
    ----------
    path : str or Path
        The file; a resumed run goes on after the lines that are there.

    Raises
    ------
    ConfigError
        It cannot be written.

    Examples
    --------
    >>> import json, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "run.jsonl"
    >>> with JsonLog(path) as log:
    ...     log(Progress("train", words=500, total_words=1000, loss=2.5))
    >>> json.loads(path.read_text())["loss"]
    2.5
    """

    def __init__(self, path: str | Path) -> None:
        path = given_path("path", path)
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be written ({error.strerror or error}); name another file"
            ) from error

    def __call__(self, record: Progress) -> None:
        """Write a progress record."""
        self._guarded(lambda: self._line({"event": "progress", **dataclasses.asdict(record)}))

    def on_epoch(self, row: Row) -> None:
        """Write a row of the history."""
        self._guarded(lambda: self._line({"event": "epoch", **row._asdict()}))

    def _line(self, content: dict[str, Any]) -> None:
        self._file.write(json_text(content) + "\n")
        self._file.flush()

    def _close(self) -> None:
        self._file.close()


class TensorBoard(_Numbers):
    """Writes loss, learning rate and speed for TensorBoard.

    Parameters
    ----------
    folder : str or Path
        The log folder that ``tensorboard --logdir`` is given.

    Raises
    ------
    MissingExtraError
        tensorboardX is not installed.
    """

    def __init__(self, folder: str | Path) -> None:
        writer = _imported("tensorboardX", "tensorboard").SummaryWriter
        self._writer = writer(str(given_path("folder", folder)))

    def _write(self, group: str, numbers: dict[str, float | None], step: int) -> None:
        for name, number in numbers.items():
            if number is not None:
                self._writer.add_scalar(f"{group}/{name}", number, step)

    def _close(self) -> None:
        self._writer.close()


class MLflow(_Numbers):
    """Logs loss, learning rate and speed to an MLflow run.

    Parameters
    ----------
    run_id : str, optional
        An existing run; by default the active run, or a new one.

    Raises
    ------
    MissingExtraError
        MLflow is not installed.
    """

    def __init__(self, run_id: str | None = None) -> None:
        self._mlflow = _imported("mlflow", "mlflow")
        self._own = run_id is not None or self._mlflow.active_run() is None
        if self._own:
            self._mlflow.start_run(run_id=run_id)

    def _write(self, group: str, numbers: dict[str, float | None], step: int) -> None:
        known = {f"{group}_{name}": n for name, n in numbers.items() if n is not None}
        self._mlflow.log_metrics(known, step=step)

    def _close(self) -> None:
        if self._own:
            self._mlflow.end_run()


def _imported(package: str, extra: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingExtraError(package, extra) from error
