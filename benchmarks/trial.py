"""One run of quality.py in a process of its own: train, then judge.

``python trial.py SPECIFICATION-JSON REPORT``. The specification names the program (``firth`` or
``gensim``), its settings as programs.py takes them, the data set's folder, the architecture, the
folder of the evaluation sets, whether the held-out loss can be compared with that of others, and
a file for the nearest words, which runs with other seeds are compared with.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from heldout import held_out_loss
from measures import NO_GROUP, Vectors, by_band, found_members, hits, nearest_words
from programs import fit_firth, fit_gensim
from truth import Truth

from firth.errors import EvaluationError
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.vectors import WordVectors

#: An evaluation set is left out if fewer of its pairs, or of its questions, are known.
FEWEST_PAIRS, FEWEST_QUESTIONS = 0.5, 1_000
WARM_LINES = 200

#: A measure's values: of all words or queries, and by band.
Values = dict[str, float]


def train(specification: dict[str, Any], text: Path) -> tuple[list[str], Any, Any, float]:
    """Train on a text; return words, input vectors, output vectors (or None), and seconds."""
    settings = {**specification["settings"], "input": str(text)}
    start = time.perf_counter()
    if specification["program"] == "firth":
        model, _ = fit_firth(settings)
        seconds = time.perf_counter() - start
        outputs = model.output_matrix if model.rows.get("output") == "words" else None
        return list(model.vectors.words), model.vectors.matrix, outputs, seconds
    model, _ = fit_gensim(settings)
    seconds = time.perf_counter() - start
    outputs = model.syn1neg if model.negative and not model.hs else None
    return list(model.wv.index_to_key), model.wv.vectors, outputs, seconds


def warm_up(specification: dict[str, Any]) -> None:
    """Let firth compile the kernels of a run, as it does once after installation."""
    with tempfile.TemporaryDirectory() as scratch:
        sample = Path(scratch, "sample.txt")
        with Path(specification["data"], "train.txt").open(encoding="utf-8") as lines:
            text = "".join(islice(lines, WARM_LINES))
        sample.write_text(text * 5, encoding="utf-8")  # so that words reach min_count
        train(specification, sample)


def judge(specification: dict[str, Any]) -> dict[str, Values]:
    """Train and return all measures that the data set has."""
    folder = Path(specification["data"])
    truth = Truth(folder)
    words, inputs, outputs, seconds = train(specification, folder / "train.txt")
    vectors = Vectors(np.array([truth.number[word] for word in words]), np.asarray(inputs), outputs)
    n_words = len(truth.words)
    near = nearest_words(vectors, truth.asked, n_words)
    np.save(specification["nearest"], near.astype(np.int32))
    measures: dict[str, Values] = {}
    for name, group in (("groups", truth.groups), ("areas", truth.areas)):
        if group is None:
            continue
        members = group[truth.asked] != NO_GROUP
        asked = truth.asked[members]
        if len(asked):
            found = found_members(near[members], asked, group)
            measures[name] = by_band(found, truth.counts[asked])
    if truth.has_items:
        queries = truth.queries()
        for by in ("cosine", "in-out") if outputs is not None else ("cosine",):
            right = hits(vectors, queries, n_words, by).astype(float)
            measures[f"hits {by}"] = by_band(right, truth.counts[queries.targets])
    else:
        measures |= judge_by_sets(WordVectors(words, inputs), Path(specification["sets"]))
    if outputs is not None and specification["comparable"]:
        loss = held_out_loss(vectors, truth.text(), n_words, specification["architecture"])
        if loss is not None:
            measures["loss"] = {"all": loss}
    speed = truth.about["words"] * specification["settings"]["epochs"] / seconds
    measures["speed"] = {"all": speed}
    return measures


def judge_by_sets(vectors: WordVectors, sets: Path) -> dict[str, Values]:
    """Ask the evaluation sets of which enough is known."""
    measures: dict[str, Values] = {}
    for name, file in (("WordSim-353", "wordsim353.tsv"), ("SimLex-999", "simlex999.txt")):
        try:
            result = evaluate_similarity(vectors, sets / file)
        except EvaluationError:  # not even two pairs
            continue
        if result.pairs >= FEWEST_PAIRS * (result.pairs + len(result.unknown)):
            measures[name] = {"all": result.spearman}
    try:
        total = evaluate_analogies(vectors, sets / "questions-words.txt").total
    except EvaluationError:  # not one question
        return measures
    if total.asked >= FEWEST_QUESTIONS:
        measures["analogies"] = {"all": total.accuracy}
    return measures


def _main(given: str, report: str) -> None:
    specification = json.loads(given)
    load = os.getloadavg()[0]
    if specification.get("warm_up"):
        warm_up(specification)
        result: dict[str, Any] = {}
    else:
        result = {"load_before": load, "measures": judge(specification)}
    Path(report).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
