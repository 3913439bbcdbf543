"""Correlations and how likely chance gives them: by known figures, by simulation, by SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from firth.errors import EvaluationError
from firth.evaluation import correlations, pearson, spearman
from firth.evaluation.correlation import incomplete_beta, significance


def test_tables_of_student():
    # Two-sided 5 % and 1 % points of r (Fisher and Yates, "Statistical Tables", table VII).
    for n, five, one in ((3, 0.99692, 0.999877), (7, 0.7545, 0.8745), (12, 0.5760, 0.7079),
                         (102, 0.1946, 0.2540)):  # fmt: skip
        assert significance(five, n) == pytest.approx(0.05, rel=2e-3)
        assert significance(-one, n) == pytest.approx(0.01, rel=5e-3)
    assert significance(0.0, 50) == pytest.approx(1.0) and significance(0.9, 2) == 1.0


def test_the_incomplete_beta_function():
    for x in (0.0, 1e-9, 0.3, 0.7, 1 - 1e-9, 1.0):
        assert incomplete_beta(1, 1, x) == pytest.approx(x, abs=1e-14)
        assert incomplete_beta(3, 1, x) == pytest.approx(x**3, abs=1e-14)
        assert incomplete_beta(2.5, 40, x) + incomplete_beta(40, 2.5, 1 - x) == pytest.approx(1)
    assert incomplete_beta(5000.0, 0.5, 0.999) == pytest.approx(0.00157, abs=2e-4)


def test_both_correlations_of_some_pairs():
    rng = np.random.default_rng(3)
    first = rng.normal(size=30)
    second = np.exp(first) + rng.normal(size=30)
    (r, p), (rho, _) = correlations(first, second)
    assert r == pytest.approx(np.corrcoef(first, second)[0, 1]) and r == pearson(first, second)
    assert rho == spearman(first, second) and 0 < p < 1e-3
    assert correlations([1, 2, 3], [2, 2, 2])[0] == (0.0, 1.0)
    with pytest.raises(EvaluationError, match="1 pairs; at least 2"):
        correlations([1], [2])


@pytest.mark.peers
def test_figures_equal_scipys():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(4)
    for n in (3, 10, 400, 5000):
        first = rng.integers(0, 9, n)
        second = first + rng.normal(size=n) * rng.choice([1, 10, 100])
        ours = correlations(first, second)
        for found, known in zip(
            ours, (stats.pearsonr(first, second), stats.spearmanr(first, second)), strict=True
        ):
            assert found.statistic == pytest.approx(known[0], abs=1e-12)
            assert found.pvalue == pytest.approx(known[1], rel=1e-8, abs=1e-300)
