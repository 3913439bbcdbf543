"""Where caches are, whoever the user is, and which of these places may hold code."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from firth.errors import ConfigError
from firth.files.places import cache_folder, cache_roots, make_folder, trusted_folder

posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps profiles apart")


@pytest.fixture(autouse=True)
def system(tmp_path, monkeypatch):
    """A home and a folder for temporary files of the test's own."""
    for name in ("FIRTH_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture
def nobody(monkeypatch):
    """Make this a user without an entry and a home, as in many containers."""
    monkeypatch.delenv("HOME")
    expand = Path.expanduser

    def expanduser(self):
        if str(self).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return expand(self)

    monkeypatch.setattr(Path, "expanduser", expanduser)


def test_the_order_of_places(tmp_path, monkeypatch):
    home, private = tmp_path / "home" / ".cache" / "firth", tmp_path / "tmp" / "firth-"
    assert cache_folder("corpora") == home / "corpora"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder("kernels") == tmp_path / "xdg" / "firth" / "kernels"
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "own"))
    own, xdg, last = cache_roots()
    assert (own, xdg) == (tmp_path / "own", tmp_path / "xdg" / "firth")
    assert str(last).startswith(str(private))
    assert {path.name for path in tmp_path.iterdir()} == {"home", "tmp"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("FIRTH_CACHE_DIR", "~/fast", "home/fast"),
        ("FIRTH_CACHE_DIR", "near", "near"),
        ("FIRTH_CACHE_DIR", "", "home/.cache/firth"),
        ("XDG_CACHE_HOME", "relative", "home/.cache/firth"),
        ("XDG_CACHE_HOME", "~/not-expanded", "home/.cache/firth"),
        ("XDG_CACHE_HOME", "", "home/.cache/firth"),
    ],
)
def test_one_answer_for_all_caches(tmp_path, monkeypatch, name, value, expected):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    assert cache_folder("corpora") == tmp_path / expected / "corpora"
    assert cache_folder("treebank") == tmp_path / expected / "treebank"
    kernels = trusted_folder("kernels", "f" * 16)
    assert kernels == (tmp_path / expected).resolve() / "kernels" / ("f" * 16)


def test_a_place_that_is_none_is_not_replaced_in_silence(monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", "~no-such-user-here/x")
    for ask in (cache_folder, lambda kind: trusted_folder(kind, "f" * 16)):
        with pytest.raises(ConfigError, match=r"FIRTH_CACHE_DIR is .* no user 'no-such-user-here'"):
            ask("kernels")


@posix
def test_no_home(tmp_path, nobody):
    root = (tmp_path / "tmp").resolve() / f"firth-{os.geteuid()}"
    assert cache_folder("corpora") == root / "corpora"
    assert trusted_folder("kernels", "f" * 16) == root / "kernels" / ("f" * 16)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


@pytest.mark.parametrize("home", ["", "relative"])
def test_a_home_that_is_no_place(monkeypatch, tmp_path, home):
    monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(tmp_path)
    place = cache_folder("corpora")
    assert place is not None and place.is_absolute() and not (tmp_path / "relative").exists()


def test_no_place_at_all(tmp_path, monkeypatch, nobody):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert cache_folder("corpora") is None
    assert trusted_folder("kernels", "f" * 16) is None

    def no_tmp():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", no_tmp)
    assert cache_folder("corpora") is None


def test_all_that_is_made_is_private(tmp_path):
    before = os.umask(0o002)
    try:
        make_folder(tmp_path / "a" / "b")
        kernels = trusted_folder("kernels", "f" * 16)
    finally:
        os.umask(before)
    assert kernels is not None
    made = [tmp_path / "a", tmp_path / "a" / "b", *list(kernels.parents)[:3], kernels]
    assert os.name == "nt" or {stat.S_IMODE(p.stat().st_mode) for p in made} == {0o700}
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        make_folder(tmp_path / "file" / "below")


def kernels_of(tmp_path, mode, part):
    """Make the folders of a cache, one of them with other rights."""
    root = tmp_path / "own"
    (root / "kernels" / ("f" * 16)).mkdir(parents=True)
    for folder in (root, root / "kernels", root / "kernels" / ("f" * 16)):
        folder.chmod(0o700)
    (root / part).chmod(mode)
    return root


@posix
@pytest.mark.parametrize("part", ["", "kernels", "kernels/" + "f" * 16])
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o1777])
def test_code_is_not_taken_from_where_others_may_write(tmp_path, monkeypatch, part, mode):
    root = kernels_of(tmp_path, mode, part)
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(root))
    found = trusted_folder("kernels", "f" * 16)
    assert found is not None and found.is_relative_to((tmp_path / "home").resolve())
    (root / part).chmod(0o755)
    assert trusted_folder("kernels", "f" * 16) == root.resolve() / "kernels" / ("f" * 16)


@posix
def test_nothing_is_made_where_others_may_write(tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own").chmod(0o777)
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "own"))
    trusted_folder("kernels", "f" * 16)
    assert list((tmp_path / "own").iterdir()) == []


@posix
def test_a_root_that_others_may_replace(tmp_path, monkeypatch):
    (tmp_path / "open" / "own").mkdir(parents=True)
    (tmp_path / "open" / "own").chmod(0o700)
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "open" / "own"))
    for mode, trusted in ((0o777, False), (0o1777, True), (0o755, True)):
        (tmp_path / "open").chmod(mode)
        found = trusted_folder("kernels", "f" * 16)
        assert found is not None
        assert found.is_relative_to((tmp_path / "open").resolve()) == trusted


@posix
def test_what_belongs_to_another_user_is_left_alone(tmp_path, monkeypatch):
    """The predictable name below /tmp has been taken by somebody else."""
    user = os.geteuid() + 1
    (tmp_path / "tmp" / f"firth-{user}").mkdir(mode=0o700)
    (tmp_path / "home" / ".cache").mkdir()
    (tmp_path / "home" / ".cache" / "firth").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert trusted_folder("kernels", "f" * 16) is None
    assert len(list(cache_roots())) == 1  # the home's: for data


@posix
def test_a_link_below_the_temporary_folder_is_not_followed(tmp_path, nobody):
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "tmp" / f"firth-{os.geteuid()}").symlink_to(tmp_path / "mine")
    assert trusted_folder("kernels", "f" * 16) is None
    assert cache_folder("corpora") is None
    assert list((tmp_path / "mine").iterdir()) == []


@posix
def test_a_root_may_be_a_link_but_nothing_below_it(tmp_path, monkeypatch):
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    (tmp_path / "own").symlink_to(disk)
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "own"))
    assert trusted_folder("kernels", "f" * 16) == disk.resolve() / "kernels" / ("f" * 16)
    (disk / "kernels").rename(tmp_path / "elsewhere")
    (disk / "kernels").symlink_to(tmp_path / "elsewhere")
    found = trusted_folder("kernels", "f" * 16)
    assert found is not None and found.is_relative_to((tmp_path / "home").resolve())
