"""What pages show is run, in order, a folder and one set of names a page; see `helpers.blocks`."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from helpers.blocks import (
    PAGES,
    PLACES,
    ROOT,
    RUN,
    SHOWN,
    blocks_of,
    counted,
    others_of,
    parts_of,
    place_of,
)
from helpers.provided import provide

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def pages_with(place):
    """Pages with something that is run at this place."""
    found = [p for p in PAGES if any(place in b.places for b in blocks_of(p) if b.language in RUN)]
    return pytest.mark.parametrize("page", found, ids=lambda page: str(page.relative_to(ROOT)))


class Reader:
    """Who does what a page says, from top to bottom."""

    def __init__(self, folder, run_firth):
        self.folder, self.run_firth = folder, run_firth
        self.names, self.ran = {"__name__": "page"}, 0

    def read(self, page, places):
        """Run what is for these places; return how many blocks or commands that were."""
        for block in blocks_of(page):
            if block.language == "python" and (block.places <= places or installed(block, places)):
                self.python(block)
            elif block.language == "console" and block.places <= places:
                for command, output in block.said():
                    self.command(block, command, output)
            elif block.language == "sh":
                for line in block.commands():
                    there = {place_of(words) for words in parts_of(line)} - {"here"}
                    if (there | block.places & {"full", "peers"} or {"here"}) <= places:
                        self.command(block, line)
        return self.ran

    def python(self, block):
        self.ran += 1
        # Blank lines in front, so that a traceback names the line of the page.
        code = "\n" * (block.line - 1) + block.source
        if block.file:
            compile(code, str(block.page), "exec")
            (self.folder / block.file).write_text(block.source, encoding="utf-8")
        elif ">>>" in block.source:
            parser, said = doctest.DocTestParser(), []
            test = parser.get_doctest(block.source, {}, block.where, block.where, block.line - 1)
            test.globs = self.names  # not a copy: later blocks go on from here
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
            failed = runner.run(test, out=said.append, clear_globs=False).failed
            assert not failed, "".join(said)
        else:
            exec(compile(code, str(block.page), "exec"), self.names)

    def command(self, block, line, output=None):
        self.ran += 1
        words = shlex.split(line, comments=True)
        provide(self.folder, words)
        if "|" in words:
            done = subprocess.run(
                ["bash", "-c", line], check=False, capture_output=True, text=True,
                encoding="utf-8",
                env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
                cwd=self.folder,
            )  # fmt: skip
        else:
            for _, *options in parts_of(line):
                done = self.run_firth(*completed(options), env=private(options, self.folder))
        # A checker says by its code that something is wrong.
        assert done.returncode in ((0, 1) if "--check" in line else (0,)), (
            f"{block.where}: {line}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
        if output is not None:
            wanted = re.sub(r"…$", "...", output, flags=re.MULTILINE) + "\n"
            same = doctest.OutputChecker().check_output(wanted, done.stdout, doctest.ELLIPSIS)
            assert same, f"{block.where}: {line}\n{done.stdout}\ninstead of\n{output}"


def installed(block, places):
    """Whether others' libraries are asked for, and a large one that a block needs is there."""
    there = all(importlib.util.find_spec(name) for name in others_of(block.source))
    return "peers" in places and block.places == {"elsewhere"} and there


def completed(options):
    """What a command gets beside what the page gives it, so that it ends without a reader."""
    if options[0] == "explore" and "--html" not in options:
        return [*options, "--html", "page.html"]  # it would serve the page until somebody comes
    if options[:2] == ["reproduce", "cs224n"] and not {"--data", "--check"} & set(options):
        treebank = Path(os.environ.get("FIRTH_TEST_DATA", ""), "sst", "datasetSentences.txt")
        if not treebank.is_file():
            pytest.skip("FIRTH_TEST_DATA names no folder with sst/datasetSentences.txt")
        return [*options, "--data", str(treebank)]
    return options


def private(options, folder):
    """What is kept by other tests stays."""
    return {"FIRTH_CACHE_DIR": str(folder / "cache")} if options[0] == "cache" else None


@every_page
def test_every_block_is_run_or_says_why_not(page):
    for block in blocks_of(page):
        assert block.language in RUN + SHOWN, f"{block.where}: a fence names python, sh or console"
        marks = {mark for mark in block.marks if "." not in mark}
        assert marks <= ({"full", "peers"} if block.language in RUN else set()), block.where
        if block.language in RUN:
            assert block.places <= set(PLACES), f"{block.where}: unknown to helpers/blocks.py"
        session = re.search(r"^(\$|>>>) ", block.source, re.MULTILINE)
        assert block.language in RUN or not session, f"{block.where}: a session, and not run"


def test_most_blocks_are_run():
    count = counted()
    assert sum(count.values()) > 90
    elsewhere = count["script"] + count["ci"] + count["elsewhere"]
    assert elsewhere < sum(count.values()) / 8, count


@every_page
def test_the_code_of_a_page_runs_and_says_what_the_page_says(
    page, run_firth, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Reader(tmp_path, run_firth).read(page, {"here"})
    code = [block.source for block in blocks_of(page) if block.language == "python"]
    assert not code or any("assert" in source or ">>>" in source for source in code), (
        f"{page.name} has code, but nothing in it is checked"
    )


@pytest.mark.full
@pages_with("full")
def test_what_takes_long_runs_too(page, run_firth, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Reader(tmp_path, run_firth).read(page, {"here", "full"})


@pytest.mark.peers
@pages_with("peers")
def test_code_with_other_libraries_runs_too(page, run_firth, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Reader(tmp_path, run_firth).read(page, {"here", "peers"})


def test_a_block_with_another_library_is_known():
    assert others_of("import pandas as pd\nfrom torch.nn import Embedding") == {"pandas", "torch"}
    assert others_of(">>> import jax\n>>> 1\n1\n") == {"jax"}
    assert not others_of("import firth, numpy")


@every_page
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_extras_that_pages_install_are_there():
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = set(tomllib.load(file)["project"]["optional-dependencies"])
    seen = set()
    for page in PAGES:
        for named in re.findall(r"(?:firth|'\.)\[([a-z,]+)\]", page.read_text(encoding="utf-8")):
            seen |= set(named.split(","))
            assert set(named.split(",")) <= extras, f"{page.name}: {named}"
    assert {"test", "docs", "plot"} <= seen


def test_scripts_have_the_options_that_pages_give_them():
    seen = set()
    blocks = [block for page in PAGES for block in blocks_of(page) if block.language == "sh"]
    for block in blocks:
        for words in [words for line in block.commands() for words in parts_of(line)]:
            if place_of(words) != "script":
                continue
            script = next((word for word in words if word.endswith(".py")), None)
            module = words[words.index("-m") + 1] if "-m" in words else ""
            what = [str(ROOT / script)] if script else ["-m", module]
            done = subprocess.run(
                [sys.executable, *what, "--help"],
                capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT,
            )  # fmt: skip
            seen.add(script or module)
            for option in words:
                if option.startswith("--"):
                    assert option in done.stdout, f"{block.where}: {script or module} {option}"
    assert "benchmarks/peers.py" in seen
