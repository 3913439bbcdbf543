"""Tables that are written piece by piece, and appear whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from firth.errors import ConfigError, SaveError
from firth.files.atomic import atomic_path


# Arrow's readers and writers of files take a while to import: only who writes waits for them.
def _parquet(file: Any, schema: Any) -> Any:
    from pyarrow.parquet import ParquetWriter

    # Numbers of which few are alike are larger with a dictionary, and take longer.
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    return ParquetWriter(file, schema, use_dictionary=words)


def _text(delimiter: str, file: Any, schema: Any) -> Any:
    from pyarrow.csv import CSVWriter, WriteOptions

    return CSVWriter(file, schema, write_options=WriteOptions(delimiter=delimiter))


#: What opens a writer for a file and a schema, by the ending of the file's name.
TABLE_WRITERS: dict[str, Callable[[Any, Any], Any]] = {
    ".parquet": _parquet,
    ".arrow": pa.ipc.new_file,
    ".feather": pa.ipc.new_file,
    ".csv": partial(_text, ","),
    ".tsv": partial(_text, "\t"),
}


def checked_ending(path: Path) -> str:
    """Return the ending that says which kind of table is written.

    Raises
    ------
    ConfigError
        No kind of table has it; or `path` is a folder.

    Examples
    --------
    >>> checked_ending(Path("graph.Parquet"))
    '.parquet'
    """
    ending = path.suffix.lower()
    if ending not in TABLE_WRITERS:
        raise ConfigError(f"{path}: a table's name must end in {', '.join(TABLE_WRITERS)}")
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; a table is one file")
    return ending


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears when it is whole.

    Raises
    ------
    SaveError
        It cannot be written; what was there before is as it was.
    """
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            yield file
    except OSError as error:
        raise SaveError(
            f"{path} cannot be written ({error.strerror or error}); what was there is as it was"
        ) from error


def write_table(path: Path, pieces: Iterable[pa.Table]) -> int:
    r"""Write a table from its pieces, of which there is one at least; return its rows.

    Raises
    ------
    ConfigError
        The name of the file does not say what kind of table it is.
    SaveError
        The file cannot be written; what was there before is as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "some.csv"
    >>> write_table(path, [pa.table({"a": [1]}), pa.table({"a": [2]})])
    2
    >>> path.read_text()
    '"a"\n1\n2\n'
    """
    writer_of = TABLE_WRITERS[checked_ending(path)]
    tables = iter(pieces)
    first = next(tables)
    rows = 0
    with whole_file(path) as file, writer_of(file, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
            rows += len(table)
    return rows
