"""Text, tables and iterables → vocabulary and numbered sentences on disk.

Those who look up words in a finished model need no readers of text: names are imported when they
are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.corpus.encoded import EncodedCorpus
    from firth.corpus.encoding import encode
    from firth.corpus.evidence import Contexts, contexts
    from firth.corpus.numbering import EncodeProgress
    from firth.corpus.ranges import Ranges
    from firth.corpus.samples import SAMPLES, Sample, provenance, sample_paths
    from firth.corpus.sources import Corpus, open_corpus
    from firth.corpus.tokenized import TokenBatch
    from firth.corpus.tokenizers import TOKENIZERS
    from firth.corpus.vocabulary import KEEP_FORMULAS, Vocabulary
    from firth.corpus.wordlist import WordList

_HOMES = {
    "KEEP_FORMULAS": "firth.corpus.vocabulary",
    "SAMPLES": "firth.corpus.samples",
    "TOKENIZERS": "firth.corpus.tokenizers",
    "Contexts": "firth.corpus.evidence",
    "Corpus": "firth.corpus.sources",
    "EncodeProgress": "firth.corpus.numbering",
    "EncodedCorpus": "firth.corpus.encoded",
    "Ranges": "firth.corpus.ranges",
    "Sample": "firth.corpus.samples",
    "TokenBatch": "firth.corpus.tokenized",
    "Vocabulary": "firth.corpus.vocabulary",
    "WordList": "firth.corpus.wordlist",
    "contexts": "firth.corpus.evidence",
    "encode": "firth.corpus.encoding",
    "open_corpus": "firth.corpus.sources",
    "provenance": "firth.corpus.samples",
    "sample_paths": "firth.corpus.samples",
}

__all__ = [
    "KEEP_FORMULAS",
    "SAMPLES",
    "TOKENIZERS",
    "Contexts",
    "Corpus",
    "EncodeProgress",
    "EncodedCorpus",
    "Ranges",
    "Sample",
    "TokenBatch",
    "Vocabulary",
    "WordList",
    "contexts",
    "encode",
    "open_corpus",
    "provenance",
    "sample_paths",
]

__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
