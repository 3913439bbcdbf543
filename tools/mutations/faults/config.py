"""Faults of settings: what is refused, what is dropped, which default wins."""

from __future__ import annotations

from tools.mutations.fault import fault

_TESTS = "training/test_config.py"

FAULTS = (
    fault(
        "defaults-win-over-what-is-given",
        "config/config.py",
        "values |= {n: v for n, v in fitting.items() if n not in given}",
        "values |= fitting",
        _TESTS,
    ),
    fault(
        "options-of-other-members-dropped",
        "config/config.py",
        "            if name not in own:\n                _refuse(name, given)\n",
        "            pass\n",
        _TESTS,
    ),
    fault(
        "options-that-do-not-apply-dropped",
        "config/config.py",
        "                if option.name in given:\n"
        "                    _refuse_value(option, values)\n",
        "",
        _TESTS,
    ),
    fault(
        "equal-limits-refused",
        "config/config.py",
        "if 0 < used[high] < used[low]:",
        "if 0 < used[high] <= used[low]:",
        _TESTS,
        "training/test_subwords.py::test_lengths_that_contradict_each_other_are_refused",
    ),
    fault(
        "settings-can-be-changed",
        "config/config.py",
        'raise AttributeError(f"{name!r} cannot be set: settings are checked once, when made")',
        "self._values[name] = value",
        _TESTS,
    ),
    fault(
        "one-thread-unless-told",
        "config/config.py",
        "else available_cores()",
        "else 1",
        "files/test_machine.py",
    ),
    fault(
        "rate-of-zero-accepted",
        "config/options.py",
        "self.least < real if self.open_ends",
        "self.least <= real if self.open_ends",
        _TESTS,
    ),
    fault(
        "largest-whole-number-refused",
        "config/options.py",
        "whole > self.most:",
        "whole >= self.most:",
        _TESTS,
    ),
    fault(
        "smallest-whole-number-refused",
        "config/options.py",
        "if whole < self.least:",
        "if whole <= self.least:",
        _TESTS,
    ),
    fault(
        "infinite-rate-accepted",
        "config/options.py",
        "if not inside or math.isinf(real):",
        "if not inside:",
        _TESTS,
    ),
    fault(
        "truth-values-are-numbers",
        "config/options.py",
        "if isinstance(value, bool) or not isinstance(value, numbers.Integral):",
        "if not isinstance(value, numbers.Integral):",
        _TESTS,
    ),
    fault(
        "sizes-that-are-no-multiples-accepted",
        "config/options.py",
        "if whole % self.multiple:",
        "if whole % 1:",
        _TESTS,
    ),
)
