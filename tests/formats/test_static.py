"""The folder of model2vec and sentence-transformers: by its bytes, there and back, damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError, SaveError
from firth.files.safetensors import write_safetensors
from firth.formats.contents import Contents
from firth.formats.reading import read_contents, read_vectors
from firth.formats.writing import write_contents

MATRIX = np.array([[1, -2], [0.5, 0]], np.float32)
HEADER = b'{"embeddings":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}}'
GOLDEN = {
    "model.safetensors": (120).to_bytes(8, "little") + HEADER + b" " * (120 - len(HEADER))
    + bytes.fromhex("0000803f 000000c0 0000003f 00000000 00000000 00000000"),
    "tokenizer.json": '{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],'
    '"normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,'
    '"decoder":null,"model":{"type":"WordLevel","vocab":{"cat":0,"ä\\"":1,"[UNK]":2},'
    '"unk_token":"[UNK]"}}'.encode(),
    "config.json": b'{"model_type":"model2vec","architectures":["StaticModel"],"normalize":true,'
    b'"max_length":null,"hidden_dim":2,"embedding_dtype":"float32"}',
    "modules.json": b'[{"idx":0,"name":"0","path":".",'
    b'"type":"sentence_transformers.models.StaticEmbedding"},{"idx":1,"name":"1",'
    b'"path":"1_Normalize","type":"sentence_transformers.models.Normalize"}]',
    "config_sentence_transformers.json": b'{"model_type":"SentenceTransformer",'
    b'"similarity_fn_name":"cosine","prompts":{},"default_prompt_name":null}',
}  # fmt: skip


def contents(words, matrix=MATRIX):
    return Contents(WordList.of(words), np.asarray(matrix, np.float32))


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def lay(folder, files=GOLDEN, **changed):
    folder.mkdir(exist_ok=True, parents=True)
    for name, data in {**files, **changed}.items():
        (folder / name).write_bytes(data)
    return folder


def test_the_folder_is_these_bytes(tmp_path):
    said = write_contents(tmp_path / "m", contents(["cat", 'ä"']), format="model2vec")
    assert said == []
    assert {path.name: path.read_bytes() for path in (tmp_path / "m").iterdir()} == GOLDEN
    assert names_in(tmp_path) == ["m"]


def test_these_bytes_are_read(tmp_path):
    found = read_vectors(lay(tmp_path / "m"))
    assert list(found.words) == ["cat", 'ä"']
    np.testing.assert_array_equal(found.matrix, MATRIX)
    assert list(read_vectors(tmp_path / "m", top=1).words) == ["cat"]


def test_a_folder_with_model2vecs_config_alone_is_known(tmp_path):
    lay(tmp_path, {name: GOLDEN[name] for name in list(GOLDEN)[:3]})
    assert len(read_vectors(tmp_path)) == 2


AWKWARD = [
    "[UNK]",
    "[[UNK]]",
    "a\0b",
    "😀",
    "x" * 10_000,
    '"\\',
    "\x1c",
    "\u200b",
    "\ufeff",
    "e\u0301",
]
words = st.text(st.characters(exclude_categories=["Cs", "Z"], exclude_characters="\t\n\v\f\r\x85 "),
                min_size=1)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(words, min_size=1, max_size=5, unique=True), st.data())
@example(AWKWARD, None)
def test_there_and_back(tmp_path_factory, names, data):
    seed = 0 if data is None else data.draw(st.integers(0, 1000))
    folder = tmp_path_factory.mktemp("static") / "m"
    matrix = np.random.default_rng(seed).normal(size=(len(names), 3)).astype(np.float32)
    matrix[seed % len(names)] = 0  # a word that looks as the unknown one does
    for dtype, bound in (("float32", 0), ("float16", 1e-3), ("int8", 0.5 / 127 + 1e-6)):
        write_contents(folder, contents(names, matrix), format="model2vec", dtype=dtype)
        found = read_contents(folder)
        assert list(found.words) == names
        largest = np.abs(matrix).max(axis=1, keepdims=True)
        assert (np.abs(found.matrix - matrix) <= bound * largest).all(), dtype
    found = read_contents(folder, top=2)
    assert list(found.words) == names[:2]


@pytest.mark.parametrize(
    "word", ["a b", " a", "a\n", "\u00a0a", "a\u2003", "a\u0085", "\u3000", ""]
)
def test_what_a_tokenizer_would_split_is_refused(tmp_path, word):
    with pytest.raises(ConfigError, match=r"cannot hold the word .* \.parquet"):
        write_contents(tmp_path / "m", contents(["cat", word]), format="model2vec")
    assert not list(tmp_path.iterdir())


def test_numbers_beyond_half_precision_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"word 2 holds 70000, but float16 .* 65504"):
        large = contents(["a", "b"], [[1, 2], [-7e4, 1]])
        write_contents(tmp_path / "m", large, format="model2vec", dtype="float16")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_anything_else_is_not_overwritten(tmp_path):
    folder = lay(tmp_path / "m", **{"notes.txt": b"mine"})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConfigError, match=r"holds something else \(notes\.txt\)"):
        write_contents(folder, contents(["a", "b"]), format="model2vec")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match="is a file"):
        write_contents(tmp_path / "file", contents(["a", "b"]), format="model2vec")
    (tmp_path / "d" / "config.json").mkdir(parents=True)
    with pytest.raises(ConfigError, match="something else"):
        write_contents(tmp_path / "d", contents(["a", "b"]), format="model2vec")
    assert names_in(tmp_path) == ["d", "file", "m"]


def test_one_of_the_kind_and_an_empty_one_are_replaced(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (lay(tmp_path / "m"), tmp_path / "empty"):
        write_contents(folder, contents(["a", "b"]), format="model2vec")
        assert list(read_vectors(folder).words) == ["a", "b"]
    assert names_in(tmp_path) == ["empty", "m"]


def test_a_write_that_fails_leaves_the_old_folder(tmp_path, monkeypatch):
    folder = lay(tmp_path / "m")
    for broken in ("_tokenizer", "_tensors"):
        with monkeypatch.context() as patch:

            def fail(*_):
                raise OSError(28, "No space left on device")

            patch.setattr(f"firth.formats.static.{broken}", fail)
            with pytest.raises(SaveError, match=r"No space left .* what was there is as it was"):
                write_contents(folder, contents(["a", "b"]), format="model2vec")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == GOLDEN
        assert names_in(tmp_path) == ["m"]


def test_it_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("firth.formats.static._tensors", lambda *_: pytest.fail("too late"))
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(ConfigError):
            write_contents(place, contents(["a", "b"]), format="model2vec")


def test_the_old_folder_comes_back_if_the_new_one_cannot_have_its_name(tmp_path, monkeypatch):
    folder = lay(tmp_path / "m")
    rename, refusals = Path.rename, iter([OSError(16, "Device or resource busy")])

    def refuse_once(source, target):
        for error in refusals:
            raise error
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refuse_once)
    with pytest.raises(SaveError, match="busy"):
        write_contents(folder, contents(["a", "b"]), format="model2vec")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == GOLDEN
    assert names_in(tmp_path) == ["m"]


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    lay(tmp_path / "m")
    try:
        (tmp_path / "link").symlink_to(tmp_path / "m", target_is_directory=True)
    except OSError:
        pytest.skip("no links")
    write_contents(tmp_path / "link", contents(["a", "b"]), format="model2vec")
    assert (tmp_path / "link").is_symlink()
    assert list(read_vectors(tmp_path / "m").words) == ["a", "b"]


def tokenizer(model, added=()):
    content = {"version": "1.0", "added_tokens": list(added), "model": model}
    return json.dumps(content).encode()


WORDPIECE = tokenizer(
    {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "vocab": {"[PAD]": 0, "[UNK]": 1, "##s": 3, "a": 2},
    },
    [{"id": 0, "content": "[PAD]", "special": True}, {"id": 4, "content": "New York"}],
)
UNIGRAM = tokenizer(
    {"type": "Unigram", "unk_id": 1,
     "vocab": [["[PAD]", 0], ["<unk>", -1], ["a", -2.5], ["##s", -3], ["New York", -4]]}
)  # fmt: skip


@pytest.mark.parametrize("kind", [WORDPIECE, UNIGRAM])
def test_weights_and_mapping_are_applied(tmp_path, kind):
    folder = lay(tmp_path / "m", **{"tokenizer.json": kind})
    for dtype, number in ((np.float16, np.int32), (np.float32, np.int64), (np.int8, np.int64)):
        tensors = {
            "embeddings": np.array([[1, 2], [3, 4], [-5, 6]], dtype),
            "weights": np.array([1, 0, 2, 0.5, -1], np.float32),
            "mapping": np.array([0, 0, 2, 1, 2], number),
        }
        write_safetensors(folder / "model.safetensors", tensors)
        found = read_contents(folder)
        assert list(found.words) == ["[PAD]", "a", "##s", "New York"]  # [UNK] is zeros
        assert found.matrix.tolist() == [[1, 2], [-10, 12], [1.5, 2], [5, -6]]
        assert found.matrix.dtype == np.float32


def test_an_unknown_token_that_has_a_vector_stays(tmp_path):
    write_safetensors(lay(tmp_path) / "model.safetensors", {"embeddings": np.eye(3, dtype="f4")})
    assert list(read_contents(tmp_path).words) == ["cat", 'ä"', "[UNK]"]


def test_sentence_transformers_own_folders(tmp_path):
    lay(tmp_path, {"modules.json": b'[{"path":"0_StaticEmbedding","type":"x.StaticEmbedding"}]'})
    below = lay(tmp_path / "0_StaticEmbedding", {"tokenizer.json": GOLDEN["tokenizer.json"]})
    matrix = np.arange(6, dtype=np.float64).reshape(3, 2)
    write_safetensors(below / "model.safetensors", {"embedding.weight": matrix})
    np.testing.assert_array_equal(read_contents(tmp_path).matrix, matrix)


def one(name, array):
    return {"embeddings": np.eye(3, 2, dtype=np.float32), name: np.array(array)}


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("modules.json", b'[{"type":"sentence_transformers.models.Transformer"}]', "StaticEmb"),
        ("modules.json", b"[3]", "first module is None"),
        ("modules.json", b"[" * 100_000, "nested too deeply"),
        ("tokenizer.json", b"{}", "no object 'model'"),
        ("tokenizer.json", tokenizer({"vocab": 3}), "'vocab' is int"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0, "b": 2, "c": 3}}), "not numbered from 0"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0, "b": 0, "c": 1}}), "not numbered from 0"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0, "b": 1, "c": True}}), "not numbered"),
        ("tokenizer.json", tokenizer({"vocab": ["a", "b", "c"]}), "not numbered from 0"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0, "b": 1}}), "3 vectors, but .* 2 tokens"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0, "b": 1, "\ud800": 2}}), "no text"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0}}, [{"id": 0, "content": "b"}]), "its own"),
        ("tokenizer.json", tokenizer({"vocab": {"a": 0}}, [3]), "'added_tokens' is"),
        ("model.safetensors", {"other": MATRIX}, r"no matrix .* 'other' \[2, 2\]"),
        ("model.safetensors", {"embeddings": np.ones(3, np.float32)}, r"no matrix"),
        ("model.safetensors", {"embeddings": np.ones((3, 2), np.int64)}, "holds int64"),
        ("model.safetensors", one("mapping", [0, 1, 3]), "leads to row 3, but there are 3"),
        ("model.safetensors", one("mapping", [0, -1, 1]), "leads to row -1"),
        ("model.safetensors", one("mapping", [0, 1]), r"'mapping' is \[2\] of int64; expected wh"),
        ("model.safetensors", one("mapping", [0.0, 1, 2]), "'mapping' is"),
        ("model.safetensors", one("weights", [1.0]), r"'weights' is \[1\] of float64; expected fl"),
        ("model.safetensors", one("weights", [1.0, np.nan, 1]), "vector of 'ä\"' .* not a finite"),
    ],
)
def test_damage_is_named(tmp_path, name, damage, message):
    lay(tmp_path)
    if isinstance(damage, dict):
        write_safetensors(tmp_path / name, damage)
    else:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(FormatError, match=message) as caught:
        read_contents(tmp_path)
    assert str(caught.value).startswith(str(tmp_path))


def test_a_folder_without_its_files_says_what_is_missing(tmp_path):
    lay(tmp_path, {"modules.json": GOLDEN["modules.json"]})
    with pytest.raises(FormatError, match=r"expected model\.safetensors and tokenizer\.json"):
        read_contents(tmp_path)
    with pytest.raises(FormatError, match="expected model"):
        read_contents(tmp_path / "modules.json", format="model2vec")


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_files_that_are_cut_off_or_changed(tmp_path, name):
    """Either it is refused, or it is a folder that somebody might have written."""
    lay(tmp_path)
    whole = GOLDEN[name]
    damaged = [whole[:size] for size in range(len(whole))]
    damaged += [
        whole[:i] + bytes([whole[i] ^ 1 << bit]) + whole[i + 1 :]
        for i in range(len(whole)) for bit in (0, 3, 7)
    ]  # fmt: skip
    refused = 0
    for data in damaged:
        (tmp_path / name).write_bytes(data)
        try:
            found = read_contents(tmp_path, format="model2vec")
            assert found.matrix.shape[0] == len(found.words)
        except FormatError as error:
            refused += str(tmp_path) in str(error)
    assert refused >= len(whole)  # every one that was cut off


def random_model():
    names = ["the", "cat", "😀", "x" * 500, "[UNK]", "Über", "a\0b"]
    return contents(names, np.random.default_rng(1).normal(size=(len(names), 6)))


TEXTS = ["the cat", "Über the 😀", "[UNK] cat", "cat nobody the", "cat " * 2000]


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_model2vec_and_sentence_transformers_load_what_we_write(tmp_path, dtype):
    model2vec = pytest.importorskip("model2vec")
    made = random_model()
    write_contents(tmp_path / "m", made, format="model2vec", dtype=dtype)
    ours = read_contents(tmp_path / "m").matrix
    theirs = model2vec.StaticModel.from_pretrained(tmp_path / "m")
    for word, vector in zip(made.words, ours, strict=True):
        np.testing.assert_array_equal(theirs.encode_as_sequence(word)[0], vector)
    assert len(theirs.encode_as_sequence("nobody knows")) == 0
    assert not theirs.encode(["nobody knows"]).any()
    close = 2e-3 if dtype == "float16" else 3e-5  # they add up 2000 words in single precision
    for text in TEXTS:
        known = [made.words[:].index(word) for word in text.split() if word in made.words[:]]
        mean = ours[known].astype(np.float64).mean(axis=0)
        expected = mean / np.linalg.norm(mean)
        np.testing.assert_allclose(theirs.encode([text])[0], expected, atol=close)
    sentence_transformers = pytest.importorskip("sentence_transformers")
    loaded = sentence_transformers.SentenceTransformer(str(tmp_path / "m"), device="cpu")
    np.testing.assert_allclose(loaded.encode(TEXTS), theirs.encode(TEXTS), atol=close)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_we_read_what_model2vec_writes(tmp_path, dtype):
    model2vec = pytest.importorskip("model2vec")
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "the": 2, "cat": 3, "##s": 4}
    pieces = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    pieces.add_special_tokens(["[PAD]"])
    pieces.add_tokens(["New York"])
    draw = np.random.default_rng(2)
    matrix = (draw.normal(size=(4, 3)) * 40).astype(dtype)
    theirs = model2vec.StaticModel(
        matrix, pieces, weights=draw.normal(size=6).astype(np.float32),
        token_mapping=np.array([3, 0, 1, 1, 2, 0], np.int32),
    )  # fmt: skip
    theirs.save_pretrained(tmp_path / "m")
    found = read_vectors(tmp_path / "m")
    assert list(found.words) == [*vocabulary, "New York"]
    for word in ("the", "cat", "New York"):
        np.testing.assert_array_equal(found[word], theirs.encode_as_sequence(word)[0])
    plain = model2vec.StaticModel((draw.normal(size=(6, 3)) * 40).astype(dtype), pieces)
    plain.save_pretrained(tmp_path / "n")
    np.testing.assert_array_equal(read_vectors(tmp_path / "n").matrix, plain.embedding)


@pytest.mark.peers
def test_we_read_what_sentence_transformers_writes(tmp_path):
    pytest.importorskip("sentence_transformers")
    tokenizers = pytest.importorskip("tokenizers")
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    level = tokenizers.models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?")
    pieces = tokenizers.Tokenizer(level)
    matrix = np.random.default_rng(3).normal(size=(3, 4)).astype(np.float32)
    for modules in ([], [Normalize()]):
        made = SentenceTransformer(modules=[StaticEmbedding(pieces, matrix), *modules])
        place = tmp_path / str(len(modules))
        made.save(str(place))
        found = read_vectors(place)
        assert list(found.words) == ["a", "b", "?"]
        np.testing.assert_array_equal(found.matrix, matrix)
