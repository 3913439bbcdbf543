r"""Vectors of pipelines of spaCy: put into a loaded one, taken from one, read from its folder.

::

    vocab/vectors        a NumPy array, (rows, dim) float32
    vocab/key2row        msgpack: a map from u64 keys to rows; several keys may have one row
    vocab/strings.json   a list of strings, in no order that matters
    vocab/vectors.cfg    {"mode": "default"}; or "floret", with minn, maxn, hash_count, hash_seed,
                         bow and eow: rows of hashes, and no keys (:mod:`firth.vectors.hashed`)

(spaCy 3.8, ``vectors.pyx`` and ``strings.pyx``.) A word's key is a hash of it, MurmurHash64A with
the seed 1, except that the empty string is 0 and that the names of spaCy's own symbols have small
numbers. Ordinary words are among these, such as "number", "agent" and "root", and they are not in
strings.json: without their names a pipeline could not be read in full.

firth writes no such folder, as a pipeline has rules for its language too: :func:`to_spacy` gives
vectors to one, which spaCy saves.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError, MissingExtraError
from firth.files.parsing import parse_json
from firth.formats.contents import Contents, ReadOptions
from firth.formats.floret import of_table, wrong_hashing
from firth.formats.precision import infinite_row, widened
from firth.values import reason, shown
from firth.vectors import WordVectors
from firth.vectors.hashed import HashedMean

VECTORS, KEYS, STRINGS, SETTINGS = "vectors", "key2row", "strings.json", "vectors.cfg"

#: Names that have a number instead of a hash (spaCy, symbols.pyx): flags, attributes and parts of
#: speech, and kinds of entities and of dependencies.
_FLAGS = (
    "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM "
    "LIKE_EMAIL IS_STOP IS_OOV_DEPRECATED IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT "
    "IS_CURRENCY"
)
_ATTRIBUTES = (
    "ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH CLUSTER LEMMA POS TAG DEP ENT_IOB ENT_TYPE HEAD "
    "SENT_START SPACY PROB LANG ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT "
    "SCONJ SYM VERB X EOL SPACE"
)
_KINDS = (
    "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT "
    "MONEY QUANTITY ORDINAL CARDINAL acomp advcl advmod agent amod appos attr aux auxpass cc ccomp "
    "complm conj cop csubj csubjpass dep det dobj expl hmod hyph infmod intj iobj mark meta neg "
    "nmod nn npadvmod nsubj nsubjpass num number oprd obj obl parataxis partmod pcomp pobj poss "
    "possessive preconj prep prt punct quantmod relcl rcmod root xcomp acl ENT_KB_ID MORPH ENT_ID "
    "IDX _"
)
#: In the order of their numbers.
SYMBOLS = (
    "", *_FLAGS.split(), *(f"FLAG{number}" for number in range(19, 64)), *_ATTRIBUTES.split(),
    *(f"DEPRECATED{number:03}" for number in range(1, 277)), *_KINDS.split(),
)  # fmt: skip
_NUMBERS = {name: number for number, name in enumerate(SYMBOLS)}

#: The header of an array as NumPy writes it, version 1, with two axes.
_ARRAY = re.compile(
    rb"\x93NUMPY\x01\x00(..)\{'descr': '(<f[248])', 'fortran_order': (True|False), "
    rb"'shape': \((\d{1,18}), (\d{1,18})\), \} *\n",
    re.DOTALL,
)
_LONGEST_HEADER = 1 << 12
_MASK = (1 << 64) - 1
_MULTIPLIER, _SHIFT = 0xC6A4A7935BD1E995, 47


def to_spacy(vectors: WordVectors, nlp: Any) -> None:
    """Put vectors into a pipeline of spaCy, in place of those that it has.

    Components of a pipeline that were trained with other vectors, such as those of the large
    pipelines, do not fit these: begin with ``spacy.blank("en")``, or train them again.

    Parameters
    ----------
    vectors : WordVectors
        Those of the words that are listed; spaCy gives zeros to all others.
    nlp : spacy.Language
        The pipeline.

    Raises
    ------
    MissingExtraError
        spaCy is not installed.
    ConfigError
        A vector does not fit into single precision.
    """
    try:
        table = importlib.import_module("spacy.vectors").Vectors
    except ImportError as error:
        raise MissingExtraError("spacy", "spacy") from error
    words = list(map(str, vectors.words))
    with np.errstate(over="ignore"):
        data = np.array(vectors.matrix, np.float32, order="C")
    if not np.isfinite(data).all():
        word = words[int(np.isfinite(data).all(axis=1).argmin())]
        raise ConfigError(
            f"the vector of {word!r} is not finite in single precision, which is all that spaCy has"
        )
    for word in words:
        nlp.vocab.strings.add(word)
    found = table(strings=nlp.vocab.strings, data=data, keys=words, name=f"{nlp.lang}_firth")
    ops = importlib.import_module("thinc.api").get_current_ops()
    found.to_ops(ops)
    nlp.vocab.vectors = found


def from_spacy(nlp: Any) -> WordVectors:
    """Take the vectors of a pipeline of spaCy that is loaded.

    Parameters
    ----------
    nlp : spacy.Language
        The pipeline.

    Returns
    -------
    WordVectors
        In the order of spaCy's rows; words that share a row have equal vectors. Without words, but
        with vectors of any that is asked for, if they are floret's.

    Raises
    ------
    ConfigError
        It has no vectors, or lacks the words of some.
    """
    table, strings = nlp.vocab.vectors, nlp.vocab.strings
    if str(getattr(table, "mode", "default")) == "floret":
        data = table.data.get() if hasattr(table.data, "get") else np.array(table.data)
        found = of_table(
            HashedMean(
                data, table.minn, table.maxn, table.hash_count, table.hash_seed,
                (table.bow, table.eow),
            )
        )  # fmt: skip
        return WordVectors(found.words, found.matrix, unseen=found.unseen)
    if not table.n_keys or not table.size:
        name = f"{nlp.meta.get('lang')}_{nlp.meta.get('name')}"
        raise ConfigError(
            f"the pipeline {name} has no vectors; those whose names end in _md or _lg do"
        )
    unknown = [key for key in table.key2row if key not in strings]
    if unknown:
        raise ConfigError(
            f"{len(unknown):,} of the {table.n_keys:,} keys of the pipeline's vectors, such as "
            f"{unknown[0]}, are of no string that it has; add the strings to nlp.vocab.strings"
        )
    data = table.data.get() if hasattr(table.data, "get") else np.asarray(table.data)
    rows = sorted(table.key2row.items(), key=lambda entry: entry[1])
    matrix = data[[row for _, row in rows]]
    if matrix.dtype != np.float64:
        matrix = matrix.astype(np.float32)
    return WordVectors([strings[key] for key, _ in rows], matrix)


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read the vectors of a saved pipeline, or of its vocabulary; spaCy is not needed."""
    folder = path / "vocab" if (path / "vocab").is_dir() else path
    settings = _settings(folder / SETTINGS)
    matrix = _map_array(folder / VECTORS)
    if settings["mode"] == "floret":
        return _floret(folder, settings, matrix)
    rows = read_map(folder / KEYS)
    if not rows or not matrix.size:
        raise FormatError(
            f"{folder} holds no vectors; pipelines of spaCy whose names end in _md or _lg do"
        )
    most = max(rows.values())
    if most >= len(matrix):
        raise FormatError(
            f"{folder / KEYS} leads to row {most:,}, but {VECTORS} has {len(matrix):,} rows; the "
            "files are not of one pipeline"
        )
    names = _names(folder / STRINGS, rows)
    unknown = next((key for key in rows if key not in names), None)
    if unknown is not None:
        raise FormatError(
            f"{folder / KEYS}: {len(rows) - len(names):,} of {len(rows):,} keys, such as "
            f"{unknown}, are of no word of {STRINGS}; the files are not of one pipeline"
        )
    keys = sorted(rows, key=rows.__getitem__)[: options.top]
    chosen: NDArray[Any] = matrix[[rows[key] for key in keys]]
    if chosen.dtype not in (np.float32, np.float64):
        with np.errstate(invalid="ignore"):  # NaN may signal
            chosen = chosen.astype(np.float32)
    _refuse_infinite(
        folder / VECTORS, chosen, lambda row: f"the vector of {shown(names[keys[row]])}"
    )
    words = pa.array([names[key] for key in keys], pa.large_string())
    small = words.nbytes < 1 << 31
    return Contents(WordList(words.cast(pa.string()) if small else words), chosen)


def _refuse_infinite(file: Path, matrix: NDArray[Any], name: Callable[[int], str]) -> None:
    row = infinite_row(matrix)
    if row is not None:
        raise FormatError(
            f"{file}: {name(row)} holds a value that is not a finite number; the "
            "file is damaged, copy the folder again"
        )


def _settings(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {"mode": "default"}  # before spaCy 3.2 there was none
    settings = _read_json(file)
    mode = settings.get("mode") if isinstance(settings, dict) else None
    if mode not in ("default", "floret"):
        raise FormatError(
            f"{file}: the mode of the vectors is {shown(mode)}; firth reads 'default' and 'floret'"
        )
    return dict(settings)


def _floret(folder: Path, settings: dict[str, Any], matrix: NDArray[Any]) -> Contents:
    """Return rows of hashes, which give vectors to all words, and list none."""
    file = folder / SETTINGS
    names = ("minn", "maxn", "hash_count", "hash_seed")
    figures: list[Any] = [settings.get(name) for name in names]
    marks = settings.get("bow"), settings.get("eow")
    if not all(type(figure) is int for figure in figures) or not all(
        isinstance(mark, str) and is_text(mark) for mark in marks
    ):
        raise FormatError(
            f"{file}: expected whole numbers minn, maxn, hash_count and hash_seed, and texts bow "
            f"and eow; found {shown(figures)} and {shown(list(marks))}"
        )
    min_n, max_n, hashes, seed = figures
    if problem := wrong_hashing(min_n, max_n, hashes, seed):
        raise FormatError(f"{file}: {problem}")
    if not matrix.size:
        raise FormatError(f"{folder / VECTORS} holds no rows; the folder is not whole")
    _refuse_infinite(folder / VECTORS, matrix, lambda row: f"row {row:,}")
    return of_table(
        HashedMean(widened(matrix), min_n, max_n, hashes, seed, (str(marks[0]), str(marks[1])))
    )


def is_text(value: str) -> bool:
    r"""Whether UTF-8 can write a string: JSON may hold half a surrogate pair.

    Examples
    --------
    >>> is_text("€"), is_text("\ud800")
    (True, False)
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror or error})") from error


def _read_json(file: Path) -> Any:
    try:
        return parse_json(_read(file))
    except ValueError as error:
        raise FormatError(
            f"{file}: not valid JSON ({reason(error)}); it is cut off or damaged, copy the "
            "folder again"
        ) from error


def _map_array(file: Path) -> NDArray[Any]:
    """Map a matrix of NumPy's format; only what its header may say, and no object."""
    try:
        with file.open("rb") as opened:
            head = opened.read(_LONGEST_HEADER)
            size = opened.seek(0, 2)
            found = _ARRAY.match(head)
            if found is None or int.from_bytes(found[1], "little") != found.end() - 10:
                raise FormatError(
                    f"{file}: it begins with {head[:20]!r}; expected a NumPy array of floats with "
                    "two axes, as spaCy writes"
                )
            dtype, shape = np.dtype(found[2].decode()), (int(found[4]), int(found[5]))
            needed = found.end() + shape[0] * shape[1] * dtype.itemsize
            if size != needed:
                raise FormatError(
                    f"{file}: {shape[0]:,} vectors of {shape[1]:,} numbers end at byte {needed:,}, "
                    f"but the file has {size:,} bytes; it is damaged or cut off, copy it again"
                )
            if not shape[0] * shape[1]:
                return np.zeros(shape, dtype)
            # Rows in memory are columns of an array in Fortran's order.
            turned = found[3] == b"True"
            stored = np.memmap(
                opened, dtype, "r", found.end(), shape[::-1] if turned else shape
            ).view(np.ndarray)
            return stored.T if turned else stored
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror or error})") from error


#: Whole numbers of msgpack from 0, by their first byte: how many bytes follow.
_SIZES = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
#: The same for the lengths of maps that are not in the first byte.
_MAPS = {0xDE: 2, 0xDF: 4}


def read_map(file: Path) -> dict[int, int]:
    """Read a map from whole numbers to whole numbers, which is all that key2row is.

    (https://github.com/msgpack/msgpack/blob/master/spec.md, sections "int" and "map".)

    Raises
    ------
    FormatError
        It is anything else, or cut off.
    """
    data = _read(file)

    def wrong(at: int, expected: str) -> FormatError:
        found = data[at : at + 9]
        return FormatError(
            f"{file}, byte {at:,}: found {found!r}; expected {expected}. The file is damaged or "
            "cut off, copy the folder again"
        )

    def number(at: int) -> tuple[int, int]:
        first = data[at] if at < len(data) else 0xC1  # a byte that msgpack never uses
        if first < 0x80:
            return first, at + 1
        end = at + 1 + _SIZES.get(first, 0)
        if first not in _SIZES or end > len(data):
            raise wrong(at, "a whole number of msgpack")
        return int.from_bytes(data[at + 1 : end], "big"), end

    first = data[0] if data else 0xC1
    at = 1 + _MAPS.get(first, 0)
    if (not 0x80 <= first <= 0x8F and first not in _MAPS) or at > len(data):
        raise wrong(0, "a map of msgpack")
    count = int.from_bytes(data[1:at], "big") if first in _MAPS else first & 0x0F
    found: dict[int, int] = {}
    for _ in range(count):
        start = at
        key, at = number(at)
        value, at = number(at)
        if found.setdefault(key, value) != value:
            raise wrong(start, "another key")
    if at != len(data):
        raise wrong(at, f"the end behind {count:,} entries")
    return found


def _names(file: Path, rows: Mapping[int, int]) -> dict[int, str]:
    """Return the word of each key that has one."""
    strings = _read_json(file)
    if not isinstance(strings, list) or not all(isinstance(text, str) for text in strings):
        raise FormatError(f"{file}: expected a list of strings, the words of the pipeline")
    found = {number: name for number, name in enumerate(SYMBOLS) if number in rows}
    try:
        found.update((key, text) for key, text in _keyed(strings) if key in rows)
    except UnicodeEncodeError as error:
        raise FormatError(f"{file}: {error.object[:40]!r} is no text ({error.reason})") from error
    return found


def _keyed(strings: Iterable[str]) -> Iterable[tuple[int, str]]:
    return ((key_of(text), text) for text in strings)


def key_of(word: str) -> int:
    """Return spaCy's key of a word: a symbol's number, or MurmurHash64A with the seed 1.

    (Austin Appleby's SMHasher, ``MurmurHash2.cpp``, ``MurmurHash64A``.)

    Examples
    --------
    >>> key_of("coffee"), key_of("number"), key_of("")
    (3197928453018144401, 432, 0)
    """
    if word in _NUMBERS:
        return _NUMBERS[word]
    data = word.encode()
    value, whole = 1 ^ len(data) * _MULTIPLIER & _MASK, len(data) & ~7
    for at in range(0, whole, 8):
        part = int.from_bytes(data[at : at + 8], "little") * _MULTIPLIER & _MASK
        part = (part ^ part >> _SHIFT) * _MULTIPLIER & _MASK
        value = (value ^ part) * _MULTIPLIER & _MASK
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ value >> _SHIFT) * _MULTIPLIER & _MASK
    return value ^ value >> _SHIFT
