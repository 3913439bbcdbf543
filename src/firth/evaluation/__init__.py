"""Judge vectors by what people said: word similarity and word analogies.

Both measures follow gensim's ``evaluate_word_pairs`` and ``evaluate_word_analogies`` with their
default settings, so that figures can be set side by side; the tests compare them.
"""

from firth.evaluation.analogies import AnalogyResult, AnalogySection, evaluate_analogies
from firth.evaluation.averaging import averaged
from firth.evaluation.comparing import Comparison, compare
from firth.evaluation.correlation import Correlation, correlations, pearson, spearman
from firth.evaluation.shift import Shift, benjamini_hochberg
from firth.evaluation.similarity import SimilarityResult, evaluate_similarity
from firth.evaluation.stability import Stability

__all__ = [
    "AnalogyResult",
    "AnalogySection",
    "Comparison",
    "Correlation",
    "Shift",
    "SimilarityResult",
    "Stability",
    "averaged",
    "benjamini_hochberg",
    "compare",
    "correlations",
    "evaluate_analogies",
    "evaluate_similarity",
    "pearson",
    "spearman",
]
