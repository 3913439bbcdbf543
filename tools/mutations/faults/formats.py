"""Faults of vectors on their way in and out, and of what is settled by the size of a run."""

from __future__ import annotations

from tools.mutations.fault import fault

_FORMATS = "formats/"
_TEXT = "formats/test_word2vec.py"

FAULTS = (
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
        'data[first : first + 1].tobytes() == b"\\n"',
        'data[first : first + 1].tobytes() == b"\\r"',
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
