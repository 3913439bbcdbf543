"""One file that appears whole, with the rights of any new file."""

from __future__ import annotations

import os
import stat

import pytest

from firth.files import atomic
from firth.files.atomic import atomic_path


def test_whole_or_not_at_all(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_path(target) as path:
        path.write_text("half")
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert target.read_text() == "old"
    with atomic_path(target) as path:
        path.write_text("new")
        assert path.parent == target.parent and target.read_text() == "old"
    assert target.read_text() == "new"


def test_the_bytes_are_on_the_disk_before_the_name_is_given(tmp_path, monkeypatch):
    done, replace = [], atomic.replace_file
    monkeypatch.setattr(os, "fsync", lambda handle: done.append(os.fstat(handle).st_ino))
    monkeypatch.setattr(atomic, "replace_file", lambda *two: [done.append("name"), replace(*two)])
    with atomic_path(tmp_path / "a") as path:
        path.write_text("x")
    assert done[:2] == [(tmp_path / "a").stat().st_ino, "name"]
    if os.name == "posix":
        assert done[2:] == [tmp_path.stat().st_ino]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_umask_holds_and_is_not_touched(tmp_path, monkeypatch, umask):
    """Asking for it means changing it: for that moment other threads make files open to all."""
    before = os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", lambda mask: pytest.fail("the umask was changed"))
            with atomic_path(tmp_path / "a") as path:
                path.write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~umask


def test_windows_waits_for_readers(tmp_path, monkeypatch):
    """A file that is open is not replaced there."""
    from pathlib import Path

    original, refused = Path.replace, []

    def replace(self, target):
        if len(refused) < 3:
            refused.append(self)
            raise PermissionError(13, "Access is denied")
        return original(self, target)

    source, target = tmp_path / "new", tmp_path / "old"
    source.write_text("new")
    target.write_text("old")
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(atomic, "_PAUSES", (0.001,) * 5)
    with pytest.raises(PermissionError):
        atomic.replace_file(source, target)
    refused.clear()
    monkeypatch.setattr(atomic, "_WAITS", True)
    atomic.replace_file(source, target)
    assert len(refused) == 3 and target.read_text() == "new"
