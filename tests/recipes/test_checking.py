"""The exercise's checker: right programs are found right, and each slip is known by its result."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import types

import numpy as np
import pytest
from typer.testing import CliRunner

from firth.errors import ConfigError
from firth.recipes.checking import cases, child, judge
from firth.recipes.checking.parts import PARTS
from firth.recipes.checking.quantities import right
from firth.recipes.checking.slips import SLIPS
from firth.recipes.cli import app
from helpers import programs


@pytest.fixture(scope="module")
def questions():
    return judge.questions()


@pytest.fixture
def judged(questions, monkeypatch, tmp_path):
    """Judge the source of a program, within this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr("builtins.print", lambda *words: None)

    def run(source, roles=cases.NAMES):
        child._stand_in_for_utils()
        module = types.ModuleType("student")
        exec(compile(source, "student.py", "exec"), vars(module))
        functions = child.functions_of(module)
        answers = [
            child.answer(functions, case) if case.role in functions and case.role in roles else {}
            for case in questions
        ]
        return judge.judge({role: answers for role in functions if role in roles})

    return run


ROLE = {part.name: part.role for part in PARTS}


@pytest.mark.parametrize("name", programs.RIGHT)
def test_a_right_program_is_right_however_it_is_written(judged, name):
    verdicts = judged(programs.RIGHT[name])
    assert [(v.part, v.quantity, v.says) for v in verdicts if not v.right] == []
    assert len(verdicts) == len(PARTS)


@pytest.mark.parametrize(
    ("part", "said", "changes"), programs.SLIPS, ids=[f"{p} {s}" for p, s, _ in programs.SLIPS]
)
def test_a_slip_is_known_by_its_result(judged, part, said, changes):
    verdicts = judged(programs.with_slip(changes), roles=[ROLE[part.split()[0]]])
    wrong = [verdict for verdict in verdicts if verdict.right is False]
    assert {verdict.part for verdict in wrong} == set(part.split())
    # A slip in one place may spoil what follows from it, and then says the same there.
    says = [verdict.says for verdict in wrong]
    assert all(said in told or "gradient is that of your loss" in told for told in says), says
    assert any(said in told for told in says)


def test_every_slip_that_is_known_has_a_program():
    said = {(ROLE[part.split()[0]], piece) for part, piece, _ in programs.SLIPS}
    for slip in SLIPS:
        assert any(role == slip.role and piece in slip.says for role, piece in said), slip.says


def test_no_two_slips_look_alike():
    for role in cases.NAMES:
        own = [case for case in cases.all_cases() if case.role == role]
        for output in range(cases.RETURNS[role]):
            kin = [slip for slip in SLIPS if (slip.role, slip.output) == (role, output)]
            results = [[judge._spoilt(slip.wrong, case) for case in own] for slip in kin]
            truth = [np.asarray(right(role, case.arguments)[output]) for case in own]
            for i, slip in enumerate(kin):
                assert not judge.all_same(results[i], truth), slip.says
                for j in range(i):
                    if judge.all_same(results[i], results[j]):
                        assert slip.says == kin[j].says


def test_the_published_examples_are_among_the_calls():
    windows = [case for case in cases.all_cases() if case.role == "skipgram"]
    loss, by_centers, _ = right("skipgram", windows[0].arguments)
    assert loss == pytest.approx(11.16610900153398, abs=1e-14)
    np.testing.assert_allclose(by_centers[2], [-1.26947339, -1.36873189, 2.45158957], atol=5e-9)
    loss, by_centers, by_outside = right("skipgram", windows[1].arguments)
    assert loss == pytest.approx(16.15119285363322, abs=1e-14)
    np.testing.assert_allclose(by_centers[2], [-4.54650789, -1.85942252, 0.76397441], atol=5e-9)
    np.testing.assert_allclose(
        by_outside,
        [[-0.69148188, 0.31730185, 2.41364029], [-0.22716495, 0.10423969, 0.79292674],
         [-0.45528438, 0.20891737, 1.58918512], [-0.31602611, 0.14501561, 1.10309954],
         [-0.80620296, 0.36994417, 2.81407799]],
        atol=5e-9,
    )  # fmt: skip


def test_the_noise_of_the_published_example_is_what_the_exercise_draws():
    """After its two gradient checks, each of which leaves the generator after one pass."""
    generator = random.Random(31415)

    def draw(outside):
        noise = []
        while len(noise) < 10:
            noise += [word for word in [generator.randint(0, 4)] if word != outside]
        return noise

    for sampled in (False, True):
        for _ in range(50):
            reach = generator.randint(1, 5)
            window = [generator.randint(0, 4) for _ in range(1 + 2 * reach)][1:]
            for outside in window if sampled else ():
                draw(outside)
    assert (draw(0), draw(1)) == cases.PUBLISHED_NOISE


def verdict(verdicts, quantity):
    return next(v for v in verdicts if v.quantity == quantity)


def test_what_is_no_known_slip_is_shown_with_numbers(judged):
    source = programs.with_slip(
        [("by_center = outsideVectors.T @ error", "by_center = outsideVectors.T @ error * 1.1")]
    )
    told = verdict(judged(source, ["naive"]), "naive softmax, ∂J/∂v_c")
    assert told.says.startswith("at index (0,) it is")
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", told.says)]
    assert numbers[1] == pytest.approx(numbers[2], rel=1e-4)  # differences, and what is expected
    assert numbers[0] == pytest.approx(1.1 * numbers[2], rel=1e-4)
    assert '"1b.' in told.read


def test_a_gradient_that_fits_a_wrong_loss_is_said_to(judged):
    end = "\n\n\ndef get"
    source = programs.with_slip(
        [
            (
                f"return loss, by_center, by_outside{end}",
                f"return 2*loss, 2*by_center, 2*by_outside{end}",
            )
        ]
    )
    verdicts = judged(source, ["naive"])
    assert verdict(verdicts, "naive softmax, J").right is False
    assert "fault in the loss" in verdict(verdicts, "naive softmax, ∂J/∂U").says


def test_what_a_fault_elsewhere_ends_is_left_open(judged):
    center = "by_center = outsideVectors.T @ error"
    verdicts = judged(programs.with_slip([(center, "by_center = outsideVectors @ error")]))
    assert [v.right for v in verdicts[:3]] == [None, False, None]
    assert verdicts[0].says.startswith("right where the function ends; elsewhere ValueError")
    # With no other fault that is told, what ends the function is.
    changes = [(center, "assert len(error) != len(error.T @ outsideVectors); " + center)]
    assert [v.right for v in judged(programs.with_slip(changes))[:3]] == [False] * 3


def test_other_faults_are_told_as_what_they_are(judged):
    def says(old, new, quantity, role):
        return verdict(judged(programs.with_slip([(old, new)]), [role]), quantity).says

    by_v = "naive softmax, ∂J/∂v_c"
    center = "by_center = outsideVectors.T @ error"
    assert "shape is (1, 3), expected (3,)" in says(
        center, "by_center = (outsideVectors.T @ error)[None]", by_v, "naive"
    )
    assert "NameError" in says(center, "by_center = U", by_v, "naive")
    assert "(line " in says(center, "by_center = U", by_v, "naive")
    assert "it returned None" in says(center, "by_center = None", by_v, "naive")
    assert "changes what it is given (outsides)" in says(
        center, center + "; outsideVectors += 1", "naive softmax, ∂J/∂U", "naive"
    )
    assert "not drawn from dataset" in says(
        "noise = getNegativeSamples(outsideWordIdx, dataset, K)",
        "noise = list(np.random.randint(0, 3, K))", "negative sampling, J", "negative",
    )  # fmt: skip


@pytest.mark.parametrize("module", ["utils.utils", "utils.gradcheck", "utils.sanity_checks"])
def test_all_names_of_the_exercises_package_can_be_imported(judged, module):
    before = f"from {module} import *\nfrom {module} import any_of_them\nany_of_them(1)\n"
    assert all(verdict.right for verdict in judged(before + programs.LOOPS))


# As people use it ---------------------------------------------------------------------------------


def check(*arguments):
    return CliRunner().invoke(app, ["cs224n", *arguments])


def test_the_command(tmp_path):
    program = tmp_path / "word2vec.py"
    source = programs.LOOPS.replace("outsideVectors.T @ error", "error").partition("def sgd")[0]
    program.write_text("print('much')\n" + source, encoding="utf-8")
    (tmp_path / "sgd.py").write_text(
        "import numpy as np\ndef sgd(f, x0, step, iterations, postprocessing=None):\n"
        "    np.save('saved_params_5000.npy', x0)\n    import time; time.sleep(60)\n"
    )
    answer = check("--check", str(program), "--check", str(tmp_path / "sgd.py"),
                   "--check-seconds", "8")  # fmt: skip
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    assert lines[0] == "1a  right  naive softmax, J"
    assert "1b  WRONG  naive softmax, ∂J/∂v_c: your ∂J/∂v_c is (ŷ − y) without Uᵀ" in lines
    assert any("did not end within 8 seconds" in line for line in lines if line.startswith("2 "))
    assert lines[-1] == "9 of 11 are right"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".npy") == []


def test_the_command_of_a_right_program_in_json(tmp_path):
    (tmp_path / "mine.py").write_text("from all_of_it import *", encoding="utf-8")
    only = programs.LOOPS[: programs.LOOPS.index("def getNeg")]
    (tmp_path / "all_of_it.py").write_text(only, encoding="utf-8")
    answer = check("--check", str(tmp_path / "mine.py"), "--json")
    content = json.loads(answer.stdout)
    assert (answer.exit_code, content["wrong"]) == (0, 0)
    assert [part["right"] for part in content["parts"]] == [True] * 4 + [None] * 7


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def sigmoid(x:\n", "cannot be imported: SyntaxError"),
        ("import os\nos._exit(3)\n", "importing it ended Python"),
        ("raise SystemExit\n", "cannot be imported: SystemExit"),
        ("x = 1\n", "none of the exercise's functions; expected sigmoid"),
    ],
)
def test_a_program_that_cannot_be_judged(tmp_path, source, said):
    (tmp_path / "word2vec.py").write_text(source)
    with pytest.raises(ConfigError, match=said):
        judge.check([tmp_path / "word2vec.py"])
    with pytest.raises(ConfigError, match="no such file"):
        judge.check([tmp_path / "none.py"])


def test_the_child_needs_no_compiler():
    code = (
        "import sys, firth.recipes.checking.child; print({'numba', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
