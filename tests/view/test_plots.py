"""Figures: what they show, letters, places of words, and the same bytes."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth import view
from firth.errors import ConfigError, PlotWarning, SaveError, UnknownWordError
from firth.model import Model
from firth.vectors import WordVectors
from firth.view.alignment import drift
from firth.view.plots.analogies import parallelism
from firth.view.plots.axes import along
from firth.view.plots.labels import Box, _around, _placed
from firth.view.plots.letters import missing_letters, readable
from firth.view.tables import read_intervals

pytest.importorskip("matplotlib")

NAMES = ["man", "woman", "king", "queen", "boy", "girl", "uncle", "aunt"]


def some_vectors(words=NAMES, dim=10, seed=0):
    matrix = np.random.default_rng(seed).normal(size=(len(words), dim))
    return WordVectors(words, matrix.astype(np.float32))


def grid():
    """Pairs whose offsets are all the same, before vectors are brought to length 1."""
    rng = np.random.default_rng(1)
    first = rng.normal(size=(4, 20))
    first[:, -1] = 0
    matrix = np.repeat(first, 2, axis=0)
    matrix[1::2, -1] = 3
    return WordVectors(NAMES, matrix), list(zip(NAMES[::2], NAMES[1::2], strict=True))


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


# Places ------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.integers(1, 40), st.booleans())
@settings(max_examples=30, deadline=None)
def test_no_word_covers_another_or_leaves_the_picture(seed, n, marked):
    rng = np.random.default_rng(seed)
    inside = Box(0, 0, 600, 400)
    places = rng.uniform([0, 0], [600, 400], size=(n, 2))
    extents = [(float(width), 12.0) for width in rng.uniform(10, 90, n)]
    marks = [_around(x, y, 6, 6) for x, y in places] if marked else []
    room = _placed(places, extents, inside, marks, np.array(marks).reshape(-1, 4), 1.0)
    boxes = [*room.values(), *marks]
    for number, one in enumerate(room.values()):
        assert one.left >= 0 and one.bottom >= 0 and one.right <= 600 and one.top <= 400
        for other in boxes[number + 1 :]:
            assert (
                one.right <= other.left or other.right <= one.left
                or one.top <= other.bottom or other.top <= one.bottom
            )  # fmt: skip
    assert len(room) == n or n > 10


def test_a_word_stands_on_its_point_where_nothing_is_in_the_way():
    places = np.array([[100.0, 100.0], [300.0, 300.0]])
    room = _placed(places, [(40, 10)] * 2, Box(0, 0, 400, 400), [], np.empty((0, 4)), 1.0)
    assert room[1] == Box(280, 295, 320, 305)


def test_the_boxes_of_a_figure_do_not_overlap():
    words = [f"word{number}" for number in range(40)]
    vectors = WordVectors(words, np.random.default_rng(0).normal(scale=0.1, size=(40, 5)))
    figure = view.plot_words(vectors, words)
    figure.draw_without_rendering()
    shown = [text for text in figure.axes[0].texts if text.get_text()]
    assert [text.get_text() for text in shown] == words
    boxes = [text.get_bbox_patch().get_window_extent() for text in shown]
    meeting = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert meeting == []


def test_more_words_than_there_is_room_for():
    words = [f"a rather long word, number {number}" for number in range(260)]
    with pytest.raises(ConfigError, match=r"of 260 words have room"):
        view.plot_words(WordVectors(words, np.random.default_rng(0).normal(size=(260, 3))), words)


# Letters -----------------------------------------------------------------------------------------


def test_what_acts_unseen_is_shown():
    assert readable("a\u202eb\x00\n") == "a\ufffdb\ufffd\ufffd"
    assert readable("می\u200cخواهم") == "می\u200cخواهم"


def test_letters_that_no_font_has_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr("firth.view.plots.letters._installed", list)
    vectors = some_vectors(["one", "你好"])
    with pytest.warns(PlotWarning, match=r"the letters 你 好 \(CJK UNIFIED .*in '你好'") as caught:
        view.save_figure(view.plot_words(vectors, ["one", "你好"]), tmp_path / "a.png")
    assert len(caught) == 1


def test_fonts_are_looked_for_where_one_has_not_all_letters():
    families, missing = missing_letters(["a", "\U0001d306"])
    assert families == [] and missing == set()  # both are in DejaVu Sans


def test_words_are_no_formulas(tmp_path):
    figure = view.plot_words(some_vectors(["$a^2$", "$\\bad{$"]), ["$a^2$", "$\\bad{$"])
    view.save_figure(figure, tmp_path / "a.svg")
    assert "$a^2$" in texts(figure)


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_input_is_the_same_bytes_whatever_a_user_has_set(tmp_path, kind):
    import matplotlib as mpl

    digests = []
    for size in (10, 23):
        with mpl.rc_context({"font.size": size, "svg.hashsalt": None, "axes.grid": size > 10}):
            figure = view.plot_words(some_vectors(), NAMES[:4], title="Four")
            view.save_figure(figure, tmp_path / f"{size}.{kind}")
            assert mpl.rcParams["font.size"] == size
        digests.append(hashlib.sha256((tmp_path / f"{size}.{kind}").read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    assert not re.search(rb"20\d\d-\d\d-\d\d|D:20\d\d", (tmp_path / f"10.{kind}").read_bytes())


def test_where_a_figure_cannot_go(tmp_path):
    figure = view.plot_words(some_vectors(), NAMES[:2])
    with pytest.raises(ConfigError, match=r"must end in \.png, \.svg or \.pdf"):
        view.save_figure(figure, tmp_path / "a.jpg")
    with pytest.raises(SaveError, match="cannot be written"):
        view.save_figure(figure, tmp_path / "nowhere" / "a.png")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(SaveError, match="cannot be written"):
        view.save_figure(figure, tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


# What is measured --------------------------------------------------------------------------------


def test_parallelism_is_the_mean_over_pairs_and_lots_are_less():
    vectors, pairs = grid()
    units = vectors.matrix / vectors.norms[:, None]
    offsets = [units[i + 1] - units[i] for i in range(0, 8, 2)]
    offsets = [offset / np.linalg.norm(offset) for offset in offsets]
    expected = np.mean([a @ b for i, a in enumerate(offsets) for b in offsets[:i]])
    found = parallelism(vectors, pairs)
    assert found.cosine == pytest.approx(expected)
    assert found.cosine > found.chance + 0.2
    # One of 24 ways to pair four words is the one given.
    assert 0 < found.reached < 100


def test_lots_reach_pairs_that_mean_nothing():
    vectors = some_vectors(seed=3)
    found = parallelism(vectors, [("man", "king"), ("boy", "aunt"), ("uncle", "girl")])
    assert found.reached > 100


def test_an_axis_has_its_ends_where_they_belong():
    vectors = some_vectors()
    units = vectors.matrix / vectors.norms[:, None]
    way = units[[1, 3]].mean(axis=0) - units[[0]].mean(axis=0)
    expected = units @ way / np.linalg.norm(way)
    found = along(vectors, NAMES, view.plots.axes.Axis(["man"], ["woman", "queen"]))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    with pytest.raises(ConfigError, match="same mean"):
        along(vectors, NAMES, view.plots.axes.Axis(["man"], ["man"]))
    with pytest.raises(ConfigError, match="each end"):
        along(vectors, NAMES, view.plots.axes.Axis([], ["man"]))


def test_a_turned_model_has_not_moved_and_a_moved_word_has():
    rng = np.random.default_rng(0)
    words = [f"w{number}" for number in range(60)]
    old = rng.normal(size=(60, 6))
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    new = old @ turn * rng.uniform(1, 3, size=(60, 1))
    found = drift(WordVectors(words, old), WordVectors(words, new))
    np.testing.assert_allclose(found.distances, 0, atol=1e-12)
    new[7] = -new[7]
    order = rng.permutation(60)
    found = drift(WordVectors(words[:-5], old[:-5]), WordVectors([words[i] for i in order],
                                                                 new[order]))  # fmt: skip
    assert found.words[int(found.distances.argmax())] == "w7"
    assert len(found.words) == 55
    assert [words[order[rank - 1]] for rank in found.ranks] == found.words


def test_models_that_cannot_be_turned():
    one = some_vectors(dim=4)
    with pytest.raises(ConfigError, match="4 dimensions and the other 5"):
        drift(one, some_vectors(dim=5))
    with pytest.raises(ConfigError, match="8 words in common"):
        drift(some_vectors(dim=10), some_vectors(dim=10, seed=1))


# What is shown -----------------------------------------------------------------------------------


def test_analogies_show_figures_and_arrows():
    vectors, pairs = grid()
    figure = view.plot_analogies(vectors, pairs, title="Pairs")
    found = parallelism(vectors, pairs)
    title = figure.axes[0].get_title()
    assert f"{found.cosine:.2f}" in title and f"lot {found.chance:.2f}" in title
    assert {*NAMES} <= {*texts(figure)}
    with pytest.raises(ConfigError, match="two pairs"):
        view.plot_analogies(vectors, pairs[:1])


def test_words_along_an_axis_stand_in_their_order():
    vectors = some_vectors()
    figure = view.plot_axes(vectors, NAMES, (["man"], ["woman"]))
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    values = along(vectors, NAMES, view.plots.axes.Axis(["man"], ["woman"]))
    assert shown == [NAMES[row] for row in np.argsort(values)]
    two = view.plot_axes(vectors, NAMES, (["man"], ["woman"]), (["boy"], ["king"]))
    assert sorted(texts(two)) == sorted(NAMES)
    assert two.axes[0].get_ylabel().startswith("boy")
    with pytest.raises(ConfigError, match="1 to 200"):
        view.plot_axes(vectors, [], (["man"], ["woman"]))


def test_losses_of_runs_and_of_vectors_that_were_not_trained():
    import pyarrow as pa

    curve = pa.table({"words": [0, 500, 1000], "loss": [4.0, None, 2.5],
                      "learning_rate": [0.1, 0.1, 0.0]})  # fmt: skip
    model = Model(["a"], [1], {"input": [[1.0]]}, loss_curve=curve)
    figure = view.plot_losses({"run": model})
    (line,) = figure.axes[0].lines
    assert line.get_xydata().tolist() == [[0, 4.0], [1000, 2.5]]
    assert "run: 2.500 at the end" in line.get_label()
    with pytest.raises(ConfigError, match="knows of no loss"):
        view.plot_losses({"run": Model(["a"], [1], {"input": [[1.0]]})})
    with pytest.raises(ConfigError, match="no run"):
        view.plot_losses({})


def test_neighbours_are_compared_all_with_all():
    vectors = some_vectors()
    figure = view.plot_neighbors(vectors, ["man", "king"], k=2)
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert (
        shown[:3] == ["man", *(w for w, _ in vectors.most_similar("man", k=2) if w != "king")][:3]
    )
    image = figure.axes[0].images[0].get_array()
    assert image[0, 1] == pytest.approx(vectors.similarity(shown[0], shown[1]))
    assert view.plot_neighbors(vectors, NAMES[:3], k=0).axes[0].images[0].get_array().shape == (
        3,
        3,
    )
    with pytest.raises(ConfigError, match="2 to 120"):
        view.plot_neighbors(vectors, ["man"], k=0)


def test_a_map_shows_its_groups_or_words():
    vectors = some_vectors([f"w{number}" for number in range(90)])
    found = view.make_map(vectors, clusters=3)
    figure = view.plot_map(found, vectors)
    assert set(texts(figure)) <= {*found.names} and texts(figure)
    assert f"{found.kept:.1%}" in figure.axes[0].get_xlabel()
    assert texts(view.plot_map(found, vectors, ["w5", "w7"])) == ["w5", "w7"]
    with pytest.raises(UnknownWordError):
        view.plot_map(found, vectors, ["nobody"])
    with pytest.raises(ConfigError, match="word 90, and the map is of the first 50"):
        view.plot_map(view.make_map(vectors, top=50), vectors, ["w89"])


def test_the_word_that_moved_most_is_named():
    words = [f"w{number}" for number in range(90)]
    old = np.random.default_rng(0).normal(size=(90, 6))
    new = old + np.random.default_rng(1).normal(scale=0.1, size=old.shape)
    new[70] = -old[70]
    figure = view.plot_drift(WordVectors(words, old), WordVectors(words, new), k=1)
    assert texts(figure) == ["w70"]
    with pytest.raises(ConfigError, match="'x' is not a word of both"):
        view.plot_drift(WordVectors(words, old), WordVectors(words, new), ["x"])


def test_intervals_hold_their_values():
    figure = view.plot_intervals(["a", "b"], [1, 2], [0, 1], [2, 2], notes=["5 of 9", "1 of 9"])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["5 of 9", "1 of 9"]
    for low, high in (([0, 3], [2, 4]), ([0, np.nan], [2, 2]), ([0, 1], [2, np.inf])):
        with pytest.raises(ConfigError, match="'b' has the value"):
            view.plot_intervals(["a", "b"], [1, 2], low, high)
    with pytest.raises(ConfigError, match="one of each"):
        view.plot_intervals(["a", "b"], [1], [0], [2])
    with pytest.raises(ConfigError, match="1 to 200"):
        view.plot_intervals([], [], [], [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column 'name'"),
        (b"name,value,low\n", "no column 'high'"),
        (b"name,value,low,high\na,1,x,2\n", "the low of 'a' is 'x'"),
        (b"name,value,low,high\na,1\n", "the low of 'a' is None"),
        (b"name,value,low,high\n" + 201 * b"a,1,1,1\n", "more than 200 rows"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_table_that_is_none(tmp_path, content, said):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        read_intervals(tmp_path / "t.csv")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_intervals(tmp_path)


def test_pictures_are_asked_for_by_name():
    assert set(dir(firth.view)) == {*view.__all__}
    assert all(callable(getattr(view, name)) for name in view.__all__)
