"""``firth map``: two coordinates a word, made once and kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firth.cli.flags import NoProgress
from firth.cli.messages import say
from firth.cli.output import AsJson, VectorsPath, open_vectors, print_json, print_rows
from firth.errors import ConfigError
from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.vectors import WordVectors
    from firth.view import Map

_SHOWN = 12


def map(
    path: VectorsPath,
    method: Annotated[
        str,
        typer.Option(
            metavar="pca|tsne",
            help="How: pca takes a second; tsne minutes, and keeps neighbours; it needs the extra "
            "`map`.",
        ),
    ] = "pca",
    top: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="The first N words only: the most frequent ones.",
            show_default="200,000",
        ),
    ] = None,
    clusters: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Groups of words wanted.", show_default="by the number of words"
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make it even if it was made before.")
    ] = False,
    quiet: NoProgress = False,
    json: AsJson = False,
) -> None:
    """Put words on a map and keep it with the model; show its groups, and what it keeps.

    It is made once: later calls, plots and pages find it, as long as the vectors are the same.
    """
    from firth.view.layouts import checked_method
    from firth.view.maps import MOST_WORDS, map_path

    how, place, vectors = checked_method(method), given_path("MODEL", path), open_vectors(path)
    wanted = MOST_WORDS if top is None else top
    file = map_path(place, how)
    found = None if again or clusters is not None else _kept(place, vectors, how, wanted)
    if found is None:
        found = _made(place, vectors, how, wanted, clusters, quiet)
    if json:
        print_json(
            {
                "file": str(file),
                "words": len(found.points),
                "method": found.method,
                "kept": round(found.kept, 4),
                "clusters": [
                    {"name": name, "words": int(words)}
                    for name, words in zip(found.names, _sizes(found), strict=True)
                ],
            }
        )
        return
    _show(found, file)


def _kept(place: Path, vectors: WordVectors, method: str, top: int) -> Map | None:
    """Find the map of so many words, if it was made before and is whole."""
    from firth.errors import FormatError
    from firth.view.layouts import checked_method
    from firth.view.maps import read_map

    try:
        found = read_map(place, vectors, checked_method(method))
    except FormatError as error:
        say(f"firth: {error}")
        return None
    return found if found is not None and len(found.points) == min(top, len(vectors)) else None


def _made(
    place: Path, vectors: WordVectors, method: str, top: int, clusters: int | None, quiet: bool
) -> Map:
    from firth.cli.stop import Terminations
    from firth.files.output import check_writable
    from firth.progress import ProgressDisplay
    from firth.view.layouts import checked_method
    from firth.view.maps import make_map, save_map

    check_writable(place if place.is_dir() else place.absolute().parent)  # before minutes are spent
    with Terminations(), ProgressDisplay(not quiet) as show:
        found = make_map(
            vectors, checked_method(method), top=top, clusters=clusters, on_progress=show
        )
    try:
        save_map(found, place)
    except OSError as error:
        raise ConfigError(
            f"the map cannot be kept in {place} ({error.strerror or error}); what was there is as "
            "it was"
        ) from error
    return found


def _sizes(found: Map) -> list[int]:
    import numpy as np

    sizes: list[int] = np.bincount(found.clusters, minlength=len(found.names)).tolist()
    return sizes


def _show(found: Map, file: Path) -> None:
    from firth.view.layouts import TITLES
    from firth.view.maps import NEIGHBORS

    print(
        f"{len(found.points):,} words by {TITLES[found.method]}, {found.kept:.1%} of the true "
        f"{NEIGHBORS} nearest neighbours kept -> {file}"
    )
    groups = list(zip(_sizes(found), found.names, strict=True))
    print(f"\nGroups, and words that are typical of them ({len(groups)})")
    print_rows([(f"{words:,}", name) for words, name in groups[:_SHOWN]], indent="  ")
    if len(groups) > _SHOWN:
        print(f"  … and {len(groups) - _SHOWN} more (--json shows all)")
