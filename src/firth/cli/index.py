"""``firth index``: approximate search, made ready and measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.messages import say
from firth.cli.output import AsJson, VectorsPath, open_vectors, print_json, print_rows

if TYPE_CHECKING:
    from firth.vectors import WordVectors
    from firth.vectors.approximate import ApproximateVectors, Speed

# Below this, the index is no faster than noise.
_PAYS = 1.2


def _parameter(text: str) -> Any:
    return typer.Option(metavar="N", help=text, show_default=False)


def index(
    path: VectorsPath,
    m: Annotated[
        int | None, _parameter("Half the links of a word: more find more, and take memory.")
    ] = None,
    ef_construction: Annotated[
        int | None, _parameter("Near words looked at when the index is made.")
    ] = None,
    ef_search: Annotated[
        int | None, _parameter("Near words kept in mind while searching: more find more.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make an index for `firth neighbors --approximate`; show what it misses and what it saves.

    It is kept in the cache, and made again only if the vectors are others. It pays for many
    questions among several hundred thousand words or more.
    """
    given = {"m": m, "ef_construction": ef_construction, "ef_search": ef_search}
    vectors = open_indexed(open_vectors(path), **given)
    facts = vectors.index_facts
    if json:
        print_json(_as_json(vectors))
        return
    print(f"{len(vectors):,} words, {vectors.dim} dimensions")
    print(
        f"m {facts.m}, ef_construction {facts.ef_construction}, ef_search {facts.ef_search}; "
        f"{facts.n_bytes / 1e6:,.1f} MB, made in {facts.build_seconds:,.1f} s"
    )
    nowhere = "It is not kept: no place can be written, or others could write there."
    print(nowhere if facts.folder is None else f"Kept in {facts.folder}")
    print("\nWords by frequency, and how many of their ten nearest are found")
    bands = [
        (f"{band.first:,}", f"to {band.last:,}", f"{band.recall:.1%}") for band in facts.recall
    ]
    print_rows(bands, indent="  ")
    print("\nMilliseconds a word")
    speed = facts.speed
    print_rows(
        [
            ("", "index", "exact"),
            ("one at a time", f"{speed.one:.2f}", f"{speed.one_exact:.2f}"),
            ("many at once", f"{speed.many:.2f}", f"{speed.many_exact:.2f}"),
        ],
        indent="  ",
    )
    print("\n" + "\n".join(_verdict(speed, facts.opened_in)))


def open_indexed(vectors: WordVectors, **given: int | None) -> ApproximateVectors:
    """Find or make an index; what is not given has its default."""
    parameters: Any = {name: value for name, value in given.items() if value is not None}
    return vectors.approximate(**parameters, tell=lambda line: say(f"firth: {line}"))


def _verdict(speed: Speed, opened_in: float | None) -> Iterator[str]:
    r"""Say whether the index pays.

    Examples
    --------
    >>> from firth.vectors.approximate import Speed
    >>> for line in _verdict(Speed(0.5, 30.5, 0.3, 3.3), 0.6):
    ...     print(line)
    One word at a time: 61 times as fast as the exact search.
      Opening the index took 0.60 s, so it pays from 20 words on.
    Many at once: 11 times as fast as the exact search.
      Opening the index took 0.60 s, so it pays from 200 words on.
    >>> print(*_verdict(Speed(3.0, 3.1, 0.25, 0.2), None), sep="\n")
    One word at a time: hardly faster than the exact search.
    Many at once: slower than the exact search.
    """
    for how, index, exact in (
        ("One word at a time", speed.one, speed.one_exact),
        ("Many at once", speed.many, speed.many_exact),
    ):
        if exact < _PAYS * index:
            yield f"{how}: {'hardly faster' if exact > index else 'slower'} than the exact search."
            continue
        yield f"{how}: {_shown(exact / index)} times as fast as the exact search."
        if opened_in is not None:
            words = math.ceil(1e3 * opened_in / (exact - index))
            yield f"  Opening the index took {opened_in:.2f} s, so it pays from {words:,} words on."


def _shown(ratio: float) -> str:
    """Write a ratio.

    >>> _shown(1.26), _shown(112.4)
    ('1.3', '112')
    """
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def _as_json(vectors: ApproximateVectors) -> dict[str, object]:
    facts = vectors.index_facts
    return {
        "words": len(vectors),
        "dim": vectors.dim,
        **facts._asdict(),
        "folder": None if facts.folder is None else str(facts.folder),
        "recall": [band._asdict() for band in facts.recall],
        "speed": facts.speed._asdict(),
    }
