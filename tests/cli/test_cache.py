"""``firth cache``, and the options that choose a place or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firth.files.places import make_folder

from .conftest import Firth

QUICK = ("--dim", "8", "--epochs", "1", "--min-count", "1", "--threads", "1", "--quiet")


def test_shows_and_clears(firth: Firth, tmp_path: Path) -> None:
    env = {"FIRTH_CACHE_DIR": str(tmp_path / "c"), "XDG_CACHE_HOME": str(tmp_path)}
    for folder, size in ((tmp_path / "c" / "kernels" / ("a" * 16), 1500), (tmp_path / "c", 7)):
        make_folder(folder)
        (folder / "file").write_bytes(b"x" * size)
    shown = firth("cache", env=env).stdout
    assert shown.splitlines()[0] == str(tmp_path / "c")
    assert "Encoded text: none" in shown
    assert "Compiled kernels: 1.5 kB" in shown and "a" * 16 in shown
    listed = json.loads(firth("cache", "--json", env=env).stdout)
    assert (listed["folder"], listed["bytes"]) == (str(tmp_path / "c"), 1500)
    assert [entry["kind"] for entry in listed["entries"]] == ["kernels"]
    assert firth("cache", "--clear", env=env).stdout.endswith("Removed 1.5 kB in 1 parts.\n")
    assert json.loads(firth("cache", "--clear", "--json", env=env).stdout)["removed"] == []
    assert (tmp_path / "c" / "file").exists()


def test_says_why_a_place_holds_no_kernels(firth: Firth, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o777)
    done = firth("cache", env={"FIRTH_CACHE_DIR": str(tmp_path / "c")})
    assert f"others may write to {tmp_path / 'c'}; chmod go-w" in done.stdout


def kept(folder: Path) -> set[Path]:
    """Encoded corpora in a folder, without those that are temporary."""
    return set(folder.glob("*")) - {folder / "temporary"}


@pytest.mark.parametrize("options", [("--no-cache",), ("--cache", "mine")])
def test_training_with_another_cache_or_none(
    firth: Firth, tmp_path: Path, own_cache: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "text.txt").write_text(f"{options} the cat sat\n" * 50)
    env = {"FIRTH_CACHE_DIR": str(own_cache)}
    done = firth("train", "text.txt", "--output", "m", *QUICK, *options, env=env)
    assert done.returncode == 0, done.stderr
    assert not kept(own_cache / "corpora")
    assert len(kept(tmp_path / "mine")) == (options[0] == "--cache")
    assert not list(tmp_path.glob("**/temporary/*"))


def test_contradiction(firth: Firth) -> None:
    done = firth("train", "x", "--output", "m", "--no-cache", "--cache", "c")
    assert done.returncode == 2
    assert "contradict each other" in done.stderr
