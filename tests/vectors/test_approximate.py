"""Approximate search through faiss: what it finds is exact, and how much it finds is said."""

from __future__ import annotations

import importlib
import json
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.errors import CacheWarning, ConfigError, FormatError
from firth.files.cache import remove
from firth.model import Model
from firth.vectors import WordVectors, approximate, kept
from firth.vectors.approximate import ApproximateVectors, Band, measure
from firth.vectors.hnsw import Graph
from helpers.processes import ended

pytestmark = pytest.mark.peers
SMALL = {"m": 4, "ef_construction": 16, "ef_search": 24}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "neighbors"


def drawn(seed, n=1_500, dim=12, groups=40):
    """Vectors in groups, as those of words are."""
    draw = np.random.default_rng(seed)
    centres = draw.standard_normal((groups, dim))
    return (centres[draw.integers(groups, size=n)] + draw.standard_normal((n, dim)) / 2).astype(
        "f4"
    )


def vectors_of(matrix, **more):
    return WordVectors([f"w{row}" for row in range(len(matrix))], matrix, **more)


@pytest.fixture
def vectors(seed):
    return vectors_of(drawn(seed))


def forbidden(*_, **__):
    raise AssertionError("what should not be done, is")


def test_the_graph_has_the_same_bytes_at_any_number_of_threads(seed):
    matrix = drawn(seed, 4_000)
    made = {Graph.build(matrix, 8, 40, threads).to_bytes() for threads in (1, 2, 3, None)}
    assert len(made) == 1
    assert len(made | {Graph.build(matrix[::-1], 8, 40).to_bytes()}) == 2
    assert len(next(iter(made))) < 4_000 * (8 * 8 + 30)  # the links alone, not the vectors


def test_rows_keep_all_the_links_there_is_room_for(seed):
    """What faiss drops by default is missed by who asks for frequent words."""
    faiss = pytest.importorskip("faiss")
    graph = Graph.build(drawn(seed, 2_000), 8, 64)
    hnsw = graph._index.hnsw
    links, begins = (faiss.vector_to_array(part) for part in (hnsw.neighbors, hnsw.offsets))
    lowest = links[begins[:-1].astype(int)[:, np.newaxis] + np.arange(2 * 8)]
    assert (lowest >= 0).mean() > 0.95


def test_links_are_of_one_matrix(seed):
    matrix = drawn(seed, 300)
    links = Graph.build(matrix, 8, 40).to_bytes()
    pointing = matrix[:9].astype(np.float64)
    again = Graph.from_bytes(links, matrix)
    assert again.candidates(pointing, 5, 50).tolist() == [
        *map(list, Graph.build(matrix, 8, 40).candidates(pointing, 5, 50).tolist())
    ]
    for other in (matrix[:-1], matrix[:, :-1]):
        with pytest.raises(FormatError, match=r"it holds 300 vectors of 12; expected"):
            Graph.from_bytes(links, other)
    with pytest.raises(FormatError, match="faiss cannot read it"):
        Graph.from_bytes(links[:-1], matrix)
    faiss = pytest.importorskip("faiss")
    for foreign in (faiss.IndexFlatIP(12), faiss.IndexHNSWFlat(12, 4)):
        with pytest.raises(FormatError, match="an index of another kind"):
            Graph.from_bytes(faiss.serialize_index(foreign).tobytes(), matrix)


def by_sets(made, words, k):
    """Recall as anybody would compute it."""
    found = made.most_similar_many(words, k=k)
    truth = made.exact.most_similar_many(words, k=k)
    pairs = zip(found, truth, strict=True)
    return np.mean([len(dict(some).keys() & dict(all).keys()) / k for some, all in pairs])


def test_recall_is_what_a_recomputation_gives(seed):
    made = vectors_of(drawn(seed, 2_600, dim=30, groups=1)).approximate(
        m=2, ef_construction=4, ef_search=10
    )
    first, second, rest = made.index_facts.recall
    assert (first[:3], second[:3]) == ((1, 500, 500), (501, 1_000, 500))
    assert rest[:3] == (1_001, 2_600, 500)
    words = list(made.words)
    assert first.recall == pytest.approx(by_sets(made, words[:500], 10))
    assert second.recall == pytest.approx(by_sets(made, words[500:1_000], 10))
    assert 0.05 < first.recall < 0.95
    assert abs(rest.recall - by_sets(made, words[1_000:], 10)) < 0.1
    assert all(0 < value < 1_000 for value in made.index_facts.speed)


def test_bands_are_of_frequency(seed, monkeypatch):
    """Words of other programs' files may stand in any order."""
    asked = []
    timed = approximate._timed

    def record(searched, rows, k):
        asked.append(rows)
        return timed(searched, rows, k)

    monkeypatch.setattr(approximate, "_timed", record)
    counts = np.random.default_rng(seed).permutation(1_500)
    vectors_of(drawn(seed), counts=counts).approximate(**SMALL, keep=False)
    assert sorted(counts[asked[0]]) == list(range(1_000, 1_500))
    assert sorted(counts[asked[2]]) == list(range(500, 1_000))
    assert sorted(counts[asked[4]]) == list(range(500))


def test_words_with_the_same_vector_are_found_one_for_another(seed):
    """Which ten of eleven are found is chance, and would make .91 of it."""
    made = vectors_of(np.repeat(drawn(seed, 125), 12, axis=0)).approximate(m=16, keep=False)
    assert min(band.recall for band in made.index_facts.recall) > 0.98


def check_answers(made, queries, k, excluded):
    """Whatever is found is exact, in order, allowed, and as much as there is."""
    rows, cosines = made.nearest_rows(queries, k, excluded=excluded)
    exact_rows, exact = made.exact.nearest_rows(queries, k, excluded=excluded)
    assert rows.shape == exact_rows.shape and cosines.dtype == exact.dtype
    every = made.exact.nearest_rows(queries, len(made))
    for query in range(len(queries)):
        known = dict(zip(*(side[query].tolist() for side in every), strict=True))
        given = rows[query][rows[query] >= 0].tolist()
        assert len(given) == len(set(given)) == np.count_nonzero(exact_rows[query] >= 0)
        assert not set(given) & set(excluded[query])
        assert cosines[query, : len(given)].tolist() == [known[row] for row in given]
        assert given == sorted(given, key=lambda row: (-known[row], row))
        assert (cosines[query] <= exact[query]).all()
    return rows, exact_rows


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 30), st.integers(1, 60))
def test_what_is_found_is_exact(seed, k, n_excluded, n):
    draw = np.random.default_rng(seed)
    matrix = drawn(seed, n * 20, dim=5, groups=8)
    matrix[draw.integers(len(matrix), size=n)] = 0
    matrix[draw.integers(len(matrix), size=n)] = matrix[0]
    matrix *= np.float32(10.0) ** draw.integers(-3, 4, size=(len(matrix), 1))
    made = vectors_of(matrix).approximate(**SMALL, keep=False)
    queries = np.concatenate([draw.standard_normal((5, 5)), matrix[:3], np.zeros((1, 5))])
    excluded = [draw.integers(len(matrix), size=draw.integers(n_excluded + 1)) for _ in queries]
    rows, exact_rows = check_answers(made, queries, k, [each.tolist() for each in excluded])
    assert rows[-1].tolist() == exact_rows[-1].tolist()  # of no direction: the first rows


def test_the_index_is_what_answers(vectors, monkeypatch):
    made = vectors.approximate(**SMALL)
    monkeypatch.setattr(made.exact, "_nearest", forbidden)
    answers = made.most_similar("w3", k=5)
    assert len(answers) == 5 and "w3" not in dict(answers)
    assert made.most_similar_many(["w3", "w4"], k=5)[0] == answers
    assert not {"w1", "w2", "w3"} & set(dict(made.analogy("w1", "w2", "w3", k=5)))
    for ask in (
        lambda: made.most_similar("w3", metric="dot"),
        lambda: made.most_similar("w3", among=100),
        lambda: made.most_similar("w3", k=200),
        lambda: made.nearest_rows(made.matrix[:1], 1, excluded=[list(range(100))]),
    ):
        with pytest.raises(AssertionError, match="should not be done"):
            ask()


def test_what_an_index_cannot_answer_is_answered_exactly(vectors):
    made = vectors.approximate(**SMALL)
    for how in (
        {"metric": "euclidean"}, {"among": 100}, {"among": ["w5", "w6"]}, {"k": 1_499}, {"k": 5_000}
    ):  # fmt: skip
        assert made.most_similar("w3", **how) == vectors.most_similar("w3", **how)
    graphs = (some.neighbor_graph(k=3).neighbors.tolist() for some in (made, vectors))
    assert next(graphs) == next(graphs)
    with pytest.raises(firth.errors.UnknownWordError):
        made.most_similar("queen")


def test_where_the_index_finds_too_few_all_rows_are_looked_at(vectors, monkeypatch):
    made = vectors.approximate(**SMALL)
    candidates = made._graph.candidates
    few = lambda *asked: np.where(np.arange(asked[1]) < 2, candidates(*asked), -1)  # noqa: E731
    monkeypatch.setattr(made._graph, "candidates", few)
    assert made.most_similar("w3") == vectors.most_similar("w3")
    assert len(made.most_similar("w3", k=1)) == 1


@pytest.mark.parametrize("n", [1, 2, 11, 40])
def test_few_words(seed, n):
    matrix = drawn(seed, n)
    made = vectors_of(matrix).approximate()
    assert made.most_similar("w0") == made.exact.most_similar("w0")
    assert made.index_facts.recall == (Band(1, n, n, 1.0),)


def test_vectors_of_nothing_and_of_no_number():
    for empty in (np.zeros((0, 3), np.float32), np.zeros((2, 0), np.float32)):
        with pytest.raises(ConfigError, match="holds no vector that an index could be made of"):
            vectors_of(empty).approximate()
    with pytest.raises(FormatError, match=r"vector of 'w1' .* not a finite number"):
        vectors_of(np.array([[1.0], [np.nan]])).approximate()


def test_an_index_is_found_again(vectors, monkeypatch):
    first = vectors.approximate(**SMALL)
    monkeypatch.setattr(Graph, "build", forbidden)
    said = []
    again = vectors_of(vectors.matrix.copy()).approximate(**SMALL, tell=said.append)
    assert said == [] and again.index_facts.opened_in > 0 and first.index_facts.opened_in is None
    assert again.index_facts._replace(opened_in=None) == first.index_facts
    words = list(vectors.words[:200])
    assert again.most_similar_many(words) == first.most_similar_many(words)
    assert measure(again)[0] == first.index_facts.recall
    assert first.approximate(**SMALL).exact is vectors
    with pytest.raises(AssertionError, match="should not be done"):
        vectors.approximate(**SMALL, keep=False)


def test_another_ef_search_is_measured_anew(vectors, monkeypatch):
    first = vectors.approximate(m=2, ef_construction=4, ef_search=10)
    monkeypatch.setattr(Graph, "build", forbidden)
    more = vectors.approximate(m=2, ef_construction=4, ef_search=200)
    assert more.index_facts.recall[0].recall > first.index_facts.recall[0].recall
    monkeypatch.setattr(approximate, "measure", forbidden)
    assert vectors.approximate(m=2, ef_construction=4, ef_search=200).index_facts.recall == (
        more.index_facts.recall
    )


def test_what_does_not_fit_is_built_anew_and_said(vectors, cache):
    made = vectors.approximate(**SMALL)
    links = made.index_facts.folder / kept.LINKS
    whole = links.read_bytes()
    links.write_bytes(whole[:100] + b"\xff" * 8 + whole[108:])
    with pytest.warns(CacheWarning, match=r"was damaged .*: an index of 1,500 words is built anew"):
        again = vectors.approximate(**SMALL)
    assert links.read_bytes() == whole and again.most_similar("w1") == made.most_similar("w1")
    links.write_bytes(b"")
    said = []
    vectors.approximate(**SMALL, tell=said.append)
    assert len(said) == 1 and "was damaged" in said[0]
    assert links.read_bytes() == whole


@pytest.mark.parametrize("change", [{"links": b"IHNf"}, {"about": {}}])
def test_what_was_kept_by_mistake_is_built_anew(vectors, change):
    made = vectors.approximate(**SMALL)
    folder = made.index_facts.folder
    links, about = (folder / kept.LINKS).read_bytes(), {"build_seconds": 1.5}
    remove(folder)
    version = importlib.import_module("faiss").__version__
    wanted = kept.Wanted(4, 16, version)
    given = {"links": links, "about": about} | change
    assert kept.keep(vectors.matrix, kept.digest_of(vectors.matrix), wanted, **given) == folder
    with pytest.warns(CacheWarning, match="was damaged"):
        assert vectors.approximate(**SMALL).most_similar("w1") == made.most_similar("w1")
    assert vectors.approximate(**SMALL).index_facts.opened_in is not None


def test_vectors_that_have_changed_get_another_index(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(kept, "_SETTLED_NS", -1)
    for place, matrix in enumerate((drawn(seed), drawn(seed + 1))):
        Model([f"w{row}" for row in range(1_500)], range(3_000, 1_500, -1), {"input": matrix}).save(
            tmp_path / "model"
        )
        vectors = firth.load(tmp_path / "model").vectors
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            made = vectors.approximate(**SMALL)
        told = [str(warning.message) for warning in seen]
        assert len(told) == place and all("others than those that the index" in t for t in told)
        asked = [f"w{row}" for row in range(40)]
        found, exact = (one.most_similar_many(asked, k=3) for one in (made, vectors))
        shared = [len(set(a) & set(b)) for a, b in zip(found, exact, strict=True)]
        assert sum(shared) > 60  # of 120; an index of other vectors shares none


def test_what_lies_in_a_models_folder_is_never_opened(tmp_path, vectors, cache):
    """It may come from a stranger, and faiss trusts what it reads."""
    vectors.save(tmp_path / "model")
    made = vectors.approximate(**SMALL)
    for path in made.index_facts.folder.iterdir():
        path.rename(tmp_path / "model" / path.name)
    (tmp_path / "model" / kept.LINKS).write_bytes(b"IHNf" + b"\xff" * 1_000)
    made.index_facts.folder.rmdir()
    again = firth.read_vectors(tmp_path / "model").approximate(**SMALL)
    assert again.index_facts.opened_in is None
    assert again.most_similar("w1") == made.most_similar("w1")


def test_an_index_can_be_sent_to_another_process(vectors):
    made = vectors.approximate(**SMALL)
    sent = pickle.loads(pickle.dumps(made))
    assert isinstance(sent, ApproximateVectors) and sent.index_facts == made.index_facts
    assert sent.most_similar("w1") == made.most_similar("w1")
    assert not sent.matrix.flags.writeable and np.shares_memory(sent.matrix, sent.exact.matrix)


def test_threads_may_ask_at_the_same_time(vectors):
    made = vectors.approximate(**SMALL)
    words = list(vectors.words[:300])
    alone = made.most_similar_many(words)
    found = {}

    def ask(name):
        found[name] = made.most_similar_many(words)

    team = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    assert all(found[name] == alone for name in range(4))


def test_the_commands(tmp_path, seed, run_firth, cache):
    vectors_of(drawn(seed, 3_000)).save(tmp_path / "v")
    first = run_firth("index", "v", "--m", "8")
    assert first.returncode == 0, first.stderr
    assert first.stderr == "firth: an index of 3,000 words is built\n"
    assert "3,000 words, 12 dimensions\nm 8, ef_construction" in first.stdout
    assert f"Kept in {cache}" in first.stdout and "2,001" not in first.stdout
    again = run_firth("index", "v", "--m", "8", "--json")
    assert again.stderr == ""
    said = json.loads(again.stdout)
    assert [band["last"] for band in said["recall"]] == [500, 1_000, 3_000]
    assert 0 <= min(band["recall"] for band in said["recall"]) <= 1
    assert said["opened_in"] > 0 and set(said["speed"]) == {
        "one", "one_exact", "many", "many_exact"
    }  # fmt: skip
    asked = ("neighbors", "v", "w1", "w2", "-k", "3")
    assert run_firth(*asked, "--approximate").stdout == run_firth(*asked).stdout
    shown = run_firth("cache").stdout
    assert "Indices of neighbors: " in shown and "Indices of neighbors: none" not in shown


@pytest.mark.usefixtures("heard")
def test_ctrl_c_ends_the_building(tmp_path, seed):
    if sys.platform == "win32":
        pytest.skip("Windows has no such signals")
    vectors_of(drawn(seed, 60_000, dim=50)).save(tmp_path / "v")
    process = subprocess.Popen(
        [sys.executable, "-m", "firth", "index", str(tmp_path / "v"), "--ef-construction", "2000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "is built" in process.stderr.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = ended(process)
    assert (process.returncode, out, err) == (130, "", "firth: stopped\n")
    assert not list(Path(tmp_path / "cache").rglob(kept.LINKS))
