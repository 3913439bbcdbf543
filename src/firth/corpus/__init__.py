"""Text, tables and iterables → vocabulary and numbered sentences on disk."""

from firth.corpus.encode import encode
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.numbering import EncodeProgress
from firth.corpus.ranges import Ranges
from firth.corpus.samples import SAMPLES, Sample, provenance, sample_paths
from firth.corpus.sources import Corpus, TokenBatch, open_corpus
from firth.corpus.tokenizers import TOKENIZERS
from firth.corpus.vocabulary import KEEP_FORMULAS, Vocabulary
from firth.corpus.wordlist import WordList

__all__ = [
    "KEEP_FORMULAS",
    "SAMPLES",
    "TOKENIZERS",
    "Corpus",
    "EncodeProgress",
    "EncodedCorpus",
    "Ranges",
    "Sample",
    "TokenBatch",
    "Vocabulary",
    "WordList",
    "encode",
    "open_corpus",
    "provenance",
    "sample_paths",
]
