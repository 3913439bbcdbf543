"""The graph of all neighbours: the same as asking word by word, in pieces, into files."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from firth.errors import ConfigError, SaveError
from firth.vectors import WordVectors, graph
from firth.vectors.search import METRICS


def table(n=60, dim=7, seed=4):
    rng = np.random.default_rng(seed)
    return WordVectors([f"w{i}" for i in range(n)], rng.normal(size=(n, dim)).astype(np.float32))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("at_once", [7, 60, 1000])
def test_the_graph_is_what_each_word_is_told(monkeypatch, metric, at_once):
    monkeypatch.setattr(graph, "_AT_ONCE", at_once)
    vectors = table()
    found = vectors.neighbor_graph(k=4, metric=metric)
    assert found.rows.tolist() == list(range(60)) and found.neighbors.shape == (60, 4)
    for row, neighbors, values in zip(*found, strict=True):
        expected = vectors.most_similar(vectors.words[row], k=4, metric=metric)
        given = list(zip((vectors.words[n] for n in neighbors), values, strict=True))
        assert given == expected


def test_words_that_are_left_out_are_neither_asked_nor_answers():
    vectors = table()
    some = re.compile("[05]$")
    found = vectors.neighbor_graph(k=3, among=some)
    kept = [row for row, word in enumerate(vectors.words) if some.search(word)]
    assert found.rows.tolist() == kept and set(found.neighbors.ravel().tolist()) <= set(kept)
    first = vectors.neighbor_graph(k=100, among=5)
    assert first.neighbors.shape == (5, 5)
    assert (first.neighbors[:, -1] == -1).all() and np.isinf(first.values[:, -1]).all()


READERS = {
    ".parquet": pq.read_table,
    ".arrow": pyarrow.feather.read_table,
    ".csv": pyarrow.csv.read_csv,
    ".tsv": lambda path: pyarrow.csv.read_csv(
        path, parse_options=pyarrow.csv.ParseOptions(delimiter="\t")
    ),
}


@pytest.mark.parametrize("ending", READERS)
def test_edges_are_written_in_pieces(monkeypatch, tmp_path, ending):
    monkeypatch.setattr(graph, "_AT_ONCE", 11)
    vectors = table(30)
    path = tmp_path / f"graph{ending}"
    assert vectors.save_neighbor_graph(path, k=2) == 60
    edges = READERS[ending](str(path)).to_pylist()
    expected = [
        {"word": word, "neighbor": near, "rank": rank, "cosine": cosine}
        for word in vectors.words
        for rank, (near, cosine) in enumerate(vectors.most_similar(word, k=2), 1)
    ]
    assert edges == expected


def test_nodes_that_are_integers_stay_integers(tmp_path):
    vectors = WordVectors([7, -5, 2], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    vectors.save_neighbor_graph(tmp_path / "g.parquet", k=1, metric="euclidean")
    edges = pq.read_table(tmp_path / "g.parquet").to_pylist()
    assert edges[0] == {"word": 7, "neighbor": -5, "rank": 1, "euclidean": 1.0}


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    vectors = table(5)
    with pytest.raises(ConfigError, match=r"must end in \.parquet, \.arrow"):
        vectors.save_neighbor_graph(tmp_path / "graph.txt")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        vectors.save_neighbor_graph(tmp_path / "folder.csv")
    with pytest.raises(ConfigError, match="k is 0"):
        vectors.save_neighbor_graph(tmp_path / "g.csv", k=0)
    with pytest.raises(SaveError, match="cannot be written"):
        vectors.save_neighbor_graph(tmp_path / "nowhere" / "g.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]
