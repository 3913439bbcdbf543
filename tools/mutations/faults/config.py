"""Faults of settings: what is refused, what is dropped, which default wins."""

from __future__ import annotations

from tools.mutations.fault import fault

_TESTS = "training/test_config.py"
_VALUES = "test_values.py"

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
        "values.py",
        "inside = self.least < real < self.most",
        "inside = self.least <= real < self.most",
        _VALUES,
    ),
    fault(
        "largest-whole-number-refused",
        "values.py",
        "number > self.most:",
        "number >= self.most:",
        _VALUES,
    ),
    fault(
        "smallest-whole-number-refused",
        "values.py",
        "number is not None and number < self.least:",
        "number is not None and number <= self.least:",
        _VALUES,
    ),
    fault(
        "infinite-rate-accepted",
        "values.py",
        "if not inside or math.isinf(real):",
        "if not inside:",
        _VALUES,
    ),
    fault(
        "spans-of-time-are-numbers",
        "values.py",
        " and not _is_time(held)",
        "",
        "test_values.py::test_every_option_refuses_what_is_no_number_for_it",
    ),
    fault(
        "truth-values-are-numbers",
        "values.py",
        "if isinstance(number, bool) or not is_number(number):",
        "if not is_number(number):",
        _VALUES,
    ),
    fault(
        "sizes-that-are-no-multiples-accepted",
        "values.py",
        "if whole % self.multiple:",
        "if whole % 1:",
        _VALUES,
    ),
    fault(
        "members-imported-while-they-are-imported",
        "config/members.py",
        'return importlib.util.decode_source(file.read_bytes()) if readable else ""',
        'return ""',
        "training/test_config.py",
    ),
)
