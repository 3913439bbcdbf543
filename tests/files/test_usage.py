"""What the caches hold; that only firth's own things are ever removed."""

from __future__ import annotations

import os
import time

import pytest

from firth.corpus import encode
from firth.errors import CacheWarning
from firth.files import usage
from firth.files.cache import temporary_place
from firth.files.places import make_folder
from firth.files.temporary import OwnedFolder

OLD, RECENT, ANOTHER = "0" * 16, "1" * 16, "2" * 16
#: What a shared folder may hold besides; none of it has a name of ours.
STRANGERS = (
    "thesis", "0" * 15, "0" * 17, "A" * 16, "0123456789abcdeg", "0" * 16 + ".bak", "old",
)  # fmt: skip


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir(mode=0o700)
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kernels(root, *names):
    for name in names:
        folder = root / "kernels" / name
        make_folder(folder)
        (folder / "kernel.nbi").write_bytes(b"12345")
        long_ago = time.time() - 61 * 86400
        os.utime(folder, (long_ago, long_ago))


def test_only_the_places_in_use(root, tmp_path, monkeypatch):
    """Who names a folder for a project does not clear the one at home."""
    kernels(tmp_path / "home" / "firth", OLD)
    kernels(root, RECENT)
    assert [entry.path.name for entry in usage.entries()] == [RECENT]
    usage.clear()
    assert (tmp_path / "home" / "firth" / "kernels" / OLD).exists()
    root.chmod(0o777)
    assert [entry.path.name for entry in usage.entries()] == [OLD]


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_only_kernels_of_long_ago_are_forgotten(root, tmp_path):
    kernels(root, OLD, ANOTHER, RECENT, *STRANGERS)
    weeks_ago = time.time() - 59 * 86400
    os.utime(root / "kernels" / RECENT, (weeks_ago, weeks_ago))
    (tmp_path / "elsewhere").mkdir()
    os.utime(tmp_path / "elsewhere", (1, 1))
    (root / "kernels" / ("3" * 16)).symlink_to(tmp_path / "elsewhere")
    usage.forget_kernels(root / "kernels" / ANOTHER)
    assert names(root / "kernels") == {ANOTHER, RECENT, "3" * 16, *STRANGERS}
    assert (tmp_path / "elsewhere").exists()
    assert time.time() - (root / "kernels" / ANOTHER).stat().st_mtime < 1000


def text(tmp_path, name="a.txt", words=1):
    path = tmp_path / name
    path.write_text("a b c " * words)
    return path


def test_entries(root, tmp_path):
    assert usage.entries() == []
    folder = encode(text(tmp_path), min_count=1).folder
    kernels(root, OLD, RECENT, "thesis")
    os.utime(root / "kernels" / RECENT)
    (root / "treebank").mkdir()
    (root / "treebank" / "datasetSentences.txt").write_bytes(b"123")
    (root / "treebank" / "notes.txt").write_bytes(b"123")
    corpus, recent, old, download = usage.entries()
    assert (corpus.kind, corpus.path) == ("corpora", folder)
    assert corpus.size == sum(path.stat().st_size for path in folder.iterdir())
    assert abs(corpus.used - time.time()) < 1000
    assert (recent.path.name, old.path.name, old.size) == (RECENT, OLD, 5)
    assert (download.kind, download.size) == ("treebank", 3)


def test_clear(root, tmp_path):
    encoded = encode(text(tmp_path), min_count=1)
    kernels(root, OLD, RECENT, *STRANGERS)
    (root / "corpora" / "notes").mkdir()
    left, alive = (OwnedFolder(temporary_place(root / "corpora")) for _ in range(2))
    os.close(left._handle)  # as the system does for a killed process
    (root / "other").mkdir()
    gone = usage.clear()
    assert {entry.path.name for entry in gone} == {encoded.folder.name, OLD, RECENT}
    assert usage.entries() == []
    assert names(root) == {"corpora", "kernels", "other"}
    assert names(root / "corpora") == {"notes", "temporary"}
    assert alive.path.exists() and not left.path.exists()
    assert names(root / "kernels") == set(STRANGERS)
    assert encoded.ids.tolist() == [0, 1, 2]  # who has it open keeps it


def test_a_large_cache_is_mentioned_once(root, tmp_path, monkeypatch):
    monkeypatch.setattr(usage, "NOTABLE_BYTES", 3_000)
    first = encode(text(tmp_path, "0.txt", words=100), min_count=1)
    assert usage.entries()[0].size < 3_000
    large = text(tmp_path, "1.txt", words=200)
    with pytest.warns(CacheWarning, match=r"`firth cache`.* .--no-cache") as seen:
        encode(large, min_count=1)
    assert len(seen) == 1 and str(first.folder.parent) in str(seen[0].message)
    encode(large, min_count=1)
    encode(text(tmp_path, "2.txt", words=200), min_count=1)
    with pytest.warns(CacheWarning, match="mine now keeps"):
        encode(text(tmp_path, "3.txt", words=2_000), min_count=1, cache=tmp_path / "mine")
    encode(text(tmp_path, "4.txt", words=2_000), min_count=1, cache=False)
