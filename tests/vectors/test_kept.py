"""Indices that are kept: found by the vectors, taken only from where nobody else writes."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from firth.errors import ConfigError, MissingExtraError
from firth.files import cache, usage
from firth.files.safetensors import read_safetensors, write_safetensors
from firth.vectors import WordVectors, kept
from firth.vectors.kept import LINKS, RECORD, Wanted, digest_of, file_facts, find, keep

WANTED = Wanted(16, 128, "1.15.1")
posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps profiles apart")


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir(mode=0o700)
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "neighbors"


@pytest.fixture
def drawn(seed):
    return np.random.default_rng(seed).standard_normal((300, 4)).astype(np.float32)


def mapped(path: Path, matrix: np.ndarray, age: float = 60) -> np.ndarray:
    """Write a matrix to a file, which is not new any more, and map it as models are."""
    write_safetensors(path, {"input": matrix})
    return opened(path, age)


def opened(path: Path, age: float = 60) -> np.ndarray:
    os.utime(path, (time.time() - age,) * 2)
    return read_safetensors(path)["input"].view()


@pytest.fixture
def settled(monkeypatch):
    """Files need not rest before they are remembered: their times in the system cannot be set."""
    monkeypatch.setattr(kept, "_SETTLED_NS", -1)


@pytest.fixture
def read_whole(monkeypatch):
    """What is read as a whole: the shapes of all matrices of which a digest is made."""
    shapes = []

    def digest(matrix):
        shapes.append(matrix.shape)
        return digest_of(matrix)

    monkeypatch.setattr(kept, "digest_of", digest)
    return lambda: [shape for shape in shapes if shape[0] > 64]


def test_the_digest_is_of_type_shape_and_bytes(drawn):
    again = {digest_of(made) for made in (drawn, np.asfortranarray(drawn), drawn.copy()[:])}
    assert len(again) == 1
    changed = drawn.copy()
    changed[-1, -1] = np.nextafter(changed[-1, -1], np.float32(np.inf))
    others = (changed, drawn[:-1], drawn.reshape(150, 8), drawn.astype(np.float64), drawn[::-1])
    assert len(again | {digest_of(other) for other in others}) == 6


def test_the_digest_does_not_depend_on_blocks(drawn, monkeypatch):
    whole = digest_of(drawn)
    monkeypatch.setattr(kept, "_BLOCK_BYTES", 100)
    assert digest_of(drawn) == whole


def test_what_was_kept_is_found(drawn, root):
    assert find(drawn, WANTED) == kept.Found(digest_of(drawn))
    folder = keep(drawn, digest_of(drawn), WANTED, b"links", {"measured": 5})
    assert folder.parent == root and cache.KINDS["neighbors"].fullmatch(folder.name)
    found = find(drawn.copy(), WANTED)
    assert (found.folder, found.links, found.record["measured"]) == (folder, b"links", 5)
    assert find(drawn, WANTED._replace(m=8)).folder is None
    assert find(drawn.astype(np.float64), WANTED).folder is None
    assert {path.name for path in root.iterdir()} == {folder.name, "temporary"}
    assert not list((root / "temporary").iterdir())
    kept.amend(folder, {"measured": 6})
    assert find(drawn, WANTED).record["measured"] == 6


def test_a_file_that_is_as_it_was_is_not_read_again(tmp_path, drawn, settled, read_whole):
    matrix = mapped(tmp_path / "v", drawn)
    keep(matrix, find(matrix, WANTED).digest, WANTED, b"links", {})
    before = read_whole()
    assert len(before) == 1
    assert find(read_safetensors(tmp_path / "v")["input"], WANTED).links == b"links"
    assert read_whole() == before
    os.utime(tmp_path / "v")  # nothing else has changed
    for _ in range(2):
        assert find(read_safetensors(tmp_path / "v")["input"], WANTED).links == b"links"
    assert len(read_whole()) == 2
    copied = mapped(tmp_path / "copy", drawn)
    for _ in range(2):
        assert find(copied, WANTED).links == b"links"
    assert len(read_whole()) == 3
    assert len(find(copied, WANTED).record["files"]) == 3


def test_a_file_that_has_just_changed_is_read_as_a_whole(tmp_path, drawn, read_whole):
    matrix = mapped(tmp_path / "v", drawn, age=0)
    keep(matrix, digest_of(matrix), WANTED, b"links", {})
    for _ in range(2):
        assert find(matrix, WANTED).links == b"links"
    assert len(read_whole()) == 2


def test_other_rows_of_the_same_file_are_other_vectors(tmp_path, drawn, settled):
    matrix = mapped(tmp_path / "v", np.concatenate([drawn, drawn]))
    keep(matrix, digest_of(matrix), WANTED, b"links", {})
    assert find(matrix, WANTED).folder is not None
    for part in (matrix[:300], matrix[::-1], matrix[:, :3], matrix[::2]):
        assert find(part, WANTED).folder is None
    assert file_facts(matrix[:300]) != file_facts(matrix[300:])
    assert file_facts(drawn) is None
    same = mapped(tmp_path / "same", np.ones((600, 4), np.float32))  # a sample tells nothing here
    parts = (same, same[:300], same[300:], same[::2], same[:, :3])
    facts = {json.dumps(file_facts(part)) for part in parts}
    assert len(facts) == len(parts)


def test_a_file_that_was_changed_is_noticed(tmp_path, drawn, settled):
    path = tmp_path / "v"
    matrix = mapped(path, drawn)
    keep(matrix, digest_of(matrix), WANTED, b"links", {})
    before = path.stat()
    with path.open("r+b") as file:  # one value of row 297, which is not in the sample
        file.seek(-(2 * 16 + 4), os.SEEK_END)
        file.write(np.float32(2.5).tobytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = find(read_safetensors(path)["input"], WANTED)
    assert found.folder is None
    assert found.why_not.startswith(f"the vectors in {path} are others than those")


def test_a_map_whose_file_was_replaced_is_not_taken_for_the_new_file(tmp_path, drawn, settled):
    """Else the new file would for ever be known by the digest of the old one."""
    path, other = tmp_path / "v", drawn[::-1].copy()
    old = mapped(path, drawn)
    mapped(tmp_path / "new", other)
    (tmp_path / "new").replace(path)
    keep(old, find(old, WANTED).digest, WANTED, b"links", {})
    assert find(old, WANTED).links == b"links"
    assert find(read_safetensors(path)["input"], WANTED).folder is None


def damaged(folder: Path, name: str, data: bytes | None) -> None:
    if data is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (LINKS, None),
        (LINKS, b""),
        (LINKS, b"link"),
        (LINKS, b"linkt"),
        (RECORD, None),
        (RECORD, b""),
        (RECORD, b"[]"),
        (RECORD, b"[" * 100_000),
        (RECORD, b'{"version": 1}'),
    ],
)
def test_what_is_damaged_is_made_again(drawn, name, data):
    digest = digest_of(drawn)
    folder = keep(drawn, digest, WANTED, b"links", {})
    damaged(folder, name, data)
    found = find(drawn, WANTED)
    assert found.folder is None and not folder.exists()
    assert found.why_not.startswith(f"the index in {folder} was damaged (")
    assert keep(drawn, digest, WANTED, b"links", {}) == folder
    assert find(drawn, WANTED).links == b"links"


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"digest": "0" * 64}, {"files": [1]}, {"sha256": None}]
)
def test_a_record_of_something_else_is_not_believed(drawn, change):
    folder = keep(drawn, digest_of(drawn), WANTED, b"links", {})
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(record | change))
    assert "was damaged" in find(drawn, WANTED).why_not


def test_another_version_of_faiss_is_named(drawn):
    keep(drawn, digest_of(drawn), WANTED, b"links", {})
    why = find(drawn, WANTED._replace(faiss_version="1.16.0")).why_not
    assert why == "the index was made by faiss 1.15.1, and this is another"


@posix
def test_places_where_others_may_write_are_not_used(drawn, root, tmp_path):
    folder = keep(drawn, digest_of(drawn), WANTED, b"links", {})
    for part in (folder, root, root.parent):
        rights = part.stat().st_mode
        part.chmod(0o777)
        assert find(drawn, WANTED).folder is None, part
        part.chmod(rights)
        assert find(drawn, WANTED).folder == folder
    root.parent.chmod(0o777)
    assert find(drawn, WANTED).folder is None
    elsewhere = keep(drawn, digest_of(drawn), WANTED, b"links", {})
    assert elsewhere.is_relative_to(tmp_path / "home")
    assert find(drawn, WANTED).folder == elsewhere
    assert [entry.path for entry in usage.entries()] == [elsewhere]


def test_where_nothing_can_be_kept(drawn, monkeypatch):
    monkeypatch.setattr(kept, "trusted_folder", lambda *_: None)
    assert keep(drawn, digest_of(drawn), WANTED, b"links", {}) is None


def test_a_full_disk_leaves_nothing(drawn, root, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "publish", full)
    assert keep(drawn, digest_of(drawn), WANTED, b"links", {}) is None
    assert not list((root / "temporary").iterdir()) and len(list(root.iterdir())) == 1


def test_another_process_may_be_faster(drawn):
    digest = digest_of(drawn)
    folder = keep(drawn, digest, WANTED, b"links", {})
    assert keep(drawn, digest, WANTED, b"other", {}) == folder
    assert find(drawn, WANTED).links == b"links"


def test_the_cache_knows_indices(drawn, root):
    folders = []
    for m in range(2, 3 + cache.MAX_ENTRIES):
        wanted = WANTED._replace(m=m)
        folders.append(keep(drawn, digest_of(drawn), wanted, b"links", {}))
        os.utime(folders[-1] / RECORD, (m * 1000, m * 1000))
    (root / "notes").mkdir()
    assert not folders[0].exists() and all(folder.exists() for folder in folders[1:])
    found = usage.entries()
    assert [entry.path for entry in found] == folders[:0:-1]
    assert {entry.kind for entry in found} == {"neighbors"}
    assert found[0].size == sum(path.stat().st_size for path in folders[-1].iterdir())
    find(drawn, WANTED._replace(m=3))
    assert len(usage.clear()) == cache.MAX_ENTRIES
    assert {path.name for path in root.iterdir()} == {"notes", "temporary"}


def test_what_was_used_last_stays(drawn, tmp_path, settled):
    """A file known by its facts is marked as used, though nothing is written."""
    matrix = mapped(tmp_path / "v", drawn)
    folder = keep(matrix, digest_of(matrix), WANTED, b"links", {})
    os.utime(folder / RECORD, (1000, 1000))
    find(matrix, WANTED)
    assert time.time() - (folder / RECORD).stat().st_mtime < 1000


def test_without_faiss(monkeypatch, run_python):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtraError, match=r"^this needs faiss, .* 'firth\[index\]'$"):
        WordVectors(["a"], [[1.0]]).approximate()
    code = (
        "import sys, firth.cli, firth; sys.modules['faiss'] = None\n"
        "firth.WordVectors(['a', 'b'], [[1.0, 0], [1, 1]]).save('v')\n"
        "for command in (['index', 'v'], ['neighbors', 'v', 'a', '--approximate']):\n"
        "    try: firth.cli.main(command)\n"
        "    except SystemExit as stop: print(stop.code)"
    )
    done = run_python(code)
    line = "firth: this needs faiss, which is not installed: pip install 'firth[index]'\n"
    assert (done.stdout, done.stderr) == ("2\n2\n", 2 * line)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"m": 1}, "m is 1; it must be 2 or more"),
        ({"ef_search": 10_001}, "ef_search is 10001; it must be"),
        ({"ef_construction": 1.5}, "ef_construction is 1.5; it must be a whole number"),
    ],
)
def test_parameters(given, message):
    with pytest.raises(ConfigError, match=message):
        WordVectors(["a"], [[1.0]]).approximate(**given)
