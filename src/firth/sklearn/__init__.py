"""Estimators for scikit-learn: documents to vectors, and items of event logs to vectors.

::

    settings.py     every option of training as a parameter that scikit-learn sees
    vectorizer.py   documents → vectors: `WordVectorizer`
    items.py        a column of items → vectors: `ItemEmbedder`
    columns.py      columns of whatever frame or array is given
"""

from __future__ import annotations

from firth.errors import MissingExtraError

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError as error:
    raise MissingExtraError("scikit-learn", "sklearn") from error

from firth.sklearn.items import ItemEmbedder
from firth.sklearn.vectorizer import WordVectorizer

__all__ = ["ItemEmbedder", "WordVectorizer"]
