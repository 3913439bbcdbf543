"""Faults of what a run computes and tells: draws, rates, losses, words per second."""

from __future__ import annotations

from tools.mutations.fault import fault

_RUN = "training/run/"
_WHOLE_RUN = "training/test_whole_run.py::test_a_run_is_what_the_formulas_say"
_SPEED = "training/test_whole_run.py::test_speed_is_raw_words_by_the_time_they_took"

FAULTS = (
    fault(
        "held-out-loss-of-trained-text",
        f"{_RUN}validation.py",
        "numbers = range(schedule.per_epoch, len(self.ranges.token_start))",
        "numbers = range(len(self.ranges.token_start) - schedule.per_epoch)",
        _WHOLE_RUN,
    ),
    fault(
        "held-out-loss-with-the-draws-of-an-epoch",
        f"{_RUN}worker.py",
        "NO_EPOCH = 1 << 40",
        "NO_EPOCH = 0",
        _WHOLE_RUN,
    ),
    fault(
        "held-out-text-trained-on",
        f"{_RUN}worker.py",
        "NO_EPOCH, 0.0, 0.0, 1, inputs, outputs)",
        "NO_EPOCH, 0.001, 0.001, 1, inputs, outputs)",
        _WHOLE_RUN,
    ),
    fault(
        "unknown-words-of-held-out-text-kept",
        f"{_RUN}validation.py",
        "known = ids >= 0",
        "known = ids >= -1",
        "training/test_loss.py::test_held_out_file",
    ),
    fault(
        "subsampling-by-another-formula",
        f"{_RUN}setup.py",
        "vocabulary.keep_probabilities(sample) * 2.0**32",
        'vocabulary.keep_probabilities(sample, "paper") * 2.0**32',
        _WHOLE_RUN,
    ),
    fault(
        "weights-begin-alike-for-all-seeds",
        f"{_RUN}setup.py",
        "np.random.default_rng(config.seed)",
        "np.random.default_rng(1)",
        _WHOLE_RUN,
    ),
    fault(
        "the-same-words-kept-in-each-epoch",
        f"{_RUN}worker.py",
        "stream_key(config.seed, SUBSAMPLE, epoch)",
        "stream_key(config.seed, SUBSAMPLE, 0)",
        _WHOLE_RUN,
    ),
    fault(
        "windows-of-no-seed",
        f"{_RUN}worker.py",
        "stream_key(config.seed, WINDOW, epoch)",
        "stream_key(0, WINDOW, epoch)",
        _WHOLE_RUN,
    ),
    fault(
        "rate-that-does-not-fall",
        f"{_RUN}schedules.py",
        "return self.learning_rate * (1.0 - tokens / self.total_tokens)",
        "return self.learning_rate",
        "training/test_loss.py::test_history_is_a_table_with_the_rate_at_each_end",
    ),
    fault(
        "rate-that-begins-anew-in-each-epoch",
        f"{_RUN}schedules.py",
        "return epoch * self.epoch_tokens + int(self.ranges.token_start[number])",
        "return int(self.ranges.token_start[number])",
        _WHOLE_RUN,
    ),
    fault(
        "one-rate-for-a-whole-task",
        f"{_RUN}worker.py",
        "schedule.rate(before + len(ids))",
        "schedule.rate(before)",
        _WHOLE_RUN,
    ),
    fault(
        "a-part-less-held-out",
        f"{_RUN}schedules.py",
        "math.ceil(total * held_out)",
        "math.floor(total * held_out)",
        _WHOLE_RUN,
    ),
    fault(
        "words-per-second-doubled",
        f"{_RUN}history.py",
        "speed = fresh / max(now - self.last, 1e-9)",
        "speed = 2 * fresh / max(now - self.last, 1e-9)",
        _SPEED,
    ),
    fault(
        "words-per-second-of-history-doubled",
        f"{_RUN}history.py",
        "words_per_second=words / max(seconds, 1e-9)",
        "words_per_second=2 * words / max(seconds, 1e-9)",
        _SPEED,
    ),
    fault(
        "loss-divided-by-pairs-that-were-not-measured",
        f"{_RUN}tally.py",
        "return self.scaled_loss / self.measured / _SCALE",
        "return self.scaled_loss / self.pairs / _SCALE",
        "training/test_whole_run.py",
        "training/test_loss.py",
    ),
    fault(
        "losses-added-in-floating-point",
        f"{_RUN}tally.py",
        "self.scaled_loss += (whole << 32) + round((counts.loss - whole) * _SCALE)",
        "self.scaled_loss += counts.loss * _SCALE",
        "training/test_loss.py::test_sums_do_not_depend_on_order",
    ),
    fault(
        "resumed-run-forgets-its-pairs",
        f"{_RUN}history.py",
        'self.pairs = int(state["pairs"])',
        "self.pairs = 0",
        "training/test_whole_run.py::test_a_resumed_run_counts_on",
    ),
    fault(
        "resumed-run-forgets-its-time",
        f"{_RUN}history.py",
        'self.earlier_seconds = float(state["seconds"])',
        "self.earlier_seconds = 0.0",
        "training/test_whole_run.py::test_a_resumed_run_counts_on",
    ),
)
