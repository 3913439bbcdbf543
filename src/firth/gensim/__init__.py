"""gensim 4's classes, made by firth: for programs that were written for gensim.

>>> from firth.gensim import KeyedVectors, Word2Vec
>>> vectors = KeyedVectors(2)
>>> vectors.add_vectors(["cat", "dog", "car"], [[1.0, 0.1], [1.0, 0.2], [0.0, 1.0]])
>>> vectors.most_similar("cat", topn=1)[0][0]
'dog'

A program that imports gensim itself runs unchanged with ``python -m firth.gensim script.py``, or in
a notebook after ``%load_ext firth.gensim``; ``docs/gensim.md`` says what is different.

::

    keyedvectors.py     KeyedVectors: of keys.py, arrays.py, comparing.py, asking.py, judging.py,
                        word2vec_files.py and store.py
    phrases.py          Phrases, FrozenPhrases: of transformation.py, scoring.py
    word2vec.py         Word2Vec: of state.py, counting.py, building.py, learning.py, training.py,
                        predicting.py and model_files.py
    fasttext.py         FastText: with fasttext_vectors.py, facebook.py
    callbacks.py        CallbackAny2Vec
    sentences.py        LineSentence and the like
    names.py            which module of gensim has which of these
    substitution.py     puts them where programs import gensim; running.py runs programs so
    calls.py            what a call of gensim is in firth's own words
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firth.gensim.names import HOMES
from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.gensim.callbacks import CallbackAny2Vec
    from firth.gensim.fasttext import FastText
    from firth.gensim.fasttext_vectors import FastTextKeyedVectors
    from firth.gensim.keyedvectors import KeyedVectors
    from firth.gensim.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
    from firth.gensim.sentences import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
    from firth.gensim.substitution import install
    from firth.gensim.word2vec import Word2Vec

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "BrownCorpus",
    "CallbackAny2Vec",
    "FastText",
    "FastTextKeyedVectors",
    "FrozenPhrases",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Phraser",
    "Phrases",
    "Text8Corpus",
    "Word2Vec",
    "install",
]

__getattr__ = lazy_names(__name__, HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(_: Any) -> None:
    """Put firth where gensim is imported, from here on: ``%load_ext firth.gensim``."""
    from firth.gensim.substitution import install

    install()
