"""Folders that go when their owner goes."""

import os
import time

import pytest

from firth.files import temporary
from firth.files.temporary import OwnedFolder, sweep


def test_a_folder_and_its_lock_come_and_go_together(tmp_path):
    place = tmp_path / "a" / "b"
    folder = OwnedFolder(place)
    (folder.path / "file").write_text("x")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert sweep(place) == 0 and folder.path.exists()
    folder.remove()
    folder.remove()
    assert list(place.iterdir()) == []


def test_a_renamed_folder_leaves_nothing_behind(tmp_path):
    folder = OwnedFolder(tmp_path)
    folder.path.rename(tmp_path / "kept")
    folder.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def abandon(folder):
    """Let go of the lock without removing anything, as the system does for a killed process."""
    os.close(folder._handle)


def test_only_what_is_named_so_is_swept(tmp_path):
    (tmp_path / "firth-notes").mkdir()
    (tmp_path / "firth-0123456789abcdef").mkdir()  # no lock file: not ours, or not yet
    (tmp_path / "firth-notes.lock").write_text("")
    left = OwnedFolder(tmp_path)
    (left.path / "file").write_text("x")
    abandon(left)
    assert sweep(tmp_path) == 1
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"firth-notes", "firth-0123456789abcdef", "firth-notes.lock"}
    assert sweep(tmp_path / "none") == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users on this system")
def test_another_users_are_left_alone(tmp_path, monkeypatch):
    abandon(OwnedFolder(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert sweep(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed on this system")
def test_a_link_is_not_followed(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("x")
    (tmp_path / "target").write_text("")
    name = "firth-0123456789abcdef"
    (tmp_path / name).symlink_to(mine)
    (tmp_path / f"{name}.lock").symlink_to(tmp_path / "target")
    assert sweep(tmp_path) == 0
    (tmp_path / f"{name}.lock").unlink()
    (tmp_path / f"{name}.lock").write_text("")
    sweep(tmp_path)
    assert (mine / "file").exists()


def test_without_locks_a_week_of_rest_decides(tmp_path, monkeypatch):
    monkeypatch.setattr(temporary, "_lock", lambda handle: None)
    fresh, old = OwnedFolder(tmp_path), OwnedFolder(tmp_path)
    (old.path / "file").write_text("x")
    assert sweep(tmp_path) == 0
    week_ago = time.time() - temporary.STALE_SECONDS - 1
    for path in (old.path / "file", old.path, old.path.with_suffix(".lock")):
        os.utime(path, (week_ago, week_ago))
    assert sweep(tmp_path) == 1
    assert fresh.path.exists() and not old.path.exists()


def test_a_folder_in_use_stays_however_long_it_rests(tmp_path):
    folder = OwnedFolder(tmp_path)
    for path in (folder.path, folder.path.with_suffix(".lock")):
        os.utime(path, (1, 1))
    assert sweep(tmp_path) == 0 and folder.path.exists()
    folder.remove()


def test_a_lock_taken_by_a_sweep_in_between_is_made_anew(tmp_path, monkeypatch):
    real, swept = temporary._lock, []

    def slow(handle):
        if not swept:
            swept.append(True)
            assert sweep(tmp_path) == 1
        return real(handle)

    monkeypatch.setattr(temporary, "_lock", slow)
    folder = OwnedFolder(tmp_path)
    assert sweep(tmp_path) == 0 and folder.path.exists()
