"""The page for who comes from another program: what it says of firth is there."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pyarrow as pa
import pytest
import typer

import firth
import firth.documents
from firth.cli.root import app
from firth.config import every_option, peers
from tools.coming_from.__main__ import PAGE, renewed
from tools.coming_from.lines import CALLS, FLAGS

OPTIONS = {option.name for _, option in every_option()}
SETTINGS = OPTIONS | set(inspect.signature(firth.train).parameters)
EVERY_FLAG = [(program, line) for program, lines in FLAGS.items() for line in lines]
EVERY_CALL = [(library, line) for library, lines in CALLS.items() for line in lines]
ROOT = typer.main.get_command(app)


def options_of(command):
    found = ROOT.get_command(typer.Context(ROOT), command)
    assert found is not None, command
    return {flag for parameter in found.params
            for flag in (*parameter.opts, *parameter.secondary_opts)}  # fmt: skip


def commands_in(line):
    """Commands and flags in an answer, and in code in its note: (command, its flags)."""
    command = "train"
    for text in [line.ours, *re.findall(r"`([^`]+)`", line.note)]:
        if named := re.match(r"firth (\w+)", text):
            command = named[1]
        yield command, re.findall(r"(?<!\S)--[a-z][\w-]*", text)


def test_the_page_has_what_the_tables_say():
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "run python -m tools.coming_from"
    with pytest.raises(ValueError, match="0 places for settings of gensim"):
        renewed(text.replace("end of settings of gensim", "end"))


@pytest.mark.parametrize(("program", "line"), EVERY_FLAG, ids=lambda value: str(value)[:60])
def test_every_flag_leads_to_one_that_there_is(program, line):
    assert line.ours or line.note
    for command, flags in commands_in(line):
        assert set(flags) <= options_of(command), f"{program}: {line.theirs}"


@pytest.mark.parametrize(
    ("theirs", "line"),
    [
        (word, line)
        for program, line in EVERY_FLAG
        if program != "GloVe" and line.theirs.startswith("-")
        for word in [line.theirs.split()[0].strip(",")]
        if len(word) > 2
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_types_a_flag_is_told_the_same(theirs, line):
    known = options_of("train")
    advice = peers.flag_advice([theirs], known)
    assert advice, theirs
    if flag := re.match(r"--[\w-]+", line.ours):
        assert flag[0] in advice


@pytest.fixture
def names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["cat", "dog", "the", "king", "man", "woman"]
    matrix = np.random.default_rng(5).normal(size=(6, 4)).astype(np.float32)
    vectors = firth.WordVectors(words, matrix, counts=[9, 8, 7, 6, 5, 5])
    model = firth.Model(words, [9, 8, 7, 6, 5, 5], {"input": matrix, "output": matrix})
    model.save("folder")
    vectors.save("model.bin")
    firth.WordVectors(words, matrix).save("static", format="model2vec")
    texts = ["the cat", "a dog"]
    (tmp_path / "text.txt").write_text("the cat sat\n" * 50)
    return {"firth": firth, "vectors": vectors, "model": model, "texts": texts,
            "table": pa.table({"text": ["the cat sat"] * 50})}  # fmt: skip


@pytest.mark.filterwarnings("ignore::firth.errors.LearningWarning")
@pytest.mark.filterwarnings("ignore:fastText's binary format")
@pytest.mark.filterwarnings("ignore:The folder of model2vec")
@pytest.mark.parametrize(("library", "line"), EVERY_CALL, ids=lambda value: str(value)[:60])
def test_every_call_leads_to_one_that_runs(library, line, names):
    assert line.ours or line.note
    if line.ours.isidentifier():
        assert line.ours in SETTINGS
    elif line.ours:
        eval(line.ours, names)
    for code in re.findall(r"`([^`]*\([^`]*)`", line.note):
        eval(code, names)
