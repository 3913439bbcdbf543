"""Text that was meant to be read in another way: tables, markup, lists as Python prints them."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from firth.corpus.readers import Block, is_text
from firth.files.parsing import parse_json

DELIMITERS = {",": "CSV", "\t": "tab-separated values", ";": "CSV", "|": "CSV"}

_N_LINES = 100
_LABEL = re.compile(r"\s*__label__\S")
_TAG = re.compile(r"</[A-Za-z][\w:-]{0,30}\s*>")
_NAME = re.compile(r"[^\W\d][\w .:/()#%-]{0,39}")


def warning_for(text: str, cut: bool) -> str | None:
    r"""Say what a text looks like, if it seems not to be meant as plain text.

    Prose with commas is no CSV: every row must have as many fields as the first, no blank may
    follow a comma outside quotes, and there must be names of columns or at least three fields.

    Parameters
    ----------
    text : str
        The first part of the file.
    cut : bool
        There is more of it.

    Returns
    -------
    str or None
        What it looks like and what to do.

    Examples
    --------
    >>> warning_for("Yes, we can.\nNo, you can't.\n", False) is None
    True
    >>> warning_for("id,text\n1,the cat\n2,a dog\n", False)[:41]
    'looks like CSV (columns: id, text) but is'
    """
    lines = [line for line in text.split("\n")[: _N_LINES + 1] if line.strip()]
    lines = lines[:-1] if cut and len(lines) > 1 else lines
    if not lines:
        return None
    plain = "but is read as plain text:"
    if 2 * sum(map(bool, map(_LABEL.match, lines))) > len(lines):
        return (
            f"looks like fastText's lines with labels {plain} labels become words, and near words "
            "are those of one label; take them out first (sed -E 's/__label__[^ ]+ ?//g' FILE)"
        )
    if keys := json_columns(lines):
        return (
            f"looks like JSON lines (keys: {', '.join(keys)}) {plain} keys, quotes and braces "
            "become words; choose a key with column= (--column)"
        )
    if all(_is_printed_list(line) for line in lines):
        return (
            f"looks like lists as Python prints them {plain} quotes, commas and brackets become "
            "parts of words; give the lists themselves to firth.train, or write the words of each "
            "with blanks between them"
        )
    if _is_json_document(text):
        return (
            f"looks like a JSON document {plain} write one object a line (jq -c '.[]' FILE) and "
            "choose a key with column= (--column)"
        )
    if _is_markup(text):
        return f"looks like HTML or XML {plain} tags become words; take the text out of it first"
    if found := csv_table(text, cut):
        delimiter, columns = found
        return (
            f"looks like {DELIMITERS[delimiter]} (columns: {', '.join(columns)}) {plain} "
            "quotes, delimiters and all columns become words; choose a column with column= "
            "(--column)"
        )
    return None


def with_warning(blocks: Iterable[Block], warn: Callable[[str], None]) -> Iterator[Block]:
    """Pass blocks on; warn if rows of text are printed lists or JSON, which nobody has parsed.

    Parameters
    ----------
    blocks : iterable of Block
        Of one source. Files of plain text are left to :func:`warning_for`.
    warn : callable
        Gets the warning.
    """
    looked = False
    for block in blocks:
        if not (looked or isinstance(block.data, bytes)) and is_text(block.data.type):
            looked = True
            source = block.source.partition(", items")[0].strip("<>")
            if warning := _unparsed(block.data.slice(0, _N_LINES)):
                warn(f"{source}: {warning}")
        yield block


def _unparsed(rows: Any) -> str | None:
    try:
        texts = list(filter(None, rows.to_pylist()))
    except UnicodeDecodeError:  # who reads them says so
        return None
    if texts and all(map(_is_printed_list, texts)):
        return (
            f"texts such as {texts[0][:40]!r} look like lists as Python prints them: quotes, "
            "commas and brackets become parts of words; give the lists themselves, or "
            "tokenizer=ast.literal_eval (--tokenizer ast:literal_eval)"
        )
    if keys := json_columns(texts):
        return (
            f"the texts look like JSON (keys: {', '.join(keys)}): keys, quotes and braces become "
            "words; give map(json.loads, texts) and choose a key with column="
        )
    return None


def json_columns(lines: list[str]) -> list[str]:
    """Return the keys of JSON lines, [] if not every line is an object.

    >>> json_columns(['{"id": 1, "text": "a"}', '{"text": "b", "x": 0}'])
    ['id', 'text', 'x']
    """
    keys: dict[str, Any] = {}
    for line in lines:
        if not line.lstrip().startswith("{"):
            return []
        try:
            row = parse_json(line)
        except ValueError:
            return []
        keys |= row
    return list(keys)


def _is_printed_list(line: str) -> bool:
    line = line.strip()
    if not (line[:1] in "[(" and line[-1:] in ")]" and len(line) < 1 << 16):
        return False
    try:
        items = ast.literal_eval(line)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return isinstance(items, list | tuple) and len(items) > 0


def _is_json_document(text: str) -> bool:
    return bool(re.match(r'\s*\[?\s*\{\s*"[^"\n]{1,80}"\s*:', text))


def _is_markup(text: str) -> bool:
    if re.match(r"\s*(?:<!doctype html|<html[\s>]|<\?xml\s)", text, re.IGNORECASE):
        return True
    return len(_TAG.findall(text)) > max(2, len(text) // 200)


def csv_table(text: str, cut: bool) -> tuple[str, list[str]] | None:
    r"""Find the delimiter of a table in text, and the names in its first row.

    >>> csv_table("id\ttext\n1\tthe cat\n2\ta dog\n", False)
    ('\t', ['id', 'text'])
    """
    for delimiter in DELIMITERS:
        rows = fields_of(text, delimiter, _N_LINES)
        rows = rows[:-1] if cut and len(rows) <= _N_LINES else rows
        width = len(rows[0]) if rows else 0
        if width < 2 or len(rows) < 3 or any(len(row) != width for row in rows):
            continue
        # In prose a blank follows. Quoted fields may begin with one, but not many do.
        blanks = sum(field[:1] == " " for row in rows for field in row[1:])
        if blanks > 0.1 * len(rows):
            continue
        named = len(set(rows[0])) == width and all(_NAME.fullmatch(name) for name in rows[0])
        if named or (width > 2 and len(rows) >= 5):
            return delimiter, rows[0]
    return None


def fields_of(text: str, delimiter: str, n_rows: int) -> list[list[str]]:
    r"""Return the fields of the first rows of a table in text; empty lines count for nothing.

    >>> fields_of('a,"b, c"\n\n1,2\n', ",", 1)
    [['a', 'b, c']]
    """
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == n_rows:
                break
    except csv.Error:
        pass
    return rows
