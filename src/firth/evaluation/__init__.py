"""Judge vectors by what people said, by what came next, and by what they say of people.

::

    similarity.py, analogies.py, categories.py, outliers.py, axes.py    sets that people made
    items.py, links.py    what was held out: last items, edges; baselines beside
    bias/                 WEAT, RND, ECT, RNSB, with published lists of words
    sets.py, layouts.py   sets of any kind, recognised by what they hold
    figures.py            figures over items, with intervals and differences by the bootstrap
    formulas.py           figures as functions of weights of items
    report.py             several models on several sets
    stability.py          what models of one text agree on; its report, averaged models
    alignment.py, comparing.py, shift.py    models of several texts, times or settings

Similarity and analogies follow gensim's ``evaluate_word_pairs`` and ``evaluate_word_analogies``
with their default settings, so that figures can be set side by side; the tests compare them.
"""

from firth.evaluation.analogies import AnalogyResult, AnalogySection, evaluate_analogies
from firth.evaluation.averaging import averaged
from firth.evaluation.axes import AxisResult, axis_direction, evaluate_axes
from firth.evaluation.bias import (
    BiasMeasure,
    BiasResult,
    WordSet,
    coherence_test,
    evaluate_bias,
    negative_sentiment,
    norm_distance,
    read_word_set,
    weat,
    word_set,
    word_sets,
)
from firth.evaluation.categories import CategoryResult, evaluate_categories
from firth.evaluation.comparing import Comparison, compare
from firth.evaluation.correlation import Correlation, correlations, pearson, spearman
from firth.evaluation.figures import Bootstrap, Difference, Figure, Interval
from firth.evaluation.items import evaluate_next_items, hold_out_last
from firth.evaluation.links import evaluate_links
from firth.evaluation.outliers import OutlierResult, evaluate_outliers
from firth.evaluation.report import Report, evaluate
from firth.evaluation.sets import EvaluationSet, HowToJudge, open_set
from firth.evaluation.shift import Shift, benjamini_hochberg
from firth.evaluation.similarity import SimilarityResult, evaluate_similarity
from firth.evaluation.stability import Stability

__all__ = [
    "AnalogyResult",
    "AnalogySection",
    "AxisResult",
    "BiasMeasure",
    "BiasResult",
    "Bootstrap",
    "CategoryResult",
    "Comparison",
    "Correlation",
    "Difference",
    "EvaluationSet",
    "Figure",
    "HowToJudge",
    "Interval",
    "OutlierResult",
    "Report",
    "Shift",
    "SimilarityResult",
    "Stability",
    "WordSet",
    "averaged",
    "axis_direction",
    "benjamini_hochberg",
    "coherence_test",
    "compare",
    "correlations",
    "evaluate",
    "evaluate_analogies",
    "evaluate_axes",
    "evaluate_bias",
    "evaluate_categories",
    "evaluate_links",
    "evaluate_next_items",
    "evaluate_outliers",
    "evaluate_similarity",
    "hold_out_last",
    "negative_sentiment",
    "norm_distance",
    "open_set",
    "pearson",
    "read_word_set",
    "spearman",
    "weat",
    "word_set",
    "word_sets",
]
