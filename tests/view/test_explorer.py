"""What goes onto the explorer's page, the page as a file, and the server; without a browser."""

from __future__ import annotations

import base64
import getpass
import hashlib
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth import Model, WordVectors, open_corpus
from firth.errors import ConfigError, FormatError, SaveError
from firth.view.explorer import Frame, Server, Shown, explore, save_page
from firth.view.explorer.comparing import compare, kept_neighbors, turned_onto
from firth.view.explorer.contents import as_bytes, rounding_of
from firth.view.explorer.packing import packed
from firth.view.explorer.page import page_of, page_with
from firth.view.explorer.sentences import Sentences
from firth.view.maps import make_map, save_map

ROOT = Path(__file__).parents[2]
HOSTILE = ["<script>alert(1)</script>", "</script><b>", "<!--", "\u202etxt", "x" * 10_000, "a\nb"]


def some(n=40, dim=6, seed=0, words=None):
    draw = np.random.default_rng(seed)
    words = words or [f"w{i}" for i in range(n)]
    matrix = draw.normal(size=(len(words), dim)).astype(np.float32)
    return WordVectors(words, matrix, counts=np.arange(len(words), 0, -1))


def unpacked(data):
    """The head and the blocks of a page's data, read as the page's source says."""
    assert data[:8] == b"FIRTHEX1"
    size = int.from_bytes(data[8:12], "little")
    head = json.loads(data[12 : 12 + size])
    start, blocks = 12 + size, {}
    assert start % 8 == 0
    types = {"i8": "<i1", "u8": "<u1", "u16": "<u2", "i32": "<i4", "f32": "<f4", "f64": "<f8"}
    for name, block in head.pop("blocks").items():
        assert block["at"] % 8 == 0
        content = data[start + block["at"] :][: block["length"]]
        is_json = block["type"] == "json"
        blocks[name] = (
            json.loads(content) if is_json else np.frombuffer(content, types[block["type"]])
        )
    return head, blocks


def data_of(page):
    content = re.search(rb'id="data">([^<]*)</script>', page)[1]
    return zlib.decompress(base64.b64decode(content, validate=True), -15)


# What is on the page ------------------------------------------------------------------------------


@given(arrays(np.float32, (3, 5), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_bytes_are_wrong_by_half_a_step_at_most(matrix):
    numbers, steps = as_bytes(matrix)
    assert np.abs(numbers).max() <= 127
    wide = steps.astype(np.float64)[:, np.newaxis]
    wrong = np.abs(numbers * wide - matrix.astype(np.float64))
    assert (wrong <= 0.5001 * wide + 1e-40).all()


def test_recall_says_what_bytes_lose():
    vectors = some(400, 20)
    numbers, _ = as_bytes(vectors.matrix)
    recall, error, asked = rounding_of(vectors.matrix, numbers)
    assert 0.95 < recall < 1.0 and asked == 400
    true = [[w for w, _ in vectors.most_similar(word, k=10)] for word in vectors.words]
    rounded = WordVectors(vectors.words, numbers.astype(np.float32))
    found = [[w for w, _ in rounded.most_similar(word, k=10)] for word in vectors.words]
    parts = [len({*a} & {*b}) / 10 for a, b in zip(true, found, strict=True)]
    assert recall == pytest.approx(np.mean(parts))
    unit = [v.matrix / np.linalg.norm(v.matrix, axis=1, keepdims=True) for v in (vectors, rounded)]
    wrong = np.abs(unit[0] @ unit[0].T - unit[1] @ unit[1].T)
    rows = [[vectors.index(word) for word in near] for near in true]
    assert error == pytest.approx(np.take_along_axis(wrong, np.array(rows), axis=1).max(), abs=1e-6)
    coarse, *_ = rounding_of(vectors.matrix, (numbers // 16).astype(np.int8))
    assert coarse < recall


def test_the_page_holds_words_counts_and_the_map_that_is_kept(tmp_path):
    vectors = some(60)
    model = Model(vectors.words, vectors.counts, {"input": vectors.matrix})
    model.save(tmp_path / "m")
    found = make_map(model.vectors, "pca", clusters=4)
    moved = found._replace(points=found.points[:, ::-1].copy(), kept=0.99)
    save_map(moved, tmp_path / "m")
    head, blocks = unpacked(packed(Shown.of(model, name="mine", place=tmp_path / "m", top=50)))
    facts = head["models"][0]
    assert (facts["name"], facts["words"], facts["of"], facts["dim"]) == ("mine", 50, 60, 6)
    assert facts["map"] == {"method": "pca", "kept": 0.99, "k": 15}
    assert facts["clusters"] == found.names
    assert blocks["0.words"] == list(model.vectors.words[:50])
    assert blocks["0.counts"].tolist() == model.vectors.counts[:50].tolist()
    points = blocks["0.points"].reshape(50, 2)
    assert np.corrcoef(points[:, 0], moved.points[:50, 0])[0, 1] == pytest.approx(1)
    rows = blocks["0.vectors"].reshape(50, 6) * blocks["0.scales"][:, np.newaxis]
    assert np.allclose(rows, model.vectors.matrix[:50], atol=0.02)


def test_words_that_are_numbers_or_have_no_counts_are_shown_too():
    vectors = WordVectors([7, 8, 9], np.eye(3, dtype=np.float32))
    head, blocks = unpacked(packed(Shown.of(vectors)))
    assert blocks["0.words"] == ["7", "8", "9"] and "0.counts" not in blocks
    assert head["compared"] is None and head["sentences"] is False


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ("a path", ConfigError, "of type str; give what firth.load"),
        (WordVectors([], np.empty((0, 3))), ConfigError, "no word to show"),
        (WordVectors(["a"], [[np.nan]]), FormatError, "'a' \\(row 0\\)"),
    ],
)
def test_what_cannot_be_shown(model, error, said):
    with pytest.raises(error, match=said):
        Shown.of(model)


# Two models ---------------------------------------------------------------------------------------


def test_kept_neighbours_are_counted_among_words_of_both():
    one = some(50, seed=1)
    other = some(seed=2, words=[f"w{i}" for i in range(45, 5, -1)] + ["only", "here"])
    _, facts, blocks = compare(Shown.of(one), Shown.of(other))
    both = [f"w{i}" for i in range(6, 46)]
    assert facts == {"k": 10, "shared": 40, "aligned": True}
    assert [one.words[row] for row in blocks["first"]] == both
    assert [other.words[row] for row in blocks["second"]] == both
    for row, word in enumerate(both):
        near = [{w for w, _ in v.most_similar(word, k=10, among=both)} for v in (one, other)]
        assert blocks["shared"][row] == len(near[0] & near[1])


def test_a_turned_model_has_not_moved():
    vectors = some(80)
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(6, 6)))[0].astype(np.float32)
    turned = WordVectors(vectors.words, vectors.matrix @ turn)
    first, second = Shown.of(vectors), Shown.of(turned)
    beside, _, blocks = compare(first, second)
    assert blocks["shared"].min() == 10
    assert blocks["aligned"] == pytest.approx(1.0, abs=1e-5)
    far = lambda shown: np.abs(shown.map.points - first.map.points).max()  # noqa: E731
    assert far(beside) < 1e-4
    mirrored = second._replace(map=second.map._replace(points=second.map.points[:, ::-1] * [1, -1]))
    rows = np.arange(80)
    assert far(mirrored) > 0.1 and far(turned_onto(mirrored, first, (rows, rows))) < 1e-4


def test_models_of_other_dimensions_have_no_cosine_and_of_other_words_nothing():
    _, facts, blocks = compare(Shown.of(some(30)), Shown.of(some(30, dim=9)))
    assert facts["aligned"] is False and "aligned" not in blocks
    with pytest.raises(ConfigError, match="have 1 words in common"):
        compare(Shown.of(some(30)), Shown.of(some(words=["w3", "x", "y"])))
    assert kept_neighbors(np.eye(4), np.eye(4), 3).tolist() == [3, 3, 3, 3]


# The page -----------------------------------------------------------------------------------------


def test_the_page_is_small_and_allows_its_own_script_alone():
    page = page_of("'none'")
    assert len(page) <= 150_000
    policy = re.search(rb'Content-Security-Policy" content="([^"]*)"', page)[1].decode()
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"] and rules["connect-src"] == ["'none'"]
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>".encode(), page, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(text).digest()).decode() for text in texts]
        assert rules[rule] == [f"'sha256-{each}'" for each in hashes] and len(texts) == 1
    assert not re.search(
        rb"(src|href)=|\son\w+=", re.sub(rb"<(script|style)>.*?</\1>", b"", page, flags=re.DOTALL)
    )
    assert not re.search(rb"https?://(?!www\.w3\.org/)", page)


def test_the_source_of_the_page_never_takes_text_for_html():
    sources = [*(ROOT / "explorer" / "src").rglob("*.ts")]
    if not sources:
        pytest.skip("the page's source is not here")
    assert len(sources) > 10
    for path in sources:
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b"
            r"|new Function|setTimeout\(\s*[\"']",
            path.read_text(encoding="utf-8"),
        )
        assert found is None, f"{path.name}: {found}"


def test_a_page_in_a_file_holds_no_word_as_html_and_nothing_of_this_machine(tmp_path, monkeypatch):
    home = tmp_path / "home-of-somebody" / "model"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    vectors = some(words=[*HOSTILE, *(f"w{i}" for i in range(30))])
    Model(vectors.words, vectors.counts, {"input": vectors.matrix}).save(home)
    size = save_page("page.html", Shown.of(vectors, name="</script>", place=home))
    page = (home / "page.html").read_bytes()
    assert size == len(page)
    rest = re.sub(rb'id="data">[^<]*<', b"", page)
    assert rest == re.sub(rb'id="data">[^<]*<', b"", page_of("'none'"))
    data = data_of(page)
    _, blocks = unpacked(data)
    assert sorted(blocks["0.words"]) == sorted(str(w) for w in vectors.words)
    for secret in (str(tmp_path), "home-of-somebody", f"/{getpass.getuser()}/"):
        assert secret.encode() not in data and secret.encode() not in page
    again = tmp_path / "again.html"
    save_page(again, Shown.of(vectors, name="</script>", place=home))
    assert again.read_bytes() == page


def test_a_page_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(ConfigError, match="is a folder"):
        save_page(tmp_path, some())
    with pytest.raises(SaveError, match="cannot be written"):
        save_page(tmp_path / "none" / "page.html", some())
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_a_frame_that_is_shut_in():
    frame = explore(some(30), some(30, seed=4), top=20, height=300)
    assert isinstance(frame, Frame)
    html = frame._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads"' in html and "height:300px" in html
    assert html.count("<") == 2 and html.count('"') == 2 * 4
    head, _ = unpacked(data_of(frame.page))
    assert [facts["words"] for facts in head["models"]] == [20, 20]


# The server ---------------------------------------------------------------------------------------


@pytest.fixture
def server():
    find = Sentences(open_corpus([["the", "cat", "sat"], ["no", "dog"]] * 3))
    with Server(packed(Shown.of(some()), sentences=True), sentences=find) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(server, path, method="GET", **headers):
    host, port = server.server_address[:2]
    connection = http.client.HTTPConnection(host, port, timeout=20)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, {k.lower(): v for k, v in answer.getheaders()}


def test_the_server_gives_the_page_and_its_data(server):
    base = urlsplit(server.url).path
    status, page, headers = ask(server, base)
    assert (status, page) == (200, page_of("'self'"))
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    assert "python" not in headers["server"].lower()
    status, data, _ = ask(server, base + "data")
    assert status == 200 and unpacked(data)[0]["models"][0]["words"] == 40
    status, empty, headers = ask(server, base + "data", "HEAD")
    assert (status, empty, int(headers["content-length"])) == (200, b"", len(data))
    status, found, _ = ask(server, base + "sentences?word=cat")
    assert status == 200 and len(json.loads(found)) == 3
    assert json.loads(ask(server, base + "sentences?word=owl")[1]) == []
    assert json.loads(ask(server, base + "sentences")[1]) == []


@pytest.mark.parametrize(
    "path",
    [
        "/", "/data", "//data", "/wrong/", "/wrong/data", "{base}../data", "{base}page.html",
        "{base}/data", "{base}%2e%2e/%2e%2e/etc/passwd", "{base}../../../etc/passwd", "{base}data/",
        "{bare}", "/" + "a" * 9_000, "{base}sentences/x", "/%C3%A9/",
    ],
)  # fmt: skip
def test_nothing_else_is_served(server, path):
    base = urlsplit(server.url).path
    path = path.format(base=base, bare=base.rstrip("/"))
    status, content, _ = ask(server, path)
    assert (status, content) == (404, b"not found\n")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "",
        "0.0.0.0:{port}",
    ],
)
def test_who_calls_it_by_another_name_gets_nothing(server, host):
    path, port = urlsplit(server.url).path, server.server_address[1]
    assert ask(server, path, Host=host.format(port=port))[0] == 403
    assert ask(server, path, Host=f"LOCALHOST:{port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_only_tells(server, method):
    assert ask(server, urlsplit(server.url).path, method)[0] == 501


def test_it_listens_to_this_computer_alone_and_tokens_differ(server):
    assert server.server_address[0] == "127.0.0.1"
    with Server(b"FIRTHEX1") as other:
        assert urlsplit(other.url).path != urlsplit(server.url).path
        assert len(urlsplit(other.url).path) > 30
    with pytest.raises(ConfigError, match=f"port {server.server_address[1]} cannot be used"):
        Server(b"FIRTHEX1", server.server_address[1])


def test_sentences_show_what_stands_around():
    words = [f"a{i}" for i in range(30)]
    found = Sentences(open_corpus([words] * 20))("a15")
    assert len(found) == 8
    assert found[0]["before"].split() == ["…", *words[3:15]]
    assert found[0]["after"].split() == [*words[16:28], "…"]


# The command line ---------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    for name, seed in (("one", 1), ("two", 2)):
        vectors = some(60, seed=seed)
        Model(vectors.words, vectors.counts, {"input": vectors.matrix}).save(tmp_path / name)
    return tmp_path


def test_the_command_writes_a_page_and_says_its_size(run_firth, folders):
    done = run_firth("explore", "one", "two", "--html", "p.html", "--top", "50")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    size = (folders / "p.html").stat().st_size
    assert f"50 and 50 words, {size / 1e6:.1f} MB -> p.html" in done.stderr
    head, _ = unpacked(data_of((folders / "p.html").read_bytes()))
    assert [facts["name"] for facts in head["models"]] == ["one", "two"]
    assert (folders / "p.html").read_bytes() == page_with(
        data_of((folders / "p.html").read_bytes())
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere"),
        (["one", "--html", "."], "is a folder"),
        (["one", "--html", "p.html", "--corpus", "t.txt"], "do not go together"),
        (["one", "--port", "70000"], "--port is 70000"),
        (["one", "--top", "0"], "top is 0"),
        (["one", "--html", "no/p.html"], "no/"),
    ],
)
def test_the_command_says_what_is_wrong(folders, capsys, monkeypatch, arguments, said):
    from firth import cli

    monkeypatch.chdir(folders)
    with pytest.raises(SystemExit) as stop:
        cli.main(["explore", *arguments])
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert said in printed.err and "Traceback" not in printed.err and printed.out == ""
    assert not list(folders.glob("*.html"))


def test_the_command_serves_until_it_is_stopped(folders):
    with subprocess.Popen(
        [sys.executable, "-m", "firth", "explore", "one", "--no-open"],
        cwd=folders,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", url)
        with urllib.request.urlopen(url + "data", timeout=20) as answer:
            assert unpacked(answer.read())[0]["models"][0]["name"] == "one"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0 and "Traceback" not in said


# Notebooks ----------------------------------------------------------------------------------------


def test_models_and_vectors_have_html_that_words_cannot_leave():
    vectors = some(words=[*HOSTILE, *(f"w{i}" for i in range(30))])
    model = Model(vectors.words, vectors.counts, {"input": vectors.matrix}, {"window": 5})
    for html in (vectors._repr_html_(), model._repr_html_()):
        assert "36 words" in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        tags = {*re.findall(r"<(/?\w+)", html)}
        assert tags == {
            f"{end}{tag}"
            for end in ("", "/")
            for tag in ("div", "strong", "table", "tbody", "tr", "th", "td", "bdi")
        }
        assert len(html) < 3_000
    assert ">window</th><td>5<" in model._repr_html_()
    assert model.explore(top=10).page == explore(model, top=10).page
