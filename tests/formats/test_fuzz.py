"""Damaged files for every reader, from fixed seeds; and what finds faults does find them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from random import Random

import pytest

from firth.errors import CheckpointWarning, CorpusWarning
from helpers.planted import READERS as PLANTED
from tools.fuzz.__main__ import main
from tools.fuzz.case import Case, keep, kept, put, take
from tools.fuzz.child import Job
from tools.fuzz.judge import judge
from tools.fuzz.mutate import draw_case
from tools.fuzz.readers import READERS
from tools.fuzz.structure import layout_of
from tools.fuzz.watch import Report, run, runnable

SEED = 1


def inputs_of(reader, folder, numbers):
    """Draw inputs of a reader by their numbers."""
    seeds = []
    for which, make in enumerate(reader.seeds):
        place = folder / f"seeds-{which}"
        place.mkdir()
        seeds.extend(make(place))
    yield from seeds
    for number in numbers:
        random = Random(f"{SEED} {number}")
        case = draw_case(random, seeds)
        yield case._replace(options={**case.options, **reader.options(random)})


@pytest.mark.parametrize("name", READERS)
def test_no_input_is_a_fault(name, tmp_path):
    before, kinds = None, set()
    with warnings.catch_warnings():
        for kind in (CorpusWarning, CheckpointWarning):
            warnings.simplefilter("ignore", kind)
        for case in inputs_of(READERS[name], tmp_path, range(25)):
            path = put(case, tmp_path / "files", before)
            if before is None:  # what is loaded at first use takes memory of its own
                READERS[name].read(path, dict(case.options))
            before = case
            outcome = judge(READERS[name].read, case, path, tmp_path / "files")
            kinds.add(outcome.kind)
            assert not outcome.fault, f"{outcome.kind}: {outcome.text}"
    assert kinds == {"read", "refused"}


@pytest.mark.full
@pytest.mark.parametrize("guided", [False, True])
def test_no_input_of_many_is_a_fault(guided, tmp_path):
    for name in READERS:
        job = Job(
            "tools.fuzz.readers", name, SEED, 0, 10**9, str(tmp_path / name),
            str(tmp_path / "faults"), guided, 0.4,
        )  # fmt: skip
        report = run(job)
        assert report.right and report.inputs > 20, (report, list(tmp_path.glob("faults/*")))
        assert (report.lines > 20) == guided


def judged(name, tmp_path):
    case = Case({"v": b"other"}, "v")
    path = put(case, tmp_path / "files")
    return judge(PLANTED[name].read, case, path, tmp_path / "files")


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("memory", "memory", "MB for 5 bytes"),
        ("wrong exception", "wrong exception", "KeyError: 'dim'"),
        ("recursion", "wrong exception", "RecursionError"),
        ("exception that nobody sees", "exception that nobody sees", "ZeroDivisionError"),
        ("warning", "wrong exception", "RuntimeWarning: invalid value"),
        ("no file", "message", "does not name the file"),
        ("a name of an exception", "message", "says 'KeyError'"),
        ("too long", "message", "5,010 characters"),
        ("not UTF-8", "message", "cannot be written as UTF-8"),
        ("refused", "refused", "found 'x'; expected 'valid'"),
    ],
)
def test_a_planted_fault_is_found(name, kind, text, tmp_path):
    outcome = judged(name, tmp_path)
    assert outcome.kind == kind and text.lower() in outcome.text.lower()


@pytest.mark.parametrize("name", ["crash", "hang"])
def test_a_process_that_ends_or_does_not_is_seen(name, tmp_path):
    faults = tmp_path / "faults"
    job = Job("helpers.planted", name, SEED, 0, 1, str(tmp_path / "scratch"), str(faults))
    report = run(job, hang=0.3)
    assert not report.right
    assert (report.crashes, report.hangs) == ((1, 0) if name == "crash" else (0, 1))
    case, about = kept(faults / f"{name}-1-0")
    assert about["kind"] == ("crash (SIGSEGV)" if name == "crash" else "hang")
    assert case.opened == "v" and case.files["v"] != b"valid 1\n"
    assert name == "crash" or "_hang" in about["text"]  # where it was


def test_an_input_that_was_kept_is_repeated(tmp_path, monkeypatch, capsys):
    keep(Case({"v": b"other"}, "v"), tmp_path / "kept", module="helpers.planted", reader="no file")
    monkeypatch.setattr("sys.argv", ["fuzz", "--repeat", str(tmp_path / "kept")])
    assert main() == 1
    assert "does not name the file" in capsys.readouterr().out


def test_the_same_seed_draws_the_same(tmp_path):
    drawn = []
    for which in "ab":
        (tmp_path / which).mkdir()
        drawn.append(list(inputs_of(READERS["fasttext"], tmp_path / which, range(40))))
    assert drawn[0] == drawn[1]
    assert len({case.files["v"] for case in drawn[0] if "v" in case.files}) > 25


def test_files_are_put_as_they_are(tmp_path):
    case = Case({"a": b"1", "b/c": b"2", "d": None}, plain=7)
    put(case, tmp_path / "f")
    assert take(tmp_path / "f", plain=7) == case and case.size == 7
    other = Case({"a": b"3"})
    put(other, tmp_path / "f", case)
    put(Case({"a": other.files["a"], "e": b""}), tmp_path / "f", other)
    assert take(tmp_path / "f") == Case({"a": b"3", "e": b""})


def test_figures_of_binary_files_are_known(tmp_path):
    (fasttext, *_) = READERS["fasttext"].seeds
    data = next(iter(fasttext(tmp_path))).files["v.bin"]
    figures = layout_of(data).figures
    dim = next(figure for figure in figures if figure.at == 8)
    assert int.from_bytes(data[8:12], "little") == 3 and dim.size == 4
    # The last are those of the output matrix.
    assert max(figure.at for figure in figures) > len(data) - 16 - 5 * 3 * 4 - 1


@pytest.mark.parametrize("byte", [b"\r", b" ", b"-", b"1"])
def test_places_of_a_long_run_are_found_at_once(byte):
    started = time.perf_counter()
    assert layout_of(b"a 1\n" + byte * 3_000_000).cuts[:3] == (0, 2, 4)
    assert time.perf_counter() - started < 10


def test_a_run_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    jobs = []

    def read(job, hang):
        jobs.append((job.first, job.last))
        n = min(4, job.last - job.first)
        return Report(job.reader, n, 1, n - 1, memory=len(jobs), seconds=1.0)

    monkeypatch.setattr("tools.fuzz.__main__.run", read)
    for inputs in ("10", "10", "10", "10", "12"):
        asked = ["--readers", "glove", "--inputs", inputs, "--go-on", "--folder", str(tmp_path)]
        monkeypatch.setattr("sys.argv", ["fuzz", *asked])
        assert main() == 0
    assert jobs == [(0, 10), (4, 10), (8, 10), (10, 10), (10, 12)]
    (*_, row) = capsys.readouterr().out.strip().splitlines()
    assert row.split(" | ")[1:7] == ["12", "2", "5", "7", "0", "0"]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux tells of threads there")
def test_a_process_that_waits_for_a_processor_does_not_hang():
    assert runnable(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as waiting:
        deadline = time.monotonic() + 30
        while runnable(waiting.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not runnable(waiting.pid)
        waiting.communicate(b"\n")
