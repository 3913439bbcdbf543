"""Programs that import gensim get firth: with gensim installed, and without it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from firth.gensim import names

#: Makes gensim as good as not installed, whether it is or not.
WITHOUT = """
import sys
class Without:
    def __init__(self, finder): self.finder = finder
    def find_spec(self, name, *rest):
        return None if name.partition(".")[0] == "gensim" else self.finder.find_spec(name, *rest)
    def __getattr__(self, name): return getattr(self.finder, name)
sys.meta_path[:] = [Without(f) for f in sys.meta_path if hasattr(f, "find_spec")]
"""

PROGRAM = """
    import sys
    import gensim
    from gensim.models import KeyedVectors, Phrases
    from gensim.models.word2vec import LineSentence
    from gensim.models.phrases import *
    import gensim.models.keyedvectors as module
    assert module.KeyedVectors is KeyedVectors is gensim.models.KeyedVectors
    assert module.Word2VecKeyedVectors is KeyedVectors and Phraser is FrozenPhrases
    print(KeyedVectors.__module__, Phrases.__module__, LineSentence.__module__)
    print(__name__, *sys.argv[1:])
"""


def run(*arguments, folder, program=None, site=""):
    if program is not None:
        (folder / "program.py").write_text(textwrap.dedent(program))
    paths = (site, os.environ.get("PYTHONPATH"))  # where the package is that is tested
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def installed(tmp_path):
    """A folder with a gensim of a few lines, where it can be imported."""
    home = tmp_path / "site"
    files = {
        "__init__.py": "from gensim import models, utils",
        "utils.py": """if True:
            import pickle as _pickle
            def own(): return "gensim"
            def pickle(thing, path): open(path, "wb").write(_pickle.dumps(thing))
            def unpickle(path): return _pickle.loads(open(path, "rb").read())
        """,
        "models/__init__.py": (
            "from .keyedvectors import KeyedVectors\n"
            "from .phrases import Phrases\n"
            "from .word2vec import Word2Vec\n"
            "from .lda import LdaModel\n"
        ),
        "models/keyedvectors.py": "class KeyedVectors: pass",
        "models/phrases.py": "class Phrases: pass",
        "models/word2vec.py": "class Word2Vec: pass\nclass LineSentence: pass",
        "models/lda.py": "from gensim.models.keyedvectors import KeyedVectors as Kept\n"
        "class LdaModel: kept = Kept",
        "models/poincare.py": "from gensim.models.keyedvectors import KeyedVectors as Kept",
        "annoy.py": "from gensim.models import KeyedVectors as Seen",
    }
    for name, text in files.items():
        (home / "gensim" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "gensim" / name).write_text(text + "\n")
    return str(home)


def test_a_program_gets_firth_where_gensim_is_not_installed(tmp_path):
    code = WITHOUT + "from firth.gensim.running import main\nmain(['program.py', 'a', '-m'])"
    done = run("-c", code, folder=tmp_path, program=PROGRAM)
    assert done.stderr == ""
    where = "firth.gensim."
    assert done.stdout.split() == [
        f"{where}keyedvectors", f"{where}phrases", f"{where}sentences", "__main__", "a", "-m",
    ]  # fmt: skip


def test_what_firth_does_not_have_says_where_it_is(tmp_path):
    program = """
        import gensim
        from gensim.utils import simple_preprocess
        assert simple_preprocess("The Cat!") == ["the", "cat"]
        def said(what, kind=ImportError):
            try:
                exec(what)
            except kind as error:
                return str(error)
        for what in ("import gensim.corpora", "from gensim.models import LdaModel",
                     "from gensim import similarities", "import gensim.models.ldamodel"):
            assert "pip install gensim" in said(what), what
        assert "pip install gensim" in said("gensim.corpora", AttributeError)
        assert not hasattr(gensim.models, "LdaModel")
        print(gensim.__version__.split(".")[0])
    """
    code = WITHOUT + "from firth.gensim.running import main\nmain(['program.py'])"
    done = run("-c", code, folder=tmp_path, program=program)
    assert (done.stdout, done.stderr) == ("4\n", "")


def test_gensims_other_modules_stay_where_it_is_installed(tmp_path, installed):
    program = """
        import library
        import gensim, gensim.models.poincare, gensim.annoy
        from gensim.models import KeyedVectors, LdaModel
        assert library.KeyedVectors is KeyedVectors
        assert KeyedVectors.__module__ == "firth.gensim.keyedvectors"
        assert gensim.models.keyedvectors.KeyedVectors is KeyedVectors
        assert gensim.annoy.Seen is KeyedVectors
        assert LdaModel.kept.__module__ == "gensim.models.keyedvectors"
        assert gensim.models.poincare.Kept is LdaModel.kept
        assert gensim.utils.own() == "gensim"
        gensim.utils.pickle(LdaModel.kept(), "lda")
        assert type(gensim.utils.unpickle("lda")) is LdaModel.kept
        assert gensim.models.keyedvectors.KeyedVectors is KeyedVectors
        print(KeyedVectors(3))
    """
    (tmp_path / "library.py").write_text("from gensim.models.keyedvectors import KeyedVectors\n")
    done = run("-m", "firth.gensim", "program.py", folder=tmp_path, program=program,
               site=installed)  # fmt: skip
    assert (done.stdout, done.stderr) == ("KeyedVectors<vector_size=3, 0 keys>\n", "")


def test_a_notebook_and_a_module_get_firth_too(tmp_path, installed):
    code = """if True:
        import gensim, warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import firth.gensim
            firth.gensim.load_ipython_extension(None)
            firth.gensim.install()
        print(len(caught), gensim.models.KeyedVectors.__module__)
    """
    done = run("-c", code, folder=tmp_path, site=installed)
    assert (done.stdout, done.stderr) == ("1 firth.gensim.keyedvectors\n", "")
    program = "from gensim.models import Phrases\nprint(Phrases.__module__, __name__)\n"
    done = run("-m", "firth.gensim", "-m", "program", folder=tmp_path, program=program,
               site=installed)  # fmt: skip
    assert (done.stdout, done.stderr) == ("firth.gensim.phrases __main__\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "name a script"),
        (["-m"], 2, "-m needs what to run"),
        (["--fast"], 2, "--fast is no option"),
        (["nothing.py"], 2, "nothing.py does not exist"),
        (["--help"], 0, "usage"),
    ],
)
def test_what_cannot_be_run_is_said(arguments, code, said, capsys):
    from firth.gensim.running import main

    assert main(arguments) == code
    out = capsys.readouterr()
    assert said in out.out + out.err
    assert "usage: python -m firth.gensim" in out.out + out.err


def test_an_import_that_fails_leaves_firths_classes_in_place(tmp_path, installed):
    program = """
        import sys, gensim
        (open(gensim.__path__[0] + "/models/broken.py", "w")).write("raise ImportError('broken')")
        try:
            import gensim.models.broken
        except ImportError as error:
            print(error, sys.modules["gensim.models.keyedvectors"].KeyedVectors.__module__)
    """
    done = run("-m", "firth.gensim", "program.py", folder=tmp_path, program=program,
               site=installed)  # fmt: skip
    assert (done.stdout, done.stderr) == ("broken firth.gensim.keyedvectors\n", "")


def test_every_public_name_has_a_home_that_has_it():
    import firth.gensim

    for name in firth.gensim.__all__:
        assert getattr(firth.gensim, name) is not None
        assert name in names.HOMES
    assert set(firth.gensim.__all__) <= set(dir(firth.gensim))
