"""Words and their vectors: look up, compare, find neighbours, predict, compose what has no row."""

from firth.vectors.matrix import FloatMatrix
from firth.vectors.predict import Prediction
from firth.vectors.table import WordVectors

__all__ = ["FloatMatrix", "Prediction", "WordVectors"]
