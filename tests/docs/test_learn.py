"""The learn pages beside what they speak of: the thirty lines, the notebook, the checker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firth.recipes.checking.parts import PAGE, PARTS, TWIN

ROOT = Path(__file__).parents[2]
LEARN = ROOT / "docs" / "learn"


def text_of(name):
    return (LEARN / name).read_text(encoding="utf-8")


def test_the_page_shows_the_thirty_lines_as_they_are():
    code = text_of("skipgram.py")
    shown = code[code.index("import numpy") : code.index("\n\nif __name__")]
    assert f"```python\n{shown.rstrip()}\n```" in text_of("in-thirty-lines.md")
    lines = [line for line in code.splitlines()[1:] if line.strip()]
    assert len(lines) <= 35


def test_the_thirty_lines_are_a_program(tmp_path):
    groups = ["tea coffee cup milk", "rain snow cloud wind"]
    text = " ".join(groups[i // 25 % 2] for i in range(600))
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, str(LEARN / "skipgram.py"), "text.txt", "tea", "snow"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    near = {line.split()[0]: set(line.split()[1:4]) for line in done.stdout.splitlines()}
    assert near == {"tea": {"coffee", "cup", "milk"}, "snow": {"rain", "cloud", "wind"}}


def test_the_notebook_runs_from_top_to_bottom(capsys):
    notebook = json.loads(text_of("word2vec.ipynb"))
    assert notebook["nbformat"] == 4
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 5
    namespace = {"__name__": "notebook"}
    for cell in cells:
        assert cell["outputs"] == [] and cell["execution_count"] is None
        exec("".join(cell["source"]), namespace)
    checks = [float(line) for line in capsys.readouterr().out.splitlines()[:2]]
    assert max(checks) < 1e-6


def test_the_checker_sends_people_to_headings_and_functions_that_there_are():
    from firth import reference

    headings = re.findall(r"^## (.*)$", (ROOT / PAGE).read_text(encoding="utf-8"), re.MULTILINE)
    assert {part.heading for part in PARTS} <= set(headings)
    assert all(getattr(reference, name).__doc__ for name in TWIN.values())


def test_every_error_to_be_found_has_its_answer():
    for name in ("word2vec-from-scratch.md", "in-thirty-lines.md"):
        for folder, question, answer in (
            ("", r"Find the error\.", "Answer"),
            ("../zh/", "找错", "答案"),
        ):
            text = text_of(f"{folder}{name}")
            asked = len(re.findall(rf"^\*\*(?:{question}|\d+\.)\*\*", text, re.MULTILINE))
            told = text.count(f"<details><summary>{answer}</summary>")
            assert asked == told == text.count("</details>") > 3, f"{folder}{name}"


def test_the_page_with_the_slider_asks_nobody_else():
    text = text_of("gradient-step.html")
    assert not re.search(r"https?:|//[a-z]+[.]|import |src=|@import|fetch", text)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run JavaScript")
def test_the_page_with_the_slider_has_the_gradients_of_the_reference():
    from firth.reference import negative_sampling_loss_and_gradients

    rng = np.random.default_rng(0)
    v, rows = rng.normal(0, 2, 2), rng.normal(0, 2, (5, 2))
    script = text_of("gradient-step.html").partition("<script>")[2].partition("</script>")[0]
    script += f"\nconsole.log(JSON.stringify(gradients({v.tolist()}, {rows.tolist()})));"
    done = subprocess.run(
        ["node", "-"], input=script, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    got = json.loads(done.stdout)
    loss, by_center, by_rows = negative_sampling_loss_and_gradients(v, 0, [1, 2, 3, 4], rows)
    assert got["loss"] == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(got["byCenter"], by_center, rtol=1e-12)
    np.testing.assert_allclose(got["byRows"], by_rows, rtol=1e-12)
