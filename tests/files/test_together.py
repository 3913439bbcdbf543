"""Files that change together: kills and failures at every step, readers beside writers."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from firth.errors import FormatError
from firth.files import together
from firth.files.together import FileSet

FILES = FileSet(("a.txt", "b.txt"), "record.json")


def save(folder: Path, text: str, files: FileSet = FILES) -> None:
    def write(path_of, generation):
        for name in files.data:
            path_of(name).write_text(text)
        path_of(files.record).write_text(json.dumps({"generation": generation, "text": text}))

    files.save(folder, write)


def read(folder: Path) -> str:
    """Read all files; they must be of one save."""

    def texts(path_of):
        record = json.loads((folder / FILES.record).read_text())
        return [record["text"], *(path_of(name).read_text() for name in FILES.data)]

    found = set(FILES.read(folder, texts))
    assert len(found) == 1, found
    return found.pop()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_plain_names_and_nothing_else(tmp_path):
    folder = tmp_path / "deep" / "folder"
    for text in ("one", "two"):
        save(folder, text)
        assert read(folder) == text
        assert names(folder) == ["a.txt", "b.txt", "record.json"]


# What goes wrong on the way -----------------------------------------------------------------------

# Saves in a process of its own, in which the system's n-th call that changes the folder goes wrong.
WRONG = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_together
folder, how, step, calls = sys.argv[2], sys.argv[3], int(sys.argv[4]), 0

def hook(event, arguments):
    global calls
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
    if not (writes or event in ("os.rename", "os.remove", "os.mkdir")):
        return
    if not str(arguments[0]).startswith(folder):
        return
    calls += 1
    if how == "killed" and calls == step:
        os._exit(9)
    if how == "interrupted" and calls == step:
        raise KeyboardInterrupt
    if how == "full" and calls >= step and event != "os.remove":
        raise OSError(28, "No space left on device")

sys.addaudithook(hook)
try:
    test_together.save(Path(folder), "new")
except (OSError, KeyboardInterrupt):
    os._exit(3)
os._exit(7 if calls < step else 0)
"""


@pytest.mark.parametrize("how", ["killed", "interrupted", "full"])
def test_whatever_happens_one_whole_state_stays(tmp_path, how):
    seen = []
    for step in range(1, 40):
        folder = tmp_path / str(step)
        save(folder, "old")
        (folder / "notes.txt").write_text("mine")
        here = str(Path(__file__).parent)
        code = subprocess.run(
            [sys.executable, "-c", WRONG, here, str(folder), how, str(step)], check=False
        ).returncode
        seen.append(read(folder))
        if code == 3 and seen[-1] == "old":
            assert names(folder) == ["a.txt", "b.txt", "notes.txt", "record.json"]
        save(folder, "newer")
        assert read(folder) == "newer"
        assert names(folder) == ["a.txt", "b.txt", "notes.txt", "record.json"]
        if code == 7:  # the save had fewer steps
            break
    # First the old one, from some step on the new one, never back.
    assert seen == sorted(seen, reverse=True)
    assert code == 7 and {"old", "new"} == set(seen)


def test_all_is_on_the_disk_before_the_record_is_replaced(tmp_path, monkeypatch):
    synced, replace = set(), together.replace_file

    def replace_file(source, target):
        assert {path.stat().st_ino for path in tmp_path.iterdir()} <= synced
        assert os.name != "posix" or tmp_path.stat().st_ino in synced
        synced.clear()
        replace(source, target)

    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    monkeypatch.setattr(together, "replace_file", replace_file)
    save(tmp_path, "new")
    assert os.name != "posix" or tmp_path.stat().st_ino in synced


def test_a_failed_write_leaves_no_trace(tmp_path):
    def write(path_of, generation):
        path_of("a.txt").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    save(tmp_path, "old")
    with pytest.raises(OSError, match="No space"):
        FILES.save(tmp_path, write)
    assert read(tmp_path) == "old"
    assert names(tmp_path) == ["a.txt", "b.txt", "record.json"]


def test_ctrl_c_just_after_the_record_is_replaced(tmp_path, monkeypatch):
    def replace_file(source, target):
        source.replace(target)
        raise KeyboardInterrupt

    save(tmp_path, "old")
    monkeypatch.setattr(together, "replace_file", replace_file)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, "new")
    assert read(tmp_path) == "new"


def test_leftovers_are_removed_strangers_are_not(tmp_path):
    token = "0123456789abcdef"
    ours = [f"a.{token}.txt", f"record.{token}.json", f".b.{token}.txt.01234567.tmp"]
    strangers = [
        "a.0123.txt", f"a.{token}", f"a.{token}.txt.bak", f"c.{token}.txt",
        f"a.{token.upper()}.txt", ".b.txt.01234567.tmp",
    ]  # fmt: skip
    for name in ours + strangers:
        (tmp_path / name).write_text("x")
        assert FILES.is_leftover(name) == (name in ours)
    save(tmp_path, "new")
    assert names(tmp_path) == sorted([*strangers, "a.txt", "b.txt", "record.json"])


def test_leftovers_stay_where_there_are_no_locks(tmp_path, monkeypatch):
    """They may be the files of a save that goes on."""
    monkeypatch.setattr(together, "_lock", lambda folder, attempt: False)
    fresh, stale = (tmp_path / f"a.{digit * 16}.txt" for digit in "12")
    for path in (fresh, stale):
        path.write_text("x")
    os.utime(stale, (1, 1))
    save(tmp_path, "new")
    assert fresh.exists() and not stale.exists()


@pytest.mark.parametrize("can_be_renamed", [True, False])
def test_files_that_cannot_be_replaced(tmp_path, monkeypatch, can_be_renamed):
    """Windows refuses to replace a file that somebody has mapped."""
    replace, rename = Path.replace, Path.rename

    def strict_replace(self, target):
        if target.name in FILES.data and target.exists():
            raise PermissionError(errno.EACCES, "Access is denied", str(target))
        return replace(self, target)

    def strict_rename(self, target):
        if not can_be_renamed:
            raise PermissionError(errno.EACCES, "Access is denied", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", strict_replace)
    monkeypatch.setattr(Path, "rename", strict_rename)
    for text in ("one", "two", "three"):
        save(tmp_path, text)
        assert read(tmp_path) == text
        if can_be_renamed:
            assert (tmp_path / "a.txt").read_text() == text
    monkeypatch.undo()
    save(tmp_path, "four")
    assert read(tmp_path) == "four"
    assert names(tmp_path) == ["a.txt", "b.txt", "record.json"]


@pytest.mark.parametrize("generation", ["../../etc/x12345", "/absolute/path/1", 3, None, "", []])
def test_a_generation_that_is_none_leads_nowhere(tmp_path, generation):
    save(tmp_path, "text")
    (tmp_path / "record.json").write_text(json.dumps({"generation": generation}))
    seen = FILES.read(tmp_path, lambda path_of: path_of("a.txt"))
    assert seen == tmp_path / "a.txt"
    (tmp_path / "record.json").write_text("[" * 100_000)
    assert FILES.read(tmp_path, lambda path_of: path_of("a.txt")) == tmp_path / "a.txt"


# Others at the same time --------------------------------------------------------------------------

WRITER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_together
number, until = 0, time.time() + float(sys.argv[3])
while time.time() < until:
    number += 1
    test_together.save(Path(sys.argv[2]), f"{sys.argv[4]} {number}")
print(number)
"""


@pytest.mark.parametrize("writers", [1, 2])
def test_readers_beside_writers(tmp_path, writers):
    save(tmp_path, "first")
    here = str(Path(__file__).parent)
    seen, reads = set(), 0
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WRITER, here, str(tmp_path), "3", str(number)],
                    stdout=subprocess.PIPE,
                )
            )
            for number in range(writers)
        ]
        while any(process.poll() is None for process in running):
            seen.add(read(tmp_path))
            reads += 1
        saves = [int(process.communicate()[0]) for process in running]
    assert [process.returncode for process in running] == [0] * writers
    assert min(saves) > 5 and reads > 50 and len(seen) > 5
    assert read(tmp_path) in {f"{number} {count}" for number, count in enumerate(saves)}
    assert names(tmp_path) == ["a.txt", "b.txt", "record.json"]


def test_a_reader_that_a_writer_overtakes_starts_over(tmp_path):
    save(tmp_path, "one")
    texts = []

    def slow(path_of):
        texts.append(path_of("a.txt").read_text())
        if len(texts) == 1:
            save(tmp_path, "two")
        return texts[-1] + path_of("b.txt").read_text()

    assert FILES.read(tmp_path, slow) == "twotwo"


def test_a_reader_that_finds_no_peace_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr(together, "READ_SECONDS", 0.0)
    save(tmp_path, "one")
    with pytest.raises(FormatError, match="replaced 10 times while it was read"):
        FILES.read(tmp_path, lambda path_of: save(tmp_path, "another"))


def test_a_file_that_gets_its_plain_name_while_it_is_opened(tmp_path):
    save(tmp_path, "text")
    generation = json.loads((tmp_path / "record.json").read_text())["generation"]
    long_name = tmp_path / f"a.{generation}.txt"
    (tmp_path / "a.txt").rename(long_name)

    def opened(path_of):
        path = path_of("a.txt")
        if long_name.exists():
            long_name.rename(tmp_path / "a.txt")
        return path.read_text()

    assert FILES.read(tmp_path, opened) == "text"


def test_errors_of_a_quiet_folder_are_raised_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        FILES.read(tmp_path, lambda path_of: path_of("a.txt").read_text())


HOLD = """
import fcntl, os, sys, time
handle = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(handle, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_save_waits_for_another_but_not_for_ever(tmp_path, monkeypatch):
    pytest.importorskip("fcntl")
    save(tmp_path, "old")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        monkeypatch.setattr(together, "LOCK_SECONDS", 0.1)
        with pytest.raises(OSError, match="another process is saving to it"):
            save(tmp_path, "new")
        assert read(tmp_path) == "old"
        monkeypatch.setattr(together, "LOCK_SECONDS", 60.0)
        started = time.monotonic()
        holder.stdin.close()
        save(tmp_path, "new")
        assert time.monotonic() - started < 30
    assert read(tmp_path) == "new"


# Places where no folder can be renamed ------------------------------------------------------------


def test_no_folder_is_renamed(tmp_path):
    """Neither a mount point nor one of a container's image can be."""
    code = f"""
    import sys
    from pathlib import Path
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    import test_together
    def hook(event, arguments):
        if event == "os.rename":
            assert Path(arguments[0]).is_file(), arguments
    sys.addaudithook(hook)
    for text in ("one", "two"):
        test_together.save(Path({str(tmp_path)!r}), text)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
    assert read(tmp_path) == "two"


def test_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    for text in ("one", "two"):
        save(Path(), text)
    assert read(Path()) == "two"
    assert Path().stat().st_ino == tmp_path.stat().st_ino == before
