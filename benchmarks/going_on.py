"""Going on with a new text: what is kept of the old one, and what is learnt of the new.

::

    pip install 'firth[benchmark]'
    export FIRTH_TEST_DATA=data        # with eval/, wiki/, sst/; novels and Bible come with firth
    python benchmarks/going_on.py --scratch work --seeds 2
    python benchmarks/going_on.py --scratch work --words 4 --programs firth,gensim --new kjv

Trains on the first `--words` million words of the Wikipedia sample (3 epochs), then goes on (5)
with what follows in it, or with another text. *Kept*: WordSim-353, SimLex-999 and analogies on the
old words alone, in their old order, before and after. *Learnt*: of up to 200 words that both texts
know, half of the occurrences in the new text have another name (``word_b``); how often the word
itself is the nearest neighbour of its new name, or one of ten, and their cosine.

``firth`` is the default, ``free`` is ``freeze="none"``, ``all`` is ``freeze="all"``, ``vectors``
begins with the input vectors and counts alone, ``file`` with a text file of word2vec, without
counts. ``gensim`` is ``build_vocab(update=True)`` and
``train``, with three threads; each run is a process of its own, and one that crashes is reported.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from corpora import data_folder, treebank
from measure import as_path, measure
from measures import usual_sets

from firth.corpus import sample_paths

NEW = ("wiki", "austen", "kjv", "treebank")
PROGRAMS = ("firth", "free", "all", "vectors", "file", "gensim")
#: Words that get another name: how many, and how often they occur in each text.
RENAMED, OFTEN_BEFORE, OFTEN = 200, 200, (40, 2000)
OLD_EPOCHS, EPOCHS = 3, 5
FIGURES = ("wordsim353", "simlex999", "analogies", "first", "ten", "cosine", "seconds")


def main() -> None:
    """Make the texts, run every program on them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    say = parser.add_argument
    say("--scratch", type=as_path, default=Path("going-on"), help="folder for texts and models")
    say("--words", type=float, default=15, help="million words of the old text")
    say("--new", default=",".join(NEW), help=f"some of {', '.join(NEW)}")
    say("--programs", default="firth,free", help=f"some of {', '.join(PROGRAMS)}")
    say("--seeds", type=int, default=1)
    say("--threads", type=int, default=2)
    say("--trial", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        given = json.loads(options.trial[0])
        report = trial_of_gensim(given) if given["program"] == "gensim" else trial(given)
        Path(options.trial[1]).write_text(json.dumps(report), encoding="utf-8")
        return
    options.scratch.mkdir(parents=True, exist_ok=True)
    print("| new text | program | WordSim-353 | SimLex-999 | analogies, points | ", end="")
    print("first, % | in ten, % | cosine | seconds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    old = old_text(options)
    for name in options.new.split(","):
        new = new_text(name, old, options)
        for program in options.programs.split(","):
            rows = [run(program, old, new, seed, options) for seed in range(1, options.seeds + 1)]
            print(f"| {name} | {program} | {shown(rows)} |", flush=True)


def run(program: str, old: Path, new: Path, seed: int, options: argparse.Namespace) -> Any:
    """Go on in a process of its own; the text of its error where it crashed."""
    given = {
        "program": program,
        "old": str(old),
        "new": str(new),
        "seed": seed,
        "threads": options.threads,
        "scratch": str(options.scratch),
    }
    try:
        return measure([sys.executable, __file__, "--trial", json.dumps(given)]).report
    except RuntimeError as error:
        return str(error).strip().splitlines()[-1]


def shown(rows: list[Any]) -> str:
    """Lay out the means of some runs; what one said that crashed."""
    crashed = [row for row in rows if isinstance(row, str)]
    if crashed:
        return f"crashed: {crashed[0][:80]}" + " |" * (len(FIGURES) - 1)
    means = {name: fmean(row[name] for row in rows) for name in FIGURES}
    kept = [f"{means['wordsim353']:+.3f}", f"{means['simlex999']:+.3f}"]
    kept.append(f"{100 * means['analogies']:+.1f}")
    learnt = [f"{100 * means[name]:.0f}" for name in ("first", "ten")]
    return " | ".join([*kept, *learnt, f"{means['cosine']:.2f}", f"{means['seconds']:.0f}"])


def wiki() -> Iterator[str]:
    """Yield the lines of the sample."""
    with lzma.open(data_folder() / "wiki" / "wiki-20m.txt.xz", "rt", encoding="utf-8") as file:
        yield from file


def old_text(options: argparse.Namespace) -> Path:
    """Write the first words of the sample."""
    path: Path = options.scratch / f"old-{options.words:g}.txt"
    if not path.exists():
        done = 0
        with path.open("w", encoding="utf-8") as file:
            for line in wiki():
                if done >= options.words * 1e6:
                    break
                done += len(line.split())
                file.write(line)
    return path


def new_text(name: str, old: Path, options: argparse.Namespace) -> Path:
    """Write a new text, and the words that have two names in it."""
    counts = Counter(word for line in old.open(encoding="utf-8") for word in line.split())
    path: Path = options.scratch / f"{name}-{options.words:g}.txt"
    if name == "wiki":
        with old.open(encoding="utf-8") as file:
            done = sum(1 for _ in file)
        lines = list(islice(wiki(), done, None))
    elif name == "treebank":
        lines = list(treebank()[0])
    else:
        with lzma.open(sample_paths(name)[0], "rt", encoding="utf-8") as text:
            lines = text.read().splitlines()
    here = Counter(word for line in lines for word in line.split())
    able = sorted(
        word
        for word, count in here.items()
        if OFTEN[0] <= count <= OFTEN[1] and counts[word] >= OFTEN_BEFORE and word.isalpha()
    )
    draw = random.Random(1)
    chosen = set(draw.sample(able, min(RENAMED, len(able) // 3)))
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            words = (f"{w}_b" if w in chosen and draw.random() < 0.5 else w for w in line.split())
            file.write(" ".join(words) + "\n")
    path.with_suffix(".json").write_text(json.dumps(sorted(chosen)), encoding="utf-8")
    return path


def trial(given: dict[str, Any]) -> dict[str, float]:
    """Go on with firth."""
    import firth

    folder = Path(given["scratch"]) / f"{Path(given['old']).stem}-{given['seed']}"
    common = {"seed": given["seed"], "threads": given["threads"], "progress": False}
    common["cache"] = folder.parent / "cache"
    if not folder.exists():
        firth.train(given["old"], output=folder, epochs=OLD_EPOCHS, **common)
    old = firth.load(folder)
    frozen = {"free": {"freeze": "none"}, "all": {"freeze": "all"}}.get(given["program"], {})
    begin = old.vectors if given["program"] == "vectors" else old
    if given["program"] == "file":
        begin = folder.with_suffix(".txt")
        old.vectors.save(begin)
    start = time.perf_counter()
    new = firth.train(given["new"], start_from=begin, epochs=EPOCHS, **frozen, **common)
    seconds = time.perf_counter() - start
    return judged(old.vectors, new.vectors, given["new"], seconds)


def trial_of_gensim(given: dict[str, Any]) -> dict[str, float]:
    """Go on as gensim's documentation says."""
    from gensim.models import Word2Vec
    from gensim.models.word2vec import LineSentence

    from firth.vectors import WordVectors

    folder = Path(given["scratch"]) / f"gensim-{Path(given['old']).stem}-{given['seed']}"
    file = folder / "model"
    if not file.exists():
        folder.mkdir(exist_ok=True)
        model = Word2Vec(
            LineSentence(given["old"]),
            sg=1,
            epochs=OLD_EPOCHS,
            seed=given["seed"],
            workers=3,
        )
        model.save(str(file))
    model = Word2Vec.load(str(file))
    before = WordVectors(list(model.wv.index_to_key), model.wv.vectors.copy())
    start = time.perf_counter()
    text = LineSentence(given["new"])
    model.build_vocab(text, update=True)
    model.train(text, total_examples=model.corpus_count, epochs=EPOCHS)
    seconds = time.perf_counter() - start
    after = WordVectors(list(model.wv.index_to_key), model.wv.vectors)
    return judged(before, after, given["new"], seconds)


def judged(before: Any, after: Any, new: str, seconds: float) -> dict[str, float]:
    """Say what is kept and what is learnt."""
    import numpy as np

    from firth.vectors import WordVectors

    words = before.words[:]
    kept = WordVectors(words, np.stack([after[word] for word in words]))
    sets = data_folder() / "eval"
    now, then = usual_sets(kept, sets), usual_sets(before, sets)
    chosen = json.loads(Path(new).with_suffix(".json").read_text(encoding="utf-8"))
    pairs = [word for word in chosen if word in after and f"{word}_b" in after]
    found = [[word for word, _ in after.most_similar(f"{w}_b", k=10)] for w in pairs]
    return {
        **{name: now[name] - then[name] for name in FIGURES[:3]},
        "first": fmean(near[0] == word for near, word in zip(found, pairs, strict=True)),
        "ten": fmean(word in near for near, word in zip(found, pairs, strict=True)),
        "cosine": fmean(after.similarity(word, f"{word}_b") for word in pairs),
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
