"""Words and vectors in Arrow's own format of files; :mod:`firth.formats.arrow_table` reads them."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa

from firth.formats.arrow_table import read_path, table_pieces
from firth.formats.contents import Contents, WriteOptions

__all__ = ["read_path", "write"]


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write an Arrow file, one batch after the other."""
    tables = table_pieces(contents, options)
    first = next(tables)
    with pa.ipc.new_file(file, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
