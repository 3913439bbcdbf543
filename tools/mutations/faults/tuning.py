"""Faults of the search for settings."""

from __future__ import annotations

from tools.mutations.fault import fault

FAULTS = (
    fault(
        "final-users-chosen-by",
        "tuning/parts.py",
        "drawn(aside, n), drawn(aside, first), drawn(0, aside))",
        "drawn(aside, n), drawn(aside, first), drawn(aside, first))",
        "tuning/test_parts.py",
    ),
    fault(
        "parts-not-within-one-another",
        "tuning/parts.py",
        "growing.insert(0, drawn(first, first + smaller))",
        "growing.insert(0, drawn(first + smaller, first + 2 * smaller))",
        "tuning/test_parts.py",
    ),
    fault(
        "halves-of-a-set-by-item",
        "tuning/metrics.py",
        "units = whole.items if whole.units is None else whole.units",
        "units = whole.items",
        "tuning/test_metrics.py",
    ),
    fault(
        "one-half-of-a-set-twice",
        "tuning/metrics.py",
        "np.flatnonzero(lot[units] == final)",
        "np.flatnonzero(lot[units])",
        "tuning/test_metrics.py",
    ),
    fault(
        "losses-of-other-windows-compared",
        "tuning/space.py",
        "if by_loss and span.in_loss:",
        "if False:",
        "tuning/test_space.py",
    ),
    fault(
        "rate-that-is-no-factor",
        "tuning/space.py",
        "getattr(fits, name) * factor",
        "factor",
        "tuning/test_space.py",
    ),
    fault(
        "proposals-by-one-seed",
        "tuning/study.py",
        "SeedSequence([self.seed, len(frozen) - len(going)])",
        "SeedSequence([self.seed])",
        "tuning/test_search.py",
    ),
    fault(
        "trial-in-progress-left-behind",
        "tuning/study.py",
        "if one.state == optuna.trial.TrialState.RUNNING]",
        "if one.state == optuna.trial.TrialState.FAIL]",
        "tuning/test_search.py",
    ),
    fault(
        "best-without-the-last-part",
        "tuning/search.py",
        "sign = 1 if self.metric.higher else -1",
        "sign = 1",
        "tuning/test_search.py",
    ),
    fault(
        "no-time-kept-for-the-end",
        "tuning/search.py",
        "path + end <= self.clock.left",
        "path <= self.clock.left",
        "tuning/test_search.py",
    ),
    fault(
        "late-runs-go-on",
        "api/one_bar.py",
        "if not wished and self.seconds > self._most:",
        "if wished and self.seconds > self._most:",
        "tuning/test_tune.py",
    ),
)
