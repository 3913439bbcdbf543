"""Faults of gensim's classes over firth's, and of putting them in gensim's place."""

from __future__ import annotations

from tools.mutations.fault import fault

_VECTORS, _PHRASES = "dropin/test_keyedvectors.py", "dropin/test_phrases.py"
_PLACE = "dropin/test_substitution.py"
_MODEL, _FASTTEXT = "dropin/test_word2vec.py", "dropin/test_fasttext.py"

FAULTS = (
    fault(
        "a-rate-that-was-given-shrinks-for-frequent-words",
        "gensim/learning.py",
        'found["rate_exponent"] = 0.0',
        'found["rate_exponent"] = 0.5',
        f"{_MODEL}::test_settings_in_firths_words",
    ),
    fault(
        "each-call-of-train-draws-the-same",
        "gensim/learning.py",
        "+ _NEXT_SEED * model.train_count",
        "",
        f"{_MODEL}::test_a_rate_that_is_changed_is_one_that_is_given",
    ),
    fault(
        "callbacks-see-vectors-of-the-begin",
        "gensim/learning.py",
        "        if callbacks:\n            weights.take()\n",
        "",
        f"{_MODEL}::test_callbacks_see_the_model_on_its_way",
    ),
    fault(
        "the-loss-is-that-of-one-pair",
        "gensim/learning.py",
        "(row.loss or 0.0) * (pairs - before[0])",
        "(row.loss or 0.0)",
        f"{_MODEL}::test_the_loss_is_that_of_all_pairs",
    ),
    fault(
        "locked-vectors-move",
        "gensim/training.py",
        'return spread(getattr(self.wv, "vectors_lockf", np.ones(1)), len(self.wv))',
        "return None",
        f"{_MODEL}::test_locked_vectors_stay",
    ),
    fault(
        "new-words-take-the-output-vectors-of-all",
        "gensim/building.py",
        "grown[:known] = self.syn1neg[:known]",
        "pass",
        f"{_MODEL}::test_words_are_added",
    ),
    fault(
        "a-words-own-row-is-not-counted",
        "gensim/fasttext_vectors.py",
        "total /= (counts + 1)",
        "total /= np.maximum(counts, 1)",
        f"{_FASTTEXT}::test_vectors_are_means_of_rows",
    ),
    fault(
        "rows-of-known-ngrams-begin-anew",
        "gensim/fasttext_vectors.py",
        "new = keys[~self.vectors_ngrams[keys].any(axis=1)]",
        "new = keys",
        f"{_FASTTEXT}::test_what_is_learnt_before_stays",
    ),
    fault(
        "search-of-vectors-that-were-replaced",
        "gensim/arrays.py",
        "if known is None or known.source is not self.vectors:",
        "if known is None:",
        f"{_VECTORS}::test_changes_are_seen_by_the_next_search",
    ),
    fault(
        "later-of-equal-keys-counts",
        "gensim/arrays.py",
        "np.flatnonzero(rows >= before)[::-1]",
        "np.flatnonzero(rows >= before)",
        f"{_VECTORS}::test_adding_and_replacing",
    ),
    fault(
        "rows-of-a-part-named-as-those-of-all",
        "gensim/asking.py",
        "np.where(rows[0] >= 0, first, 0)",
        "0",
        f"{_VECTORS}::test_only_some_rows_are_searched",
    ),
    fault(
        "weights-of-a-query-dropped",
        "gensim/asking.py",
        "found.append((part[0], float(part[1])))",
        "found.append((part[0], weight))",
        f"{_VECTORS}::test_neighbours_are_those_of_the_formula",
    ),
    fault(
        "far-words-are-near-too",
        "vectors/analogy.py",
        "return self._value(halves[: self.n_near], halves[self.n_near :])",
        "return self._value(halves, halves[len(halves) :])",
        f"{_VECTORS}::test_products_of_cosines_are_those_of_the_formula",
    ),
    fault(
        "unknown-pairs-count-as-known",
        "gensim/judging.py",
        "(0 if dummy4unknown else unknown)",
        "0",
        f"{_VECTORS}::test_word_pairs",
    ),
    fault(
        "no-significance-of-a-correlation",
        "evaluation/correlation.py",
        "return incomplete_beta(n / 2 - 1, 0.5, (1.0 - correlation) * (1.0 + correlation))",
        "return incomplete_beta(n / 2, 0.5, (1.0 - correlation) * (1.0 + correlation))",
        "evaluation/test_correlation.py",
    ),
    fault(
        "pickles-are-not-refused",
        "gensim/store.py",
        'if what.startswith(("a pickle", "a Python pickle")):',
        "if False:",
        f"{_VECTORS}::test_other_files_are_loaded_or_refused",
    ),
    fault(
        "words-in-between-are-lost",
        "gensim/transformation.py",
        "                yield start, None\n                for passed in between:",
        "                yield start, None\n                for passed in ():",
        f"{_PHRASES}::test_connector_words_stand_within",
    ),
    fault(
        "streams-are-read-once",
        "gensim/transformation.py",
        "if parts is sentence:",
        "if True:",
        f"{_PHRASES}::test_streams_are_read_as_often_as_they_can_be",
    ),
    fault(
        "any-function-that-a-file-names-is-taken",
        "gensim/scoring.py",
        " and tuple(inspect.signature(found).parameters) == PARAMETERS",
        "",
        f"{_PHRASES}::test_a_file_runs_nothing",
    ),
    fault(
        "own-models-of-gensim-get-other-classes",
        "gensim/substitution.py",
        "found.loader = _Then(found.loader, None, self.own_classes)",
        "pass",
        f"{_PLACE}::test_gensims_other_modules_stay_where_it_is_installed",
    ),
    fault(
        "pickles-of-gensim-get-other-classes",
        "gensim/substitution.py",
        "            with self.own_classes():\n                return function",
        "            if True:\n                return function",
        f"{_PLACE}::test_gensims_other_modules_stay_where_it_is_installed",
    ),
    fault(
        "classes-of-gensim-stay-after-an-import-that-fails",
        "gensim/substitution.py",
        "        try:\n            yield\n        finally:\n            _put(ours)",
        "        yield\n        _put(ours)",
        f"{_PLACE}::test_an_import_that_fails_leaves_firths_classes_in_place",
    ),
    fault(
        "the-table-of-calls-answers-another-question",
        "gensim/calls.py",
        'k=1, among=["dog", "king"])[0][0]',
        'k=1, among=["man", "queen"])[0][0]',
        "dropin/test_calls.py::test_both_sides_of_a_line_say_the_same",
    ),
    fault(
        "a-flag-of-word2vec-is-not-explained",
        "config/peers.py",
        '    "save_vocab": "a model\'s folder has its words with their counts; leave it out",\n',
        "",
        "docs/test_coming_from.py::test_who_types_a_flag_is_told_the_same",
    ),
)
