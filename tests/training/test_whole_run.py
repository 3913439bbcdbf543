"""``firth.train`` from words to weights, against `firth.reference` and formulas written again."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import firth
from firth import reference
from firth.corpus import encode
from firth.training.engine.objectives import true_pairs
from firth.training.engine.objectives.in_turn import new_in_turn
from firth.training.run import history
from firth.training.run.schedules import Schedule
from firth.training.run.tally import Counts
from helpers import naive

NEGATIVE, WINDOW, CHUNK, SEED, RATE, END, EPOCHS = 3, 3, 16, 5, 0.2, 0.01, 2
SAMPLE, EXPONENT, DIM, TASK = 0.02, 0.4, 7, 1000
#: Draws of held-out text are those of no epoch.
NO_EPOCH = 1 << 40


def sentences(seed: int, n: int) -> list[list[str]]:
    draw = random.Random(seed)
    words = [f"w{i}" for i in range(25)]
    weights = [1 / (i + 1) for i in range(25)]
    return [draw.choices(words, weights, k=draw.randint(1, 30)) for _ in range(n)]


class Plain:
    """The run once more: plain lists, the formulas as papers and word2vec.c have them."""

    def __init__(self, text: list[list[str]]) -> None:
        counts = Counter(word for sentence in text for word in sentence)
        self.words = sorted(counts, key=lambda word: (-counts[word], word))
        self.ids = {word: number for number, word in enumerate(self.words)}
        frequency = np.array([counts[word] for word in self.words]) / counts.total()
        # word2vec.c: (sqrt(f / t) + 1) t / f
        self.keep = (np.sqrt(frequency / SAMPLE) + 1) * SAMPLE / frequency
        self.noise = frequency**EXPONENT / (frequency**EXPONENT).sum()
        random_numbers = np.random.default_rng(SEED).random((len(counts), DIM), np.float32)
        self.inputs = ((random_numbers - 0.5) / DIM).astype(np.float64)
        self.outputs = np.zeros((len(counts), DIM))

    def tasks(self, text: list[list[str]]) -> list[tuple[int, int]]:
        """Whole sentences, as many as make no more than a thousand words."""
        starts, at = [0], 0
        for sentence in text:
            if at + len(sentence) - starts[-1] > TASK:
                starts.append(at)
            at += len(sentence)
        return list(pairwise([*starts, at]))

    def train(
        self,
        text: list[list[str]],
        task: tuple[int, int],
        epoch: int,
        rates: tuple[float, float],
    ) -> tuple[float, int]:
        """Train on a task; return the sum of the losses of its pairs, and how many they are."""
        numbered = [[self.ids[word] for word in sentence] for sentence in text]
        rows = naive.lay_out(numbered, self.keep, WINDOW, SEED, epoch, *task)
        # A window's places are those of kept words; sentences are told apart by their positions.
        ends = np.cumsum([len(sentence) for sentence in text])
        by_sentence: dict[int, list[int]] = {}
        for word, place, _ in rows:
            by_sentence.setdefault(int(np.searchsorted(ends, place, "right")), []).append(word)
        order = {place: t for t, (_, place, _) in enumerate(rows)}
        most = 2 * WINDOW + 1
        noise = iter(
            [
                naive.pair_noise(self.noise, NEGATIVE, most, SEED, epoch, at, order[o] - order[at])
                for _, at, near in rows
                for o in near
            ]
        )
        got = reference.train_vectors(
            list(by_sentence.values()),
            self.inputs,
            self.outputs,
            reference.negative_sampling(lambda _: next(noise)),
            window=lambda _, t: naive.width(WINDOW, SEED, epoch, rows[t][1]),
            step=lambda t: rates[0] + (rates[1] - rates[0]) * (t // CHUNK * CHUNK) / len(rows),
            batch=CHUNK,
        )
        assert next(noise, None) is None
        self.inputs, self.outputs = got.center_vectors, got.outside_vectors
        pairs = sum(len(near) for _, _, near in rows)
        return got.losses[0] * pairs, pairs

    def loss(self, text: list[list[str]], tasks: list[tuple[int, int]]) -> float:
        """Return the mean loss of a pair, at a rate of 0."""
        parts = [self.train(text, task, NO_EPOCH, (0.0, 0.0)) for task in tasks]
        return sum(loss for loss, _ in parts) / sum(pairs for _, pairs in parts)


@pytest.mark.parametrize("held_out", ["a part", "a text"])
def test_a_run_is_what_the_formulas_say(held_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what the engine adds to the gradient, which test_in_turn.py has: it is off."""

    def nothing(config: Any, architecture: Any) -> Any:
        turn = new_in_turn(config, architecture)
        return turn._replace(factors=turn.factors[:0])

    monkeypatch.setattr(true_pairs, "new_in_turn", nothing)
    text, other = sentences(1, 240), sentences(2, 60)
    plain = Plain(text)
    trained = measured = plain.tasks(text)
    measured_text, validation = other, other
    if held_out == "a part":
        measured_text, validation = text, 0.3
        n_held = int(np.ceil(0.3 * len(trained)))
        trained, measured = trained[:-n_held], trained[-n_held:]
    else:
        measured = plain.tasks(other)
    assert len(trained) > 1
    tokens = trained[-1][1]
    rows = []
    for epoch in range(EPOCHS):
        total = pairs = 0.0
        for start, stop in trained:
            before, after = epoch * tokens + start, epoch * tokens + stop
            shares = [done / (EPOCHS * tokens) for done in (before, after)]
            rates = tuple(RATE * (1 - share) + END * share for share in shares)
            loss, n = plain.train(text, (start, stop), epoch, rates)  # type: ignore[arg-type]
            total, pairs = total + loss, pairs + n
        rows.append((total / pairs, plain.loss(measured_text, measured)))

    model = firth.train(
        text, validation=validation, min_count=1, dim=DIM, window=WINDOW, negative=NEGATIVE,
        noise="pair", noise_exponent=EXPONENT, sample=SAMPLE, learning_rate=RATE,
        end_learning_rate=END, epochs=EPOCHS, chunk_size=CHUNK, batch_size=CHUNK,
        dtype="float64", seed=SEED, threads=1, rate_exponent=0.0,
    )  # fmt: skip
    assert list(model.vectors.words) == plain.words
    np.testing.assert_allclose(model.vectors.matrix, plain.inputs, atol=1e-10)
    np.testing.assert_allclose(model.output_matrix, plain.outputs, atol=1e-10)
    table: dict[str, Any] = model.history.to_pydict()
    losses = list(zip(table["loss"], table["validation_loss"], strict=True))
    np.testing.assert_allclose(losses, rows, rtol=1e-10)
    assert table["learning_rate"] == pytest.approx([(RATE + END) / 2, END], abs=1e-15)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that goes when a test says so."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(history, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    return clock


def test_speed_is_raw_words_by_the_time_they_took(clock: SimpleNamespace) -> None:
    # 9 of 12 words are in the vocabulary.
    corpus = encode([["a", "a", "b"]] * 3 + [["x", "y", "z"]], min_count=2)
    with corpus:
        recorder = history.Recorder(
            Schedule(firth.TrainConfig(epochs=2, learning_rate=0.05), corpus)
        )
        assert recorder.record().words_per_second == 0
        clock.now += 2
        recorder.add(0, Counts(6, 10, 10, 1.0))
        record = recorder.record()
        assert (record.words, record.total_words, record.elapsed) == (8, 24, 2)
        assert (record.words_per_second, record.eta) == (4, 4)
        clock.now += 1
        recorder.add(0, Counts(3, 5, 5, 1.0))
        assert recorder.record().words_per_second == 4
        row = recorder.end_epoch(None)
        assert (row.words, row.words_per_second) == (12, 4)
        clock.now += 1
        recorder.add(1, Counts(9, 15, 15, 1.0))
        row = recorder.end_epoch(None)
        assert (row.epoch, row.words, row.words_per_second) == (2, 24, 12)


def test_a_resumed_run_counts_on(clock: SimpleNamespace) -> None:
    with encode([["a", "a", "b"]] * 3, min_count=1) as corpus:
        schedule = Schedule(firth.TrainConfig(epochs=2, learning_rate=0.05), corpus)
        first, second = history.Recorder(schedule), history.Recorder(schedule)
        for tokens in (9, 3):
            clock.now += 2
            first.add(0, Counts(tokens, 10, 5, 7.5))
            if tokens == 9:
                first.end_epoch(1.25)
        state = json.loads(json.dumps(first.state()))
        clock.now += 50  # between the two runs
        second.restore(state)
        assert (second.rows, second.pairs, second.tokens) == (first.rows, 20, 12)
        clock.now += 1
        second.add(1, Counts(6, 10, 5, 2.5))
        record, row = second.record(), second.end_epoch(None)
        assert (record.elapsed, record.words_per_second, record.eta) == (5, 6, 0)
        assert (row.words, row.loss, row.words_per_second) == (18, 1, 3)
        assert second.pairs == 30
