"""What runs agree on, as files: Markdown for a methods section, tables, a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from firth.errors import SaveError
from firth.evaluation.stability import CHANCE, Stability
from firth.files.atomic import atomic_path
from firth.files.tables import write_table

REPORT, PICTURE = "report.md", "stability.png"
#: The papers behind the figures.
SOURCES = """\
- Antoniak, M., and Mimno, D. (2018). Evaluating the Stability of Embedding-based Word Similarities.
  *TACL* 6, 107-119. Train on bootstrap samples of the documents; never rely on one model.
- Wendlandt, L., Kummerfeld, J. K., and Mihalcea, R. (2018). Factors Influencing the Surprising
  Instability of Word Embeddings. *NAACL-HLT*, 2092-2102. The overlap of the ten nearest neighbours.
- Hellrich, J., and Hahn, U. (2016). Bad Company: Neighborhoods in Neural Embedding Spaces
  Considered Harmful. *COLING*, 2785-2796. Neighbourhoods of one model are no evidence.
- Pierrejean, B., and Tanguy, L. (2018). Predicting Word Embeddings Variability. *\\*SEM*, 154-159.
- Efron, B. (1979). Bootstrap Methods: Another Look at the Jackknife. *Annals of Statistics* 7,
  1-26. Percentile intervals. Künsch, H. R. (1989), *Annals of Statistics* 17, has the blocks.
- Radovanović, M., Nanopoulos, A., and Ivanović, M. (2010). Hubs in Space. *JMLR* 11, 2487-2531. Why
  chance is measured.
"""
_SAMPLE = "a bootstrap sample of the sentences (as many as there are, drawn with replacement)"
_VARIED = {
    "seed": "each with another seed, on the same text",
    "text": f"with one seed, each on {_SAMPLE}",
    "both": f"each with another seed, on {_SAMPLE}",
}


def write_report(found: Stability, folder: Path, *, picture: bool | None = None) -> list[Path]:
    """Write ``report.md``, tables as CSV, and a picture where Matplotlib is installed.

    Parameters
    ----------
    found : Stability
        What the runs say.
    folder : Path
        Where to; it exists.
    picture : bool, optional
        Draw ``stability.png``; by default if Matplotlib is installed.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    SaveError
        A file cannot be written.
    MissingExtraError
        The picture is wanted, and Matplotlib is not installed.
    """
    tables = {"words.csv": found.table(), "bands.csv": _rows_of(found.bands())}
    tables["neighbors.csv"] = found.neighbor_table()
    if similarities := found.asked_similarities():
        tables["similarities.csv"] = _similarity_table(similarities)
    if rankings := found.asked_rankings():
        tables["rankings.csv"] = _ranking_table(rankings)
    written = []
    for name, table in tables.items():
        write_table(folder / name, [table])
        written.append(folder / name)
    if picture or (picture is None and find_spec("matplotlib")):
        from firth.evaluation.picture import draw

        draw(found, folder / PICTURE)
        written.append(folder / PICTURE)
    try:
        with atomic_path(folder / REPORT) as path:
            path.write_text(as_markdown(found), encoding="utf-8")
    except OSError as error:
        raise SaveError(
            f"{folder / REPORT} cannot be written ({error.strerror or error})"
        ) from error
    return [folder / REPORT, *written]


def as_markdown(found: Stability) -> str:
    """Return the report."""
    what, corpus = found.what, found.what["corpus"]
    k, runs = what["k"], len(found)
    parts = ["# Stability of the vectors", "## Method", _method(found)]
    parts += ["## By frequency", _band_lines(found)]
    parts.append(
        f"*Overlap*: of a word's {k} nearest neighbours, the part that two runs share, over all "
        f"pairs of {runs} runs. *By chance*: the same of two different words of about the same "
        "frequency, drawn at random. *Unstable*: words whose neighbours overlap no more than 95 % "
        f"of such pairs do; there are {len(found.unstable):,} among the {len(found.rows):,} words "
        "that were asked. What one model says of their neighbours is no evidence."
    )
    if rankings := found.asked_rankings():
        parts += ["## Which is nearer", "\n".join(map(ranking_text, rankings))]
    if similarities := found.asked_similarities():
        lines = [("word", "word", "cosine", "95 % of the runs")]
        lines += [
            (str(one), str(other), f"{its.mean:.3f}", f"{its.low:.3f} to {its.high:.3f}")
            for one, other, its in similarities
        ]
        parts += ["## Similarities", markdown_table(lines)]
    for row in what["named"]:
        word = found.vocabulary.words[row]
        lines = [("neighbour", "runs", "cosine", "95 % of these runs")]
        lines += [
            (
                str(near.word),
                f"{near.runs} of {runs}",
                f"{near.cosine.mean:.3f}",
                f"{near.cosine.low:.3f} to {near.cosine.high:.3f}",
            )
            for near in found.neighbors_of(word)[: 2 * k]
        ]
        its = found.neighborhood(word)
        stable = "chance at this frequency" if its.p > CHANCE else f"p = {its.p:.2g}"
        parts += [
            f"## {word}",
            f"{its.occurrences:,} occurrences; overlap {its.overlap:.2f}, by chance "
            f"{its.by_chance:.3f} ({stable}).",
            markdown_table(lines),
        ]
    parts += [
        "## What was made",
        f"Text: {corpus['n_raw_tokens']:,} words, {corpus['n_tokens']:,} of them in the vocabulary "
        f"of {len(found.vocabulary):,}, {corpus['n_sentences']:,} sentences; fingerprint "
        f"`{corpus['fingerprint']}`.",
        markdown_table([("setting", "value"), *((n, str(v)) for n, v in what["settings"].items())]),
        "## Sources",
        SOURCES.strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _method(found: Stability) -> str:
    what, settings, corpus = found.what, found.what["settings"], found.what["corpus"]
    architecture = {"skipgram": "skip-gram", "cbow": "CBOW"}[settings["architecture"]]
    drawn = _VARIED[what["vary"]]
    if what["vary"] != "seed" and what["block"] > 1:
        drawn += f", {what['block']} consecutive sentences at a time (Künsch 1989)"
    stopped = (
        f" Of {what['runs']} runs that were wanted, these had ended." if found.interrupted else ""
    )
    least = _n(settings["min_count"], "time")
    return (
        f"We trained {len(found)} models of {corpus['n_raw_tokens']:,} words with firth "
        f"{what['firth']} ({architecture} with {settings['objective'].replace('_', ' ')}, "
        f"{settings['dim']} dimensions, window {settings['window']}, "
        f"{_n(settings['epochs'], 'epoch')}, words that occur {least} or more), {drawn} (Efron "
        f"1979; Antoniak and Mimno 2018).{stopped} For each of {len(found.rows):,} words of all "
        f"frequencies we took the {what['k']} nearest neighbours by cosine among all "
        f"{len(found.vocabulary):,} words, and the part of them that two models share "
        "(Hellrich and Hahn 2016; Wendlandt et al. 2018). Intervals hold the middle 95 % of the "
        "models. As chance we took the overlap of the neighbourhoods of two different words of "
        "about the same frequency, since some words are neighbours of very many (Radovanović et "
        "al. 2010)."
    )


def _n(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _band_lines(found: Stability) -> str:
    lines = [
        (
            "rank",
            "occurrences",
            "words",
            "overlap",
            "10th to 90th percentile",
            "by chance",
            "unstable",
        )
    ]
    lines += [
        (
            f"{band.first:,}-{band.last:,}",
            f"{band.least:,}-{band.most:,}",
            f"{band.words:,}",
            f"{band.overlap:.2f}",
            f"{band.low:.2f} to {band.high:.2f}",
            f"{band.by_chance:.3f}",
            f"{band.unstable:.0%}",
        )
        for band in found.bands()
    ]
    return markdown_table(lines)


def ranking_text(ranking: Any) -> str:
    """Say a ranking in one line.

    Examples
    --------
    >>> from firth.evaluation.over_runs import RunInterval, Ranking
    >>> ranking_text(Ranking("risk", "danger", "chance", 19, 20, RunInterval(0.1, -0.01, 0.2)))
    'risk is nearer to danger than to chance in 19 of 20 runs (difference 0.100, -0.010 to 0.200)'
    """
    its = ranking.difference
    return (
        f"{ranking.word} is nearer to {ranking.nearer} than to {ranking.than} in {ranking.runs} of "
        f"{ranking.of} runs (difference {its.mean:.3f}, {its.low:.3f} to {its.high:.3f})"
    )


def markdown_table(lines: Sequence[Sequence[str]]) -> str:
    r"""Return a table in Markdown; the first line is its head.

    Examples
    --------
    >>> print(markdown_table([("a", "b|c")]))
    | a | b\|c |
    | --- | --- |
    """
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([rows[0], "|" + " --- |" * len(lines[0]), *rows[1:]])


def _rows_of(rows: Sequence[Any]) -> pa.Table:
    return pa.Table.from_pylist([row._asdict() for row in rows])


def _similarity_table(found: Sequence[tuple[Any, Any, Any]]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"word": str(one), "other": str(other), **its._asdict()} for one, other, its in found]
    )


def _ranking_table(found: Sequence[Any]) -> pa.Table:
    def rows() -> Iterator[dict[str, Any]]:
        for ranking in found:
            its = ranking.difference._asdict()
            yield {
                "word": str(ranking.word),
                "nearer": str(ranking.nearer),
                "than": str(ranking.than),
                "runs": ranking.runs,
                "of": ranking.of,
                **{f"difference_{name}": value for name, value in its.items()},
            }

    return pa.Table.from_pylist(list(rows()))
