"""Starting up: what is imported, and how long it takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.text import Text

import firth as package
from firth._version import __version__
from firth.cli import root
from firth.recipes import cli as recipes

Firth = Callable[..., "subprocess.CompletedProcess[str]"]


def imported_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import firth",
        "import firth.cli.root",
        "import firth.vectors, firth.model, firth.evaluation, firth.progress",
        "import firth.cli, contextlib\n"
        "with contextlib.suppress(SystemExit): firth.cli.main(['--help'])",
        "import firth.cli, contextlib\n"
        "with contextlib.suppress(SystemExit): firth.cli.main(['train', '--help'])",
    ],
)
def test_numba_is_not_imported(code: str) -> None:
    assert {"numba", "llvmlite"}.isdisjoint(imported_by(code))


def test_loading_a_model_and_asking_it_does_not_import_numba(model: Path) -> None:
    code = f"from firth.model import load\nload({str(model)!r}).vectors.most_similar('king')"
    assert "numba" not in imported_by(code)
    code = f"import firth\nfirth.load({str(model)!r}).vectors.analogy('man', 'king', 'woman')"
    assert "numba" not in imported_by(code)


def test_asking_a_model_does_not_import_pandas(model: Path, tmp_path: Path) -> None:
    # A stand-in, which Arrow would take for pandas: it imports that when it converts anything.
    (tmp_path / "pandas.py").write_text("__version__ = '2.2.0'\n")
    found = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom firth.cli import main\n"
    ask = f"try: main(['neighbors', {str(model)!r}, 'king'])\nexcept SystemExit: pass"
    assert "pyarrow" in (modules := imported_by(found + ask))
    assert "pandas" not in modules


def test_help_does_not_wait_for_the_numerical_libraries() -> None:
    assert {"numpy", "pyarrow"}.isdisjoint(imported_by("import firth.cli.root"))


def texts_of(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """All that help says of a command and of those behind it, with where it is said."""
    for said in (command.help, command.short_help, command.epilog):
        yield name, said or ""
    for parameter in command.params:
        yield f"{name} {parameter.name}", getattr(parameter, "help", None) or ""
    if hasattr(command, "list_commands"):
        for some in command.list_commands(None):
            yield from texts_of(command.get_command(None, some), f"{name} {some}")


def test_help_loses_nothing_that_looks_like_markup() -> None:
    said = [
        *texts_of(typer.main.get_command(root.app), "firth"),
        *texts_of(typer.main.get_command(recipes.app), "firth reproduce"),
    ]
    assert len(said) > 300
    lost = [(where, text) for where, text in said if Text.from_markup(text).plain != text]
    assert not lost


def test_version_answers_at_once(firth: Firth) -> None:
    fastest = 9.0
    for _ in range(3):  # the best of three: other processes may hold the machine
        start = time.perf_counter()
        done = firth("--version")
        fastest = min(fastest, time.perf_counter() - start)
        assert done.stdout == f"firth {__version__}\n"
    assert fastest < 0.4


def test_help_lists_the_commands(firth: Firth) -> None:
    text = firth("--help").stdout
    for command in ("train", "neighbors", "analogy", "info", "evaluate", "demo", "reproduce"):
        assert command in text
    assert firth().returncode == 2
    assert firth("--version", "extra").stdout.startswith("firth ")


def test_the_package_says_its_version() -> None:
    assert package.__version__ == __version__
