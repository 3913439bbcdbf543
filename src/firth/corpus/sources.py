"""What can be read as a corpus, and how it becomes tokens."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from firth.corpus.compression import is_regular
from firth.corpus.events import EventFields, event_blocks
from firth.corpus.gaps import Gaps
from firth.corpus.inputs import FileReader
from firth.corpus.kinds import inputs_of, object_blocks
from firth.corpus.letters import Form, check_letters
from firth.corpus.lookalikes import with_warning
from firth.corpus.options import as_names, check_events, name_of, refuse_other_options
from firth.corpus.readers import BLOCK_BYTES, Block
from firth.corpus.stores import Remote
from firth.corpus.tokenized import HowToSplit, TokenBatch, tokenized
from firth.corpus.tokenizers import row_tokenizer
from firth.errors import ConfigError, CorpusWarning

ERRORS = ("strict", "replace")
#: Inputs that are files.
FILE = (str, Path, Remote)


@dataclass(frozen=True, repr=False)
class Corpus:
    """Sentences of tokens, to be read from one end to the other; made by `open_corpus`.

    Attributes
    ----------
    inputs : tuple
        Paths, ``"-"``, tables or iterables, read in this order.
    column : str or None
        Column of tables, or key of rows that are dictionaries.
    group_by : tuple of str
        Columns of events whose rows make one sentence if these have the same values.
    order_by : str or None
        Column that the events of a sentence are sorted by.
    tokenizer : str or callable
        Name in `TOKENIZERS`, or a function.
    lowercase : bool or str
        Whether letters are made small before splitting; the language whose rules they follow.
    normalize : str or None
        Normal form of Unicode that text is put into before splitting.
    errors : str
        ``"strict"`` or ``"replace"``: what bytes do that are not UTF-8.
    """

    inputs: tuple[Any, ...]
    column: str | None = None
    group_by: tuple[str, ...] = ()
    order_by: str | None = None
    tokenizer: str | Callable[[str], list[str]] = "whitespace"
    lowercase: bool | str = False
    normalize: Form | None = None
    errors: str = "strict"

    def __post_init__(self) -> None:
        row_tokenizer(self.tokenizer)
        check_letters(self.normalize, self.lowercase)
        if self.errors not in ERRORS:
            raise ConfigError(f"errors is {self.errors!r}; it must be one of {ERRORS}")
        for name in ("column", "order_by"):
            if not isinstance(value := getattr(self, name), str | None):
                raise ConfigError(f"{name} is {value!r}; it must be the name of a column")
        check_events(self.column, self.group_by, self.order_by, self.tokenizer)

    @property
    def name(self) -> str:
        """What messages call this corpus."""
        first = self.inputs[0]
        label = str(first) if isinstance(first, FILE) else f"<{type(first).__name__}>"
        more = len(self.inputs) - 1
        return f"{label} and {more:,} more" if more else label

    def __repr__(self) -> str:
        return f"Corpus({self.name})"

    @property
    def n_bytes(self) -> int | None:
        """Bytes of all files as stored; None where that cannot be known beforehand."""
        try:
            if all(isinstance(i, FILE) and is_regular(i) for i in self.inputs):
                return sum(
                    i.size if isinstance(i, Remote) else Path(i).stat().st_size for i in self.inputs
                )
        except OSError:
            pass
        return None

    @property
    def reading(self) -> dict[str, Any]:
        """How the text is read, as JSON can hold it; a function is recorded by its name.

        >>> reading = open_corpus([["a"]], lowercase=True).reading
        >>> reading["tokenizer"], reading["lowercase"]
        ('whitespace', True)
        """
        return {
            "tokenizer": name_of(self.tokenizer),
            "lowercase": self.lowercase,
            "normalize": self.normalize,
            "column": self.column,
            "group_by": list(self.group_by) or None,
            "order_by": self.order_by,
            "errors": self.errors,
        }

    @property
    def how(self) -> HowToSplit:
        """What is done with a block."""
        return HowToSplit(self.tokenizer, self.normalize, self.lowercase, self.errors)

    def identity(self) -> str | None:
        """Tell this input apart from others without reading it.

        Returns
        -------
        str or None
            64 hex digits over every file's path, size, number on its device (inode) and times of
            change, and over the options; None where nothing of the kind vouches for the content:
            pipes, objects in memory, and tokenizers that are functions (their code may change).
        """
        if callable(self.tokenizer):
            return None
        files: list[list[Any]] = []
        for source in self.inputs:
            if isinstance(source, Remote):
                files.append([source.name, source.size, source.changed])
                continue
            if not isinstance(source, str | Path):
                return None
            try:
                if not is_regular(source):
                    return None
                status = Path(source).stat()
            except OSError:
                return None
            # A program may set the time of change back (cp -p, rsync, tar); inode and time of the
            # last change of status (ctime) tell. Network and container file systems may give an
            # untouched file other ones: then it is read again, which is only slow.
            facts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            files.append([str(Path(source).resolve()), *facts, status.st_dev, status.st_ino])
        return sha256(json.dumps([files, self.reading]).encode()).hexdigest()

    def blocks(
        self,
        block_bytes: int = BLOCK_BYTES,
        folder: Path | None = None,
        on_rows: Callable[[int], None] | None = None,
        warn: Callable[[str], None] | None = None,
        keep_empty: bool = False,
    ) -> Iterator[Block]:
        """Read all inputs, in order, in pieces of about `block_bytes`.

        Parameters
        ----------
        block_bytes : int
            How much to read at a time.
        folder : Path, optional
            Where to write what does not fit into memory; by default a temporary one.
        on_rows : callable, optional
            Called with the number of events read so far.
        warn : callable, optional
            Gets the warnings; by default each is a `CorpusWarning`.
        keep_empty : bool
            Items of an iterable that hold no word become empty rows; those of files and tables
            always are.

        Yields
        ------
        Block
            To be given to `tokenize`.

        Raises
        ------
        CorpusError
            An input cannot be read.
        """
        warn = warn or _warn
        if not self.group_by:
            columns = () if self.column is None else (self.column,)
            yield from self._rows(columns, block_bytes, warn, keep_empty)
            return
        fields = EventFields(str(self.column), self.group_by, self.order_by)
        rows = self._rows(fields.columns, block_bytes, warn)
        yield from event_blocks(rows, fields, warn, self.errors, folder, on_rows)

    def _rows(
        self,
        columns: tuple[str, ...],
        block_bytes: int,
        warn: Callable[[str], None],
        keep_empty: bool = False,
    ) -> Iterator[Block]:
        files = FileReader(columns, self.errors, block_bytes, warn, set())
        for source in self.inputs:
            if isinstance(source, FILE):
                blocks = files.blocks(source)
            else:
                blocks = object_blocks(source, columns, block_bytes, keep_empty)
            # A function of the user's may well parse such texts.
            yield from blocks if callable(self.tokenizer) else with_warning(blocks, warn)

    def tokenize(self, block: Block, cut: bool = True) -> TokenBatch:
        """Turn a block into tokens; safe to call from several threads.

        Parameters
        ----------
        block : Block
            As `blocks` gives it.
        cut : bool
            A missing token ends its sentence; if not, each row of the block is one.

        Raises
        ------
        DecodeError
            The block is not UTF-8.
        """
        return tokenized(block, self.how, cut)

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the sentences as lists of strings; those without a token are left out."""
        sentence: list[str] = []
        gaps = Gaps()
        for block in self.blocks():
            batch = self.tokenize(block)
            gaps.add(batch.gaps, block.source)
            tokens, start = batch.tokens.to_pylist(), 0
            for number, length in enumerate(batch.lengths.tolist(), 1):
                sentence += filter(None, tokens[start : start + length])
                start += length
                if sentence and not (batch.continues and number == len(batch.lengths)):
                    yield sentence
                    sentence = []
        if gaps.warning:
            _warn(gaps.warning)


def _warn(text: str) -> None:
    warnings.warn(text, CorpusWarning, stacklevel=2)


def open_corpus(
    source: Any,
    *,
    column: str | None = None,
    group_by: str | Sequence[str] | None = None,
    order_by: str | None = None,
    tokenizer: str | Callable[[str], list[str]] | None = None,
    lowercase: bool | str | None = None,
    normalize: Form | None = None,
    errors: str | None = None,
) -> Corpus:
    r"""Describe an input as a corpus; nothing is read yet.

    One line is one sentence, and so is one row of a column and one item of an iterable. Lines end
    with ``\n``, ``\r\n`` or ``\r``. A line of any length is read whole.

    Parameters
    ----------
    source : str, Path, list of them, table, iterable or Corpus
        A file (text, Parquet, Arrow; CSV and JSON lines with `column`), compressed or not, or an
        archive of such files (zip, tar), known by its content and not by its name; a folder (every
        file in it at any depth, in the order of their paths, links followed once; hidden ones,
        pipes, sockets, devices and firth's own models left out); a glob; ``"-"`` for standard
        input; the address of a file, a folder or a glob in a store (``s3://``, ``gs://``,
        ``abfs://``, ``hdfs://``: what Arrow can open); a list of these; a table or a column of one,
        in memory or streamed: pandas, Polars (lazy too), DuckDB, Hugging Face datasets, pyarrow,
        and whatever else has Arrow's interface (``__arrow_c_stream__``, ``__arrow_c_array__``); or
        any iterable of sentences, each a string or a list of tokens (strings or integers), or of
        rows as dictionaries, or of tables; what can be read once only (an iterator, a stream) is
        read once. A list of strings is taken for paths; ``iter(texts)`` is not. Rows that are null
        (None, NaN) count for nothing; a token that is null ends its sentence, with a warning. A
        `Corpus` is returned as it is, if the options allow that. :mod:`firth.corpus.kinds` has the
        rules.
    column : str, optional
        Column of a table, of strings or of lists of tokens; by default the only one of that kind.
        Or of a CSV file (with a header), or the key of JSON lines or of rows that are dictionaries.
    group_by : str or sequence of str, optional
        Read events (clicks, purchases, plays), one a row, whose items `column` names, one token
        each: rows that have the same value in this column, or in all of these, become one sentence,
        wherever they lie in the whole input. Sentences come in the order of their first rows. Rows
        without a value count for nothing.
    order_by : str, optional
        Sort the events of each sentence by this column: numbers, times (also as ISO 8601 writes
        them), or text; those without a value come last. By default, and where values are equal,
        rows stay as they come.
    tokenizer : str or callable, optional
        ``"whitespace"`` (``str.split``), the default, ``"unicode"`` (see `split_unicode_words`),
        or a function from a string to its tokens. A function sees a line that is longer than 2 MB
        in pieces, cut at white space. Lists of tokens are taken as they are.
    lowercase : bool or str, optional
        Make letters small before splitting; ``"tr"`` or ``"az"``: as in Turkish or Azeri. By
        default they stay.
    normalize : str, optional
        ``"NFC"`` or ``"NFKC"``: write text in this normal form of Unicode before splitting. By
        default it stays as it is, with every tokenizer.
    errors : str, optional
        ``"strict"``, the default: bytes that are not UTF-8 are an error; ``"replace"``: they become
        U+FFFD.

    Returns
    -------
    Corpus
        To be given to `encode`.

    Raises
    ------
    CorpusError
        There is no such file, or no file in the folder, or none that matches the glob; or this is
        nothing to be read. What is wrong with an item is said when it is read.
    ConfigError
        An option has no such value, or another than that of the `Corpus`.

    Examples
    --------
    >>> list(open_corpus(iter(["the cat sat", ["on", "the mat"]])))
    [['the', 'cat', 'sat'], ['on', 'the mat']]
    """
    options = {
        "column": column,
        "group_by": as_names(group_by),
        "order_by": order_by,
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "normalize": normalize,
        "errors": errors,
    }
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if isinstance(source, Corpus):
        used = {name: getattr(source, name) for name in options}
        refuse_other_options(given, used, "opened")
        return source
    return Corpus(inputs_of(source), **given)
