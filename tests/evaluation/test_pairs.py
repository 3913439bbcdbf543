"""Pairs of words with scores, in the layouts of published sets (all pairs made up)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firth.errors import EvaluationError
from firth.evaluation import evaluate_similarity
from firth.evaluation.pairs import read_pairs
from firth.vectors import WordVectors

PAIRS = [("cat", "tiger", 7.5), ("New York", "sea", 0.25), ("go", "walk", 6.0)]
RATERS = ",".join(map(str, range(1, 14)))

LAYOUTS = {
    "wordsim353, commas": "Word 1,Word 2,Human (mean)\ncat,tiger,7.5\nNew York,sea,.25\n"
    "go,walk,6\n",
    "wordsim353, tabs": "Word 1\tWord 2\tHuman (mean)\r\ncat\ttiger\t7.5\r\nNew York\tsea\t0.25\r\n"
    "go\twalk\t6.00\r\n",
    "wordsim353, set 1": f"Word 1,Word 2,Human (mean),{RATERS}\ncat,tiger,7.5,{RATERS}\n"
    f"New York,sea,0.25,{RATERS}\ngo,walk,6,{RATERS}\n",
    "wordsim353, relations": "# relation, words, mean\nt\tcat\ttiger\t7.5\nM\tNew York\tsea\t0.25\n"
    "i\tgo\twalk\t6\n",
    "simlex": "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSD(SimLex)\n"
    "cat\ttiger\tN\t7.5\t2.7\t2.8\t2\t7.2\t1.2\nNew York\tsea\tN\t0.25\t3\t3\t2\t1\t1\n"
    "go\twalk\tV\t6\t3\t3\t2\t1\t1\n",
    "simverb": "cat\ttiger\tN\t7.5\tCOHYP\nNew York\tsea\tN\t0.25\tNONE\ngo\twalk\tV\t6\tNONE\n",
    "rare words": "cat\ttiger\t7.5\t5\t8\nNew York\tsea\t0.25\t0\t1\ngo\twalk\t6\t5\t7\n",
    "rg": "cat;tiger;7.5\nNew York;sea;0.25\ngo;walk;6\n",
    "decimal commas": "cat;tiger;7,5\nNew York;sea;0,25\ngo;walk;6\n",
    "quotes": '"Word 1","Word 2","Score"\n"cat","tiger","7.5"\n"New York","sea",0.25\ngo,walk,6\n',
    "contexts": "1\tcat\tn\ttiger\tn\ta <b>cat</b> sat\tthe <b>tiger</b>\t7.5\t7\t8\n"
    "2\tNew York\tn\tsea\tn\tin <b>New York</b>\tat <b>sea</b>\t0.25\t0\t1\n"
    "3\tgo\tv\twalk\tv\tto <b>go</b>\tto <b>walk</b>\t6\t5\t7\n",
}


def write(folder: Path, text: str) -> Path:
    file = folder / "pairs.txt"
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_published_layouts(tmp_path: Path, layout: str, mark: str) -> None:
    found = read_pairs(write(tmp_path, mark + LAYOUTS[layout]))
    assert [(pair.first, pair.second, pair.score) for pair in found] == PAIRS
    assert [pair.bare for pair in found] == [pair[:2] for pair in PAIRS]


@pytest.mark.parametrize(
    "text", ["sun-n sea-n 50.0\ngo-v red-j 3\n", "sun_NN sea_N 50\ngo_VB red_J 3"]
)
def test_parts_of_speech_behind_words(tmp_path: Path, text: str) -> None:
    found = read_pairs(write(tmp_path, text))
    assert [(*pair.bare, pair.score) for pair in found] == [("sun", "sea", 50), ("go", "red", 3)]


def test_words_that_end_like_that_by_themselves_stay(tmp_path: Path) -> None:
    (pair, _) = read_pairs(write(tmp_path, "vitamin-c plan-b 3\nred blue 5\n"))
    assert pair.bare == ("vitamin-c", "plan-b")


def test_words_are_looked_up_as_written_and_then_bare(tmp_path: Path) -> None:
    file = write(tmp_path, "sun-n sea-n 9\nsun-n red-j 5\nsun-n go-v 1\n")
    angles = np.radians([0, 10, 40, 90, 80])
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    bare = evaluate_similarity(WordVectors(["sun", "sea", "red", "go", "x"], matrix), file)
    assert (bare.pairs, bare.spearman) == (3, pytest.approx(1))
    # With both spellings the one in the file counts: go-v is at 80 degrees, red-j at 90.
    both = WordVectors(["sun-n", "sea-n", "go", "red-j", "go-v"], matrix)
    assert evaluate_similarity(both, file).spearman == pytest.approx(0.5)


def test_the_score_column_by_name(tmp_path: Path) -> None:
    file = write(tmp_path, LAYOUTS["simlex"])
    scores = [pair.score for pair in read_pairs(file, "assoc(usf)")]
    assert scores == [7.2, 1, 1]
    with pytest.raises(EvaluationError, match="has no column 'mood': its columns are 'word1', 'wo"):
        read_pairs(file, "mood")
    with pytest.raises(EvaluationError, match="no column 'mood': it has no header"):
        read_pairs(write(tmp_path, LAYOUTS["rg"]), "mood")
    with pytest.raises(EvaluationError, match=r"several columns of numbers \(joy, fear\): name"):
        read_pairs(write(tmp_path, "word1,word2,joy,fear\ncat,tiger,1,2\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat,dog,1\ncat,fish\n", r"pairs.txt, line 2: 'cat,fish': it has 2, in a file of 3 col"),
        ("cat dog 1\nNew York sea 2\n", "line 2: 'New York sea 2': it has 4, in .* by blanks"),
        ("word1,word2,score\ncat,dog,1\na,b,high\n", r"line 3: .*'high' is no score \(column 3, "),
        ("Wort,Wort,Mittel\ncat,dog,1\n", "line 1: .*'Mittel' is no score.* put # in front of it"),
        ("cat,dog,inf\ncat,tiger,1\n", "line 1: .*'inf' is no score"),
        ("cat\n", "line 1: 'cat': expected two words and a score"),
        ("# nothing\n\n", "0 of 0 pairs"),
        ("word1,word2,score\n", "0 of 0 pairs"),
    ],
)  # fmt: skip
def test_what_is_no_pair_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_pairs(write(tmp_path, text))
