"""The programs that are compared: each trains on a text, saves its vectors, reports its times.

Run as ``python programs.py train NAME SETTINGS-JSON REPORT``, one process a run, by ``peers.py``
and ``scaling.py``. All programs get the same settings and keep their own default for the
learning rate. Training seconds hold what the program does after its vocabulary is known:

=========  ==============================================  =====================================
program    training seconds                                before that
=========  ==============================================  =====================================
firth      from numbered words in a file to vectors        reading, counting and numbering words
gensim     ``total_train_time``: reads and splits the      one pass that counts words
           text again in each epoch
fastText   from the end of its dictionary to the end of    one pass that counts words
           training: reads the text again in each epoch
=========  ==============================================  =====================================

So the time firth takes to number the words is not in its training seconds, although the others
look words up while they train. ``prepare_seconds`` and the wall time of the whole process, which
leave nothing out, stand beside it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: What is trained: name → what each program is told beside the common settings. A setting of firth
#: that is None is not given: the members do not have it.
MODES: dict[str, dict[str, dict[str, Any]]] = {
    "skipgram": {
        "firth": {},
        "gensim": {"sg": 1, "hs": 0},
        "fasttext": {"model": "skipgram", "loss": "ns", "minn": 0, "maxn": 0},
    },
    "cbow": {
        "firth": {"architecture": "cbow"},
        "gensim": {"sg": 0, "hs": 0},
        "fasttext": {"model": "cbow", "loss": "ns", "minn": 0, "maxn": 0},
    },
    "hs": {
        "firth": {"objective": "hierarchical_softmax", "negative": None},
        "gensim": {"sg": 1, "hs": 1, "negative": 0},
        "fasttext": {"model": "skipgram", "loss": "hs", "minn": 0, "maxn": 0},
    },
    "subwords": {
        "firth": {"unit": "subwords"},
        "gensim": {"sg": 1, "hs": 0, "min_n": 3, "max_n": 6},
        "fasttext": {"model": "skipgram", "loss": "ns", "minn": 3, "maxn": 6},
    },
}

#: Settings that all programs have, and what gensim calls those that it names otherwise.
COMMON = ("dim", "window", "negative", "sample", "min_count", "epochs", "seed", "threads")
GENSIM_NAMES = {"dim": "vector_size", "threads": "workers"}

FASTTEXT_READ = "Number of labels:"
FASTTEXT_TRAINED = "## trained"


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """A program of the comparison.

    Parameters
    ----------
    train : callable
        ``train(settings)`` trains, saves to ``settings["output"]`` in the program's own format,
        and returns its report.
    export : callable
        ``export(saved)`` gives the words and their matrix from what was saved.
    marks : tuple of str
        Texts on standard error whose times are wanted.
    seconds : callable, optional
        ``seconds(marks)`` gives training seconds from these times.
    """

    train: Callable[[dict[str, Any]], dict[str, Any]]
    export: Callable[[str], tuple[list[str], Any]]
    marks: tuple[str, ...] = ()
    seconds: Callable[[dict[str, float]], float] | None = None


def train_firth(settings: dict[str, Any]) -> dict[str, Any]:
    """Train and save the model folder."""
    model, report = fit_firth(settings)
    model.save(settings["output"])
    return report


def fit_firth(settings: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Train with firth's defaults for everything that is not given; return model and report."""
    import firth

    last: dict[str, Any] = {}
    used: list[tuple[float, float]] = []

    def remember(record: Any) -> None:
        last[record.stage] = record
        if record.stage == "train":
            used.append((record.elapsed, time.process_time()))

    options = firth_options(settings)
    source = listed(settings["input"]) if settings.get("listed") else settings["input"]
    start = time.perf_counter()
    model = firth.train(source, on_progress=remember, **options)
    called = time.perf_counter() - start
    history = model.history.to_pylist()
    seconds = {stage: record.elapsed for stage, record in last.items()}
    # Cores' time from the first record on; what was trained before it is taken in proportion.
    (begun, before), (ended, after) = used[0], used[-1]
    return model, {
        "version": firth.__version__,
        "train_seconds": seconds["train"],
        "call_seconds": called,
        "train_cpu_seconds": (after - before) * ended / (ended - begun) if ended > begun else None,
        "prepare_seconds": seconds.get("encode", 0.0),
        "compile_seconds": seconds.get("compile", 0.0),
        "loss": history[-1]["loss"] if history else None,
        "vocabulary": len(model.vectors),
    }


def firth_options(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what ``firth.train`` is given beside the text."""
    options = {name: settings[name] for name in COMMON if name in settings}
    options |= MODES[settings.get("mode", "skipgram")]["firth"] | settings.get("firth", {})
    return {name: value for name, value in options.items() if value is not None}


def listed(text: str) -> list[list[str]]:
    """Read sentences into memory, as a list of lists of words."""
    with Path(text).open(encoding="utf-8") as lines:
        return [line.split() for line in lines]


def export_firth(saved: str) -> tuple[list[str], Any]:
    """Open the model folder."""
    import firth

    vectors = firth.load(saved).vectors
    return list(vectors.words), vectors.matrix


def train_gensim(settings: dict[str, Any]) -> dict[str, Any]:
    """Train and save the KeyedVectors."""
    model, report = fit_gensim(settings)
    model.wv.save(settings["output"])
    return report


def fit_gensim(settings: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Train gensim in its fastest mode, on a file (``corpus_file``); return model and report.

    With ``iterable`` in the settings it gets sentences, as most people give them: on a small text
    that is not the same, since each thread that reads a file lowers the learning rate on its own.
    With ``listed`` they are in memory, a list of lists. What is not given is as gensim has it.
    """
    import gensim

    subwords = settings.get("mode") == "subwords"
    given = [name for name in COMMON if name in settings]
    options = {GENSIM_NAMES.get(name, name): settings[name] for name in given}
    options |= MODES[settings.get("mode", "skipgram")]["gensim"] | settings.get("gensim", {})
    kind = gensim.models.FastText if subwords else gensim.models.Word2Vec
    model = kind(**options)
    text = settings["input"]
    corpus = {"corpus_file": text}
    if settings.get("iterable"):
        corpus = {"corpus_iterable": gensim.models.word2vec.LineSentence(text)}
    elif settings.get("listed"):
        corpus = {"corpus_iterable": listed(text)}
    start = time.perf_counter()
    model.build_vocab(**corpus)
    prepared = time.perf_counter() - start
    before = time.process_time()
    model.train(
        **corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    used = time.process_time() - before
    called = time.perf_counter() - start
    return model, {
        "version": gensim.__version__,
        "train_seconds": model.total_train_time,
        "call_seconds": called,
        "train_cpu_seconds": used,
        "prepare_seconds": prepared,
        "vocabulary": len(model.wv),
    }


def export_gensim(saved: str) -> tuple[list[str], Any]:
    """Open saved KeyedVectors."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors.load(saved)
    return list(vectors.index_to_key), vectors.vectors


def train_fasttext(settings: dict[str, Any]) -> dict[str, Any]:
    """Train fastText and save its .bin."""
    import importlib.metadata

    import fasttext

    # The function takes no seed, but fills what it is not given from this table.
    fasttext.FastText.unsupervised_default["seed"] = settings["seed"]
    model = fasttext.train_unsupervised(
        settings["input"],
        dim=settings["dim"],
        ws=settings["window"],
        neg=settings["negative"],
        t=settings["sample"],
        minCount=settings["min_count"],
        epoch=settings["epochs"],
        thread=settings["threads"],
        verbose=2,
        **MODES[settings.get("mode", "skipgram")]["fasttext"],
    )
    print(FASTTEXT_TRAINED, file=sys.stderr, flush=True)
    model.save_model(settings["output"])
    return {
        "version": importlib.metadata.version("fasttext-modern"),
        "vocabulary": len(model.words),
    }


def export_fasttext(saved: str) -> tuple[list[str], Any]:
    """Open the .bin; a word's vector is the mean of its row and those of its n-grams."""
    import fasttext
    import numpy as np

    model = fasttext.load_model(saved)
    words = list(model.words)
    return words, np.array([model.get_word_vector(word) for word in words])


PROGRAMS: dict[str, Program] = {
    "firth": Program(train_firth, export_firth),
    "gensim": Program(train_gensim, export_gensim),
    "fasttext": Program(
        train_fasttext,
        export_fasttext,
        marks=(FASTTEXT_READ, FASTTEXT_TRAINED),
        seconds=lambda marks: marks[FASTTEXT_TRAINED] - marks[FASTTEXT_READ],
    ),
}
"""Every program of the comparison; a further one is an entry here."""


def export(name: str, saved: str, target: Path) -> dict[str, Any]:
    """Write what a program saved as words.json and matrix.npy, which `score` reads."""
    import numpy as np

    words, matrix = PROGRAMS[name].export(saved)
    target.mkdir(parents=True, exist_ok=True)
    (target / "words.json").write_text(json.dumps(words), encoding="utf-8")
    np.save(target / "matrix.npy", np.ascontiguousarray(matrix, dtype=np.float32))
    return {"words": len(words)}


def score(folder: Path, sets: Path) -> dict[str, Any]:
    """Judge exported vectors with firth.evaluation, the same way for every program."""
    import numpy as np
    from measures import usual_sets

    from firth.vectors import WordVectors

    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    return usual_sets(WordVectors(words, np.load(folder / "matrix.npy")), sets)


def write_zipf(path: Path, vocabulary: int, tokens: int) -> dict[str, Any]:
    """Write a text whose words follow the law of Zipf and Mandelbrot, 20 words a line.

    Every one of the `vocabulary` words occurs at least once. (Here rather than in scaling.py,
    since the process that measures others must not grow by NumPy.)
    """
    import numpy as np

    draw = np.random.default_rng(7)
    words = [f"w{rank}" for rank in range(vocabulary)]
    cumulative = np.cumsum(1 / (np.arange(vocabulary) + 2.7))
    with path.open("w", encoding="utf-8") as file:
        ids = draw.permutation(vocabulary)
        while len(ids):
            for start in range(0, len(ids), 20):
                file.write(" ".join(words[i] for i in ids[start : start + 20]) + "\n")
            tokens -= len(ids)
            uniform = draw.random(max(0, min(tokens, 1_000_000))) * cumulative[-1]
            ids = np.minimum(np.searchsorted(cumulative, uniform), vocabulary - 1)
    return {"vocabulary": vocabulary}


def _main(arguments: list[str]) -> None:
    action, *given, report = arguments
    if action == "train":
        result = PROGRAMS[given[0]].train(json.loads(given[1]))
    elif action == "export":
        result = export(given[0], given[1], Path(given[2]))
    elif action == "zipf":
        result = write_zipf(Path(given[0]), int(given[1]), int(given[2]))
    else:
        result = score(Path(given[0]), Path(given[1]))
    Path(report).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
