"""Libraries that train with gensim, each with an example of its own kind: tests and timings."""

from __future__ import annotations

from typing import NamedTuple


class Program(NamedTuple):
    """A library, and a program that uses it as its documentation shows.

    Attributes
    ----------
    module : str
        What is imported.
    install : str
        How to get it; where its own limits on other packages are older than firth's, it is
        installed without those.
    code : str
        The program; SIZE stands for how many times as large it is to be. Its last line of output:
        the module of the model's class, and a figure of how good the result is.
    least : float
        That figure at the least.
    """

    module: str
    install: str
    code: str
    least: float

    def of_size(self, times: int = 1) -> str:
        """Return the program for so many times as much."""
        return self.code.replace("SIZE", str(times))


#: Two groups of nodes with few edges between them; the figure is how often the five nodes nearest
#: to one are of its own group.
_GRAPH = """
import random
import networkx as nx
random.seed(1)
half = 50 * SIZE
graph = nx.planted_partition_graph(2, half, 25 / half, 1 / half, seed=1)
graph.remove_edges_from(list(nx.selfloop_edges(graph)))

from itertools import chain

def near(vectors, words, size):
    found = [[int(word) // size == int(other) // size
              for other, _ in vectors.most_similar(word, topn=5)] for word in words]
    return sum(chain.from_iterable(found)) / (5 * len(found))
"""

PROGRAMS = {
    "node2vec": Program(
        "node2vec",
        "pip install --no-deps node2vec; pip install networkx joblib tqdm",
        _GRAPH
        + """
from node2vec import Node2Vec
node2vec = Node2Vec(graph, dimensions=32, walk_length=20, num_walks=20, workers=1, quiet=True)
model = node2vec.fit(window=5, min_count=1, batch_words=4)
model.wv.save_word2vec_format("nodes.txt")
model.save("model")
print(type(model).__module__, near(model.wv, model.wv.index_to_key, half))
""",
        0.9,
    ),
    "karateclub": Program(
        "karateclub",
        "pip install --no-deps karateclub pygsp python-louvain; "
        "pip install networkx decorator pandas scikit-learn six tqdm levenshtein",
        _GRAPH
        + """
import karateclub.node_embedding.neighbourhood.deepwalk as module
from karateclub import DeepWalk
model = DeepWalk(dimensions=32, walk_length=20, walk_number=20, workers=1, epochs=3)
model.fit(graph)
found = model.get_embedding()
found /= (found ** 2).sum(axis=1, keepdims=True) ** 0.5
order = (-(found @ found.T)).argsort(axis=1)[:, 1:6]
same = [(node // half == other // half) for node, row in enumerate(order) for other in row]
print(module.Word2Vec.__module__, sum(same) / len(same))
""",
        0.9,
    ),
    "spec2vec": Program(
        "spec2vec",
        "pip install spec2vec 'matchms==0.27.0'",
        """
import numpy as np
from matchms import Spectrum
from spec2vec import Spec2Vec, SpectrumDocument
from spec2vec.model_building import train_new_word2vec_model

def spectrum(group, rng):
    peaks = np.sort(rng.choice(40, 12, replace=False)) + 60.0 * (1 + group)
    return Spectrum(mz=peaks, intensities=rng.uniform(0.1, 1, 12), metadata={"precursor_mz": 400.0})

rng = np.random.default_rng(1)
groups = [i % 3 for i in range(150 * SIZE)]
documents = [SpectrumDocument(spectrum(group, rng), n_decimals=1) for group in groups]
model = train_new_word2vec_model(documents, [10], "spectra.model", workers=1, progress_logger=True)
similar = Spec2Vec(model=model, intensity_weighting_power=0.5)
def alike(i, j): return float(similar.pair(documents[i], documents[j]))
better = [alike(i, i + 3) > alike(i, i + 1) for i in range(140)]
print(type(model).__module__, np.mean(better))
""",
        0.9,
    ),
}
"""By name."""
