"""The folder of TensorBoard's projector: by its bytes, there and back, damaged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError
from firth.formats.contents import Contents
from firth.formats.reading import read_contents, read_vectors
from firth.formats.writing import write_contents

MATRIX = np.array([[1, -2, 0.1], [0.5, 0, 1e-20]], np.float32)
CONFIG = b'embeddings {\n  tensor_path: "tensors.tsv"\n  metadata_path: "metadata.tsv"\n}\n'
GOLDEN = {
    "tensors.tsv": b"1\t-2\t0.1\n0.5\t0\t1e-20\n",
    "metadata.tsv": "cat\nä ö\n".encode(),
    "projector_config.pbtxt": CONFIG,
}
COUNTED = {**GOLDEN, "metadata.tsv": "word\tcount\ncat\t7\nä ö\t3\n".encode()}


def contents(words, matrix=MATRIX, counts=None):
    counts = None if counts is None else np.array(counts, np.int64)
    return Contents(WordList.of(words), np.asarray(matrix, np.float32), counts)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lay(folder, files=GOLDEN, **changed):
    folder.mkdir(exist_ok=True)
    for name, data in {**files, **changed}.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(("counts", "golden"), [(None, GOLDEN), ([7, 3], COUNTED)])
def test_the_folder_is_these_bytes(tmp_path, counts, golden):
    said = write_contents(tmp_path / "m", contents(["cat", "ä ö"], counts=counts),
                          format="tensorboard")  # fmt: skip
    assert said == []
    assert files(tmp_path / "m") == golden
    found = read_vectors(lay(tmp_path / "n", golden))
    assert list(found.words) == ["cat", "ä ö"]
    np.testing.assert_array_equal(found.matrix, MATRIX)
    assert (found.counts is None) == (counts is None) or found.counts.tolist() == counts


def test_tabs_and_ends_of_lines_are_refused_or_renamed(tmp_path):
    names = ["a\tb", "c\nd\r", "e", "word"]
    for counts in (None, [1, 2, 3, 4]):
        given_ = contents(names, np.eye(4), counts)
        with pytest.raises(ConfigError, match=r"the word 'a\\tb' \(and 1 more\), which has"):
            write_contents(tmp_path, given_, format="tensorboard")
        write_contents(tmp_path, given_, format="tensorboard", rename="_")
        assert list(read_contents(tmp_path).words) == ["a_b", "c_d_", "e", "word"]


AWKWARD = [
    "a\0b",
    "😀",
    "x" * 10_000,
    '"',
    "\u00a0q\u2003",
    "NA",
    "nan",
    "1",
    "#",
    "a  b",
    "\x1cz",
    "e\u0301",
]
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r"), min_size=1)
words = words.filter(lambda word: word.strip() and word.strip("\ufeff"))
NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(words, min_size=1, max_size=5, unique=True), st.data())
@example(AWKWARD, None)
def test_there_and_back(tmp_path_factory, names, data):
    folder = tmp_path_factory.mktemp("projector") / "m"
    matrix = np.arange(len(names) * 3).reshape(-1, 3) / 7
    counts = list(range(len(names)))
    if data is not None:
        matrix = data.draw(st.lists(st.lists(NUMBERS, min_size=2, max_size=2),
                                    min_size=len(names), max_size=len(names)))  # fmt: skip
        counts = data.draw(st.none() | st.just(counts))
    made = contents(names, matrix, counts)
    write_contents(folder, made, format="tensorboard")
    found = read_contents(folder)
    assert list(found.words) == names
    np.testing.assert_array_equal(found.matrix, made.matrix)
    assert counts is None if found.counts is None else found.counts.tolist() == counts
    top = read_contents(folder, top=1)
    assert list(top.words) == names[:1] and top.matrix.shape == (1, made.matrix.shape[1])


@pytest.mark.parametrize("word", ["", " ", "\n", "\t", "\u3000\u00a0", "\ufeff"])
def test_words_that_would_be_blank_lines_are_refused(tmp_path, word):
    with pytest.raises(ConfigError, match=r"nothing but blanks"):
        write_contents(tmp_path / "m", contents(["a", word]), format="tensorboard")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_anything_else_is_not_overwritten(tmp_path):
    lay(tmp_path, **{"events.out.tfevents": b"a log"})
    with pytest.raises(ConfigError, match=r"holds something else \(events\.out\.tfevents\)"):
        write_contents(tmp_path, contents(["a", "b"]), format="tensorboard")
    assert files(tmp_path) == {**GOLDEN, "events.out.tfevents": b"a log"}


def test_files_of_others(tmp_path):
    config = b"# tensor_path: 'no'\nembeddings { tensor_name: 'x' tensor_path: 'sub/t.tsv'\n" \
             b"  metadata_path : \"m.tsv\" }"  # fmt: skip
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "t.tsv").write_bytes(b"\r\n1.0\t2\r\n\r\n+3e0\t-.5")
    labels = b"Label\tgroup\tFrequency\r\n\ta\t5\r\nq \tb\t6"
    lay(tmp_path, {"projector_config.pbtxt": config, "m.tsv": labels})
    found = read_contents(tmp_path)
    assert (found.words[:], found.counts.tolist()) == (["", "q "], [5, 6])
    assert found.matrix.tolist() == [[1, 2], [3, -0.5]]


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("projector_config.pbtxt", b"", "tensor_path is given 0 times; expected once"),
        ("projector_config.pbtxt", CONFIG * 2, "tensor_path is given 2 times"),
        (
            "projector_config.pbtxt",
            CONFIG.replace(b"tensors", b"/etc/tensors"),
            "within the folder",
        ),
        ("projector_config.pbtxt", CONFIG.replace(b"meta", b"../meta"), "within the folder"),
        ("projector_config.pbtxt", b"\xff", "cannot be read"),
        ("projector_config.pbtxt", CONFIG.replace(b"tensors", b"none"), "no such file"),
        ("tensors.tsv", b"", "no line of numbers"),
        (
            "tensors.tsv",
            b"1\t2\n3.0\n",
            "line 2 .byte 4.: there are 1 fields; expected 2 numbers, with tabs",
        ),
        ("tensors.tsv", b"1\t2\n3\tx\n", "'x' is no number; expected 2 numbers"),
        ("tensors.tsv", b"1\t2\n3\t\n", "'' is no number"),
        ("tensors.tsv", b"1\t2\n3\tnan\n", "line 2 .* a number is not finite in single"),
        ("tensors.tsv", b"1\t2\n3 4\n", "there are 1 fields"),
        ("tensors.tsv", b"1\t2\n\n\n3\t\t4\n", "line 4 .* there are 3 fields"),
        ("tensors.tsv", b"1\t2\n3\t4 5\n", "'4 5' is no number"),
        ("tensors.tsv", b"1\t2\n", "there are 2 words, but room for 1 vectors"),
        ("tensors.tsv", b"1.0000\t2.0000\n", "there are 2 words, but 1 vectors"),
        ("metadata.tsv", b"word\tcount\ncat\t5\n", "there are 1 words, but more vectors"),
        ("metadata.tsv", b"a\nb\nc\n", "there are 3 words"),
        ("metadata.tsv", b"word\tcount\ncat\t5\ndog\n", "count of word 2 is b''"),
        ("metadata.tsv", b"word\tcount\ncat\t5\ndog\t-1\n", "count of word 2 is b'-1'"),
        ("metadata.tsv", b"cat\nd\xff\n", "byte 5: the word b'd.xff' is not UTF-8"),
    ],
)
def test_damage_is_named(tmp_path, name, damage, message):
    lay(tmp_path, **{name: damage})
    with pytest.raises(FormatError, match=message) as caught:
        read_contents(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", GOLDEN)
def test_files_that_are_cut_off_or_changed(tmp_path, name):
    """Either it is refused, or it is a folder that somebody might have written."""
    lay(tmp_path, COUNTED)
    whole = COUNTED[name]
    damaged = [whole[:size] for size in range(len(whole))]
    damaged += [
        whole[:i] + bytes([whole[i] ^ 1 << bit]) + whole[i + 1 :]
        for i in range(len(whole)) for bit in range(8)
    ]  # fmt: skip
    refused = 0
    for data in damaged:
        (tmp_path / name).write_bytes(data)
        try:
            found = read_contents(tmp_path)
            assert found.matrix.shape[0] == len(found.words) == 2
        except FormatError as error:
            refused += str(tmp_path) in str(error)
    assert refused >= len(whole) // 2
