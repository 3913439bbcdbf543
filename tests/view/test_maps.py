"""Maps: what they keep, groups and their names, and files that nobody should believe."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import ConfigError, FormatError, MissingExtraError
from firth.files.safetensors import read_metadata, read_safetensors, write_safetensors
from firth.vectors import WordVectors
from firth.view import layouts
from firth.view.clusters import clusters_of, names_of
from firth.view.layouts import pca
from firth.view.maps import kept_neighbors, make_map, map_path, read_map, save_map


def planted(groups=4, each=30, dim=12, noise=0.15, seed=0):
    """Words in groups around directions at right angles, in turn: (vectors, the group of each)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(groups * each) % groups
    matrix = np.eye(dim)[labels] + rng.normal(scale=noise, size=(groups * each, dim))
    matrix *= rng.uniform(0.5, 5.0, size=(len(labels), 1))
    words = [f"{'abcdefgh'[label]}{row}" for row, label in enumerate(labels)]
    return WordVectors(words, matrix.astype(np.float32)), labels


@pytest.fixture
def kept(tmp_path):
    vectors, _ = planted()
    save_map(make_map(vectors), tmp_path)
    return tmp_path, vectors


def same_groups(found, true):
    return len(set(zip(found.tolist(), true.tolist(), strict=True))) == len(set(true.tolist()))


def test_groups_are_those_that_were_planted():
    vectors, labels = planted()
    found = make_map(vectors, clusters=4)
    assert same_groups(found.clusters, labels)
    for label, name in enumerate(found.names):
        letters = {word[0] for word in name.split(", ")}
        rows = np.flatnonzero(found.clusters == label)
        assert letters == {vectors.words[int(rows[0])][0]}


def test_the_largest_group_is_the_first_and_none_is_empty():
    matrix = np.repeat(np.eye(3, dtype=np.float32), [2, 7, 4], axis=0)
    assert np.bincount(clusters_of(matrix, 8)).tolist() == [7, 4, 2]


def test_centres_are_found_among_frequent_words_and_all_words_belong(monkeypatch):
    vectors, labels = planted()
    monkeypatch.setattr("firth.view.clusters._FITTED_ON", 20)
    monkeypatch.setattr("firth.view.clusters._BLOCK_ROWS", 7)
    assert same_groups(clusters_of(vectors.matrix, 4), labels)


def test_a_name_is_of_frequent_words(monkeypatch):
    monkeypatch.setattr("firth.view.clusters._NAMED_FROM", 2)
    matrix = np.array([[1, 0.3], [1, -0.2], [1, 0.0], [1, 0.1]], np.float32)
    labels = np.zeros(4, np.int32)
    assert names_of(matrix, ["often", "also", "seldom", "never"], labels) == ["often, also"]


def test_long_words_do_not_make_long_names():
    assert len(names_of(np.eye(1), ["x" * 10_000], np.zeros(1, np.int32))[0]) == 30


def test_pca_is_the_plane_of_numpys_svd(monkeypatch):
    monkeypatch.setattr(layouts, "_BLOCK_ROWS", 13)
    vectors, _ = planted(noise=0.4)
    units = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    left, values, _ = np.linalg.svd(units - units.mean(axis=0), full_matrices=False)
    expected = left[:, :2] * values[:2]
    found = pca(vectors.matrix)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-5)


@given(st.integers(0, 2**32), st.integers(17, 60), st.integers(1, 60))
@settings(max_examples=20, deadline=None)
def test_what_is_kept_is_what_a_plain_sort_finds(seed, n, asked):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 5)).astype(np.float32)
    points = rng.normal(size=(n, 2)).astype(np.float32)
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = units @ units.T
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=-1)
    np.fill_diagonal(cosines, -2)
    np.fill_diagonal(distances, np.inf)
    parts = [
        len(set(np.argsort(-cosines[row])[:15]) & set(np.argsort(distances[row])[:15])) / 15
        for row in np.unique(np.linspace(0, n - 1, min(n, asked)).astype(int))
    ]
    assert kept_neighbors(matrix, points, asked) == pytest.approx(np.mean(parts))


@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (3, 2)])
def test_few_words_and_few_dimensions(shape):
    vectors = WordVectors([*"abc"[: shape[0]]], np.ones(shape, np.float32))
    found = make_map(vectors)
    assert found.points.shape == (shape[0], 2)
    assert np.isfinite(found.points).all()
    assert found.names[0][0] == "a"


def test_what_cannot_be_mapped():
    vectors, _ = planted()
    with pytest.raises(ConfigError, match="pca, tsne"):
        make_map(vectors, "umap")
    with pytest.raises(ConfigError, match="top is 0"):
        make_map(vectors, top=0)
    with pytest.raises(ConfigError, match="clusters is -1"):
        make_map(vectors, clusters=-1)
    with pytest.raises(ConfigError, match="no word"):
        make_map(WordVectors([], np.zeros((0, 3), np.float32)))
    with pytest.raises(ConfigError, match="10 words or more"):
        make_map(vectors, "tsne", top=9)
    matrix = np.eye(3, dtype=np.float32)
    matrix[1, 1] = np.nan
    with pytest.raises(FormatError, match="'b'"):
        make_map(WordVectors(["a", "b", "c"], matrix))


def test_without_opentsne_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openTSNE", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[map\]'"):
        make_map(planted()[0], "tsne")


# t-SNE ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_tsne():
    pytest.importorskip("openTSNE")
    vectors, labels = planted(noise=0.3)
    records = []
    return vectors, labels, make_map(vectors, "tsne", on_progress=records.append), records


def test_tsne_keeps_far_more_neighbours_than_pca(by_tsne):
    vectors, _, found, _ = by_tsne
    assert found.kept > make_map(vectors).kept + 0.1
    assert found.kept > 0.5


def test_tsne_says_how_far_it_is(by_tsne):
    stages = [record.stage for record in by_tsne[3]]
    assert stages[:2] == ["neighbors", "neighbors"] and set(stages[2:]) == {"layout"}
    for stage in ("neighbors", "layout"):
        parts = [record.fraction for record in by_tsne[3] if record.stage == stage]
        assert parts == sorted(parts) and (parts[0], parts[-1]) == (0.0, 1.0)
    assert by_tsne[3][-1].epoch == by_tsne[3][-1].epochs == layouts._STEPS


def test_tsne_of_the_same_vectors_is_the_same(by_tsne):
    vectors, _, found, _ = by_tsne
    again = make_map(vectors, "tsne")
    assert again.points.tobytes() == found.points.tobytes()


def test_who_asks_to_stop_gets_what_there_is(by_tsne):
    vectors, _, found, _ = by_tsne
    asked = []

    def stop(record):
        asked.append(record.epoch)
        return record.stage == "layout" and record.epoch >= 50

    early = make_map(vectors, "tsne", on_progress=stop)
    assert asked[-1] == 50  # of more than one phase; none of the others begins
    assert np.isfinite(early.points).all()
    assert early.kept < found.kept


@pytest.mark.full
def test_the_number_of_threads_does_not_matter(by_tsne, monkeypatch):
    vectors, _, found, _ = by_tsne
    monkeypatch.setattr(layouts, "_FEW_WORDS", 0)
    monkeypatch.setattr(layouts, "available_cores", lambda: 2)
    assert make_map(vectors, "tsne").points.tobytes() == found.points.tobytes()


# Kept -------------------------------------------------------------------------------------------


def test_a_map_comes_back_as_it_was(kept):
    folder, vectors = kept
    made, found = make_map(vectors), read_map(folder, vectors)
    assert made.points.tobytes() == found.points.tobytes()
    assert made.clusters.tolist() == found.clusters.tolist()
    assert made[2:] == found[2:]
    assert not found.points.flags.writeable and not made.points.flags.writeable


def test_a_map_is_of_the_vectors_and_words_it_was_made_of(kept):
    folder, vectors = kept
    matrix = vectors.matrix.copy()
    matrix[3, 1] += 1
    assert read_map(folder, WordVectors(list(vectors.words), matrix)) is None
    assert read_map(folder, WordVectors([*vectors.words[:-1], "other"], vectors.matrix)) is None
    shorter = WordVectors(vectors.words[:-1], vectors.matrix[:-1])
    assert read_map(folder, shorter) is None
    assert read_map(folder).names == read_map(folder, vectors).names


def test_a_map_of_the_first_words_fits_a_longer_list(tmp_path):
    vectors, _ = planted()
    save_map(make_map(vectors, top=50), tmp_path)
    assert len(read_map(tmp_path, vectors).points) == 50


def test_a_file_of_vectors_has_its_map_beside_it(tmp_path):
    vectors, _ = planted()
    vectors.save(tmp_path / "v.vec")
    path = save_map(make_map(vectors), tmp_path / "v.vec")
    assert path.name == "v.vec.map-pca.safetensors"
    assert read_map(tmp_path / "v.vec", vectors) is not None
    assert read_map(tmp_path, vectors) is None


def test_the_map_that_keeps_most_is_found(kept):
    folder, vectors = kept
    better = make_map(vectors)._replace(method="tsne", kept=0.99)
    save_map(better, folder)
    assert read_map(folder, vectors).method == "tsne"
    assert read_map(folder, vectors, "pca").method == "pca"


def changed(folder, tensors=None, **about):
    """Write the map again with something else in it."""
    path = map_path(folder, "pca")
    old = {
        name: tensor.copy()
        for name, tensor in read_safetensors(path, ("F32", "I32"), vectors=True).items()
    }
    metadata = read_metadata(path)
    new = {**old, **(tensors(old) if tensors else {})}
    write_safetensors(path, {n: t for n, t in new.items() if t is not None}, {**metadata, **about})


BAD = {
    "no points": (lambda t: {"points": None}, {}, "no matrix 'points'"),
    "three axes": (lambda t: {"points": np.zeros((120, 3), np.float32)}, {}, "two float32"),
    "not finite": (lambda t: {"points": t["points"] * np.float32(np.inf)}, {}, "finite"),
    "too few groups": (lambda t: {"clusters": t["clusters"][:-1]}, {}, "one int32"),
    "groups of floats": (lambda t: {"clusters": t["points"][:, 0]}, {}, "one int32"),
    "beyond the names": (lambda t: {"clusters": t["clusters"] + 1000}, {}, "not among"),
    "below the names": (lambda t: {"clusters": t["clusters"] - 1}, {}, "not among"),
    "no JSON": (None, {"names": "[" * 99_999}, "what groups are called"),
    "no list": (None, {"names": "5"}, "no names"),
    "names that are none": (None, {"names": "[5, 6]"}, "no names"),
    "half a character": (None, {"names": json.dumps(["\ud800"] * 9)}, "no names"),
    "a megabyte": (None, {"names": json.dumps(["x" * 10**6] * 9)}, "no names"),
    "no number": (None, {"kept": "much"}, "what the map keeps"),
    "not a number": (None, {"kept": "nan"}, "within 0 and 1"),
    "another method": (None, {"method": "../../x"}, "how it was made"),
    "newer": (None, {"version": "2"}, "reads 'firth-map'"),
    "foreign": (None, {"format": "other"}, "reads 'firth-map'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_a_map_is_refused(kept, name):
    folder, vectors = kept
    tensors, about, said = BAD[name]
    changed(folder, tensors, **about)
    with pytest.raises(FormatError, match=said):
        read_map(folder, vectors)


def test_a_group_just_beyond_the_names(kept):
    folder, vectors = kept
    names = read_map(folder, vectors).names
    changed(folder, names=json.dumps(names[:-1]))
    with pytest.raises(FormatError, match="not among"):
        read_map(folder, vectors)


@pytest.mark.parametrize("length", [0, 7, 100, -1])
def test_a_map_that_was_cut_off_is_refused(kept, length):
    folder, vectors = kept
    path = map_path(folder, "pca")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(FormatError):
        read_map(folder, vectors)
