"""Vectors as an embedding layer of PyTorch, without a copy.

JAX and others need nothing of firth's: ``jax.device_put(vectors.matrix)`` takes the array as it is,
and :class:`~firth.vectors.WordVectors` takes theirs. PyTorch has no read-only tensors, though.
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from firth.errors import MissingExtraError
from firth.values import Flag
from firth.vectors import WordVectors


def to_torch(vectors: WordVectors, *, freeze: bool = True) -> Any:
    """Return an embedding layer whose row i is the vector of word i.

    ``vectors.index(word)`` is the number of a word. The way back is
    ``WordVectors(words, layer.weight.detach())``.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words.
    freeze : bool
        The layer does not learn, and shares the memory of the vectors: do not write to its
        weights, for vectors that are mapped from a file cannot be written, and a program that tries
        to is ended. Else it learns, and its weights are a copy.

    Returns
    -------
    torch.nn.Embedding
        ``V`` rows, on the CPU; as the vectors, float32 or float64.

    Raises
    ------
    MissingExtraError
        PyTorch is not installed.
    """
    shared = Flag().check("freeze", freeze)
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        raise MissingExtraError("torch", "torch") from error
    weights = _shared(torch, vectors.matrix) if shared else torch.from_dlpack(vectors.matrix.copy())
    return torch.nn.Embedding.from_pretrained(weights, freeze=shared)


def _shared(torch: Any, matrix: Any) -> Any:
    try:
        return torch.from_dlpack(matrix)
    except BufferError:  # before PyTorch 2.9 no read-only array is taken so
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writ", UserWarning)
            return torch.from_numpy(matrix)
