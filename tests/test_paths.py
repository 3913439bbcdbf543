"""Paths that people give: a home is found, and no user is taken for a folder, at every entry."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import firth
from firth import callbacks, cli, evaluation, gensim, view
from firth.corpus import sources
from firth.errors import FirthError
from firth.evaluation import pairs
from firth.evaluation.runs import Run, RunFiles
from firth.files import given
from firth.formats.model_folder import check_output
from firth.gensim import KeyedVectors, facebook
from firth.gensim.given import existing
from firth.gensim.utils import save_as_line_sentence
from firth.model import Model, save_output
from firth.view import explorer, tables
from firth.view.plots import figure

PACKAGE = Path(firth.__file__).parent
TEXT = "the cat sat on the mat and the dog ran\n"
QUICK = {"dim": 4, "min_count": 1, "epochs": 1, "threads": 1, "sample": 0}
NOBODY = "no user 'nobody-there' with a home folder"


def a_model():
    return Model(["cat", "dog", "owl"], [3, 2, 1], {"input": np.eye(3, 4, dtype=np.float32)})


def tell(lines):
    return lambda path: Path(path).write_text("".join(lines))


def train(**options):
    firth.train("../t.txt", **options, **QUICK)


def sgd(path):
    importlib.import_module("firth.reference").sgd(
        lambda x: (0.0, 0 * x), [1.0], 0.1, 10, checkpoint=path
    )


def draw(path):
    plots = importlib.import_module("firth.recipes.plots")
    plots.draw_words(["cat", "dog"], np.eye(2), path)


def board(path):
    sys.modules["tensorboardX"] = SimpleNamespace(SummaryWriter=lambda folder: Path(folder).mkdir())
    try:
        callbacks.TensorBoard(path)
    finally:
        del sys.modules["tensorboardX"]


TEXT_FILE = tell(200 * [TEXT])
PAIRS = tell(["cat\tdog\t1\n", "cat\towl\t2\n", "dog\towl\t3\n"])
CLUSTER, EDGES = tell(["cat\n", "dog\n", "\n", "owl\n"]), tell(["cat dog\n", "dog owl\n"])
AXIS = tell([": size\n", "- cat\n", "+ dog\n", "owl 1\n", "cat 0\n"])
LISTS = tell(["targ1\ta\tcat\tdog\n", "targ2\tb\tdog\towl\n", "attr1\tc\tcat\towl\n"])
QUESTIONS = tell([": family\n", "cat dog owl cat\n"])


VECTORS, COUNTS = tell(["3 1\n", "cat 1\n", "dog 2\n", "owl -1\n"]), tell(["cat 3\n"])


def some_vectors():
    words = ["cat", "dog", "owl"]
    return KeyedVectors.from_firth(
        firth.WordVectors(words, [[1.0], [2.0], [-1.0]], counts=[3, 2, 1])
    )


def some_runs(path):
    runs = RunFiles(path)
    asked = {"runs": 2, "k": 1, "asked": [0, 1, 2], "pairs": []}
    runs.begin(asked, a_model().vocabulary, resume=False)
    rows, pairs = np.arange(3), np.zeros((0, 2), np.int64)
    for number in (1, 2):
        runs.write(number, Run.of(np.eye(3, 4), rows, 1, pairs, keep=False))


def a_gensim_model():
    model = gensim.FastText(vector_size=2, min_count=1, bucket=9)
    model.build_vocab([["cat", "dog"]])
    return model


def deprecated(function, path):
    with pytest.warns(DeprecationWarning):
        function(path)


def FACEBOOK(path):
    facebook.save_facebook_model(a_gensim_model(), path)


def saved(path):
    a_model().save(path)


def a_map():
    return view.make_map(a_model().vectors)


def mapped(path):
    saved(path)
    view.save_map(a_map(), path)


# What a function is asked → what must be in the home folder before, and the question. An entry that
# makes nothing before leaves something there.
FUNCTIONS = {
    "api.entry.train.source": (TEXT_FILE, lambda p: firth.train(p, **QUICK)),
    "api.entry.train.sources": (TEXT_FILE, lambda p: firth.train([p], **QUICK)),
    "api.entry.train.output": (None, lambda p: train(output=p)),
    "api.entry.train.cache": (None, lambda p: train(cache=p)),
    "api.entry.train.start_from": (saved, lambda p: train(start_from=p)),
    "api.entry.train.validation": (TEXT_FILE, lambda p: train(validation=p)),
    "corpus.encoding.encode.cache": (None, lambda p: firth.encode("../t.txt", cache=p).close()),
    "corpus.encoded.EncodedCorpus.open.folder": (
        lambda p: Path(p).mkdir(), firth.corpus.EncodedCorpus.open,
    ),
    "corpus.sources.open_corpus.source": (TEXT_FILE, firth.open_corpus),
    "corpus.vocabulary.Vocabulary.save.path": (
        None, lambda p: firth.Vocabulary(["a"], [1]).save(p),
    ),
    "corpus.vocabulary.Vocabulary.load.path": (
        lambda p: firth.Vocabulary(["a"], [1]).save(p), firth.Vocabulary.load,
    ),
    "view.explorer.page.save_page.path": (
        None, lambda p: explorer.save_page(p, a_model()),
    ),
    "view.explorer.contents.Shown.of.place": (
        saved, lambda p: explorer.Shown.of(a_model(), place=p),
    ),
    "model.Model.save.folder": (None, saved),
    "model.load.folder": (saved, firth.load),
    "formats.model_folder.check_output.folder": (saved, check_output),
    "model.save_output.folder": (None, lambda p: save_output(a_model(), p)),
    "view.maps.save_map.place": (saved, lambda p: view.save_map(a_map(), p)),
    "view.maps.read_map.place": (mapped, lambda p: view.read_map(p).names),
    "view.tables.read_intervals.path": (
        tell(["name,value,low,high\n", "cat,1,0,2\n"]), tables.read_intervals,
    ),
    "view.plots.figure.save_figure.path": (
        None, lambda p: figure.save_figure(view.plot_words(a_model().vectors, ["cat", "dog"]), p,
                                           "png"),
    ),
    "callbacks.JsonLog.__init__.path": (None, lambda p: callbacks.JsonLog(p)._close()),
    "callbacks.TensorBoard.__init__.folder": (None, board),
    "evaluation.lines.read_lines.path": (
        PAIRS, lambda p: list(evaluation.lines.read_lines(p)),
    ),
    "evaluation.lines.read_text.path": (PAIRS, evaluation.lines.read_text),
    "evaluation.pairs.read_pairs.path": (PAIRS, pairs.read_pairs),
    "evaluation.questions.read_questions.path": (
        QUESTIONS, evaluation.questions.read_questions,
    ),
    "evaluation.categories.read_categories.path": (
        PAIRS, evaluation.categories.read_categories,
    ),
    "evaluation.categories.evaluate_categories.path": (
        tell(["cat a\n", "dog a\n", "owl b\n"]),
        lambda p: evaluation.evaluate_categories(a_model().vectors, p),
    ),
    "evaluation.outliers.read_clusters.path": (
        CLUSTER, evaluation.outliers.read_clusters,
    ),
    "evaluation.outliers.evaluate_outliers.path": (
        CLUSTER, lambda p: evaluation.evaluate_outliers(a_model().vectors, p),
    ),
    "evaluation.axes.read_axes.path": (AXIS, evaluation.axes.read_axes),
    "evaluation.axes.evaluate_axes.path": (
        AXIS, lambda p: evaluation.evaluate_axes(a_model().vectors, p),
    ),
    "evaluation.bias.word_sets.read_word_set.path": (LISTS, evaluation.read_word_set),
    "evaluation.bias.judging.evaluate_bias.words": (
        LISTS, lambda p: evaluation.evaluate_bias(a_model().vectors, p),
    ),
    "evaluation.sets.open_set.source": (PAIRS, evaluation.open_set),
    "evaluation.report.evaluate.sets": (
        PAIRS, lambda p: evaluation.evaluate(a_model().vectors, p, draws=1),
    ),
    "evaluation.similarity.evaluate_similarity.path": (
        PAIRS, lambda p: evaluation.evaluate_similarity(a_model().vectors, p),
    ),
    "evaluation.analogies.evaluate_analogies.path": (
        QUESTIONS, lambda p: evaluation.evaluate_analogies(a_model().vectors, p),
    ),
    "evaluation.stability.Stability.open.folder": (some_runs, evaluation.Stability.open),
    "gensim.word2vec_files.Word2VecFiles.load_word2vec_format.fname": (
        VECTORS, KeyedVectors.load_word2vec_format,
    ),
    "gensim.word2vec_files.Word2VecFiles.load_word2vec_format.fvocab": (
        COUNTS, lambda p: KeyedVectors.load_word2vec_format("../t.vec", fvocab=p),
    ),
    "gensim.word2vec_files.Word2VecFiles.intersect_word2vec_format.fname": (
        VECTORS, lambda p: some_vectors().intersect_word2vec_format(p),
    ),
    "gensim.word2vec_files.Word2VecFiles.save_word2vec_format.fname": (
        None, lambda p: some_vectors().save_word2vec_format(p),
    ),
    "gensim.word2vec_files.Word2VecFiles.save_word2vec_format.fvocab": (
        None, lambda p: some_vectors().save_word2vec_format("../t.out", fvocab=p),
    ),
    "gensim.store.Store.save.fname": (None, lambda p: some_vectors().save(p)),
    "gensim.store.Store.load.fname": (VECTORS, KeyedVectors.load),
    "gensim.judging.Judging.evaluate_word_pairs.pairs": (
        PAIRS, lambda p: some_vectors().evaluate_word_pairs(p),
    ),
    "gensim.judging.Judging.evaluate_word_analogies.analogies": (
        QUESTIONS, lambda p: some_vectors().evaluate_word_analogies(p),
    ),
    "gensim.sentences.PathLineSentences.__init__.source": (
        TEXT_FILE, lambda p: list(gensim.PathLineSentences(p)),
    ),
    "gensim.sentences.LineSentence.__init__.source": (
        TEXT_FILE, lambda p: list(gensim.LineSentence(p)),
    ),
    "gensim.sentences.Text8Corpus.__init__.fname": (
        TEXT_FILE, lambda p: list(gensim.Text8Corpus(p)),
    ),
    "gensim.sentences.BrownCorpus.__init__.dirname": (
        lambda p: Path(p).mkdir(), lambda p: list(gensim.BrownCorpus(p)),
    ),
    "gensim.phrases.Phrases.save.fname": (None, lambda p: gensim.Phrases().save(p)),
    "gensim.phrases.Phrases.load.fname": (
        lambda p: gensim.Phrases().save(p), gensim.Phrases.load,
    ),
    "gensim.model_files.ModelFiles.save.fname": (None, lambda p: a_gensim_model().save(p)),
    "gensim.model_files.ModelFiles.load.fname": (
        lambda p: a_gensim_model().save(p), gensim.Word2Vec.load,
    ),
    "gensim.facebook.save_facebook_model.path": (
        None, lambda p: facebook.save_facebook_model(a_gensim_model(), p),
    ),
    "gensim.facebook.load_facebook_model.path": (FACEBOOK, facebook.load_facebook_model),
    "gensim.facebook.load_facebook_vectors.path": (FACEBOOK, facebook.load_facebook_vectors),
    "gensim.fasttext.FastText.load_fasttext_format.model_file": (
        FACEBOOK, lambda p: deprecated(gensim.FastText.load_fasttext_format, p),
    ),
    "gensim.utils.save_as_line_sentence.filename": (
        None, lambda p: save_as_line_sentence([["cat"]], p),
    ),
    "gensim.given.existing.value": (TEXT_FILE, lambda p: existing("fname", p)),
}  # fmt: skip
#: What the reference, which stands alone, and recipes are asked.
OTHERS = {"reference.sgd": (None, sgd), "recipes.plots": (None, draw)}


def asked(name, path):
    """Ask a function for a path; what is no vectors, no corpus, is said to be none."""
    try:
        FUNCTIONS.get(name, OTHERS.get(name))[1](path)
    except FirthError as error:
        return str(error)
    return ""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, and another one to stand in."""
    for name in ("home", "here"):
        (tmp_path / name).mkdir()
    TEXT_FILE(tmp_path / "t.txt")
    VECTORS(tmp_path / "t.vec")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has USERPROFILE")


@posix
@pytest.mark.parametrize("name", [*FUNCTIONS, *OTHERS])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_tilde_is_the_home_folder(home, name, kind):
    if name == "recipes.plots":
        pytest.importorskip("matplotlib")
    prepare = FUNCTIONS.get(name, OTHERS.get(name))[0]
    if prepare is not None:
        prepare(home / "x")
    said = asked(name, kind("~/x"))
    assert (home / "x").exists()
    assert list((home.parent / "here").iterdir()) == []
    assert said == "" or (name.endswith("EncodedCorpus.open.folder") and str(home / "x") in said)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_user_that_there_is_not_is_no_folder(home, name):
    assert NOBODY in asked(name, "~nobody-there/x")
    assert list((home.parent / "here").iterdir()) == []


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("path", ["", " ", "a\0b", "\ud800"])
def test_what_is_no_path_is_said_to_be_none(home, name, path):
    if path or not name.endswith("cache"):  # an empty one stands for the user's cache
        assert "the path is empty" in asked(name, path) or "no file has" in asked(name, path)
    assert list((home.parent / "here").iterdir()) == []


ROOMS = ("api/entry.py", "callbacks.py", "corpus/encoding.py", "corpus/encoded.py",
         "corpus/vocabulary.py", "evaluation", "formats/model_folder.py", "gensim", "model.py",
         "view")  # fmt: skip


def parameters_of_paths():
    """All parameters ``str | Path`` of what is public, as module.class.function.parameter."""
    for room in ROOMS:
        for file in (PACKAGE / room).rglob("*.py") if "." not in room else [PACKAGE / room]:
            module = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
            body = ast.parse(file.read_text(encoding="utf-8")).body
            owners = [(module, body)]
            owners += [(f"{module}.{n.name}", n.body) for n in body if isinstance(n, ast.ClassDef)]
            for owner, nodes in owners:
                for node in nodes:
                    if isinstance(node, ast.FunctionDef) and node.name.lstrip("_")[:1].islower():
                        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                        for a in arguments:
                            if a.annotation and ast.unparse(a.annotation).startswith("str | Path"):
                                yield f"{owner}.{node.name}.{a.arg}"


def test_no_entry_is_missing_here():
    found = {name for name in parameters_of_paths() if "._" not in name.replace(".__init__", "")}
    assert len(found) > 15
    assert found <= set(FUNCTIONS)
    assert sources.open_corpus is firth.open_corpus


# The command line ---------------------------------------------------------------------------------

OUTPUT = ["--output", "out", "--dim", "4", "--min-count", "1", "--epochs", "1", "--sample", "0",
          "--threads", "1", "--quiet"]  # fmt: skip

COMMANDS = {
    "train": (TEXT_FILE, ["train", "PATH", *OUTPUT]),
    "train --output": (None, ["train", "t.txt", *OUTPUT, "--output=PATH"]),
    "train --cache": (None, ["train", "t.txt", *OUTPUT, "--cache=PATH"]),
    "train --validation": (TEXT_FILE, ["train", "t.txt", *OUTPUT, "--validation=PATH"]),
    "train --log-json": (None, ["train", "t.txt", *OUTPUT, "--log-json=PATH"]),
    "neighbors": (saved, ["neighbors", "PATH", "cat"]),
    "analogy": (saved, ["analogy", "PATH", "cat", "dog", "owl"]),
    "info": (saved, ["info", "PATH"]),
    "info --json": (saved, ["info", "PATH", "--json"]),
    "evaluate": (saved, ["evaluate", "PATH", "--similarity", "pairs.tsv"]),
    "evaluate --similarity": (PAIRS, ["evaluate", "m", "--similarity=PATH"]),
    "evaluate --analogies": (QUESTIONS, ["evaluate", "m", "--analogies=PATH"]),
    "evaluate SET": (PAIRS, ["evaluate", "m", "PATH"]),
    "evaluate --next-item": (TEXT_FILE, ["evaluate", "m", "--next-item=PATH"]),
    "evaluate --links": (EDGES, ["evaluate", "m", "--links=PATH"]),
    "evaluate --training": (
        TEXT_FILE, ["evaluate", "m", "--next-item=t.txt", "--training=PATH"],
    ),
    "map": (saved, ["map", "PATH", "--quiet"]),
    "plot map": (mapped, ["plot", "map", "PATH", "--output=../p.png"]),
    "embed": (saved, ["embed", "PATH", "t.txt", "--output=../v.npy", "--quiet"]),
    "embed FILE": (TEXT_FILE, ["embed", "m", "PATH", "--output=../v.npy", "--quiet"]),
    "embed --fit": (
        TEXT_FILE,
        ["embed", "m", "t.txt", "--remove=1", "--fit=PATH", "--output=../v.npy", "--quiet"],
    ),
    "demo --output": (None, ["demo", "--output=PATH", "--quiet"]),
    "reproduce cs224n --data": (None, ["reproduce", "cs224n", "--no-plots", "--data=PATH"]),
    "reproduce cs224n --output": (
        None, ["reproduce", "cs224n", "--no-plots", "--data=t.txt", "--output=PATH"],
    ),
    "reproduce cs224n --check": (None, ["reproduce", "cs224n", "--check=PATH"]),
    "reproduce cost --output": (
        None, ["reproduce", "cost", "--no-plots", "--largest", "1000", "--output=PATH"],
    ),
}  # fmt: skip


@pytest.fixture
def command(home, monkeypatch, capsys):
    """Run a command beside a text, a model and pairs; return its code and what it said."""
    monkeypatch.delenv("FIRTH_CACHE_DIR", raising=False)
    TEXT_FILE("t.txt")
    PAIRS("pairs.tsv")
    saved("m")

    def run(words, path):
        with pytest.raises(SystemExit) as stop:
            cli.main([word.replace("PATH", path) for word in words])
        return stop.value.code, capsys.readouterr().err

    return run


@posix
@pytest.mark.parametrize("name", [n for n in COMMANDS if n.split()[0] not in ("demo", "reproduce")])
def test_a_tilde_that_the_shell_left_is_the_home_folder(home, command, name):
    prepare, words = COMMANDS[name]
    if prepare is not None:
        prepare(home / "x")
    assert command(words, "~/x") == (0, "")
    assert (home / "x").exists()
    left = {path.name for path in Path.cwd().iterdir()}
    assert left <= {"t.txt", "pairs.tsv", "m", "out"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_refuses_a_user_that_there_is_not(command, name):
    code, said = command(COMMANDS[name][1], "~nobody-there/x")
    assert (code, NOBODY in said) == (2, True)
    assert {path.name for path in Path.cwd().iterdir()} == {"t.txt", "pairs.tsv", "m"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_refuses_an_empty_path(command, name):
    code, said = command(COMMANDS[name][1], "")
    assert (code, "empty" in said) == (2, True)
    assert {path.name for path in Path.cwd().iterdir()} == {"t.txt", "pairs.tsv", "m"}


@pytest.mark.parametrize(
    "flag",
    ["--column", "--group-by", "--order-by", "--tokenizer", "--lowercase-locale", "--normalize",
     "--errors", "--checkpoint-every", "--memory-limit", "--architecture", "--dim"],
)  # fmt: skip
def test_a_command_refuses_an_empty_value(command, flag):
    """As from ``--column "$UNSET"``, before anything is read."""
    for words in ([flag, ""], [f"{flag}="]):
        code, said = command(["train", "t.txt", *OUTPUT, *words], "")
        assert (code, flag in said) == (2, True)
    assert not Path("out").exists()


# No home ------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("home_is", [None, "", "near"])
def test_no_home(home, monkeypatch, home_is):
    import pwd

    def unknown(user):
        raise KeyError(f"getpwuid(): uid not found: {user}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    if home_is is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", home_is)
    for name in FUNCTIONS:
        assert "there is no home folder: HOME is not the path of one" in asked(name, "~/x")
    assert list(Path.cwd().iterdir()) == []
    assert given.given_path("output", "x/~") == Path("x/~")
