"""Faults of the course exercise: the checker, the classic run's report, the mathematics."""

from __future__ import annotations

from tools.mutations.fault import fault

_CHECKING = "recipes/checking/"
_CHECKED = "recipes/test_checking.py::"

FAULTS = (
    fault(
        "slips-known-by-one-call",
        f"{_CHECKING}judge.py",
        "    return all(same(a, b) for a, b in zip(got, expected, strict=True))",
        "    return any(same(a, b) for a, b in zip(got, expected, strict=True))",
        f"{_CHECKED}test_a_slip_is_known_by_its_result",
    ),
    fault(
        "shapes-not-looked-at",
        f"{_CHECKING}judge.py",
        "    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))",
        "    return bool(np.allclose(a.ravel(), b.ravel(), rtol=1e-5, atol=1e-7))"
        " if a.size == b.size else False",
        f"{_CHECKED}test_other_faults_are_told_as_what_they_are",
    ),
    fault(
        "one-loss-has-to-be-a-scalar",
        f"{_CHECKING}judge.py",
        "    if b.ndim == 0 and a.size == 1:\n        a = a.reshape(())\n",
        "",
        f"{_CHECKED}test_a_right_program_is_right_however_it_is_written",
    ),
    fault(
        "what-a-fault-elsewhere-ends-is-called-wrong",
        f"{_CHECKING}judge.py",
        "        replace(verdict, right=None)\n",
        "        verdict\n",
        f"{_CHECKED}test_what_a_fault_elsewhere_ends_is_left_open",
    ),
    fault(
        "the-exercises-package-has-all-names-of-python",
        f"{_CHECKING}child.py",
        '        if name.startswith("__"):\n',
        '        if name.startswith("__path"):\n',
        f"{_CHECKED}test_all_names_of_the_exercises_package_can_be_imported",
    ),
    fault(
        "noise-equal-to-the-outside-word-is-taken",
        f"{_CHECKING}cases.py",
        "        if draws[at % len(draws)] != outside:\n",
        "        if at >= 0:\n",
        f"{_CHECKED}test_a_right_program_is_right_however_it_is_written",
    ),
    fault(
        "programs-without-a-time-limit",
        f"{_CHECKING}process.py",
        "                process.wait(seconds)\n",
        "                process.wait()\n",
        f"{_CHECKED}test_the_command",
    ),
    fault(
        "arguments-may-be-changed",
        f"{_CHECKING}judge.py",
        '    if not names or part.output != last or part.role == "sgd":\n',
        '    if names or part.output != last or part.role == "sgd":\n',
        f"{_CHECKED}test_other_faults_are_told_as_what_they_are",
    ),
    fault(
        "pairs-ranked-without-the-mean-of-their-controls",
        "recipes/standing.py",
        "        mine = vectors[rows[one]] - means[one]\n",
        "        mine = vectors[rows[one]]\n",
        "recipes/test_outputs.py::test_a_pair_is_ranked_among_words_that_occur_as_often",
    ),
    fault(
        "windows-without-words-are-counted",
        "recipes/floors.py",
        "        chance.append(float(weight[filled].sum()))\n",
        "        chance.append(1.0)\n",
        "recipes/test_classic.py::test_what_models_cost_that_know_no_pairs",
    ),
    fault(
        "a-step-timed-with-all-threads-of-blas",
        "recipes/cost.py",
        "    with one_blas_thread():\n        while made",
        "    if step is not None:\n        while made",
        "recipes/test_outputs.py::test_a_step_is_timed_on_one_core",
    ),
    fault(
        "row-minus-one-is-the-last",
        "reference.py",
        "    wrong = found[(found < 0) | (found >= len(matrix))]\n",
        "    wrong = found[found >= len(matrix)]\n",
        "reference/test_identities.py::test_a_row_that_a_matrix_does_not_have_is_refused",
    ),
)
