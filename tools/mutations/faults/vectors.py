"""Faults of answers: neighbours, analogies, views, words never seen."""

from __future__ import annotations

from tools.mutations.fault import fault

FAULTS = (
    fault(
        "the-question-is-an-answer",
        "vectors/table.py",
        "query[np.newaxis], k, [asked])",
        "query[np.newaxis], k, [asked[:0]])",
        "vectors/test_vectors.py",
    ),
    fault(
        "words-to-be-far-from-are-answers",
        "vectors/table.py",
        "for part in (*plus, *minus) if _is_word(part))",
        "for part in plus if _is_word(part))",
        "vectors/test_vectors.py",
    ),
    fault(
        "query-of-vectors-as-they-are",
        "vectors/table.py",
        "directions(vector[np.newaxis])[0]",
        "vector",
        "vectors/test_vectors.py",
    ),
    fault(
        "analogy-the-other-way-round",
        "vectors/table.py",
        "self.most_similar([b, c], [a], k)",
        "self.most_similar([a, c], [b], k)",
        "vectors/test_vectors.py",
    ),
    fault(
        "vectors-of-unseen-words-can-be-written",
        "vectors/table.py",
        "else read_only(composed)",
        "else composed",
        "vectors/test_vectors.py",
    ),
    fault(
        "views-can-be-written",
        "vectors/matrix.py",
        "    view.flags.writeable = False\n",
        "",
        "vectors/test_vectors.py",
        "vectors/test_model.py",
    ),
    fault(
        "arrays-of-the-caller-not-copied",
        "vectors/matrix.py",
        "array.copy() if array.flags.writeable else array",
        "array",
        "vectors/test_vectors.py",
    ),
    fault(
        "lengths-of-the-first-block-alone",
        "vectors/matrix.py",
        "for start in range(0, len(matrix), _BLOCK_ROWS):",
        "for start in range(0, min(len(matrix), _BLOCK_ROWS), _BLOCK_ROWS):",
        "vectors/test_vectors.py",
        "vectors/test_search.py",
    ),
    fault(
        "ties-go-to-the-last-row",
        "vectors/search.py",
        "np.lexsort((-all_cosines, places))",
        "np.lexsort((-all_rows, -all_cosines, places))",
        "vectors/test_search.py",
        "vectors/test_vectors.py::test_ties_go_to_the_word_listed_first",
    ),
    fault(
        "float32-believed",
        "vectors/search.py",
        "self.error = (rows.shape[1] + 10) * _ROUNDING",
        "self.error = 0.0",
        "vectors/test_search.py",
    ),
    fault(
        "one-row-of-each-block-left-out",
        "vectors/search.py",
        "row + self.first])",
        "row + max(0, self.first - 1)])",
        "vectors/test_search.py",
    ),
    fault(
        "rows-excluded-in-the-first-block-alone",
        "vectors/search.py",
        "self.rows[start:stop] - first] = -np.inf",
        "self.rows[start:stop] - first] = -np.inf if first == 0 else 0",
        "vectors/test_search.py",
    ),
    fault(
        "rows-do-not-move-with-their-words",
        "vectors/named.py",
        "read_only(matrix[order])",
        "read_only(matrix.copy())",
        "vectors/test_model.py",
    ),
    fault(
        "one-node-too-many-accepted",
        "vectors/named.py",
        "lambda n_words: n_words - 1,",
        "lambda n_words: n_words,",
        "vectors/test_model.py",
    ),
    fault(
        "unseen-word-of-all-its-n-grams",
        "vectors/unseen.py",
        "np.array(known)) / len(known)",
        "np.array(known)) / (len(known) + 1)",
        "training/test_subwords.py::test_an_unseen_word_is_the_mean_of_its_known_ngrams",
    ),
)
