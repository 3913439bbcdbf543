"""What pages show is run: Python blocks, in one namespace a page, and shell commands."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import lzma
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from firth.corpus import sample_paths

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: Libraries that firth works with and does not need: blocks that import one are run with
#: `-m peers`, where it is installed.
OTHERS = {
    "datasets", "duckdb", "jax", "lancedb", "model2vec", "pandas", "polars",
    "sentence_transformers", "spacy", "torch",
}  # fmt: skip

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page, language):
    """The blocks of a language, with the lines where they begin."""
    text = page.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, found.start(2)) + 1, found[2])
        for found in BLOCK.finditer(text)
        if found[1] == language
    ]


def commands(page):
    """The lines of all shell blocks, as a shell would split them."""
    for _, block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for command in line.split("&&"):
                if words := shlex.split(command, comments=True):
                    yield words


def others_of(source):
    """The libraries of `OTHERS` that a block imports."""
    examples = doctest.DocTestParser().get_examples(source)
    code = "".join(example.source for example in examples) if examples else source
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found & OTHERS


def run(page, wanted):
    """Run the blocks of a page that are wanted for the libraries they import; say how many."""
    namespace, ran = {"__name__": "page"}, 0
    for line, source in blocks(page, "python"):
        if not wanted(others_of(source)):
            continue
        ran += 1
        if ">>>" in source:
            test = doctest.DocTestParser().get_doctest(
                source, namespace, page.name, str(page), line - 1
            )
            test.globs = namespace  # not the copy: later blocks go on from here
            said = []
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
            failed = runner.run(test, out=said.append, clear_globs=False).failed
            assert not failed, "".join(said)
        else:
            # Blank lines in front, so that a traceback names the line of the page.
            exec(compile("\n" * (line - 1) + source, str(page), "exec"), namespace)
    return ran


@every_page
def test_the_code_of_a_page_runs_and_says_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page, lambda others: not others)
    code = blocks(page, "python")
    assert not code or any("assert" in source or ">>>" in source for _, source in code), (
        f"{page.name} has code, but nothing in it is checked"
    )


@pytest.mark.peers
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(others_of(source) for _, source in blocks(page, "python"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_code_with_other_libraries_runs_too(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(page, lambda others: all(map(importlib.util.find_spec, others)))


def test_a_block_with_another_library_is_known():
    assert others_of("import pandas as pd\nfrom torch.nn import Embedding") == {"pandas", "torch"}
    assert others_of(">>> import jax\n>>> 1\n1\n") == {"jax"}
    assert not others_of("import firth, numpy")


@every_page
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def provide(folder):
    """Make the files that pages speak of."""
    texts = [lzma.decompress(path.read_bytes()).decode() for path in sample_paths()]
    queens = [line for text in texts for line in text.splitlines() if "queen" in line]
    text = "\n".join([*(text[:300_000] for text in texts), *queens])
    (folder / "text").mkdir()
    (folder / "text" / "samples.txt").write_text(text.lower(), encoding="utf-8")
    (folder / "text.txt").write_text(text[:100_000], encoding="utf-8")
    (folder / "other.txt").write_text(text[200_000:220_000], encoding="utf-8")
    pairs = ["king\tlord\t8", "man\twoman\t7", "day\tnight\t6", "house\tsea\t1"]
    (folder / "wordsim353.tsv").write_text("\n".join(pairs), encoding="utf-8")
    questions = ": family\nfather mother son daughter\nman woman son daughter\n"
    (folder / "questions-words.txt").write_text(questions, encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(words[0] == "firth" for words in commands(page))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_commands_of_a_page_run(page, run_firth, tmp_path):
    provide(tmp_path)
    ran = 0
    for name, *options in commands(page):
        if name != "firth" or options[0] in ("reproduce", "demo"):
            continue  # these download, or take long; they have tests of their own
        if "--cluster" in options:
            continue  # that needs Ray, and a machine for itself: tests/cluster has it
        if options[0] == "explore" and "--html" not in options:
            options += ["--html", "page.html"]  # it would serve the page until somebody comes
        # What is kept by other tests stays.
        env = {"FIRTH_CACHE_DIR": str(tmp_path / "cache")} if options[0] == "cache" else None
        done = run_firth(*options, env=env)
        assert done.returncode == 0, f"{' '.join(options)}\n{done.stdout}{done.stderr}"
        ran += 1
    assert ran or "reproduce" in page.read_text(encoding="utf-8")


def test_scripts_have_the_options_that_pages_give_them():
    seen = set()
    for page in PAGES:
        for words in commands(page):
            script = next((word for word in words if word.endswith(".py")), None)
            module = words[words.index("-m") + 1] if "-m" in words else ""
            if words[0] == "firth" or (script is None and not module.startswith("tools.")):
                continue  # what firth is given is the reader's own
            what = [str(ROOT / script)] if script else ["-m", module]
            done = subprocess.run(
                [sys.executable, *what, "--help"],
                capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT,
            )  # fmt: skip
            seen.add(script or module)
            for option in words:
                if option.startswith("--"):
                    assert option in done.stdout, f"{page.name}: {script or module} {option}"
    assert "benchmarks/peers.py" in seen
