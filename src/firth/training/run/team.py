"""Threads that take shares of numbered tasks, phase after phase, and can be brought to rest.

A free thread takes the next share, so a slow core holds nobody up. At a *quiet point* no thread is
inside a share and the matrices are those of a whole number of tasks: the moment for a checkpoint, a
held-out loss, the end of an epoch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, Protocol


class Phase(NamedTuple):
    """Shares that may run side by side; all of them end before the next phase begins.

    Attributes
    ----------
    shares : range
        The numbers of the shares, at least one. Each is a task, or a thread's part of all tasks.
    quiet : {"always", "before"}
        Where a quiet point is: between any two shares (each is a task), or only before the first
        (threads wait for each other within their shares: once one is taken, all must be).
    tasks : range
        The tasks that the phase is about.
    """

    shares: range
    quiet: Literal["always", "before"]
    tasks: range


class Thread(Protocol):
    """One thread's own buffers, and what it does with them."""

    def run(self, phase: Phase, share: int) -> None:
        """Do one share."""


class Team:
    """Some threads and the phases that they work through.

    Parameters
    ----------
    n_threads : int
        How many threads.
    new_worker : callable
        Makes a thread's worker; called in that thread.
    give_up : callable, optional
        Called when a thread has failed, so that nobody waits for it.
    """

    def __init__(
        self,
        n_threads: int,
        new_worker: Callable[[], Thread],
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._changed = threading.Condition()
        self._phases: Iterator[Phase] = iter(())
        self._phase = Phase(range(0), "always", range(0))
        self._taken = self._active = 0
        self._pausing = self._closed = False
        self._failure: BaseException | None = None
        self._give_up = give_up
        self._threads = [
            threading.Thread(target=self._work, args=(new_worker,), daemon=True)
            for _ in range(n_threads)
        ]

    def start(self) -> None:
        """Start the threads; they wait for phases."""
        for thread in self._threads:
            thread.start()

    def begin(self, phases: Iterable[Phase]) -> None:
        """Give the team its next phases; those before must have ended."""
        with self._changed:
            self._phases = iter(phases)
            self._phase, self._taken = next(self._phases), 0
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until the phases have ended, or so long; tell whether they have.

        Raises
        ------
        BaseException
            What a share raised.
        """
        with self._changed:
            self._changed.wait_for(self._over, seconds)
            self._raise()
            return self._over()

    def pause(self) -> int | None:
        """Wait for a quiet point; return the first task that is not done.

        The team rests until :meth:`resume`. None if all phases have ended.

        Raises
        ------
        BaseException
            What a share raised.
        """
        with self._changed:
            self._pausing = True
            self._changed.wait_for(lambda: self._quiet() or self._failure is not None)
            self._raise()
            done = self._taken if self._phase.quiet == "always" else 0
            return self._phase.tasks[done] if self._left() else None

    def resume(self) -> None:
        """Go on after :meth:`pause`."""
        with self._changed:
            self._pausing = False
            self._changed.notify_all()

    def drop(self) -> None:
        """Leave what is not done undone, after :meth:`pause`: others do it."""
        with self._changed:
            self._phases, self._phase = iter(()), Phase(range(0), "always", range(0))
            self._taken, self._pausing = 0, False
            self._changed.notify_all()

    def close(self) -> None:
        """End the threads, each after its share; a phase that has to be whole is ended first."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _left(self) -> int:
        return len(self._phase.shares) - self._taken

    def _over(self) -> bool:
        return self._failure is not None or not (self._left() or self._active)

    def _must_go_on(self) -> bool:
        """Tell whether threads wait within their shares for those who take the other shares."""
        return self._phase.quiet == "before" and self._taken > 0

    def _quiet(self) -> bool:
        return not self._active and not (self._left() and self._must_go_on())

    def _may_take(self) -> bool:
        held = (self._pausing or self._closed) and not self._must_go_on()
        return self._left() > 0 and not held

    def _take(self) -> tuple[Phase, int] | None:
        with self._changed:
            while not self._may_take():
                if self._closed:
                    return None
                self._changed.wait()
            self._active += 1
            self._taken += 1
            return self._phase, self._phase.shares[self._taken - 1]

    def _finish(self, failure: BaseException | None) -> None:
        with self._changed:
            self._active -= 1
            if failure is not None:
                self._failure, self._closed = self._failure or failure, True
                self._give_up()
            ended = not self._active and not self._left()
            following = next(self._phases, None) if ended and not self._closed else None
            if following is not None:
                self._phase, self._taken = following, 0
            if ended or self._pausing or self._closed:
                self._changed.notify_all()

    def _work(self, new_worker: Callable[[], Thread]) -> None:
        worker: Thread | None = None
        while (taken := self._take()) is not None:
            failure: BaseException | None = None
            try:
                if worker is None:
                    worker = new_worker()
                worker.run(*taken)
            except BaseException as error:
                failure = error
            self._finish(failure)
