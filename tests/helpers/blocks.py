"""The blocks of code on pages: where each is run, and why not everywhere.

A block says what it is by its language, and may say more behind it, as in ``sh full``:

===========  =====================================================================================
``python``   statements, or a session with ``>>>``; the blocks of a page share their names
``sh``       commands, which must succeed; `firth` is run, others are known by name
``console``  a session: commands behind ``$``, and all that they print, ``…`` for what is left out
``full``     it takes long: run by ``-m full``
``peers``    it needs other programs: run by ``-m peers``; what imports them need not say so
``NAME.py``  the block is this file, which later commands read
===========  =====================================================================================

Commands that install something or check a whole checkout are ``.ci/run``'s; programs of this
repository that need data which is not here are asked for ``--help``, and have what pages give them.
"""

from __future__ import annotations

import ast
import doctest
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
#: Languages of what is run, and of what is there to be looked at.
RUN, SHOWN = ("python", "sh", "console"), ("text", "math", "json", "toml", "yaml")
#: Libraries that firth works with and does not need: those of the extra firth[peers], and larger
#: ones, whose blocks are run where somebody has installed them.
PEERS = {
    "datasets", "duckdb", "faiss", "gensim", "janome", "jieba", "model2vec", "pandas", "polars",
    "pythainlp", "spacy",
}  # fmt: skip
LARGE = {"jax", "lancedb", "sentence_transformers", "torch"}
#: Where a block is run, the easiest first, with what the count of blocks says.
PLACES = {
    "here": "run",
    "full": "run with -m full",
    "peers": "run with -m peers",
    "elsewhere": "run where a large library is installed",
    "ci": "left to .ci/run",
    "tests": "left to tests of their own",
    "script": "asked for --help",
}
_LEFT_TO_CI = {".", "apt-get", "cd", "git", "mypy", "npm", "pip", "pytest", "ruff", "run"}


class Block(NamedTuple):
    """A block of code.

    Attributes
    ----------
    page : Path
        Where it is.
    line : int
        Where its code begins.
    language : str
        The first word of its fence; empty without one, as of what is indented.
    marks : frozenset of str
        The other words.
    source : str
        The code.
    """

    page: Path
    line: int
    language: str
    marks: frozenset[str]
    source: str

    @property
    def where(self) -> str:
        """Page and line, for people."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that the block is, if it is one."""
        return next((mark for mark in self.marks if "." in mark), None)

    @property
    def places(self) -> frozenset[str]:
        """Where it is run; commands of one block may be for several places."""
        marked = self.marks & {"full", "peers"}
        if self.language == "python":
            others = others_of(self.source)
            found = {"elsewhere" if others & LARGE else "peers" if others else "here"}
        else:
            found = {place_of(command) for line in self.commands() for command in parts_of(line)}
        return frozenset(found - {"here"} | marked if marked else found)

    def commands(self) -> list[str]:
        """Return the lines of commands, each whole."""
        lines = self.source.replace("\\\n", " ").splitlines()
        if self.language == "console":
            return [line[2:] for line in lines if line.startswith("$ ")]
        return [line for line in lines if shlex.split(line, comments=True)]

    def said(self) -> Iterator[tuple[str, str]]:
        """Yield the commands of a session, each with what it prints."""
        first, *parts = f"\n{self.source}".split("\n$ ")
        assert not first.strip(), f"{self.where} begins with no command"
        for part in parts:
            command, _, output = part.partition("\n")
            yield command, output.rstrip("\n")


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page, those in lists too."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block"):
            language, *marks = token.info.split() or [""]
            begin = token.map[0] + (2 if token.type == "fence" else 1)
            found.append(Block(page, begin, language, frozenset(marks), token.content))
    return found


def others_of(source: str) -> set[str]:
    """Return the libraries of `PEERS` and `LARGE` that Python code imports."""
    examples = doctest.DocTestParser().get_examples(source)
    code = "".join(example.source for example in examples) if examples else source
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found & (PEERS | LARGE)


def parts_of(line: str) -> list[list[str]]:
    """Return the commands of a line, as a shell would split them, without what feeds others."""
    parts: list[list[str]] = [[]]
    for word in shlex.split(line, comments=True):
        if word == "&&":
            parts.append([])
        elif word == "|":
            parts[-1] = []
        else:
            parts[-1].append(word)
    return parts


def place_of(words: list[str]) -> str:
    """Return where a command is run; ``"unknown"`` is nowhere."""
    program, *rest = words
    name = PurePath(program).name or program
    if name in ("python", "python3"):
        if rest[:2] == ["-m", "venv"] or rest[:2] == ["-m", "pytest"]:
            return "ci"
        return "script"
    if name == "ray" or "--cluster" in rest or rest[:1] == ["tune"]:
        return "tests"  # several machines, or half an hour: tests/cluster, tests/tuning
    if name == "firth":
        return "full" if rest[0] in ("demo", "reproduce") else "here"
    return "ci" if name in _LEFT_TO_CI else "unknown"


def counted() -> Counter[str]:
    """Return how many blocks are run at which place, each counted at its hardest."""
    order = [*PLACES, "unknown"]
    blocks = [block for page in PAGES for block in blocks_of(page) if block.language in RUN]
    return Counter(max(block.places, key=order.index) for block in blocks if not block.file)
