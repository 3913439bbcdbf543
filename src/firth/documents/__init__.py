"""Sentences and documents from the vectors of words: means, soft cosine, word mover's distance.

::

    encoder.py      means of words; weights.py what each counts; components.py what all share
    soft_cosine.py  bags of words, compared by how similar the words are
    movers.py       word mover's distance, and the nearest documents by it
    reading.py      texts → words, as the model's text was read; lookup.py where their vectors are
    bags.py         documents as different words with counts
    tables.py       vectors of documents → files
"""

from firth.documents.batch import EncodedDocuments
from firth.documents.encoder import DocumentEncoder
from firth.documents.movers import WordMovers
from firth.documents.soft_cosine import SoftCosine
from firth.documents.weights import inverse_document_frequencies

__all__ = [
    "DocumentEncoder",
    "EncodedDocuments",
    "SoftCosine",
    "WordMovers",
    "inverse_document_frequencies",
]
