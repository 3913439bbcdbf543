"""Judge vectors by what people said: word similarity and word analogies.

Both measures follow gensim's ``evaluate_word_pairs`` and ``evaluate_word_analogies`` with their
default settings, so that figures can be set side by side; the tests compare them.
"""

from firth.evaluation.analogies import AnalogyResult, AnalogySection, evaluate_analogies
from firth.evaluation.correlation import Correlation, correlations, pearson, spearman
from firth.evaluation.similarity import SimilarityResult, evaluate_similarity

__all__ = [
    "AnalogyResult",
    "AnalogySection",
    "Correlation",
    "SimilarityResult",
    "correlations",
    "evaluate_analogies",
    "evaluate_similarity",
    "pearson",
    "spearman",
]
