"""A log of events on the command line."""

import json
import random

import firth


def test_a_log_becomes_sentences(tmp_path, run_firth):
    """Two kinds of items that no user mixes; rows in no order; what a user plays next is near."""
    draw = random.Random(1)
    rows = []
    for user in range(300):
        kind = "tea" if user % 2 else "jazz"
        for time in range(12):
            rows.append(f"{user},{kind} {draw.randrange(8)},{time}")
    draw.shuffle(rows)
    (tmp_path / "log.csv").write_text("\n".join(["user,item,time", *rows]))
    command = "train log.csv --output m --column item --group-by user --order-by time --threads 1"
    options = ["--dim", "4", "--epochs", "20", "--sample", "0", "--json"]
    done = run_firth(*command.split(), *options)
    assert done.returncode == 0, done.stderr
    model = firth.load(tmp_path / "m")
    assert model.provenance["reading"]["group_by"] == ["user"]
    assert model.corpus["n_sentences"] == 300
    (found,) = json.loads(run_firth("neighbors", "m", "jazz 0", "-k", "7", "--json").stdout)
    assert {near["word"][:4] for near in found["neighbors"]} == {"jazz"}


def test_options_of_events_are_checked_before_anything_is_read(tmp_path, run_firth):
    (tmp_path / "log.csv").write_text("user,item\n1,a\n")
    for options, message in (
        (["--group-by", "user"], "give column= (--column) too"),
        (["--column", "item", "--order-by", "user"], "give group_by= (--group-by) too"),
        (["--column", "item", "--group-by", "who"], "no column 'who'. Columns: user, item"),
    ):
        done = run_firth("train", "log.csv", "--output", "m", *options)
        assert done.returncode == 2 and message in done.stderr
        assert "Traceback" not in done.stderr and not (tmp_path / "m").exists()
