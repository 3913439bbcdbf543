"""Faults of what users meet: callbacks, ``firth.train``, the command line."""

from __future__ import annotations

from tools.mutations.fault import Fault, fault

_FLAGS = "cli/test_train.py::test_every_flag_arrives"
_OWN_FLAGS = "cli/test_train.py::test_every_flag_of_the_command_itself_arrives"

#: Options of training, of which the issue was that nobody noticed when the command dropped them.
_DROPPED = (
    "negative", "window", "noise", "sample", "max_vocabulary", "learning_rate", "buckets",
    "softmax_hours",
)  # fmt: skip

#: Options of the command itself, as it hands them on.
_OWN_DROPPED = (
    "resume=resume", "tokenizer=tokenizer", "lowercase=lowercase or None", "column=column",
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
    fault(
        "callbacks-after-one-that-stops-not-called",
        "callbacks.py",
        "answers = [callback(record) for callback in callbacks]",
        "answers = (callback(record) for callback in callbacks)",
        "training/test_loss.py",
    ),
    fault(
        "log-that-fails-stops-the-run",
        "callbacks.py",
        "        except Exception as error:\n            self._failed = True",
        "        except ValueError as error:\n            self._failed = True",
        "training/test_loss.py",
    ),
    fault(
        "log-that-fails-warns-again-and-again",
        "callbacks.py",
        "            self._failed = True\n",
        "            self._failed = False\n",
        "training/test_loss.py",
    ),
    fault(
        "resumed-log-begins-anew",
        "callbacks.py",
        'Path(path).open("a", encoding="utf-8")',
        'Path(path).open("w", encoding="utf-8")',
        "training/test_loss.py::test_json_log",
    ),
    fault(
        "log-written-when-the-run-ends",
        "callbacks.py",
        "        self._file.flush()\n",
        "",
        "training/test_loss.py::test_json_log",
    ),
    fault(
        "epochs-logged-by-words",
        "callbacks.py",
        'self._write("epoch", numbers, row.epoch)',
        'self._write("epoch", numbers, row.words)',
        "training/test_loss.py::test_adapters_write_every_epoch",
    ),
    fault(
        "validation-text-without-its-rare-words",
        "api/reading.py",
        "encode(validation, min_count=1, cache=cache)",
        "encode(validation, cache=cache)",
        "training/test_reading.py",
    ),
    fault(
        "validation-text-read-in-its-own-way",
        "api/reading.py",
        "reading = {name: getattr(source, name) for name in reading}",
        "pass",
        "training/test_reading.py::test_validation_is_read_as_the_source_is",
    ),
    fault(
        "all-of-the-text-may-be-held-out",
        "api/reading.py",
        "if not 0 < part < 1:",
        "if not 0 < part <= 1:",
        "training/test_reading.py::test_a_part_that_is_none",
    ),
    fault(
        "max-vocabulary-not-handed-on",
        "api/reading.py",
        "                max_vocabulary=config.max_vocabulary,\n",
        "",
        "training/test_robustness.py::test_nothing_learnt_is_an_error_that_saves_nothing",
    ),
    fault(
        "threads-not-handed-on-to-reading",
        "api/reading.py",
        "                threads=config.n_threads,\n",
        "",
        "training/test_reading.py",
    ),
    fault(
        "cache-not-handed-on",
        "api/reading.py",
        "                cache=cache,\n",
        "",
        "training/test_reading.py",
    ),
    fault(
        "cache-not-handed-on-for-validation",
        "api/reading.py",
        "encode(validation, min_count=1, cache=cache)",
        "encode(validation, min_count=1)",
        "training/test_reading.py",
    ),
    fault(
        "checkpoint-interval-not-handed-on",
        "api/running.py",
        "        _made_by(),\n        options.checkpoint_every,\n",
        "        _made_by(),\n",
        "training/test_checkpoint.py::test_an_interval_of_words_is_kept",
    ),
    fault(
        "checkpoints-of-an-earlier-run-ignored",
        "api/running.py",
        'if not self.resume and any(left.glob("task-*")):',
        "if not left:",
        "training/test_checkpoint.py::"
        "test_another_corpus_or_setting_is_refused_with_the_difference",
    ),
    fault(
        "how-the-text-was-read-not-kept",
        "api/running.py",
        'provenance={**_made_by(), "reading": corpus.reading},',
        "provenance=_made_by(),",
        "training/test_reading.py::test_how_the_text_was_read_is_kept_with_the_model",
    ),
    fault(
        "another-text-resumed",
        "api/running.py",
        '            "corpus": corpus.fingerprint,\n',
        "",
        "training/test_checkpoint.py::test_another_corpus_or_setting_is_refused_with_the_difference",
    ),
    fault(
        "another-held-out-text-resumed",
        "api/running.py",
        "validation.fingerprint if validation else held_out or None,",
        "held_out or None,",
        "training/test_checkpoint.py::test_held_out_text_and_patience_belong_to_a_run_and_threads_do_not",
    ),
    fault(
        "resumed-with-other-threads-refused",
        "api/running.py",
        'for name, value in config.to_dict().items() if name != "threads"}',
        "for name, value in config.to_dict().items()}",
        "training/test_checkpoint.py::test_held_out_text_and_patience_belong_to_a_run_and_threads_do_not",
    ),
    fault(
        "checkpoints-left-when-the-run-has-ended",
        "api/running.py",
        "            if not model.interrupted:\n"
        "                # Only now are the checkpoints of a run that has ended removed.\n"
        "                trainer.checkpoints.clear()\n",
        "",
        "training/test_checkpoint.py::test_a_stopped_run_goes_on_to_the_same_bits",
    ),
    fault(
        "checkpoints-of-a-stopped-run-removed",
        "api/running.py",
        "            if not model.interrupted:\n                # Only",
        "            if model:\n                # Only",
        "training/test_checkpoint.py::test_a_stopped_run_goes_on_to_the_same_bits",
    ),
    fault(
        "numbers-that-ran-away-saved",
        "api/running.py",
        "        except TrainingError:\n            raise\n",
        "",
        "training/test_api.py::test_numbers_that_run_away_stop_the_run",
    ),
    fault(
        "nothing-saved-when-a-callback-raises",
        "api/running.py",
        "            _keep_what_was_learnt(trainer, options, error)\n",
        "",
        "training/test_raising.py",
    ),
    fault(
        "patience-without-a-held-out-loss",
        "api/running.py",
        "if self.patience is not None and not validated:",
        "if self.patience is None and self.patience:",
        "training/test_loss.py::test_patience_ends_a_run_that_no_longer_improves",
    ),
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
        "display-that-fails-stops-the-run",
        "progress.py",
        "        except (OSError, ValueError):\n            # The pipe's",
        "        except ValueError:\n            # The pipe's",
        "training/test_checkpoint.py::test_displays_and_logs_never_stop_a_run",
    ),
    fault(
        "ten-neighbours-whatever-was-asked",
        "cli/query.py",
        "vectors.most_similar(word, k=k)",
        "vectors.most_similar(word)",
        "cli/test_queries.py::test_neighbors",
    ),
    fault(
        "ten-answers-whatever-was-asked",
        "cli/query.py",
        "vectors.analogy(a, b, c, k)",
        "vectors.analogy(a, b, c)",
        "cli/test_queries.py::test_analogy",
    ),
    fault(
        "restriction-of-analogies-dropped",
        "cli/evaluate.py",
        "evaluate_analogies(vectors, file, restrict_vocab=restrict_vocab)",
        "evaluate_analogies(vectors, file)",
        "cli/test_queries.py::test_evaluate",
    ),
    fault(
        "errors-exit-as-if-done",
        "cli/__init__.py",
        '"__notes__", [])]))\n        return 2',
        '"__notes__", [])]))\n        return 0',
        "cli/test_queries.py",
    ),
)
