"""Words and their vectors: look up, compare, find neighbours, compose what has no row."""

from firth.vectors.table import FloatMatrix, WordVectors

__all__ = ["FloatMatrix", "WordVectors"]
