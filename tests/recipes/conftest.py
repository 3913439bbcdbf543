from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from firth.recipes.treebank import Treebank


@pytest.fixture(scope="session")
def sentences_file():
    folder = os.environ.get("FIRTH_TEST_DATA")
    if not folder:
        pytest.skip("FIRTH_TEST_DATA is not set: a folder with sst/datasetSentences.txt")
    path = Path(folder) / "sst" / "datasetSentences.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there: the treebank is not firth's to ship")
    return path


@pytest.fixture(scope="session")
def small_treebank():
    """A corpus with a few frequent and many rare words, so that every rule of the run is met."""
    sentences = []
    for i in range(60):
        sentences.append(["the", f"w{i % 17}", "of", f"x{i % 23}", "the", f"w{i % 5}", f"y{i}"])
        sentences.append([f"y{i}"])  # too short to train on
        sentences.append([f"z{i}", f"z{i + 1}", f"z{i}"])  # a centre word that comes twice
    return Treebank.from_sentences(sentences)


@pytest.fixture(scope="session")
def timed_run(sentences_file):
    """The published run, whole, and the seconds of its thread: others' work does not count."""
    from firth.recipes.cs224n import run_classic

    began = time.thread_time()
    return run_classic(sentences_file), time.thread_time() - began


@pytest.fixture(scope="session")
def classic_run(timed_run):
    """The published run, whole."""
    return timed_run[0]
