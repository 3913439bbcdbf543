"""Faults of vectors on their way in and out, and of what is settled by the size of a run."""

from __future__ import annotations

from tools.mutations.fault import fault

_FORMATS = "formats/"
_TEXT = "formats/test_word2vec.py"

FAULTS = (
    fault(
        "all-words-of-fasttext-composed-for-one",
        "vectors/held.py",
        "if later is not None and wanted <= self.shape[0] // _PART:",
        "if later is not None and wanted <= 0:",
        "formats/test_fasttext.py::test_vectors_are_composed_when_they_are_wanted",
    ),
    fault(
        "words-of-fasttext-composed-one-by-one-for-ever",
        "vectors/held.py",
        "if later is not None and wanted <= self.shape[0] // _PART:",
        "if later is not None:",
        "formats/test_fasttext.py::test_vectors_are_composed_when_they_are_wanted",
    ),
    fault(
        "numbers-of-a-header-believed",
        f"{_FORMATS}source.py",
        "if self.size is not None and size > self.size - self.offset:",
        "if self.size is not None and size < 0:",
        f"{_TEXT}::test_what_is_wrong_is_said_and_where",
    ),
    fault(
        "line-feed-of-the-first-vector-forgotten",
        f"{_FORMATS}word2vec_binary.py",
        'line_feed = data[first : first + 1].tobytes() == b"\\n"',
        'line_feed = data[first : first + 1].tobytes() == b"\\r"',
        f"{_TEXT}::test_golden_files",
    ),
    fault(
        "words-that-occur-twice-kept",
        f"{_FORMATS}reading.py",
        'if duplicates == "refuse":',
        'if duplicates == "nothing":',
        "formats/test_registry.py::test_words_that_occur_twice",
    ),
    fault(
        "offsets-of-words-believed",
        f"{_FORMATS}safetensors_file.py",
        "if offsets[0] or offsets[-1] != len(text) or (np.diff(offsets) < 0).any():",
        "if offsets[0] or offsets[-1] != len(text):",
        "formats/test_safetensors_file.py::test_damage_is_said",
    ),
    fault(
        "scales-of-int8-forgotten",
        f"{_FORMATS}precision.py",
        "part *= scales[start : start + _ROWS, np.newaxis]",
        "part *= 1",
        "formats/test_safetensors_file.py::test_int8_is_within_half_a_scale",
    ),
    fault(
        "numbers-beyond-a-precision-written",
        f"{_FORMATS}precision.py",
        "if found.dtype.itemsize < part.dtype.itemsize and not np.isfinite(found).all():",
        "if found.dtype.itemsize < part.dtype.itemsize and np.isnan(found).all():",
        "formats/test_safetensors_file.py::test_what_a_precision_cannot_hold_is_refused",
    ),
    fault(
        "widened-numbers-not-looked-at",
        f"{_FORMATS}safetensors_file.py",
        "if wide is not matrix:",
        "if wide is matrix:",
        "formats/test_safetensors_file.py",
    ),
    fault(
        "rows-of-floret-in-any-order",
        f"{_FORMATS}floret.py",
        "if not found.array.equals(expected):",
        "if len(found) != len(expected):",
        "formats/test_floret.py::test_damage_is_said",
    ),
    fault(
        "long-words-count-ngrams-once",
        f"{_FORMATS}fasttext_rows.py",
        "settings.buckets, keys, repeats=True",
        "settings.buckets, keys, repeats=False",
        "formats/test_fasttext.py::test_long_words_that_are_not_listed_count_every_ngram",
    ),
    fault(
        "repeats-lost-in-a-folder",
        f"{_FORMATS}folder.py",
        'config |= {"repeats": True} if ngrams.repeats else {}',
        "config |= {}",
        "formats/test_fasttext.py::test_long_words_that_are_not_listed_count_every_ngram",
    ),
    fault(
        "settings-lost-without-a-word",
        f"{_FORMATS}writing.py",
        'contents.trained and known is FORMATS["firth"]',
        'contents.trained and known is FORMATS["numpy"]',
        "formats/test_registry.py::test_what_a_model_loses_is_said_where_a_folder_looks_like_one",
    ),
    fault(
        "tabs-between-numbers-not-counted",
        f"{_FORMATS}kernels/decimals.py",
        "if tabs == dim - 1 and _numbers(",
        "if tabs >= 0 and _numbers(",
        "formats/test_projector.py::test_damage_is_named",
    ),
    fault(
        "a-row-that-is-not-finite-copied",
        f"{_FORMATS}kernels/records.py",
        "if largest == np.uint32(_EXPONENT):",
        "if largest == np.uint32(1):",
        "formats/test_word2vec.py::test_what_is_wrong_is_said_and_where",
    ),
    fault(
        "hashes-that-are-the-same-decide",
        f"{_FORMATS}words.py",
        "        if (hashes[1:] != hashes[:-1]).all():\n            return True\n",
        "        return bool((hashes[1:] != hashes[:-1]).all())\n",
        "formats/test_registry.py::test_words_are_compared_by_hashes_where_they_are_many",
    ),
    fault(
        "six-digits-do",
        f"{_FORMATS}kernels/digits.py",
        "if np.float32(value * BELOW) == np.float32(size) == np.float32(value * ABOVE):",
        "if digits >= _FEWEST:",
        "formats/test_digits.py",
    ),
    fault(
        "words-of-a-list-in-the-order-of-the-file",
        f"{_FORMATS}transform.py",
        "            words=wanted,\n            matrix=contents.matrix[rows],",
        "            words=wanted,\n            matrix=contents.matrix[np.sort(rows)],",
        "formats/test_floret.py::test_words_of_tables_that_list_theirs",
    ),
    fault(
        "halves-of-a-hash-in-another-order",
        "vectors/hashed.py",
        "return np.stack([one, two], axis=1)",
        "return np.stack([two, one], axis=1)",
        "formats/test_floret.py::test_the_hash_of_texts_of_all_lengths",
    ),
    fault(
        "the-whole-word-is-no-part",
        "vectors/hashed.py",
        "return [text.encode() for text in (whole, *runs)]",
        "return [text.encode() for text in runs]",
        "formats/test_floret.py::test_these_bytes_are_read",
    ),
    fault(
        "answers-of-all-words",
        "vectors/among.py",
        "return np.flatnonzero(~keep)",
        "return np.flatnonzero(keep & ~keep)",
        "vectors/test_asking.py",
    ),
    fault(
        "visits-without-subsampling",
        "training/engine/size.py",
        "vocabulary.keep_probabilities(config.sample)",
        "vocabulary.keep_probabilities(0)",
        "training/test_size.py::test_visits_count_what_subsampling_keeps_in_all_epochs",
    ),
)
