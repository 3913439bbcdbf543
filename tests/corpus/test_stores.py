"""Texts in object stores: a small server that speaks S3, on this machine."""

from __future__ import annotations

import gzip
import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firth.corpus import encode, open_corpus
from firth.corpus.stores import is_address, remote_files
from firth.errors import CorpusError, CorpusWarning

TEXT = b"the cat sat\nthe dog\n"


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["a mat", "a hat"], "n": [1, 2]}), file)
    return file.getvalue()


class Store(BaseHTTPRequestHandler):
    """Lists and hands out objects; writes down who asked for what."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    asked: list[str]

    def log_message(self, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def do_GET(self) -> None:
        self._answer(head=False)

    def _answer(self, head: bool) -> None:
        parts = urlsplit(self.path)
        _, bucket, *rest = unquote(parts.path).split("/", 2)
        key, query = "".join(rest), parse_qs(parts.query)
        self.asked.append(f"{self.command} {key}")
        if bucket != "texts":
            self._send(404, b"<Error><Code>NoSuchBucket</Code></Error>", head)
        elif not key and not head:
            prefix = query.get("prefix", [""])[0]
            found = "".join(
                f"<Contents><Key>{name}</Key><Size>{len(data)}</Size>"
                "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
                for name, data in sorted(self.objects.items())
                if name.startswith(prefix)
            )
            body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
            self._send(200, body.encode(), head)
        elif key and key not in self.objects:
            self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", head)
        else:
            data = self.objects.get(key, b"")
            span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if span and not head:
                first, last = int(span[1]), min(int(span[2]), len(data) - 1)
                where = f"bytes {first}-{last}/{len(data)}"
                self._send(206, data[first : last + 1], head, {"Content-Range": where})
            else:
                self._send(200, data, head)

    def _send(self, code: int, body: bytes, head: bool, more: dict[str, str] | None = None) -> None:
        self.send_response(code)
        dated = {"Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT", "ETag": f'"{len(body)}"'}
        for name, value in {**dated, **(more or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not head:
            self.wfile.write(body)


@pytest.fixture
def store() -> Iterator[tuple[Any, type[Store]]]:
    objects = {
        "logs/a.txt": TEXT,
        "logs/b.txt.gz": gzip.compress(b"on a mat\n"),
        "logs/deep/c.parquet": parquet(),
        "logs/.hidden": b"nobody",
        "other.txt": b"other\n",
    }
    handler = type("Some", (Store,), {"objects": objects, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    where = f"scheme=http&endpoint_override=127.0.0.1:{server.server_port}&region=us-east-1"
    try:
        yield (lambda path: f"s3://key:secret@texts/{path}?{where}"), handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_files_folders_and_globs(store: tuple[Any, type[Store]]) -> None:
    at, _ = store
    assert list(open_corpus(at("logs/a.txt"))) == [["the", "cat", "sat"], ["the", "dog"]]
    whole = open_corpus(at("logs"))
    names = [str(one) for one in whole.inputs]
    assert names == [f"s3://texts/logs/{name}" for name in ("a.txt", "b.txt.gz", "deep/c.parquet")]
    assert list(whole)[2:] == [["on", "a", "mat"], ["a", "mat"], ["a", "hat"]]
    assert [str(one) for one in open_corpus(at("logs/*.txt")).inputs] == names[:1]
    assert [str(one) for one in open_corpus(at("logs/**.*")).inputs] == names
    assert [str(one) for one in open_corpus(at("*.txt")).inputs] == ["s3://texts/other.txt"]
    assert whole.n_bytes == sum(one.size for one in remote_files(at("logs/")))
    assert (
        open_corpus([at("other.txt"), at("logs/a.txt")]).name == "s3://texts/other.txt and 1 more"
    )


def test_what_was_encoded_is_found_again(store: tuple[Any, type[Store]], tmp_path) -> None:
    at, handler = store
    with encode(at("logs/"), min_count=1, cache=tmp_path) as first:
        assert first.vocabulary.words[0] == "a" and first.n_sentences == 5
    handler.asked.clear()
    with encode(at("logs/"), min_count=1, cache=tmp_path) as again:
        assert again.fingerprint == first.fingerprint
    assert not [line for line in handler.asked if line.startswith("GET l")]
    handler.objects["logs/a.txt"] = TEXT + b"more\n"
    with encode(at("logs/"), min_count=1, cache=tmp_path) as other:
        assert other.n_sentences == 6


def test_what_is_not_there_is_said_without_secrets(store: tuple[Any, type[Store]]) -> None:
    at, handler = store
    for path, problem in (("none.txt", "there is no such file"), ("*.gz", "no file matches")):
        with pytest.raises(CorpusError, match=problem) as raised:
            open_corpus(at(path))
        assert str(raised.value).startswith(f"s3://texts/{path}: ")
    corpus = open_corpus(at("logs/a.txt"))
    del handler.objects["logs/a.txt"]
    with pytest.raises(CorpusError, match=r"s3://texts/logs/a\.txt") as raised:
        list(corpus)
    handler.objects["logs/a.txt"] = b"x" * 65
    with pytest.warns(CorpusWarning, match="changed while it was read"):
        list(corpus)
    with pytest.raises(CorpusError, match="cannot read nowhere://a/b"):
        open_corpus("nowhere://me:secret@a/b")
    assert "secret" not in str(raised.value)


def test_addresses_of_this_machine(tmp_path) -> None:
    (tmp_path / "a b.txt").write_bytes(TEXT)
    address = (tmp_path / "a b.txt").as_uri()
    assert is_address(address) and not is_address(tmp_path)
    assert len(list(open_corpus(address))) == 2
    assert [one.size for one in remote_files(tmp_path.as_uri())] == [len(TEXT)]
