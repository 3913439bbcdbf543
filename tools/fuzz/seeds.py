"""Valid files of every format, small ones, most of them written by firth itself.

What firth does not write (finalfusion's format, quantised models of fastText, folders of spaCy) is
laid out here as the pages of :mod:`firth.formats` say.
"""

from __future__ import annotations

import io
import json
import re
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from firth.corpus.encoding import encode
from firth.corpus.sources import open_corpus
from firth.errors import ConfigError
from firth.formats.contents import NGrams
from firth.formats.registry import FORMATS
from firth.formats.spacy import key_of
from firth.formats.writing import contents_of, write_contents
from firth.model import Model
from firth.training.run.checkpoint import Checkpoint, Checkpointer
from firth.vectors import WordVectors
from tools.fuzz.case import Case, take

PLAIN = ("the", "cat", "sat", "Straße", "日本")
AWKWARD = (
    "a b", "tab\there", "line\nfeed", "carriage\r", "nul\0nul", "\u00a0edges\u2003", "0.5", "1 2 3",
    "", " ", "\u0085", '"quoted"', "</s>", "__label__x", "[UNK]", "\ufeffmark", "-1", "nan", "👩‍🔬",
    "x" * 300,
)  # fmt: skip
_SENTENCES = ["the cat sat on the mat", "the dog sat", "a cat and a dog", "the end"] * 3


def vectors(words: tuple[str, ...], dim: int, seed: int = 0) -> WordVectors:
    """Draw vectors, with counts."""
    drawn = np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32)
    return WordVectors(words, drawn, counts=np.arange(len(words), 0, -1))


def written(name: str, file: str) -> Callable[[Path], Iterator[Case]]:
    """Return what yields valid files of a format that firth writes."""

    def write(place: Path, words: tuple[str, ...], dim: int, dtype: str) -> Case:
        contents = contents_of(vectors(words, dim))
        if FORMATS[name].ngrams:
            drawn = np.random.default_rng(1).normal(size=(7, dim)).astype(np.float32)
            contents = contents._replace(ngrams=NGrams(drawn, 2, 4, 7))
        if FORMATS[name].output:
            contents = contents._replace(output=contents.matrix[::-1].copy())
        place.mkdir()
        write_contents(place / file, contents, format=name, dtype=dtype)
        whole = (place / file).is_dir()
        return _steady(take(place / file) if whole else take(place, file))

    def seeds(folder: Path) -> Iterator[Case]:
        number = count()
        dtypes = FORMATS[name].dtypes
        held = []
        for word in AWKWARD:
            with suppress(ConfigError):  # this format cannot hold it
                write(folder / str(next(number)), (word,), 1, dtypes[0])
                held.append(word)
        for words, dim in ((PLAIN, 3), ((*PLAIN, *held), 2), (("one",), 1), (PLAIN[:2], 40)):
            for dtype in dtypes:
                yield write(folder / str(next(number)), words, dim, dtype)

    return seeds


def _steady(case: Case) -> Case:
    """Let what firth draws anew with each save be the same in every run."""
    return case._replace(
        files={
            name: data
            and re.sub(rb'("generation": ")[0-9a-f]{16}', rb"\g<1>0123456789abcdef", data)
            for name, data in case.files.items()
        }
    )


def text_vectors(folder: Path) -> Iterator[Case]:
    """Yield text as other programs write it: blanks at ends of lines, numbers of every kind."""
    yield Case({"v": b"3 2\na 1 2 \nb -.5e-3 +4. \nc\xc3\xa9 1E5 0.1 \n"}, "v")
    yield Case({"v": b"2\t3\r\nof the 1 2 3\r\n. . . 4 5 6\r\n"}, "v")
    yield Case({"v": b"2 1\na 0.1234567890123456789012345\nb 1e-30"}, "v")


def floret(folder: Path) -> Iterator[Case]:
    """Yield tables of hashed n-grams."""
    yield Case({"v": b"3 2 2 3 1 2166136261 < >\n0 1 -0.5 \n1 2 0.25 \n2 4 8 \n"}, "v")
    yield Case({"v": b"1 1 1 255 4 0 \xc2\xab \xc2\xbb\n0 1e-3\n"}, "v")


def glove(folder: Path) -> Iterator[Case]:
    """Yield text without a header."""
    yield Case({"v": b"the 0.1 0.2 0.3\nof the -1 2 3\n<unk> 4 5 6e-1\n"}, "v")


def word2vec_binary(folder: Path) -> Iterator[Case]:
    """Yield what gensim writes: no line feed behind a vector."""
    rows = np.random.default_rng(2).normal(size=(3, 4)).astype("<f4")
    parts = [word + b" " + row.tobytes() for word, row in zip((b"a", b"b", b""), rows, strict=True)]
    yield Case({"v": b"3 4\n" + b"".join(parts)}, "v")


def tables(folder: Path) -> Iterator[Case]:
    """Yield tables that are whole, but seldom what a table of vectors is."""
    floats = pa.FixedSizeListArray.from_arrays(pa.array([0.5, 1, -2, 3], pa.float32()), 2)
    lists = pa.array([[0.5, 1], [-2, 3]], pa.list_(pa.float64()))
    words = pa.array(["a", "b"])
    columns: tuple[tuple[list[str], list[Any]], ...] = (
        (["word", "vector"], [words, floats]),
        (["vector", "count", "word"], [lists, pa.array([2, 1]), words]),
        (["word", "word", "vector"], [words, words, floats]),
        (["word", "vector", "vector"], [words, floats, lists]),
        (["word", "count", "vector", "count"], [words, pa.array([1, 2]), floats, words]),
        (["word", "vector"], [words.dictionary_encode(), lists]),
        (["word", "vector"], [words.cast(pa.binary()), lists.cast(pa.large_list(pa.float32()))]),
        (["word", "vector"], [pa.array([b"\xff", b"b"]), floats]),
        (["word", "vector"], [pa.array([1, 2]), pa.array([[1.0, None], [1.0, 2.0]])]),
        (["word", "vector"], [pa.array([{"a": 1}, {"a": 2}]), floats]),
        (["word", "count", "vector"], [words, pa.array([1.5, 2]), pa.array([[1.0], [2.0, 3.0]])]),
        (["word", "count", "vector"], [words, pa.array([2**63, 1], pa.uint64()), floats]),
        (["word", "vector"], [pa.nulls(2), pa.nulls(2)]),
        (["word", "vector"], [words[:0], floats[:0]]),
        (["word", "vector"], [words, pa.array([[], []], pa.list_(pa.float32()))]),
        (["word", "vector"], [words, pa.array([[[1.0]], [[2.0]]])]),
    )
    for names, arrays in columns:
        table = pa.Table.from_arrays(arrays, names)
        file = io.BytesIO()
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, 1)
        yield Case({"v": file.getvalue()}, "v")
        for how in ({"compression": "zstd"}, {"compression": "none", "row_group_size": 1}):
            file = io.BytesIO()
            try:
                pq.write_table(table, file, **how)
            except pa.ArrowException:  # Parquet has no such type
                continue
            yield Case({"v": file.getvalue()}, "v")
    many = pa.table(
        {"word": [f"w{i}" for i in range(40)], "vector": [[float(i)] for i in range(40)]}
    )
    for codec in ("lz4", "zstd"):
        file = io.BytesIO()
        options = pa.ipc.IpcWriteOptions(compression=codec)
        with pa.ipc.new_file(file, many.schema, options=options) as writer:
            writer.write_table(many, 16)
        yield Case({"v": file.getvalue()}, "v")


def fasttext(folder: Path) -> Iterator[Case]:
    """Yield models with labels, quantised ones, and old ones."""
    rows = np.random.default_rng(3).normal(size=(9, 4)).astype("<f4")
    for version, labels, kind, quantised, buckets in (
        (12, 0, 2, False, 5), (12, 2, 2, False, 5), (12, 2, 3, True, 5), (11, 0, 1, False, 0),
        (12, 0, 2, True, 5), (0, 0, 2, False, 5), (12, 2, 3, False, 5),
    ):  # fmt: skip
        words = 4 - labels
        head = struct.pack("<2i", 793712314, version) if version else b""
        lengths = (2, 3) if buckets else (0, 0)
        head += struct.pack("<12id", 4, 5, 5, 1, 5, 1, 2, kind, buckets, *lengths, 100, 1e-4)
        head += struct.pack("<3iq", 4, words, labels, 20)
        kept = [(4, 1), (0, 0), (2, 2)] if quantised else []
        head += struct.pack("<q", len(kept) if quantised else -1) if version else b""
        names = ["</s>", "cat", "dög", "x y"][:words] + ["__label__a", "__label__b"][:labels]
        for i, name in enumerate(names):
            head += name.encode() + b"\0" + struct.pack("<qb", 9 - i, i >= words)
        head += b"".join(struct.pack("<2i", *pair) for pair in kept)
        n_rows = words + (3 if quantised else buckets)
        out = labels if kind == 3 else words
        yield Case({"v": head + _matrix(rows, n_rows, version, quantised)
                    + _matrix(rows, out, version, quantised)}, "v")  # fmt: skip


def _matrix(rows: NDArray[Any], n: int, version: int, quantised: bool) -> bytes:
    if not quantised:
        return b"\0" * (version > 0) + struct.pack("<2q", n, 4) + rows[:n].tobytes()
    centroids = np.random.default_rng(4).normal(size=256 * 4).astype("<f4").tobytes()
    norms = np.random.default_rng(5).normal(size=256).astype("<f4").tobytes()
    return (
        b"\1" + struct.pack("<B2qi", 1, n, 4, 2 * n) + bytes(range(2 * n))
        + struct.pack("<4i", 4, 2, 2, 2) + centroids
        + bytes(range(n)) + struct.pack("<4i", 1, 1, 1, 1) + norms
    )  # fmt: skip


def finalfusion(folder: Path) -> Iterator[Case]:
    """Yield files with and without lengths, n-grams, and what is said about the model."""
    rows = np.random.default_rng(6).normal(size=(7, 3)).astype("<f4")
    names = [b"cat", "dög".encode(), b""]
    text = b"".join(struct.pack("<I", len(name)) + name for name in names)
    for kinds in ((1, 2), (5, 1, 2, 6), (7, 2, 6)):
        n = 7 if kinds[0] == 7 else 3
        data = b"FiFu" + struct.pack(f"<II{len(kinds)}I", 0, len(kinds), *kinds)
        for kind in kinds:
            head = {
                1: struct.pack("<Q", 3) + text,
                7: struct.pack("<QIII", 3, 2, 4, 4) + text,
                5: b"a = 'b'",
                2: struct.pack("<QII", n, 3, 10),
                6: struct.pack("<QI", 3, 10),
            }[kind]
            if kind in (2, 6):
                head += bytes(4 - (len(data) + 12 + len(head)) % 4)
                head += (rows[:n] if kind == 2 else rows[:3, 0]).tobytes()
            data += struct.pack("<IQ", kind, len(head)) + head
        yield Case({"v": data}, "v")


def spacy(folder: Path) -> Iterator[Case]:
    """Yield vocabularies: one within a pipeline, one with shared rows, one of floret's."""
    words = ["coffee", "number", "tea", "größer"]
    for place, rows, order in (("", 4, False), ("vocab/", 2, False), ("", 3, True)):
        drawn = np.random.default_rng(7).normal(size=(rows, 3)).astype("<f4")
        array = io.BytesIO()
        np.save(array, np.asfortranarray(drawn) if order else drawn, allow_pickle=False)
        keys = b"".join(_msgpack(key_of(word)) + _msgpack(i % rows) for i, word in enumerate(words))
        strings = [word for word in words if word != "number"]
        files: dict[str, bytes | None] = {
            "vectors": array.getvalue(),
            "key2row": bytes([0x80 + len(words)]) + keys,
            "strings.json": json.dumps(strings).encode(),
            "vectors.cfg": b'{"mode": "default"}',
        }
        files = {place + name: data for name, data in files.items()}
        if place:
            files |= {"meta.json": b"{}", "config.cfg": b""}
        yield Case(files)

    array = io.BytesIO()
    np.save(array, np.random.default_rng(7).normal(size=(5, 3)).astype("<f4"), allow_pickle=False)
    settings = {"minn": 2, "maxn": 3, "hash_count": 2, "hash_seed": 7, "bow": "<", "eow": ">"}
    yield Case({
        "vectors": array.getvalue(), "key2row": b"\x80", "strings.json": b"[]",
        "vectors.cfg": json.dumps({"mode": "floret", **settings}).encode(),
    })  # fmt: skip


def _msgpack(number: int) -> bytes:
    return bytes([number]) if number < 128 else b"\xcf" + number.to_bytes(8, "big")


def static(folder: Path) -> Iterator[Case]:
    """Yield folders of sentence-transformers, and with mappings, weights and other tokenizers."""
    from firth.files.safetensors import write_safetensors

    rows = np.random.default_rng(8).normal(size=(4, 3)).astype(np.float32)
    vocabulary = {"[UNK]": 0, "cat": 1, "dog": 2, "tea": 3}
    tokenizers: tuple[tuple[dict[str, Any], Mapping[str, NDArray[Any]]], ...] = (
        ({"vocab": vocabulary, "unk_token": "[UNK]"}, {"embedding.weight": rows}),
        (
            {"vocab": [[word, -1.5] for word in vocabulary], "unk_id": 0},
            {
                "embeddings": (rows[:2] * 20).astype(np.int8),
                "weights": np.ones(5, np.float32),
                "mapping": np.array([0, 1, 1, 0, 0]),
            },
        ),
    )
    for number, (model, tensors) in enumerate(tokenizers):
        file = folder / f"{number}.safetensors"
        added = [{"id": 4, "content": "[MASK]"}] if number else []
        write_safetensors(file, tensors)
        yield Case({
            "0_StaticEmbedding/model.safetensors" if number else "model.safetensors":
                file.read_bytes(),
            "0_StaticEmbedding/tokenizer.json" if number else "tokenizer.json":
                json.dumps({"model": model, "added_tokens": added}).encode(),
            "modules.json": b'[{"idx": 0, "type": "sentence_transformers.models.StaticEmbedding"}]',
        })  # fmt: skip


def projector(folder: Path) -> Iterator[Case]:
    """Yield folders as other programs write them."""
    config = b'embeddings {\n  tensor_path: "t.tsv"\n  metadata_path: "m.tsv"\n}\n'
    for labels in (b"cat\ndog\n", b"word\tFrequency\tkind\ncat\t5\tx\ndog\t3\t\n"):
        yield Case({
            "projector_config.pbtxt": config, "t.tsv": b"1\t2.5\r\n-1e3\t0\n", "m.tsv": labels
        })  # fmt: skip


def models(folder: Path) -> Iterator[Case]:
    """Yield folders of models as training leaves them."""
    words, dim = ["the", "cat", "sat"], 4
    matrix = np.random.default_rng(9).normal(size=(3, dim)).astype(np.float32)
    subwords = {"dim": dim, "min_n": 2, "max_n": 3, "buckets": 11}
    for number, (matrices, config, rows) in enumerate((
        ({"input": matrix, "output": matrix}, {"dim": dim}, {}),
        ({"input": matrix, "output": matrix[:2]}, {"dim": dim}, {"output": "nodes"}),
        ({"input": matrix, "ngrams": matrix[[0] * 11]}, subwords, {"ngrams": "ngrams"}),
    )):  # fmt: skip
        history = [{"epoch": 1, "words": 9, "loss": 2.5, "learning_rate": 0.1}]
        model = Model(
            words, [5, 3, 1], matrices, config,
            rows={**dict.fromkeys(matrices, "words"), **rows},
            corpus={"n_tokens": 9, "n_sentences": 3},
            provenance={"reading": {"tokenizer": "whitespace", "normalize": "NFC"}},
        )  # fmt: skip
        model.save(folder / str(number))
        case = _steady(take(folder / str(number)))
        described = json.loads(case.files["config.json"] or b"")
        described["history"] = history
        yield case._replace(
            files={**case.files, "config.json": json.dumps(described, indent=1).encode()}
        )


#: What identifies the run of the checkpoints here.
RUN, MADE_BY = {"dim": 4, "corpus": "abc"}, {"firth": "0"}


def checkpoints(folder: Path) -> Iterator[Case]:
    """Yield the output of a run that has not ended."""
    matrix = np.random.default_rng(10).normal(size=(3, 4)).astype(np.float32)
    run = Checkpointer(folder, RUN, MADE_BY)
    for position in (5, 12):
        run.write(Checkpoint(position, matrix, matrix[:2], {"rows": [], "epoch": {"loss": 1}}), 9)
    yield take(folder)


def corpora(folder: Path) -> Iterator[Case]:
    """Yield encoded corpora."""
    for words in (_SENTENCES, [[1, 2, 3], [3, 3]] * 3):
        with encode(open_corpus(iter(words)), min_count=1, cache=folder) as encoded:
            yield take(encoded.folder)


def texts(folder: Path) -> Iterator[Case]:
    """Yield texts, tables and archives of them."""
    text = "\n".join(_SENTENCES).encode()
    yield Case({"t": text}, "t")
    yield Case({"t": "﻿élan vital\r\nà\rb\u2028c\0d\n".encode()}, "t")
    yield Case({"t": "the cat\n".encode("utf-16")}, "t")
    column = {"column": "text"}
    yield Case({"t": b'text,n\n"the, cat",1\nsat "on,2\n'}, "t", column)
    yield Case({"t": b'{"text": "the cat", "n": [1]}\n{"text": ["a", "b"]}\n\n'}, "t", column)
    table = pa.table({"text": _SENTENCES, "n": list(range(len(_SENTENCES)))})
    file = io.BytesIO()
    pq.write_table(table, file)
    yield Case({"t": file.getvalue()}, "t", column)
    yield Case({"t": file.getvalue()}, "t", {**column, "group_by": "n"})
    for writer in (pa.ipc.new_file, pa.ipc.new_stream):
        file = io.BytesIO()
        with writer(file, table.schema) as opened:
            opened.write_table(table, 4)
        yield Case({"t": file.getvalue()}, "t", column)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name in ("mimetype.txt", "b/ü.txt", "mimetype"):
                archive.writestr(zipfile.ZipInfo(name), text, method)
        yield Case({"t": file.getvalue()}, "t")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), b"application/epub+zip")
    yield Case({"t": file.getvalue()}, "t")
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=kind) as tar:
            for name in ("a.txt", "ü" * 90 + "/b.txt"):
                about = tarfile.TarInfo(name)
                about.size = len(text)
                tar.addfile(about, io.BytesIO(text))
        yield Case({"t": file.getvalue()}, "t")
