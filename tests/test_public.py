"""The public surface, what importing it loads, and which module may import which."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import firth

PACKAGE = Path(firth.__file__).parent


def test_public_names():
    assert firth.__all__ == [
        "Model",
        "Progress",
        "TrainConfig",
        "Vocabulary",
        "WordVectors",
        "__version__",
        "documents",
        "encode",
        "errors",
        "load",
        "open_corpus",
        "read_vectors",
        "shift",
        "stability",
        "train",
        "tune",
        "view",
    ]
    for name in firth.__all__:
        assert getattr(firth, name) is not None
        assert name in dir(firth)
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        firth.trian  # noqa: B018


def test_public_things_say_what_they_are():
    for name in firth.__all__:
        if name != "__version__":
            assert getattr(firth, name).__doc__, name
    assert firth.train.__module__.startswith("firth.api")
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.parametrize(
    "code",
    [
        "import firth",
        "import firth; [getattr(firth, name) for name in firth.__all__]",
        "import firth.vectors",
        "import firth.reference",
        "import firth; m = {'input': [[1.0]], 'output': [[1.0]]}; "
        "firth.Model(['a'], [1], m).predict('a')",
        "import sys, runpy; sys.argv = ['firth', '--help']; runpy.run_module('firth')",
    ],
)
def test_numba_is_loaded_for_training_only(code):
    script = (
        f"try:\n    exec({code!r})\nexcept SystemExit: pass\n"
        "import sys; bad = {'numba', 'llvmlite'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Which module imports which -----------------------------------------------------------------------


def imports_of(path, package=PACKAGE, *, lazy=True):
    """Absolute names of the modules that a file imports, inside functions too if `lazy`."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    found, nodes = set(), [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if not lazy and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: -node.level]) + "." if node.level else ""
            module = (base + (node.module or "")).strip(".")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        nodes += ast.iter_child_nodes(node)
    return found


#: The rooms in the order of the data; each imports from those above it alone, lazily or not.
ROOMS = (
    "_version.py", "lazy.py", "json_text.py", "spelled.py", "errors.py", "values.py",
    "progress", "reference.py", "files", "kernels", "corpus", "config", "training/engine",
    "training/run", "training/cluster", "vectors", "formats", "model.py", "documents",
    "evaluation", "tuning", "view", "callbacks.py", "api", "sklearn", "gensim", "recipes", "cli",
)  # fmt: skip
#: No rooms, but doors.
DOORS = ("__init__.py", "__main__.py", "training/__init__.py")


def modules(*rooms):
    """Files of these parts of the package, by name: all that exist."""
    for room in rooms:
        path = PACKAGE / room
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def module_of(room):
    return "firth." + room.removesuffix(".py").replace("/", ".")


def assert_free_of(files, *forbidden, lazy=True):
    for path in files:
        for name in imports_of(path, lazy=lazy):
            for ban in forbidden:
                assert not (name + ".").startswith(ban + "."), f"{path.name} imports {name}"


def test_every_file_is_in_a_room():
    assert {*modules(*ROOMS), *modules(*DOORS)} == set(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_those_before_it(room):
    later = ROOMS[ROOMS.index(room) + 1 :]
    assert_free_of(modules(room), *map(module_of, later))


def test_the_reference_needs_numpy_alone():
    allowed = sys.stdlib_module_names | {"numpy", "firth"}
    for name in imports_of(PACKAGE / "reference.py"):
        assert name.split(".")[0] in allowed, name
        assert not name.startswith("firth") or name.startswith(("firth.errors", "firth.values")), (
            name
        )


def test_what_everything_stands_on_imports_nothing_of_firth():
    assert_free_of(modules("errors.py", "_version.py"), "firth")


def test_numba_is_imported_where_kernels_are_only():
    rooms = {"training", "recipes", "kernels"}
    others = [path for path in PACKAGE.rglob("*.py") if not rooms & set(path.parts)]
    assert len(others) > 20
    assert_free_of(others, "numba", "llvmlite")
    assert_free_of(others, "firth.kernels", "firth.training", "firth.recipes.kernel", lazy=False)


def test_the_boundary_test_can_fail(tmp_path):
    package = tmp_path / "firth"
    package.mkdir()
    (package / "vectors.py").write_text("def f():\n    from .training import run\n")
    assert imports_of(package / "vectors.py", package) == {"firth.training", "firth.training.run"}
    assert imports_of(package / "vectors.py", package, lazy=False) == set()
    (package / "vectors.py").write_text("import numba.core as core\n")
    assert imports_of(package / "vectors.py", package) == {"numba.core"}
