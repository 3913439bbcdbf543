"""Sets of every kind: recognised by what they hold, with known answers. All words are made up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from firth.errors import EvaluationError
from firth.evaluation import (
    axis_direction,
    evaluate,
    evaluate_axes,
    evaluate_categories,
    evaluate_outliers,
    lines,
    open_set,
)
from firth.evaluation.categories import read_categories
from firth.vectors import WordVectors

FRUIT, TOOLS = ["apple", "pear", "plum", "fig"], ["saw", "axe", "file", "awl"]
RNG = np.random.default_rng(3)
NEAR = np.concatenate([[5, 0, 0]] * 4 + [[0, 5, 0]] * 4).reshape(8, 3) + RNG.normal(0, 0.3, (8, 3))
VECTORS = WordVectors([*FRUIT, *TOOLS], NEAR)


def write(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


TABLE = "".join(f"{word}\t{group}\n" for group, some in (("fruit", FRUIT), ("tool", TOOLS))
                for word in some)  # fmt: skip
BLESS = "".join(
    f"{word}-n\t{group}\t{relation}\tred-j\n"
    for group, some in (("fruit", FRUIT), ("tool", TOOLS))
    for word in some
    for relation in ("attri", "coord")
)
LAYOUTS = {
    "similarity": {"a.txt": "apple\tpear\t9\napple\tsaw\t1\nsaw\taxe\t8\n",
                   "b.csv": "word1,word2,score\napple,pear,9\napple,saw,1\nsaw,axe,8\n"},
    "analogies": {"a.txt": ": x\napple pear plum fig\n", "b.txt": "apple pear plum fig\n",
                  "c.txt": "apple pear plum NN_NNS fig\n", "d.txt": "apple pear\nsaw axe\n"},
    "outliers": {"a.txt": "apple\npear\nplum\n\nsaw\naxe\n", "f/x.txt": "\napple\nfig\n\nsaw\n"},
    "categories": {"a.txt": TABLE, "b.txt": TABLE.replace("\t", " "), "bless.txt": BLESS,
                   "c.csv": "concept,class\n" + TABLE.replace("\t", ","),
                   "g/fruit.txt": "\n".join(FRUIT)},
    "axes": {"a.txt": ": use\n- apple pear\n+ saw axe\nplum 1\nfile 5\nawl 4\n"},
    "bias": {"a.txt": "targ1\tF\tapple\tpear\ntarg2\tT\tsaw\taxe\nattr1\tA\tplum\tfig\n"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, files in LAYOUTS.items() for name in files]
)
def test_sets_are_recognised_by_what_they_hold(tmp_path: Path, kind: str, name: str) -> None:
    place = write(tmp_path / name, LAYOUTS[kind][name])
    found = open_set(place if "/" not in name else place.parent)
    assert found.kind == kind
    # And with comments before, as some are published.
    if "/" not in name and kind not in ("outliers", "bias") and name != "c.csv":
        write(place, f"# made up\n{LAYOUTS[kind][name]}")
        assert open_set(place).kind == kind


def test_what_is_no_set_is_said_to_be_none(tmp_path: Path) -> None:
    text = write(tmp_path / "t.txt", "It was the best of times,\nit was the worst\nof\n")
    with pytest.raises(EvaluationError, match=r"t.txt: this is no set that is known: .*--kind"):
        open_set(text)
    with pytest.raises(EvaluationError, match=r"no kind 'pears' of sets; they are bias, axes"):
        open_set(text, kind="pears")
    with pytest.raises(EvaluationError, match=r"SimLex-999 .* does not come with firth: get it fr"):
        open_set("SimLex999")
    (tmp_path / "none").mkdir()
    with pytest.raises(EvaluationError, match=r"there are no files \.txt in it"):
        open_set(tmp_path / "none")


@pytest.mark.parametrize("name", LAYOUTS["categories"])
def test_categories_of_planted_groups(tmp_path: Path, name: str) -> None:
    place = write(tmp_path / name, LAYOUTS["categories"][name])
    if name == "g/fruit.txt":
        write(tmp_path / "g" / "tool.txt", "\n".join([*TOOLS, "adze"]))
        place = place.parent
    assert read_categories(place)[0][1] == "fruit" and len(read_categories(place)) >= 8
    found = evaluate_categories(VECTORS, place)
    assert (found.purity, found.adjusted_rand, found.words, found.categories) == (1, 1, 8, 2)
    assert found.unknown == (("adze",) if name == "g/fruit.txt" else ())


def test_categories_by_chance_and_too_few(tmp_path: Path) -> None:
    mixed = [f"{word} {'ab'[n % 2]}" for n, word in enumerate([*FRUIT, *TOOLS])]
    found = evaluate_categories(VECTORS, write(tmp_path / "m.txt", "\n".join(mixed)))
    assert found.purity == 0.5 and found.adjusted_rand < 0.01
    with pytest.raises(EvaluationError, match="of 1 categories; words of at least 2"):
        evaluate_categories(VECTORS, write(tmp_path / "o.txt", "apple a\npear a\nadze b\n"))
    with pytest.raises(EvaluationError, match="expected a word and its category"):
        evaluate_categories(VECTORS, write(tmp_path / "w.txt", "apple\npear\n"))


def naive_position(members: list[str], outlier: str) -> float:
    """By the definition: compactness of what is left without each word."""
    words = [*members, outlier]

    def compactness(without: str) -> float:
        left = [word for word in words if word != without]
        return float(np.mean([VECTORS.similarity(a, b) for a in left for b in left if a != b]))

    ranked = sorted(words, key=compactness)
    return ranked.index(outlier) / len(members)


def test_outliers_equal_their_definition(tmp_path: Path) -> None:
    write(tmp_path / "d" / "fruit.txt", "\n".join([*FRUIT[:3], "adze", "", "saw", "fig", "adze"]))
    write(tmp_path / "d" / "tools.txt", "\n".join(["Saw", "axe", "apple", "", "pear", "plum"]))
    write(tmp_path / "d" / "lost.txt", "\n".join(["saw", "adze", "", "pear", "plum"]))
    found = evaluate_outliers(VECTORS, tmp_path / "d")
    expected = [naive_position(FRUIT[:3], "saw"), naive_position(FRUIT[:3], "fig"),
                naive_position(["saw", "axe", "apple"], "pear"),
                naive_position(["saw", "axe", "apple"], "plum")]  # fmt: skip
    assert found.position == pytest.approx(np.mean(expected)) and 0 < found.position < 1
    assert found.accuracy == expected.count(1.0) / 4
    assert (found.outliers, found.unknown, found.missing) == (4, ("adze", "pear", "plum"), 2)
    with pytest.raises(EvaluationError, match="none of 1 outliers has a vector"):
        evaluate_outliers(VECTORS, write(tmp_path / "n.txt", "saw\naxe\n\nadze\n"))


def test_axes(tmp_path: Path) -> None:
    vectors = WordVectors(
        ["small", "large", "ant", "cat", "cow", "hill"],
        [[1, 0.0], [0, 1], [0.9, 0.2], [0.7, 0.5], [0.5, 0.8], [0.1, 0.9]],
    )
    text = ": size\n- small\n+ large\nant 1\ncat 2\nhill 5\ncow 4\nwhale 6\n"
    found = evaluate_axes(vectors, write(tmp_path / "a.txt", text))
    assert found.spearman["size"] == pytest.approx(1) and 0.9 < found.pearson["size"] < 1
    assert (found.words, found.unknown) == (4, ("whale",))
    axis = axis_direction(vectors, ["small"], ["large"])
    assert np.diff([vectors[word] @ axis for word in ("ant", "cat", "cow", "hill")]).min() > 0
    for wrong, message in ((": x\n- small\nant 1\n", "no words at one end"), ("ant 1\n", "line 1"),
                           (": x\n- small\n+ large\nant nan\n", "line 4: 'ant nan'"),
                           (": x\n- small\n+ huge\nant 1\ncat 2\n", "no axis has")):  # fmt: skip
        with pytest.raises(EvaluationError, match=message):
            evaluate_axes(vectors, write(tmp_path / "a.txt", wrong), case_insensitive=False)


def test_several_models_are_compared_set_by_set(tmp_path: Path) -> None:
    pairs = [f"{a}\t{b}\t{9 if (a in FRUIT) == (b in FRUIT) else 1}" for a in FRUIT + TOOLS
             for b in FRUIT + TOOLS if a < b]  # fmt: skip
    file = write(tmp_path / "p.tsv", "\n".join(pairs))
    twin = write(tmp_path / "x" / "p.tsv", "\n".join(pairs[:9]))
    noise = WordVectors([*FRUIT, *TOOLS[:3]], RNG.normal(size=(7, 3)))
    report = evaluate({"good": VECTORS, "noise": noise}, [file, twin], draws=300)
    assert {row.set for row in report.rows} == {str(file), str(twin)}  # of one name
    rows = {(row.model, row.measure): row for row in report.rows if row.set == str(file)}
    good, bad = rows["good", "spearman"], rows["noise", "spearman"]
    assert good.low < good.value <= good.high and (good.n, good.unknown) == (28, 0)
    assert (bad.n, bad.unknown) == (21, 7)
    apart = report.differences[0]
    assert (apart.first, apart.second, apart.measure, apart.n) == ("good", "noise", "spearman", 21)
    assert apart.low > 0 and apart.pvalue < 0.05
    assert report == evaluate({"good": VECTORS, "noise": noise}, [file, twin], draws=300)
    assert "Koehn 2004" in report.method and "300 drawings" in report.method
    sink = io.BytesIO()
    pyarrow.csv.write_csv(report.table(), sink)
    lines = list(csv.DictReader(io.StringIO(sink.getvalue().decode())))
    assert len(lines) == len(report.rows) + len(report.differences)
    assert [line["other"] for line in lines if line["model"] == "good"][-1] == "noise"


def test_a_model_that_knows_too_little_is_noted(tmp_path: Path) -> None:
    file = write(tmp_path / "p.tsv", LAYOUTS["similarity"]["a.txt"])
    other = WordVectors(["sea", "sky"], np.eye(2))
    report = evaluate({"one": VECTORS, "two": other}, file, draws=10)
    assert report.notes[0].startswith("two: ") and "0 of 3 pairs" in report.notes[0]
    with pytest.raises(EvaluationError, match="0 of 3 pairs have both words"):
        evaluate(other, file)


@pytest.mark.parametrize("kind", [None, *LAYOUTS])
def test_a_huge_text_is_refused_before_it_is_read(
    kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LARGEST", 1 << 20)
    place = tmp_path / "corpus.txt"
    with place.open("wb") as file:
        file.write(b"the cat sat\n" * 10)
        file.truncate(1 << 40)  # a hole: to read it all would take a terabyte of memory
    with pytest.raises(EvaluationError, match=r"corpus.txt: larger than 1 MB, which no evaluation"):
        open_set(place, kind=kind)
