"""Folders for results: probed by what will be done, and another place when it fails after all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from firth.errors import ConfigError, SaveError
from firth.files.output import check_writable, save_or_rescue

ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


def test_a_probe_leaves_nothing_behind(tmp_path, monkeypatch):
    check_writable(tmp_path / "a" / "b" / "c")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "m").mkdir()
    monkeypatch.chdir(tmp_path / "m")
    for folder in (tmp_path / "m", Path(), "new"):
        check_writable(folder)
    assert list(tmp_path.iterdir()) == [tmp_path / "m"]
    assert list((tmp_path / "m").iterdir()) == []


def refuse(monkeypatch, folder):
    """Let nothing be written within `folder` itself."""
    original = os.open

    def open_(path, flags, *rest, **options):
        if Path(path).parent == folder and flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return original(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", open_)


def test_the_folder_itself_is_probed(tmp_path, monkeypatch):
    """A volume may be read-only though the folder that it is mounted in is not."""
    (tmp_path / "volume").mkdir()
    refuse(monkeypatch, tmp_path / "volume")
    with pytest.raises(ConfigError, match=r"volume cannot be written .Read-only file system"):
        check_writable(tmp_path / "volume")
    refuse(monkeypatch, tmp_path / "new")
    with pytest.raises(ConfigError, match="Read-only"):
        check_writable(tmp_path / "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "volume"]


@pytest.mark.skipif(ROOT, reason="root may write anywhere")
def test_permissions_are_respected(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="cannot be written"):
        check_writable(tmp_path)


def test_names_that_cannot_be_folders(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="file is a file; name a folder"):
        check_writable(tmp_path / "file")
    with pytest.raises(ConfigError, match=r"below cannot be made: .*file is not a folder"):
        check_writable(tmp_path / "file" / "below")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="broken is a file"):
        check_writable(tmp_path / "broken")


def writer(refused):
    """Make a function that saves, but not below the folders `refused`."""

    def save(folder):
        (folder / "half").write_text("x")
        if any(folder.is_relative_to(place) for place in refused):
            raise OSError(errno.ENOSPC, "No space left on device", str(folder / "half"))
        (folder / "half").rename(folder / "result")

    return save


def test_a_result_that_can_be_saved(tmp_path):
    save_or_rescue(tmp_path, writer([]))
    assert [p.name for p in tmp_path.iterdir()] == ["result"]


def test_saved_beside(tmp_path, monkeypatch):
    folder = tmp_path / "model"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for place in (folder, Path()):
        with pytest.raises(SaveError, match=r"No space left on device.*It was saved to ") as caught:
            save_or_rescue(place, writer([folder, Path()] if place == folder else [Path()]))
        rescued = caught.value.rescued
        assert rescued is not None and str(rescued) in str(caught.value)
        assert rescued.name.startswith("model.firth-rescued-")
        assert rescued.parent == tmp_path
        assert [p.name for p in rescued.iterdir()] == ["result"]


def test_saved_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for name in ("tmp", "disk", "disk/model"):
        (tmp_path / name).mkdir()
    with pytest.raises(SaveError, match="It was saved to") as caught:
        save_or_rescue(tmp_path / "disk" / "model", writer([tmp_path / "disk"]))
    assert caught.value.rescued is not None
    assert caught.value.rescued.parent == tmp_path / "tmp"
    assert (caught.value.rescued / "result").exists()
    assert [p.name for p in (tmp_path / "disk").iterdir()] == ["model"]


def test_nowhere_to_save(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    (tmp_path / "model").mkdir()
    with pytest.raises(SaveError, match="Nor could it be saved elsewhere") as caught:
        save_or_rescue(tmp_path / "model", writer([tmp_path]))
    assert caught.value.rescued is None
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


# A real volume, of 300 kB, mounted in a name space of its own.
VOLUME = """
import sys
from pathlib import Path
import numpy as np
from firth.errors import SaveError
from firth.formats.model_folder import check_output
from firth.model import Model, load

volume = Path(sys.argv[1])
def make(words):
    matrix = np.ones((words, 10), np.float32)
    return Model([f"w{i}" for i in range(words)], range(words, 0, -1),
                 {"input": matrix, "output": matrix}, {"dim": 10})
for words in (10, 20):
    check_output(volume)
    make(words).save(volume)
    assert len(load(volume).vectors) == words
try:
    make(9_000).save(volume)
except SaveError as error:
    assert len(load(error.rescued).vectors) == 9_000
    assert "No space left on device" in str(error), error
    assert error.rescued.parent == volume.parent
else:
    raise AssertionError("a volume of 300 kB took 700")
assert len(load(volume).vectors) == 20
assert len(list(volume.iterdir())) == 3
"""


def test_a_mount_point_and_a_full_disk(tmp_path):
    (tmp_path / "volume").mkdir()
    mount = f"mount -t tmpfs -o size=300k none '{tmp_path}/volume'"
    try:
        subprocess.run(["unshare", "-rm", "sh", "-c", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system does not let a test mount a volume")
    command = f'{mount} && exec "$@"'
    subprocess.run(
        ["unshare", "-rm", "sh", "-c", command, "sh", sys.executable, "-c", VOLUME,
         str(tmp_path / "volume")],
        check=True,
    )  # fmt: skip
