"""The kernels of other processors, compiled and run on this one, in processes of their own.

What a processor lacks it cannot run: processors that can do more than this one are left out.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from firth.training.engine.processor import LANES, arithmetic, processor

#: Of some kinds of x86-64, what LLVM needs to run their code, the lanes of a register, and FMA.
KINDS: dict[str, tuple[set[str], int, bool]] = {
    "x86-64": (set(), 4, False),
    "sandybridge": ({"avx"}, 8, False),
    "haswell": ({"avx2", "fma", "bmi", "bmi2", "f16c", "movbe", "lzcnt"}, 8, True),
    "skylake-avx512": ({"avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq"}, 16, True),
}

#: Nor do the C library and NumPy use what the other processor lacks.
OLD_LIBRARIES = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX512VL",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512F AVX512CD AVX512_SKX",
    "OPENBLAS_CORETYPE": "Sandybridge",
}

TRAIN = """
import hashlib, random, sys, firth
draw = random.Random(1)
words = [f"w{min(draw.randrange(80), draw.randrange(80))}" for _ in range(27_000)]
text = [words[i : i + 9] for i in range(0, len(words), 9)]
for architecture, objective, unit, deterministic in (
    ("skipgram", "negative_sampling", "words", True),
    ("cbow", "hierarchical_softmax", "subwords", False),
):
    model = firth.train(
        text, dim=50, min_count=1, epochs=2, threads=1, architecture=architecture,
        objective=objective, unit=unit, deterministic=deterministic,
    )
    for matrix in (model.vectors.matrix, model.output_matrix):
        print(hashlib.sha256(matrix.tobytes()).hexdigest(), file=sys.stderr)
"""


def runs_here(kind: str) -> bool:
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    has = {name for name, there in llvm.get_host_cpu_features().items() if there}
    return KINDS[kind][0] <= has


def run(kind: str | None, code: str, **more: str) -> str:
    """Run Python code with kernels for one kind of processor; returns its standard error."""
    env = {**os.environ, **more}
    if kind is not None:
        # Without the second, Numba would add the features of this machine.
        env |= {"NUMBA_CPU_NAME": kind, "NUMBA_CPU_FEATURES": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


every_kind = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, marks=pytest.mark.skipif(not runs_here(kind), reason=f"cannot run as {kind}")
        )
        for kind in KINDS
    ],
)


@every_kind
def test_what_a_processor_has_is_seen(kind: str) -> None:
    code = (
        "import json, sys\n"
        "from firth.training.engine.processor import arithmetic, processor\n"
        "json.dump([processor().lanes, arithmetic()], sys.stderr)"
    )
    _, lanes, fma = KINDS[kind]
    assert json.loads(run(kind, code)) == [lanes, {**arithmetic(), "fma": fma, "lanes": LANES}]


def test_this_processor_is_described() -> None:
    assert processor().lanes in (4, 8, 16)
    assert arithmetic().items() >= {"fma": processor().fma, "lanes": 16}.items()
    assert json.loads(json.dumps(arithmetic())) == arithmetic()


@pytest.mark.skipif(not runs_here("sandybridge"), reason="this processor is of another family")
def test_without_fma_nothing_is_called_for_it() -> None:
    """The C library's fma takes 40 times as long as to multiply and add."""
    code = (
        "import sys, numba, numpy as np\n"
        "from firth.training.engine import blocks\n"
        "a, ends, out = np.ones((4, 16), 'f4'), np.arange(3), np.zeros(9, 'f4')\n"
        "fresh = numba.njit(_nrt=False)(blocks.span_scores.py_func)\n"
        "fresh(a, a.reshape(-1), ends[:1], ends[1:2], 1, out)\n"
        "print(out[0], *fresh.inspect_asm().values(), file=sys.stderr)"
    )
    seen = run("sandybridge", code)
    assert seen.startswith("16.0")
    assert "mulps" in seen
    assert "fma" not in seen


@pytest.mark.full
@every_kind
def test_kernels_of_other_processors_are_their_numpy_lines(kind: str) -> None:
    code = "import test_blocks as t\nfor check in t.CHECKS: check('float32')"
    run(kind, code)


@pytest.mark.full
@pytest.mark.skipif(not runs_here("haswell"), reason="this processor is no haswell, nor above")
def test_processors_with_fma_give_the_same_bits() -> None:
    """Registers of 256 bits against this processor's own, which may have 512."""
    assert run("haswell", TRAIN, **OLD_LIBRARIES) == run(None, TRAIN)


def test_libraries_for_other_processors_give_the_same_noise() -> None:
    code = (
        "import sys, numpy as np\n"
        "from firth.corpus import Vocabulary\n"
        "counts = np.sort(np.random.default_rng(1).zipf(1.5, 20_000))[::-1].clip(max=2**40)\n"
        "words = Vocabulary([f'w{i}' for i in range(len(counts))], counts)\n"
        "print(words.noise_distribution(0.75).tobytes().hex(), file=sys.stderr)"
    )
    assert run(None, code, **OLD_LIBRARIES) == run(None, code)
