"""Faults of the course of a run: when it is refused, saved, stopped and ended."""

from __future__ import annotations

from tools.mutations.fault import fault

_RUN = "training/run/"

FAULTS = (
    fault(
        "patience-of-an-epoch-more",
        f"{_RUN}loop.py",
        "len(known) <= self.patience:",
        "len(known) <= self.patience + 1:",
        "training/test_loss.py::test_patience_is_so_many_epochs_without_a_lower_loss",
    ),
    fault(
        "patience-with-a-loss-that-stands-still",
        f"{_RUN}loop.py",
        "min(known[-self.patience :]) >= min(",
        "min(known[-self.patience :]) > min(",
        "training/test_loss.py::test_patience_is_so_many_epochs_without_a_lower_loss",
    ),
    fault(
        "runs-without-a-pair-succeed",
        f"{_RUN}loop.py",
        "if not self.recorder.pairs:",
        "if self.recorder.pairs < 0:",
        "training/test_robustness.py::test_nothing_learnt_is_an_error_that_saves_nothing",
    ),
    fault(
        "output-vectors-that-are-not-finite",
        f"{_RUN}loop.py",
        '("an output", self.setup.outputs)):',
        '("an output", self.setup.inputs)):',
        "training/test_robustness.py::test_no_vector_that_is_not_finite_comes_out",
    ),
    fault(
        "epoch-not-ended-by-a-callback",
        f"{_RUN}loop.py",
        "        if self.on_epoch(self.recorder.end_epoch(loss)):\n            stop.set()\n",
        "        self.on_epoch(self.recorder.end_epoch(loss))\n",
        "training/test_loss.py::test_callbacks_may_stop_the_run",
    ),
    fault(
        "no-checkpoint-where-epochs-are-short",
        f"{_RUN}loop.py",
        "            self._end_epoch(stop)\n            if self.checkpoints.due(self._words()):",
        "            self._end_epoch(stop)\n            if not self:",
        "training/test_checkpoint.py::test_an_interval_of_words_is_kept",
    ),
    fault(
        "no-checkpoint-when-a-run-is-stopped",
        f"{_RUN}loop.py",
        "        if self.interrupted:\n            self._save()\n",
        "",
        "training/test_raising.py::test_what_was_learnt_is_saved_and_the_run_goes_on",
    ),
    fault(
        "single-words-not-refused",
        f"{_RUN}prepare.py",
        "    refuse_single_words(corpus)\n    config",
        "    config",
        "training/test_robustness.py::test_nothing_learnt_is_an_error_that_saves_nothing",
    ),
    fault(
        "single-words-looked-for-in-the-first-sentences",
        f"{_RUN}learnable.py",
        "max(initial=0) > 1 for",
        "max(initial=0) > 2 for",
        "training/test_robustness.py",
    ),
    fault(
        "memory-of-one-thread-counted",
        f"{_RUN}prepare.py",
        "config.n_threads * (THREAD_BYTES",
        "1 * (THREAD_BYTES",
        "training/test_robustness.py",
    ),
    fault(
        "no-memory-known",
        f"{_RUN}memory.py",
        "return max(0, min(figures)) if figures else None",
        "return None",
        "training/test_robustness.py",
    ),
    fault(
        "memory-limit-ignored",
        f"{_RUN}memory.py",
        "available() if limit is None else limit",
        "available()",
        "training/test_robustness.py::test_memory_is_refused_with_figures",
    ),
    fault(
        "one-checkpoint-kept",
        f"{_RUN}checkpoint.py",
        "KEPT = 2",
        "KEPT = 1",
        "training/test_checkpoint.py::test_the_newest_two_are_kept_and_the_older_one_replaces_a_damaged_one",
    ),
    fault(
        "checkpoints-of-words-each-time",
        f"{_RUN}checkpoint.py",
        "return words - self.last_words >= every_words",
        "return words >= every_words",
        "training/test_checkpoint.py::test_when_one_is_due",
    ),
    fault(
        "checkpoints-however-long-they-take",
        f"{_RUN}checkpoint.py",
        "seconds = max(seconds, self.cost / _SHARE_OF_TIME)",
        "pass",
        "training/test_checkpoint.py::test_when_one_is_due",
    ),
    fault(
        "checkpoint-of-another-run-accepted",
        f"{_RUN}checkpoint.py",
        "        if changed:\n            raise ConfigError(",
        "        if not self:\n            raise ConfigError(",
        "training/test_checkpoint.py::test_another_corpus_or_setting_is_refused_with_the_difference",
    ),
    fault(
        "output-vectors-not-resumed",
        f"{_RUN}loop.py",
        "        restore(self.setup.outputs, checkpoint.outputs)\n",
        "",
        "training/test_checkpoint.py::test_a_stopped_run_goes_on_to_the_same_bits",
    ),
    fault(
        "second-ctrl-c-does-nothing",
        f"{_RUN}signals.py",
        "        stop.interrupt()\n        signal.signal(signal.SIGINT, before)\n",
        "        stop.interrupt()\n",
        "training/test_raising.py::test_the_first_ctrl_c_is_a_wish_and_the_second_an_interrupt",
    ),
    fault(
        "nobody-is-sent-away-when-a-thread-fails",
        f"{_RUN}team.py",
        "                self._give_up()\n",
        "",
        "training/test_team.py",
        "training/test_rounds.py::test_a_thread_that_fails_ends_the_run_and_nobody_waits",
    ),
    fault(
        "threads-leave-a-begun-phase",
        f"{_RUN}team.py",
        "held = (self._pausing or self._closed) and not self._must_go_on()",
        "held = self._pausing or self._closed",
        "training/test_team.py",
    ),
)
