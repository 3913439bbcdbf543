"""Faults of evaluation: figures, drawings, sets, items, associations."""

from __future__ import annotations

from tools.mutations.fault import fault

FAULTS = (
    fault(
        "ranks-of-drawings-without-ties",
        "evaluation/formulas.py",
        "np.cumsum(totals, axis=1) - (totals - 1) / 2",
        "np.cumsum(totals, axis=1)",
        "evaluation/test_figures.py",
    ),
    fault(
        "an-item-makes-a-pair-with-itself",
        "evaluation/formulas.py",
        "(_summed(weights, group) ** 2 - _summed(squares, group)) / 2",
        "(_summed(weights, group) ** 2 - _summed(weights, group)) / 2",
        "evaluation/test_figures.py",
    ),
    fault(
        "questions-drawn-one-by-one",
        "evaluation/figures.py",
        "if self.units is None:\n            return self.columns",
        "if True:\n            return self.columns",
        "evaluation/test_figures.py",
    ),
    fault(
        "models-compared-on-different-items",
        "evaluation/figures.py",
        "pair = first.take(one), second.take(other)",
        "pair = first.take(one), second.take(one)",
        "evaluation/test_sets.py",
    ),
    fault(
        "pvalue-of-one-side",
        "evaluation/figures.py",
        "min(1.0, 2 * sides / (len(found) + 1))",
        "min(1.0, sides / (len(found) + 1))",
        "evaluation/test_figures.py",
    ),
    fault(
        "given-words-answer-analogies",
        "vectors/analogy_many.py",
        "listed = barred, _Listed(answers)",
        "listed = _Listed(answers), _Listed(answers)",
        "evaluation/test_methods.py",
    ),
    fault(
        "analogies-beside-threads-that-wait-busily",
        "vectors/analogy_many.py",
        "with one_blas_thread():",
        "if True:",
        "evaluation/test_methods.py",
    ),
    fault(
        "ties-of-analogies-go-to-any-row",
        "vectors/analogy_many.py",
        "found[some.start + tied] |= row < firsts[some.start + tied]",
        "found[some.start + tied] |= False",
        "evaluation/test_methods.py",
    ),
    fault(
        "a-huge-text-read-to-its-end-as-a-set",
        "evaluation/lines.py",
        "file.read(LARGEST + 1)",
        "file.read()",
        "evaluation/test_sets.py",
    ),
    fault(
        "outliers-found-on-a-tie",
        "evaluation/outliers.py",
        "inside[:, np.newaxis] + to_outliers > to_outliers.sum(axis=0) + 1e-12",
        "inside[:, np.newaxis] > to_outliers.sum(axis=0) + 1e-12",
        "evaluation/test_sets.py",
    ),
    fault(
        "effect-size-by-the-sample-deviation",
        "evaluation/bias/association.py",
        "spread = float(s.std())",
        "spread = float(s.std(ddof=1))",
        "evaluation/test_bias.py",
    ),
    fault(
        "drawn-divisions-without-the-given-one",
        "evaluation/bias/association.py",
        "above = 1  # the given one",
        "above = 0",
        "evaluation/test_bias.py",
    ),
    fault(
        "what-was-seen-is-recommended",
        "evaluation/items.py",
        "scores[line, contexts[place]] = -np.inf",
        "scores[line, contexts[place][:0]] = -np.inf",
        "evaluation/test_items.py",
    ),
    fault(
        "baselines-know-the-last-item",
        "evaluation/items.py",
        "counted = held.before if training is None",
        "counted = [[*a, b] for a, b in zip(*held)] if training is None",
        "evaluation/test_items.py",
    ),
    fault(
        "equal-links-count-as-right",
        "evaluation/links.py",
        'for side in ("left", "right")',
        'for side in ("right", "right")',
        "evaluation/test_items.py",
    ),
)
