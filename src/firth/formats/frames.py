"""Tables in memory, of any library that speaks Arrow's interface: pandas, Polars, DuckDB, LanceDB.

::

    word     string, or int64 if the words are integers
    count    int64                     where counts are known
    vector   fixed_size_list<float>    or double

The same columns as files of Arrow have (:mod:`firth.formats.arrow_table`). Both ways go through
``__arrow_c_stream__`` (the Arrow PyCapsule interface), so that no library is imported or known by
name. Numbers are not copied: out of here where the rows of the matrix lie one behind the other (in
all that was read they do; what was trained has rows padded to 16 numbers, and is copied once), into
here where the column is one piece of float32 or float64, in lists of one length.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.formats.arrow_table import as_matrix, check_columns
from firth.formats.contents import Contents, ReadOptions
from firth.formats.precision import infinite_row
from firth.values import reason, shown
from firth.vectors import WordVectors

#: What hands out tables → how one is taken; the first that is there counts.
_DOORS: dict[str, Callable[[Any], Any]] = {
    "__arrow_c_stream__": lambda source: pa.RecordBatchReader.from_stream(source).read_all(),
    "__arrow_c_array__": lambda source: pa.Table.from_batches([pa.record_batch(source)]),
    "to_arrow": lambda source: source.to_arrow(),  # LanceDB
    "with_format": lambda source: source.with_format("arrow")[:],  # Hugging Face datasets
}


def is_frame(source: Any) -> bool:
    """Whether an object is a table in memory that can be read here.

    >>> is_frame(pa.table({"word": ["a"]})), is_frame("vectors.parquet"), is_frame(pa.Table)
    (True, False, False)
    """
    return any(hasattr(type(source), door) for door in _DOORS)


def as_table(vectors: WordVectors) -> Any:
    """Return words, counts and vectors as a table of Arrow.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words.

    Returns
    -------
    pyarrow.Table
        ``V`` rows; its columns are `word`, perhaps `count`, and `vector`.

    Examples
    --------
    >>> as_table(WordVectors([7, -5], [[1.0, 0.5], [0.0, 2.0]], counts=[3, 2])).to_pydict()
    {'word': [7, -5], 'count': [3, 2], 'vector': [[1.0, 0.5], [0.0, 2.0]]}
    """
    words = WordList.of(vectors.words)
    columns = {"word": _integers(words) if words.integers else words.array}
    if vectors.counts is not None:
        columns["count"] = pa.array(vectors.counts)
    # One axis is as Arrow has it: a view, unless the rows are padded.
    values = pa.array(vectors.matrix.reshape(-1))
    columns["vector"] = pa.FixedSizeListArray.from_arrays(values, vectors.dim)
    return pa.table(columns)


def _integers(words: WordList) -> Any:
    for kind in (pa.int64(), pa.uint64()):
        try:
            return pc.cast(words.array, kind)
        except pa.ArrowInvalid:
            continue
    return words.array  # of more than 64 bits


def read_frame(source: Any, options: ReadOptions) -> Contents:
    """Read words and vectors from a table in memory.

    Parameters
    ----------
    source : object
        Of which `is_frame` is true. Other columns than `word`, `vector` and `count` are left out.
    options : ReadOptions
        How many words to take.

    Raises
    ------
    FormatError
        The columns are not there, or hold something else; a value is missing or not finite.
    """
    name = f"<{type(source).__name__}>"
    try:
        door = next(door for door in _DOORS if hasattr(type(source), door))
        table = _DOORS[door](source)
        check_columns(name, table.schema)
        table = table.select([n for n in ("word", "count", "vector") if n in table.schema.names])
        table = table if options.top is None else table.slice(0, options.top)
        table.validate(full=True)
        for column in table.schema.names:
            if table.column(column).null_count:
                raise FormatError(f"{name}: a {column} is missing")
        words, matrix = _words(name, table.column("word")), _matrix(name, table.column("vector"))
        counts = None
        if "count" in table.schema.names:
            counts = table.column("count").cast(pa.int64()).to_numpy()
    except (pa.ArrowException, TypeError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{name}: no table of words and vectors ({reason(error)})") from error
    if counts is not None and len(counts) and counts.min() < 0:
        raise FormatError(f"{name}: a count is below 0")
    row = infinite_row(matrix)
    if row is not None:
        raise FormatError(
            f"{name}: the vector of {shown(words[row])} holds a value that is not a finite number"
        )
    return Contents(words, matrix, counts)


def _words(name: str, column: Any) -> WordList:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    integers = bool(pa.types.is_integer(kind))
    if not integers and "string" not in str(kind):
        raise FormatError(f"{name}: the column word holds {kind}; expected strings or integers")
    small = column.nbytes < 1 << 31
    words = column.cast(pa.string() if small else pa.large_string())
    return WordList(words.combine_chunks(), integers)


def _matrix(name: str, column: Any) -> NDArray[Any]:
    """Return the vectors, (V, dim) float32 or float64, read-only; a view of what is one piece."""
    if not len(column):
        raise FormatError(f"{name}: there is not a single vector in it")
    pieces = [as_matrix(name, chunk, 0) for chunk in column.chunks if len(chunk)]
    if len({piece.shape[1] for piece in pieces}) > 1:
        raise FormatError(f"{name}: vectors are not all of one length")
    found = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    found = found.astype(np.promote_types(found.dtype, np.float32), copy=False)
    found.flags.writeable = False
    return found
