"""Embedding layers of PyTorch: by a stand-in, and by PyTorch where it is installed."""

from __future__ import annotations

import importlib
import sys
import types
import warnings

import numpy as np
import pytest

from firth.errors import ConfigError, MissingExtraError
from firth.formats.torch import to_torch
from firth.vectors import WordVectors

MATRIX = np.arange(64, dtype=np.float32).reshape(4, 16)
WORDS = ["a", "b", "c", "d"]


class Embedding:
    def __init__(self, weight, freeze):
        self.weight, self.freeze = weight, freeze

    @classmethod
    def from_pretrained(cls, weights, freeze):
        return cls(weights, freeze)


def stand_in(old):
    """PyTorch as far as it is asked for; an old one takes no read-only array by DLPack."""

    def from_dlpack(array):
        array.__dlpack__(**({} if old else {"max_version": (1, 0)}))
        return array.view()

    def from_numpy(array):
        if not array.flags.writeable:
            warnings.warn("The given NumPy array is not writable, and …", UserWarning, stacklevel=2)
        return array.view()

    nn = types.SimpleNamespace(Embedding=Embedding)
    return types.SimpleNamespace(from_dlpack=from_dlpack, from_numpy=from_numpy, nn=nn)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("dim", [16, 5])
def test_a_frozen_layer_shares_memory_and_one_that_learns_does_not(monkeypatch, old, dim):
    monkeypatch.setitem(sys.modules, "torch", stand_in(old))
    matrix = MATRIX.copy()[:, :dim]
    matrix.flags.writeable = False
    vectors = WordVectors(WORDS, matrix)
    frozen, learning = to_torch(vectors), to_torch(vectors, freeze=False)
    assert frozen.freeze and frozen.weight.ctypes.data == vectors.matrix.ctypes.data
    assert frozen.weight.strides == vectors.matrix.strides
    assert not learning.freeze and learning.weight.flags.writeable
    assert not np.shares_memory(learning.weight, vectors.matrix)
    np.testing.assert_array_equal(learning.weight, vectors.matrix)


def test_without_pytorch(monkeypatch):
    def absent(name, *_):
        raise ImportError(name)

    vectors = WordVectors(WORDS, MATRIX)
    with pytest.raises(ConfigError, match="freeze is 1; it must be True or False"):
        to_torch(vectors, freeze=1)
    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r"needs torch.* pip install 'firth\[torch\]'"):
        to_torch(vectors)


class Tensor:
    """An array of another library, which knows its precision."""

    def __init__(self, array):
        self._array, self.dtype = array, "their.float64"

    def __array__(self, dtype=None, copy=None):
        return self._array


class OnDevice(Tensor):
    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu()")


def test_arrays_of_other_libraries_are_vectors():
    held = MATRIX.astype(np.float64)
    held.flags.writeable = False
    found = WordVectors(WORDS, Tensor(held))
    assert found.matrix.dtype == np.float64 and np.shares_memory(found.matrix, held)
    with pytest.raises(ConfigError, match=r"cannot be taken as an array \(can't convert cuda:0"):
        WordVectors(WORDS, OnDevice(held))
    with pytest.raises(ConfigError, match="cannot be taken as an array"):
        WordVectors(["a"], [["x"]])


@pytest.mark.peers
@pytest.mark.parametrize("dim", [16, 5])
def test_pytorch_itself(tmp_path, dim):
    torch = pytest.importorskip("torch")
    made = WordVectors(WORDS, MATRIX[:, :dim])
    made.save(tmp_path / "vectors")
    import firth

    for vectors in (made, firth.read_vectors(tmp_path / "vectors")):
        layer = to_torch(vectors)
        assert layer.weight.data_ptr() == vectors.matrix.ctypes.data
        assert not layer.weight.requires_grad
        rows = torch.tensor([vectors.index(word) for word in ("c", "a")])
        np.testing.assert_array_equal(layer(rows).numpy(), vectors[["c", "a"]])
        learning = to_torch(vectors, freeze=False)
        learning(rows).sum().backward()
        with torch.no_grad():
            learning.weight += 1
        np.testing.assert_array_equal(vectors.matrix, made.matrix)
        again = WordVectors(WORDS, learning.weight.detach())
        np.testing.assert_array_equal(again.matrix, made.matrix + 1)
        double = WordVectors(WORDS, layer.weight.double())
        assert double.matrix.dtype == np.float64
    with pytest.raises(ConfigError, match="requires grad"):
        WordVectors(WORDS, learning.weight)


@pytest.mark.peers
def test_jax_needs_nothing(tmp_path):
    jax = pytest.importorskip("jax")
    import firth

    WordVectors(WORDS, MATRIX).save(tmp_path / "vectors")
    vectors = firth.read_vectors(tmp_path / "vectors")
    array = jax.device_put(vectors.matrix)
    assert array.unsafe_buffer_pointer() == vectors.matrix.ctypes.data
    again = WordVectors(WORDS, array)
    assert again.matrix.ctypes.data == vectors.matrix.ctypes.data
