"""The wheel, as people get it: built, looked into, and tried in an environment without the tree."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import firth

ROOT = Path(__file__).parents[1]
BYTES = 5_000_000
DATA = {
    "firth/py.typed", "firth/view/explorer/page.html", "firth/evaluation/bias/data/word_sets.json",
    "firth/corpus/data/austen.txt.xz", "firth/corpus/data/kjv.txt.xz",
    "firth/corpus/data/PROVENANCE.txt",
}  # fmt: skip

pytestmark = pytest.mark.full


def run(*command, cwd, env=None):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True,
        encoding="utf-8", check=False, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT,
        cwd=folder)  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


def test_it_is_small_and_has_what_the_package_needs(wheel):
    assert wheel.name == f"firth-{firth.__version__}-py3-none-any.whl"
    assert wheel.stat().st_size <= BYTES
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", "src", cwd=ROOT).split()
    assert {name.removeprefix("src/") for name in tracked} <= names
    information = f"firth-{firth.__version__}.dist-info"
    assert f"{information}/licenses/LICENSE" in names
    rest = {name for name in names if not name.startswith(f"{information}/")}
    assert {name for name in rest if not name.endswith(".py")} == DATA
    assert all(name.startswith("firth/") and "test" not in name.split("/") for name in rest)


def test_it_works_where_there_is_nothing_else(wheel, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"FIRTH_CACHE_DIR": str(tmp_path / "cache")}
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path, env=env)

    def command(*arguments):
        return run(programs / "firth", *arguments, cwd=tmp_path, env=env)

    where = "import firth; print(firth.__file__)"
    found = run(programs / "python", "-W", "error", "-c", where, cwd=tmp_path, env=env)
    assert Path(found.strip()).is_relative_to(home)
    assert firth.__version__ in command("--version")
    (tmp_path / "text.txt").write_text("the cat sat on the mat\nthe dog sat on the rug\n" * 100)
    command("train", "text.txt", "--output", "vectors", "--dim", "16", "--sample", "0", "--quiet")
    assert len(command("neighbors", "vectors", "cat", "-k", "2").split()) == 4
    assert "is whole" in command("check", "vectors")
    command("convert", "vectors", "vectors.vec")
    command("explore", "vectors", "--html", "page.html")
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")
