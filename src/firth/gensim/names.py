"""Which name of gensim is in which module here."""

from __future__ import annotations

from typing import NamedTuple


class Module(NamedTuple):
    """A module of gensim that firth has something for.

    Attributes
    ----------
    homes : tuple of str
        Modules of firth that have its names, the first that has one counts. Those that there are
        not are passed over; without any, gensim's own module stays.
    classes : tuple of str
        Those that ``gensim.models`` has too.
    always : bool
        It takes the place of gensim's module. Else it stands in where gensim is not installed.
    """

    homes: tuple[str, ...]
    classes: tuple[str, ...] = ()
    always: bool = True


MODULES = {
    "gensim.models.keyedvectors": Module(("firth.gensim.keyedvectors",), ("KeyedVectors",)),
    "gensim.models.phrases": Module(("firth.gensim.phrases",), ("Phrases",)),
    "gensim.models.word2vec": Module(
        ("firth.gensim.word2vec", "firth.gensim.sentences"), ("Word2Vec",)
    ),
    "gensim.models.fasttext": Module(("firth.gensim.fasttext",), ("FastText",)),
    "gensim.models.doc2vec": Module(("firth.gensim.doc2vec",), ("Doc2Vec",)),
    "gensim.models.callbacks": Module(("firth.gensim.callbacks",), always=False),
    "gensim.utils": Module(("firth.gensim.utils",), always=False),
}
"""By gensim's name."""

HOMES = {
    "BrownCorpus": "firth.gensim.sentences",
    "Doc2Vec": "firth.gensim.doc2vec",
    "CallbackAny2Vec": "firth.gensim.callbacks",
    "ENGLISH_CONNECTOR_WORDS": "firth.gensim.phrases",
    "FastText": "firth.gensim.fasttext",
    "FastTextKeyedVectors": "firth.gensim.fasttext_vectors",
    "FrozenPhrases": "firth.gensim.phrases",
    "KeyedVectors": "firth.gensim.keyedvectors",
    "LineSentence": "firth.gensim.sentences",
    "PathLineSentences": "firth.gensim.sentences",
    "Phraser": "firth.gensim.phrases",
    "Phrases": "firth.gensim.phrases",
    "Text8Corpus": "firth.gensim.sentences",
    "Word2Vec": "firth.gensim.word2vec",
    "install": "firth.gensim.substitution",
}
"""Public names of this package, with the module that has each."""
