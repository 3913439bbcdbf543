"""``firth cache``: what firth keeps between runs, and where."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from firth.cli.output import AsJson, print_json, print_rows
from firth.files.places import KINDS, cache_roots, distrust

if TYPE_CHECKING:
    from firth.files.usage import Entry

_TITLES = {
    "corpora": "Encoded text",
    "kernels": "Compiled kernels",
    "neighbors": "Indices of neighbors",
    "treebank": "Downloads of `firth reproduce`",
}


def cache(
    clear: Annotated[
        bool, typer.Option("--clear", help="Remove all of it; it is made again when needed.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show where firth keeps encoded text, compiled kernels and the like, what, and since when.

    FIRTH_CACHE_DIR names another place; `firth train --cache DIR` and `--no-cache` one for a run.
    """
    from firth.files import usage

    found = usage.clear() if clear else usage.entries()
    roots = list(cache_roots())
    if json:
        print_json(
            {
                "folder": str(roots[0]) if roots else None,
                "bytes": sum(entry.size for entry in found),
                "removed" if clear else "entries": [
                    {
                        "kind": entry.kind,
                        "path": str(entry.path),
                        "bytes": entry.size,
                        "used": _clock(entry),
                    }
                    for entry in found
                ],
            }
        )
        return
    print(f"{roots[0]}" if roots else "There is no place for a cache: neither a home nor a /tmp.")
    for root in roots:
        if root.exists() and (reason := distrust(root.resolve(), root.resolve())) is not None:
            print(f"No kernels and no indices are kept in {root}: {reason}.")
    if clear:
        print(f"Removed {_size(sum(entry.size for entry in found))} in {len(found)} parts.")
        return
    for kind in KINDS:
        _print_kind(_TITLES[kind], [entry for entry in found if entry.kind == kind])


def _print_kind(title: str, found: list[Entry]) -> None:
    print(f"\n{title}: {_size(sum(entry.size for entry in found)) if found else 'none'}")
    print_rows(
        ((_size(entry.size), f"last used {_clock(entry)}", str(entry.path)) for entry in found),
        indent="  ",
    )


def _clock(entry: Entry) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))


def _size(n_bytes: int) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> _size(0), _size(999), _size(2_500_000), _size(21_000_000_000)
    ('0 bytes', '999 bytes', '2.5 MB', '21.0 GB')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes} bytes"
