"""Associations of words with groups of people, as published tests measure them.

::

    word_sets.py     lists of words: those of papers by name, those of a file
    association.py   WEAT: effect size and p-value
    coherence.py     RND, ECT, RNSB
    judging.py       all of these on one set

What none of them shows: whether a model does harm where it is used (Goldfarb-Tarrant et al.,
"Intrinsic Bias Metrics Do Not Correlate with Application Bias", ACL 2021); that there is no bias
where a test finds none, which holds for these words only (Ethayarajh, Duvenaud and Hirst,
"Understanding Undesirable Word Embedding Associations", ACL 2019, show how lists can be chosen so
that a test says anything); or what the texts' authors think.
"""

from firth.evaluation.bias.association import Weat, weat
from firth.evaluation.bias.coherence import coherence_test, negative_sentiment, norm_distance
from firth.evaluation.bias.judging import BiasMeasure, BiasResult, evaluate_bias
from firth.evaluation.bias.word_sets import WordSet, read_word_set, word_set, word_sets

__all__ = [
    "BiasMeasure",
    "BiasResult",
    "Weat",
    "WordSet",
    "coherence_test",
    "evaluate_bias",
    "negative_sentiment",
    "norm_distance",
    "read_word_set",
    "weat",
    "word_set",
    "word_sets",
]
