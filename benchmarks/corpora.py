"""The texts and logs of quality.py: each made once, with what is known of it beside it.

A folder holds ``train.txt`` and ``heldout.txt`` (a sentence a line), ``words.json`` (all words of
train.txt, most frequent first), ``counts.json`` and ``truth.json`` (groups; for logs areas and
what they share). ``about.json`` comes last, so a folder that has it is whole.

===================  ============================================================================
name                 what it is
===================  ============================================================================
wiki-20m … wiki-200k the first 20 (as far as the sample goes), 5, 1, .4, .2 million words
treebank             the Stanford Sentiment Treebank, lower case: .2 million words
austen, kjv          the bundled novels and Bible; ``-half`` and ``-quarter``: their first lines
clicks-thick         2.5 million clicks on 20,000 items; two thirds of them have fewer than 40
clicks-thin          140,000 clicks on 20,000 items, 7 an item, few with more than 40
clicks-steep         as many, but popularity falls as in clicks-thick: some items have hundreds
walks                2 million steps on a graph of 5,000 nodes in 50 communities
walks-thin           50,000 steps on the same graph: 10 a node
===================  ============================================================================

Held-out text follows the text; held-out sessions and walks are drawn from the same truth.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import lzma
import os
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate, islice, pairwise, takewhile
from pathlib import Path
from typing import Any

import clicks
import groups
import walks

from firth.corpus import sample_paths

#: Words of held-out text; sessions and walks held out.
HELD_OUT_WORDS = 40_000
HELD_OUT_SESSIONS = 20_000
#: Words that occur fewer times than this are not asked for, whatever a program keeps.
ASKED_FROM = 5

Lines = Iterator[str]
#: What a maker returns: lines to train on, lines held out, groups, wider groups.
Made = tuple[Lines, Lines, list[list[str]] | None, list[list[str]] | None]


def wiki(words: int) -> Made:
    """Take the first words of the sample, at most all but what is held out."""
    lines = list(_read(data_folder() / "wiki" / "wiki-20m.txt.xz"))
    ends = list(accumulate(len(line.split()) for line in lines))
    return _cut(lines, bisect_left(ends, min(words, ends[-1] - HELD_OUT_WORDS)) + 1)


def treebank() -> Made:
    """Take the treebank; every fortieth sentence is held out, as the last ones are short."""
    lines = (data_folder() / "sst" / "datasetSentences.txt").read_text(encoding="utf-8")
    texts = [line.split("\t", 1)[1].lower() for line in lines.splitlines()[1:]]
    heldout = texts[::40]
    del texts[::40]
    return iter(texts), iter(heldout), None, None


def sample(name: str, part: float) -> Made:
    """Take the first part of the lines of a bundled text."""
    lines = list(_read(sample_paths(name)[0]))
    return _cut(lines, int(len(lines) * part))


def click_log(n_clicks: int, exponent: float) -> Made:
    """Draw a log and sessions that are held out."""
    shop = clicks.make_shop(exponent=exponent)
    names = [f"item{number:05}" for number in range(len(shop.leaf))]
    train = clicks.draw_sessions(shop, n_clicks, seed=1)
    heldout = clicks.draw_sessions(shop, 5 * HELD_OUT_SESSIONS, seed=2)
    return (
        _lines(train, names),
        islice(_lines(heldout, names), HELD_OUT_SESSIONS),
        groups.labelled_groups(names, shop.leaf.tolist()),
        groups.labelled_groups(names, shop.area.tolist()),
    )


def walk_log(per_node: int, length: int) -> Made:
    """Draw walks of a graph, and short ones that are held out."""
    graph = walks.make_graph()
    names = [f"node{number:04}" for number in range(len(graph.community))]
    train = walks.draw_walks(graph, per_node, length, seed=1)
    heldout = walks.draw_walks(graph, HELD_OUT_SESSIONS // len(names), 6, seed=2)
    communities = groups.labelled_groups(names, graph.community.tolist())
    return _lines(train, names), _lines(heldout, names), communities, None


DATASETS: dict[str, Callable[[], Made]] = {
    "wiki-20m": lambda: wiki(20_000_000),
    "wiki-5m": lambda: wiki(5_000_000),
    "wiki-1m": lambda: wiki(1_000_000),
    "wiki-400k": lambda: wiki(400_000),
    "wiki-200k": lambda: wiki(200_000),
    "treebank": treebank,
    "austen": lambda: sample("austen", 0.98),
    "austen-half": lambda: sample("austen", 0.5),
    "austen-quarter": lambda: sample("austen", 0.25),
    "kjv": lambda: sample("kjv", 0.98),
    "kjv-half": lambda: sample("kjv", 0.5),
    "kjv-quarter": lambda: sample("kjv", 0.25),
    "clicks-thick": lambda: click_log(2_500_000, 1.2),
    "clicks-thin": lambda: click_log(140_000, 0.7),
    "clicks-steep": lambda: click_log(140_000, 1.2),
    "walks": lambda: walk_log(10, 40),
    "walks-thin": lambda: walk_log(1, 10),
}
"""Every data set; a further one is an entry here. Those of items have groups of their own."""


def prepare(name: str, scratch: Path) -> Path:
    """Make a data set unless it is there as this code makes it; return its folder."""
    folder = scratch / name
    maker = _maker()
    about = folder / "about.json"
    if about.exists() and json.loads(about.read_text(encoding="utf-8"))["maker"] == maker:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    about.unlink(missing_ok=True)
    train, heldout, own, areas = DATASETS[name]()
    digest = hashlib.sha256()
    counts: Counter[str] = Counter()
    n_lines = 0
    with (folder / "train.txt").open("w", encoding="utf-8") as file:
        for n_lines, line in enumerate(train, start=1):  # noqa: B007
            counts.update(line.split())
            digest.update(line.encode() + b"\n")
            file.write(line + "\n")
    text = "".join(line + "\n" for line in heldout)
    (folder / "heldout.txt").write_text(text, encoding="utf-8")
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    often = {word for word, count in ranked if count >= ASKED_FROM}
    found = groups.known_groups(often.__contains__) if own is None else own
    truth = {"items": own is not None, "groups": found, "areas": areas}
    digest.update(text.encode() + json.dumps(truth).encode())
    _write(folder / "words.json", [word for word, _ in ranked])
    _write(folder / "counts.json", [count for _, count in ranked])
    _write(folder / "truth.json", truth)
    facts = {"words": counts.total(), "vocabulary": len(often), "lines": n_lines}
    _write(about, {"maker": maker, "digest": digest.hexdigest()[:12], **facts})
    return folder


def _maker() -> str:
    """Name the code that makes data, so that nothing is used that an earlier one made."""
    sources = (inspect.getfile(prepare), clicks.__file__, walks.__file__, groups.__file__)
    return hashlib.sha256(b"".join(Path(str(p)).read_bytes() for p in sources)).hexdigest()[:12]


def _cut(lines: list[str], n: int) -> Made:
    """Train on the first lines; of what follows, some is held out."""
    ends = accumulate(len(line.split()) for line in lines[n:])
    some = takewhile(lambda end: end < HELD_OUT_WORDS, ends)
    n_heldout = sum(1 for _ in some) + 1
    return iter(lines[:n]), iter(lines[n : n + n_heldout]), None, None


def _lines(sessions: clicks.Sessions, names: list[str]) -> Lines:
    tokens = [names[item] for item in sessions.items.tolist()]
    edges = sessions.offsets.tolist()
    return (" ".join(tokens[a:b]) for a, b in pairwise(edges))


def _read(path: Path) -> Lines:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def data_folder() -> Path:
    """Return the folder of the texts and evaluation sets that do not come with firth."""
    folder = os.environ.get("FIRTH_TEST_DATA")
    if folder is None:
        sys.exit("set FIRTH_TEST_DATA to the folder that has wiki/, sst/ and eval/")
    return Path(folder)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
