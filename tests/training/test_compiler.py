"""The cache of compiled kernels: never stale, never in the way."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest
from numba.core.dispatcher import Dispatcher

import firth
from firth.files.places import make_folder
from firth.kernels.compiler import GENERICS, KERNEL_ROOMS, compiled
from firth.kernels.kernel_cache import KernelCache

# A kernel of one file that calls kernels of another, which is what Numba's own cache gets wrong.
DRAW = """
import sys
import numpy as np
from firth.kernels import compiler
from firth.training.engine import noise
table = noise.noise_table(np.full(1000, 1e-3))
print(noise.draw_word(table, np.uint64(7), 5), compiler.CACHE_FOLDER)
print(sum(noise.draw_word.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package that may be edited."""
    source = Path(firth.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__", "data")
    shutil.copytree(source, tmp_path / "src" / "firth", ignore=ignore)
    return tmp_path / "src" / "firth"


def test_an_edited_callee_is_compiled_anew(package, run_python, tmp_path):
    env = {"PYTHONPATH": str(package.parent), "FIRTH_CACHE_DIR": str(tmp_path / "kernels")}

    def draw():
        word_and_folder, hits = run_python(DRAW, env=env).stdout.splitlines()
        word, folder = word_and_folder.split(maxsplit=1)
        assert Path(folder).is_relative_to(tmp_path / "kernels")
        return word, folder, int(hits)

    first = draw()
    again = draw()
    assert again[:2] == first[:2]
    assert (first[2], again[2]) == (0, 1)  # compiled once, then found
    rng = package / "training" / "engine" / "rng.py"
    text = rng.read_text(encoding="utf-8")
    edited = text.replace("np.uint64(0x94D049BB133111EB)", "np.uint64(0x94D049BB133111ED)")
    assert edited != text
    rng.write_text(edited, encoding="utf-8")
    changed = draw()
    assert changed[0] != first[0]
    assert changed[1] != first[1]
    assert changed[2] == 0
    rng.write_text(text, encoding="utf-8")
    assert draw() == again  # the kernels of the old source are still there


def test_the_cache_knows_every_room_with_kernels():
    package = Path(firth.__file__).parent
    files = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "from firth.kernels.compiler import" in path.read_text(encoding="utf-8")
    ]
    assert len(files) > 20
    assert [
        file for file in files if not file.startswith(tuple(f"{r}/" for r in KERNEL_ROOMS))
    ] == []


def test_two_processes_at_once(run_python, tmp_path):
    env = {"FIRTH_CACHE_DIR": str(tmp_path / "kernels")}
    start = f"import os; os.environ.update({env!r})\n{DRAW}"
    both = [
        subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=300)[0].splitlines()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1]
    later = run_python(DRAW, env=env).stdout.splitlines()
    assert later == [answers[0], "1"]


# Kernels of one place in the file, as a factory makes them, and a caller of both.
FACTORY = """
from firth.kernels.compiler import kernel
def make(k):
    @kernel
    def plus(x):
        return x + k
    return plus
one, two = make(1.0), make(2.0)
@kernel
def other(x):
    return x
@kernel
def both(x):
    return one(x), two(x)
"""


def test_a_cache_that_another_process_has_filled_in_part(run_python, tmp_path):
    """Functions are named by what their process compiled before: names must differ all the same."""
    (tmp_path / "factory.py").write_text(FACTORY, encoding="utf-8")
    env = {"FIRTH_CACHE_DIR": str(tmp_path / "kernels")}
    # `one` is the second function that the first process compiles, and `two` of the next.
    run_python("import factory; factory.other(0.0); factory.one(0.0)", env=env)
    for _ in range(2):  # compiled, and from the cache
        assert run_python("import factory; print(factory.both(0.0))", env=env).stdout == (
            "(1.0, 2.0)\n"
        )


def test_a_number_written_into_a_call_is_a_value():
    @compiled(())
    def plus(x, k):
        return x + k

    @compiled(())
    def both(x):
        return plus(x, 1), plus(x, 2)

    assert both(3) == (4, 5)
    for_callers = plus.get_overload.__self__
    assert len(for_callers.signatures) == 1
    assert not plus.signatures  # nobody has called it from Python
    assert plus(3, 1) == 4


def callees(function):
    """The kernels that one may call; of a step, all implementations."""
    code, scope = function.__code__, inspect.getclosurevars(function)
    known = {**scope.globals, **scope.nonlocals}
    for name in {*code.co_names, *code.co_freevars} & known.keys():
        called = known[name]
        if isinstance(called, Dispatcher):
            yield called.py_func
        elif inspect.isfunction(called) and called.__name__ in GENERICS:
            yield from GENERICS[called.__name__].table.values()


def test_no_kernel_calls_itself_by_way_of_others():
    for room in KERNEL_ROOMS:
        folder = importlib.import_module(f"firth.{room.replace('/', '.')}")
        for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
            importlib.import_module(module.name)
    kernels = {
        value.py_func
        for name, module in list(sys.modules.items())
        if name.startswith("firth.")
        for value in vars(module).values()
        if isinstance(value, Dispatcher)
    }
    kernels |= {function for step in GENERICS.values() for function in step.table.values()}
    assert len(kernels) > 150
    calls = {kernel: {*callees(kernel)} for kernel in kernels}
    while leaves := [kernel for kernel in calls if not calls[kernel] & calls.keys()]:
        for kernel in leaves:
            del calls[kernel]
    assert [kernel.__qualname__ for kernel in calls] == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of processes here")
def test_a_forked_process_numbers_functions_for_itself(run_python):
    code = (
        "import os\n"
        "from firth.kernels import compiler\n"
        "from numba.core.bytecode import FunctionIdentity\n"
        "child = os.fork()\n"
        "os.write(1, b'%d ' % next(FunctionIdentity._unique_ids))\n"
        "if not child: os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0"
    )
    numbers = run_python(code).stdout.split()
    assert len(set(numbers)) == len(numbers) == 2


def test_two_processes_that_save_at_once(tmp_path, monkeypatch):
    """Each has read the index before the other wrote it: none may get the other's code."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def a_kernel(x):
        return x

    one, two, later = (KernelCache(a_kernel)._cache_file for _ in range(3))
    KernelCache(a_kernel)._impl.locator.ensure_cache_path()
    seen, write = two._load_index(), one._save_data
    monkeypatch.setattr(two, "_load_index", lambda: seen)

    def write_late(name, data):
        two.save("key of two", "code of two")
        write(name, data)

    monkeypatch.setattr(one, "_save_data", write_late)
    one.save("key of one", "code of one")
    found = {key: later.load(f"key of {key}") for key in ("one", "two")}
    assert found == {"one": None, "two": "code of two"}  # one is compiled again


def test_a_folder_that_cannot_be_written(run_python, tmp_path):
    """The next place is taken: the user's cache, then the system's folder for temporary files."""
    home = {"XDG_CACHE_HOME": str(tmp_path / "home")}
    blocked = {"FIRTH_CACHE_DIR": "/dev/null/x"}
    folder = run_python(DRAW, env=blocked | home).stdout.splitlines()[0].split(maxsplit=1)[1]
    assert Path(folder).is_relative_to(tmp_path / "home" / "firth")
    code = "from firth.kernels import compiler; print(compiler.CACHE_FOLDER)"
    nowhere = {"XDG_CACHE_HOME": "/dev/null/x", "TMPDIR": str(tmp_path)}
    folder = run_python(code, env=blocked | nowhere).stdout.strip()
    assert Path(folder).is_relative_to(tmp_path)


def test_no_folder_at_all(run_python):
    code = "import tempfile; tempfile.tempdir = '/dev/null/x'\n" + DRAW
    blocked = {"FIRTH_CACHE_DIR": "/dev/null/x", "XDG_CACHE_HOME": "/dev/null/x"}
    word, folder = run_python(code, env=blocked).stdout.splitlines()[0].split()
    assert folder == "None"
    assert word.isdigit()


def test_no_home(run_python, tmp_path):
    """A user without an entry or a HOME, as in many containers."""
    code = (
        "import os, pathlib\n"
        "def no_home(self): raise RuntimeError('no home')\n"
        "pathlib.Path.expanduser = no_home\n"
        "del os.environ['FIRTH_CACHE_DIR']\n"
        "from firth.kernels import compiler; print(compiler.CACHE_FOLDER)"
    )
    make_folder(tmp_path / "tmp")
    env = {"FIRTH_CACHE_DIR": "x", "XDG_CACHE_HOME": "", "TMPDIR": str(tmp_path / "tmp")}
    folder = Path(run_python(code, env=env).stdout.strip())
    assert folder.is_relative_to(tmp_path / "tmp") and folder.parent.name == "kernels"


def test_importing_removes_nothing_but_old_kernels(run_python, tmp_path):
    """The cache may lie in a folder that holds other things, as old as they may be."""
    long_ago = time.time() - 61 * 86400
    ours, strangers = "0123456789abcdef", ("data", "0123456789abcdef.bak", "2024")
    for name in (ours, *strangers):
        folder = tmp_path / "kernels" / name
        make_folder(folder)
        (folder / "file").write_bytes(b"")
        os.utime(folder, (long_ago, long_ago))
    run_python(
        "import firth.kernels.compiler as c; assert c.CACHE_FOLDER",
        env={"FIRTH_CACHE_DIR": str(tmp_path)},
    )
    assert not (tmp_path / "kernels" / ours).exists()
    assert all((tmp_path / "kernels" / name / "file").exists() for name in strangers)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps profiles apart")
def test_no_code_from_folders_that_others_may_write(run_python, tmp_path):
    code = "from firth.kernels import compiler; print(compiler.CACHE_FOLDER)"
    shared = tmp_path / "shared"
    make_folder(shared)
    make_folder(tmp_path / "tmp")
    shared.chmod(0o777)
    places = {"FIRTH_CACHE_DIR": str(shared), "XDG_CACHE_HOME": str(shared)}
    places["TMPDIR"] = str(tmp_path / "tmp")
    private = tmp_path / "tmp" / f"firth-{os.geteuid()}"
    folder = Path(run_python(code, env=places).stdout.strip())
    assert folder.is_relative_to(private)
    assert list(shared.iterdir()) == [shared / "firth"] or not list(shared.iterdir())
    private.chmod(0o777)
    assert run_python(code, env=places).stdout.strip() == "None"


def test_other_packages_keep_their_cache_setting():
    import numba

    from firth.kernels.compiler import compiled

    before = numba.config.CACHE_DIR
    assert compiled(())(lambda x: x + 1).py_func(1) == 2
    assert before == numba.config.CACHE_DIR


def test_compiling_that_was_switched_off_is_said(run_python):
    code = "import firth; firth.train([['a', 'b']] * 9, min_count=1, dim=8)"
    done = run_python(code, env={"NUMBA_DISABLE_JIT": "1"}, check=False)
    assert "ConfigError: the environment variable NUMBA_DISABLE_JIT" in done.stderr
