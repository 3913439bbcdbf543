"""``firth.train``: every kind of source, stopping, errors, odd sizes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import firth
from firth.errors import ConfigError, CorpusError, TrainingError
from firth.progress import Progress
from helpers import language

SMALL = {"dim": 8, "min_count": 1, "epochs": 2, "sample": 0.0, "threads": 1, "window": 2}


@pytest.fixture(scope="module")
def sentences():
    return language.sentences(200)


@pytest.fixture(scope="module")
def model(sentences):
    return firth.train(iter(sentences), **SMALL)


def test_every_kind_of_source_gives_the_same_vectors(sentences, model, tmp_path):
    lines = [" ".join(sentence) for sentence in sentences]
    file = tmp_path / "text.txt"
    file.write_text("\n".join(lines) + "\n")
    table = pa.table({"text": lines})
    tokens = pa.table({"tokens": sentences})
    with firth.encode(sentences, min_count=1) as encoded:
        sources = [
            (file, {}),
            (str(file), {}),
            ([str(file)], {}),
            ((sentence for sentence in sentences), {}),
            (iter(lines), {}),
            (table, {"column": "text"}),
            (tokens, {"column": "tokens"}),
            (encoded, {}),
        ]
        for source, options in sources:
            again = firth.train(source, **options, **SMALL)
            assert again.vectors.words == model.vectors.words
            np.testing.assert_array_equal(again.vectors.matrix, model.vectors.matrix)
        assert encoded.ids.size == sum(map(len, sentences))  # still open: it is the caller's


def test_history_is_a_row_an_epoch(sentences, model):
    table = model.history
    assert table.column_names == [
        "epoch", "words", "loss", "learning_rate", "words_per_second", "validation_loss",
    ]  # fmt: skip
    n = sum(map(len, sentences))
    assert table["epoch"].to_pylist() == [1, 2]
    assert table["words"].to_pylist() == [n, 2 * n]
    assert all(speed > 0 for speed in table["words_per_second"].to_pylist())
    # Output vectors start at 0, so the first scores are 0: J begins at (1 + K) log 2.
    assert 1.0 < table["loss"][1].as_py() < table["loss"][0].as_py() < 6 * np.log(2) + 1e-6


def test_the_model_knows_its_settings_and_corpus(sentences, model):
    assert {name: model.config[name] for name in SMALL} == SMALL
    assert model.corpus["n_tokens"] == sum(map(len, sentences))
    assert model.corpus["n_sentences"] == len(sentences)
    assert not model.interrupted
    assert model.vectors.matrix.dtype == np.float32
    assert model.output_vectors.matrix.shape == model.vectors.matrix.shape


def test_progress_goes_through_the_stages(sentences):
    records: list[Progress] = []
    firth.train(iter(sentences), on_progress=records.append, **SMALL)
    stages = [record.stage for record in records]
    assert list(dict.fromkeys(stages)) == ["encode", "compile", "train"]
    train = [record for record in records if record.stage == "train"]
    assert train[0].words == 0
    assert train[-1].words == train[-1].total_words == 2 * sum(map(len, sentences))


def stop(record):
    return record.stage == "train" and record.words > 0


def test_a_callback_that_returns_true_stops_the_run():
    slow = {"dim": 256, "noise": "pair", "negative": 40}  # an epoch takes a second or more
    stopped = firth.train(
        iter(language.sentences(6000)), on_progress=stop, **{**SMALL, **slow, "epochs": 1000}
    )
    assert stopped.interrupted
    assert np.isfinite(stopped.vectors.matrix).all()
    assert 0 < stopped.history.num_rows < 1000


def test_a_callback_stops_a_run_of_short_epochs(sentences):
    assert firth.train(iter(sentences), on_progress=stop, **{**SMALL, "epochs": 4000}).interrupted


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.full)])
def test_numbers_that_run_away_stop_the_run(sentences, dtype, tmp_path):
    with pytest.raises(TrainingError, match=r"diverged; lower the learning rate \(it is 1e\+06\)"):
        firth.train(
            iter(sentences),
            output=tmp_path / "model",
            **{**SMALL, "learning_rate": 1e6, "dtype": dtype, "epochs": 50},
        )
    assert not (tmp_path / "model").exists()


def test_settings_that_are_wrong(sentences, tmp_path):
    with pytest.raises(ConfigError, match=r"'windows' is not .* did you mean window\?"):
        firth.train(iter(sentences), windows=3)
    with pytest.raises(ConfigError, match="dim is 0; it must be 1 or more"):
        firth.train(iter(sentences), dim=0)
    with pytest.raises(CorpusError, match="min_count is 9999"):
        firth.train(iter(sentences), min_count=9999)
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(firth.errors.FirthError, match="not empty"):
        firth.train(iter(sentences), output=tmp_path)


def test_more_threads_than_segments(sentences):
    model = firth.train(iter(sentences[:60] * 5), **{**SMALL, "threads": 64, "sample": 0})
    assert np.isfinite(model.vectors.matrix).all()
    assert model.history.num_rows == 2


def test_threads_share_the_work_and_learn():
    options = {**SMALL, "dim": 16, "epochs": 8, "window": 4, "threads": 2}
    model = firth.train(iter(language.sentences()), **options)
    losses = model.history["loss"].to_pylist()
    assert losses[-1] < 0.9 * losses[0]
    assert language.twins_found(model.vectors) == 2 * language.TOPICS


@pytest.mark.parametrize("dim", [1, 16, 17])
def test_odd_sizes(sentences, dim):
    model = firth.train(
        iter(sentences), **{**SMALL, "dim": dim, "batch_size": 4, "chunk_size": 4, "pool_size": 4}
    )
    assert model.vectors.matrix.shape == (len(model.vectors), dim)
    assert np.isfinite(model.vectors.matrix).all()
    assert model.output_vectors.matrix.any()


def test_every_seed_gives_a_run_of_its_own(sentences):
    firsts = {
        firth.train(iter(sentences), **SMALL, seed=seed).vectors.matrix.tobytes()
        for seed in (0, 1, 2, 2**63 - 1)
    }
    assert len(firsts) == 4


class Watcher:
    """What other programs call callbacks: an object with methods of theirs."""

    def on_epoch_end(self, model: object) -> None: ...


@pytest.mark.parametrize("name", ["on_epoch", "on_progress"])
@pytest.mark.parametrize("watcher", [Watcher(), [print]])
def test_callbacks_that_cannot_be_called_are_refused_before_anything_is_read(
    name: str, watcher: object
) -> None:
    def unread():
        pytest.fail("read")
        yield

    with pytest.raises(ConfigError, match=f"{name} is of type .*; it must be a function"):
        firth.train(unread(), **{name: watcher})
