"""Words and their vectors: look up, compare, find neighbours, compose what has no row."""

from firth.vectors.matrix import FloatMatrix
from firth.vectors.table import WordVectors

__all__ = ["FloatMatrix", "WordVectors"]
