"""Faults of the command line: flags that are dropped, signals, exit codes."""

from __future__ import annotations

from tools.mutations.fault import Fault, fault

_FLAGS = "cli/test_train.py::test_every_flag_arrives"
_OWN_FLAGS = "cli/test_train.py::test_every_flag_of_the_command_itself_arrives"

#: Options of training that the command could once drop without a test noticing.
_DROPPED = (
    "negative", "window", "noise", "sample", "max_vocabulary", "learning_rate", "buckets",
    "softmax_hours",
)  # fmt: skip

#: Options of the command itself, as it hands them on.
_OWN_DROPPED = (
    "resume=resume", "tokenizer=name_or_function(tokenizer)",
    "lowercase=lowercase_locale or lowercase or None", "normalize=normalize",
    "column=column and as_text(column)",
    "errors=errors", "validation=_part_or_file(validation)", "patience=patience",
    "checkpoint_every=checkpoint_every", "memory_limit=memory_limit",
    "cache=False if no_cache else cache",
)  # fmt: skip


def _dropped(name: str) -> Fault:
    return fault(
        f"command-drops-{name.replace('_', '-')}",
        "cli/options.py",
        "if given[name] is None]",
        f'if given[name] is None or name == "{name}"]',
        _FLAGS,
    )


def _own_dropped(handed_on: str) -> Fault:
    name = handed_on.partition("=")[0].replace("_", "-")
    before = f"        {handed_on},\n"
    return fault(f"command-drops-{name}", "cli/train.py", before, "", _OWN_FLAGS)


FAULTS = (
    *map(_dropped, _DROPPED),
    *map(_own_dropped, _OWN_DROPPED),
    fault(
        "hang-up-not-handled",
        "cli/stop.py",
        '("SIGINT", "SIGTERM", "SIGHUP")',
        '("SIGINT", "SIGTERM")',
        "training/test_checkpoint.py::test_signals_save_and_say_what_to_do",
    ),
    fault(
        "part-to-hold-out-taken-for-a-file",
        "cli/train.py",
        "return None if text is None else float(text)",
        "return text",
        _OWN_FLAGS,
    ),
    fault(
        "log-of-the-command-without-progress",
        "cli/train.py",
        "            watchers.append(log)\n",
        "",
        "cli/test_train.py::test_the_log_has_what_the_run_says",
    ),
    fault(
        "log-of-the-command-without-epochs",
        "cli/train.py",
        '            options["on_epoch"] = log.on_epoch\n',
        "",
        "cli/test_train.py::test_the_log_has_what_the_run_says",
    ),
    fault(
        "contradiction-of-caches-accepted",
        "cli/train.py",
        "if no_cache and cache is not None:",
        "if no_cache and cache is no_cache:",
        "cli/test_cache.py::test_contradiction",
    ),
    fault(
        "nohup-not-respected",
        "cli/stop.py",
        " and signal.getsignal(number) is not signal.SIG_IGN:",
        ":",
        "training/test_checkpoint.py::test_who_asked_to_outlive_the_terminal_does",
    ),
    fault(
        "stopped-run-exits-as-if-done",
        "cli/stop.py",
        "return 128 + (self.asked or signal.SIGINT)",
        "return 0",
        "training/test_checkpoint.py::test_signals_save_and_say_what_to_do",
    ),
    fault(
        "ten-neighbours-whatever-was-asked",
        "cli/query.py",
        "vectors.most_similar_many(asked, k=k, among",
        "vectors.most_similar_many(asked, among",
        "cli/test_queries.py::test_neighbors",
    ),
    fault(
        "ten-answers-whatever-was-asked",
        "cli/query.py",
        'asked["c"], k, method',
        'asked["c"], 10, method',
        "cli/test_queries.py::test_analogy",
    ),
    fault(
        "restriction-of-analogies-dropped",
        "cli/evaluate.py",
        "analogy_vocab=restrict_vocab,",
        "",
        "cli/test_evaluate.py::test_flags_reach_what_they_are_for",
    ),
    fault(
        "errors-exit-as-if-done",
        "cli/__init__.py",
        '"__notes__", [])]))\n        return 2',
        '"__notes__", [])]))\n        return 0',
        "cli/test_queries.py",
    ),
    fault(
        "json-with-infinity",
        "json_text.py",
        "json.dumps(value, allow_nan=False, **layout)",
        "json.dumps(value, **layout)",
        "cli/test_queries.py::test_json_has_no_infinity",
    ),
)
