"""An output folder within the input folder: the same command works a second time."""

import pytest

from firth.model import load


@pytest.mark.parametrize("output", ["m", "deep/m"])
def test_the_same_command_works_twice(tmp_path, run_firth, output):
    (tmp_path / "a.txt").write_text("the cat sat on the mat\n" * 200)
    command = ["train", ".", "--output", output, "--dim", "4", "--min-count", "1", "--epochs", "1"]
    vocabularies = []
    for n_models, options in ((0, []), (1, []), (1, ["--resume"])):
        done = run_firth(*command, "--threads", "1", *options)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("left out, as firth wrote it") == n_models
        vocabularies.append((tmp_path / output / "vocabulary.arrow").read_bytes())
    assert vocabularies == vocabularies[:1] * 3


def test_a_cache_within_the_input_is_no_text(tmp_path, run_firth, own_cache):
    """Neither of this run (``--cache``) nor of all runs (``FIRTH_CACHE_DIR``)."""
    (tmp_path / "a.txt").write_text("the cat sat on the mat\n" * 200)
    command = ["train", ".", "--output", "m", "--dim", "4", "--min-count", "1", "--epochs", "1"]
    env = {"FIRTH_CACHE_DIR": str(own_cache)}
    for options in ([], ["--cache", "own"], ["--no-cache"]):
        done = run_firth(*command, "--threads", "1", *options, env=env)
        assert done.returncode == 0, done.stderr
    assert len([*own_cache.glob("*/*"), *tmp_path.glob("own/*")]) >= 3
    assert "left out, as firth wrote it (a model, checkpoints, or a cache)" in done.stderr
    assert load(tmp_path / "m").corpus["n_tokens"] == 1200
