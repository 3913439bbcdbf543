"""Tables of values with intervals, as a program or a person has written them."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import Any

from firth.errors import ConfigError
from firth.files.given import given_path
from firth.view.plots.intervals import MOST_ROWS

_NEEDED = ("name", "value", "low", "high")
_NUMBERS = _NEEDED[1:]


def read_intervals(path: str | Path) -> dict[str, list[Any]]:
    r"""Read a table that :func:`firth.view.plot_intervals` draws.

    Parameters
    ----------
    path : str or Path
        A text in UTF-8, commas between the fields, or tabs if its name ends in .tsv. Its first line
        names the columns: name, value, low and high, and perhaps note; others do not matter.

    Returns
    -------
    dict
        Lists by the names that `plot_intervals` has for them.

    Raises
    ------
    ConfigError
        The file cannot be read, a column is missing, a field is no number, or there are more rows
        than a picture can have.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "some.csv"
    >>> _ = path.write_text("name,value,low,high\nqueen,.8,.7,.9\n")
    >>> read_intervals(path)
    {'names': ['queen'], 'values': [0.8], 'low': [0.7], 'high': [0.9], 'notes': []}
    """
    place = given_path("table", path)
    separator = "\t" if place.suffix.lower() == ".tsv" else ","
    try:
        with place.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=separator)
            columns = list(reader.fieldnames or ())
            rows = list(islice(reader, MOST_ROWS + 1))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path} is no table of text in UTF-8 ({error})") from error
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise ConfigError(
            f"{path} has no column {missing[0]!r}; its first line must name {', '.join(_NEEDED)}"
        )
    if len(rows) > MOST_ROWS:
        raise ConfigError(f"{path} has more than {MOST_ROWS} rows; a picture can have so many")
    numbers = {name: [_number(path, row, name) for row in rows] for name in _NUMBERS}
    return {
        "names": [row["name"] or "" for row in rows],
        "values": numbers["value"],
        "low": numbers["low"],
        "high": numbers["high"],
        "notes": [row["note"] or "" for row in rows] if "note" in columns else [],
    }


def _number(path: str | Path, row: dict[str, Any], name: str) -> float:
    try:
        return float(row[name])
    except (TypeError, ValueError):
        raise ConfigError(
            f"{path}: the {name} of {row['name']!r} is {row[name]!r}, which is no number"
        ) from None
