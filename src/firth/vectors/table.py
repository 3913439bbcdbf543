"""Words and their vectors: look up, compare, find neighbours, solve analogies.

A :class:`WordVectors` is a list of words and a matrix with one row each. The matrix may be a
read-only memory map: nothing here copies that, so vectors larger than memory can be asked too.

Similarities are cosines where nothing else is said. A vector of zeros has no direction; its cosine
with anything is 0.
What is handed out is read-only: copy a vector (``vectors["king"].copy()``) to change it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.config.peers import no_attribute, takes
from firth.corpus.letters import Form
from firth.corpus.wordlist import Word
from firth.errors import ConfigError, FormatWarning
from firth.files.given import given_path
from firth.files.tables import checked_ending, write_table
from firth.values import Whole
from firth.vectors import analogy as analogies
from firth.vectors.among import Among, rows_left_out
from firth.vectors.forms import asked_in
from firth.vectors.graph import NeighborGraph, as_table, graph_parts, joined
from firth.vectors.held import HeldRows
from firth.vectors.html import as_html
from firth.vectors.matrix import (
    FloatMatrix,
    RowsLater,
    directions,
    read_only,
)
from firth.vectors.query import Query, as_vector, check_vectors, is_one, is_word, parts_of
from firth.vectors.rows import Rows
from firth.vectors.search import Metric, checked_metric, nearest

if TYPE_CHECKING:
    from firth.vectors.approximate import ApproximateVectors, HowToIndex

Unseen: TypeAlias = Callable[[str], NDArray[np.floating] | None]


class HowToWrite(TypedDict, total=False):
    """What :meth:`WordVectors.save` takes beside the path."""

    format: str | None
    top: int | None
    dim: int | None
    pca: bool
    dtype: str | None
    rename: str | None


class WordVectors:
    """Words with one vector each.

    Parameters
    ----------
    words : sequence of str or of int
        The ``V`` words, in the order of the rows; usually the most frequent first. Integers (the
        nodes of a graph, ids of items) are asked for, and answered, as integers of Python or NumPy;
        ``"5"`` is understood as 5.
    matrix : (V, dim) float32 or float64
        Their vectors. An array that can be written is copied, so that no change to it can make
        the answers contradict each other. A read-only one (a memory map, or
        ``matrix.flags.writeable = False``) is kept as it is: large vectors are not held twice.
        Or what computes them when they are wanted, :class:`firth.vectors.matrix.RowsLater`.
    unseen : callable, optional
        ``unseen(word)`` gives the vector ``(dim,)`` of a word that has no row, or None. Such words
        can be asked about, but are never answers, and ``word in vectors`` is False.
    normalize : {"NFC", "NFKC"}, optional
        The normal form of Unicode that the words are in; those asked for are put into it.
    counts : (V,) whole numbers, optional
        How often each word occurred, where that is known.

    Raises
    ------
    ConfigError
        Words, rows and counts differ in number, a word occurs twice, `matrix` is not a matrix of
        floating-point numbers, or counts are no whole numbers from 0.

    Examples
    --------
    >>> import numpy as np
    >>> vectors = WordVectors(
    ...     ["man", "woman", "king", "queen"],
    ...     np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=np.float32),
    ... )
    >>> len(vectors), vectors.dim, "king" in vectors
    (4, 3, True)
    >>> vectors["king"].tolist()
    [1.0, 0.0, 1.0]
    >>> word, cosine = vectors.most_similar("king", k=1)[0]
    >>> word, round(cosine, 3)
    ('man', 0.707)
    >>> vectors.analogy("man", "king", "woman", k=1)[0][0]
    'queen'
    >>> nodes = WordVectors([5, 6, -7], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> 5 in nodes, nodes[[5, -7]].tolist(), nodes.most_similar(5, k=1)[0][0]
    (True, [[1.0, 0.0], [0.0, 1.0]], 6)
    """

    def __init__(
        self,
        words: Sequence[Word],
        matrix: ArrayLike | RowsLater,
        *,
        unseen: Unseen | None = None,
        normalize: Form | None = None,
        counts: ArrayLike | None = None,
    ) -> None:
        self.normalize = normalize
        self._rows = Rows(words, normalize)
        self._words = self._rows.words
        self._held = HeldRows(matrix, self._words)
        if len(words) != self._held.shape[0]:
            raise ConfigError(
                f"{len(words):,} words but {self._held.shape[0]:,} rows; each word has one row"
            )
        self._counts = None if counts is None else _as_counts(counts, len(self._words))
        self._given_unseen = unseen
        self._unseen = asked_in(normalize, unseen) if normalize and unseen else unseen

    @property
    def words(self) -> Sequence[Any]:
        """The words, in the order of the rows; a sequence that cannot be changed."""
        return self._words

    @property
    def matrix(self) -> FloatMatrix:
        """The vectors, ``(V, dim)``; read-only.

        Of a model of fastText they are composed of words' and n-grams' rows, when they are first
        wanted all together: by this, or by a search.
        """
        return self._held.whole

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each word occurred, ``(V,)``, read-only; None where that is not known."""
        return self._counts

    @property
    def unseen(self) -> Unseen | None:
        """What gives a vector to a word that has no row, as it was given."""
        return self._given_unseen

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self._held.shape[1])

    @property
    def norms(self) -> NDArray[np.float64]:
        """Euclidean lengths of the rows, ``(V,)``; read-only, computed on first use.

        Raises
        ------
        FormatError
            A row holds NaN or infinity.
        """
        return self._held.norms

    if not TYPE_CHECKING:  # type checkers would take every name for right

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name)

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return self._rows.find(word) is not None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._words)

    def __repr__(self) -> str:
        return f"<WordVectors: {len(self):,} words, {self.dim} dimensions, {self._held.dtype}>"

    def _repr_html_(self) -> str:
        """Return a few facts, as notebooks show them."""
        counts = self._counts
        facts = {
            "dimensions": self.dim,
            "numbers": str(self._held.dtype),
            "occurrences": None if counts is None else int(counts.sum()),
            "words never seen": "composed of their n-grams" if self._unseen else None,
        }
        return as_html(f"{len(self):,} words", facts, self._words)

    def __getitem__(self, key: Any) -> NDArray[np.floating]:
        """Vector of a word ``(dim,)``, read-only; or of several, ``(n, dim)``, a copy."""
        found: NDArray[np.floating]
        if isinstance(key, slice):
            raise TypeError("vectors go by their words; rows by number are in vectors.matrix")
        if not is_one(key):
            keys: list[Word] = list(key)
            if self._unseen is None or all(word in self for word in keys):
                found = self._held.take([self.index(word) for word in keys])
            else:
                found = np.stack([self[word] for word in keys])
            return found
        composed = None
        if self._unseen and (isinstance(key, str) or self._words.integers) and key not in self:
            composed = self._unseen(str(key))
        if composed is not None:
            return read_only(composed)
        return self._held.row(self.index(key))

    def index(self, word: Word) -> int:
        """Row of `word`.

        Raises
        ------
        UnknownWordError
            `word` has no vector; the message suggests near spellings.
        TypeError
            It is a list, an array or the like.
        """
        return self._rows.of(word)

    def save(self, path: str | Path, **how: Unpack[HowToWrite]) -> None:
        r"""Save to a file or folder of any format that firth writes, for any program.

        What a format cannot hold is left out, and a warning says so.

        Parameters
        ----------
        path : str or Path
            Where to. Without an ending it is a folder of firth's own, which opens at once whatever
            its size; see ``docs/formats.md`` for the others.
        format : str, optional
            The name of the format; by default the one that the name of the file ends in.
        top : int, optional
            The first so many words only.
        dim : int, optional
            So many dimensions only, the first ones.
        pca : bool
            Turn the vectors onto their principal axes before, of which the first keep most.
        dtype : {"float64", "float32", "float16", "int8"}, optional
            Precision of the numbers, where the format has several.
        rename : str, optional
            What is written for blanks and control characters of words.

        Raises
        ------
        ConfigError
            A setting is out of range; a word cannot be written in this format; or no format is
            known by the file's name.
        SaveError
            The file cannot be written; what was there before is as it was.

        Warns
        -----
        FormatWarning
            Something is lost, such as counts in word2vec's formats.

        Examples
        --------
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "vectors.vec"
        >>> WordVectors(["a", "b"], [[1.0, 0.5], [0.25, -1.0]]).save(path)
        >>> path.read_text()
        '2 2\na 1 0.5\nb 0.25 -1\n'
        """
        # A door to a room behind this one: by name, and only when somebody goes through it.
        formats = import_module("firth.formats.writing")
        for loss in formats.write_contents(path, formats.contents_of(self), **how):
            warnings.warn(loss, FormatWarning, stacklevel=2)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand out a table with columns `word`, `vector` and, where known, `count`.

        That is Arrow's PyCapsule interface, which pandas, Polars, DuckDB, LanceDB and others read:
        ``polars.DataFrame(vectors)``, ``pyarrow.table(vectors)``. :func:`firth.read_vectors` takes
        such tables. See :mod:`firth.formats.frames` and ``docs/frameworks.md``.

        Examples
        --------
        >>> import pyarrow as pa
        >>> pa.table(WordVectors(["a"], [[1.0, 0.5]])).to_pydict()
        {'word': ['a'], 'vector': [[1.0, 0.5]]}
        """
        frames = import_module("firth.formats.frames")
        stream: object = frames.as_table(self).__arrow_c_stream__(requested_schema)
        return stream

    def similarity(self, first: Word, second: Word) -> float:
        """Cosine of the angle between the vectors of two words, in [-1, 1].

        Examples
        --------
        >>> round(WordVectors(["a", "b"], [[1.0, 0.0], [1.0, 1.0]]).similarity("a", "b"), 4)
        0.7071
        """
        one, other = directions(self[[first, second]])
        return float(np.clip(one @ other, -1.0, 1.0))

    @takes
    def most_similar(
        self,
        positive: Query = (),
        negative: Query = (),
        k: int = 10,
        *,
        among: Among = None,
        metric: Metric = "cosine",
    ) -> list[tuple[Any, float]]:
        """Words whose vectors are nearest to a query, by default those that point the same way.

        The query is the sum of the unit vectors of `positive` less those of `negative`. Words of
        the query are never answers. Ties go to the word listed first.

        Parameters
        ----------
        positive, negative : str, int, (dim,) array, or a sequence of these
            What the answer should be near to, and far from; one of them may be left out.
        k : int
            Answers wanted, 1 or more; fewer come back if the vocabulary has no more.
        among : int, iterable of words, or re.Pattern, optional
            Which words may be answers: the first so many (usually the most frequent ones), those of
            a list, or those that a regular expression finds something in. By default all.
        metric : {"cosine", "dot", "euclidean"}
            What is near: the angle, the product, or the distance. For products and distances the
            query is of the vectors as they are; for distances it is a mean, which is the sum
            divided by how many more words are in `positive` than in `negative`, if more than one.

        Returns
        -------
        list of (str or int, float)
            Words with their cosines (or products, or distances), nearest first.

        Raises
        ------
        UnknownWordError
            A word of the query, or of the list, has no vector.
        ConfigError
            `k` is below 1, the query is empty, a part of it is neither a word nor a vector of
            length `dim`, no word may be an answer, or `metric` is none of these.

        Examples
        --------
        >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        >>> [word for word, cosine in vectors.most_similar("a", k=5)]
        ['b', 'c']
        >>> vectors.most_similar("a", k=1, metric="euclidean")
        [('b', 1.0)]
        """
        k, metric = Whole(1).check("k", k), checked_metric(metric)
        plus, minus = (parts_of(some, self._words.integers) for some in (positive, negative))
        if not plus and not minus:
            raise ConfigError("the query is empty; name at least one word or vector")
        if len(plus) == 1 and not minus:
            query = self._part(plus[0])
        else:
            given = np.stack([self._part(part) for part in (*plus, *minus)])
            given = directions(given) if metric == "cosine" else given
            given[len(plus) :] *= -1
            query = given.sum(axis=0)
        if metric == "euclidean":
            query /= max(1, len(plus) - len(minus))
        return self._answers(query[np.newaxis], k, [self._rows_of(plus + minus)], among, metric)[0]

    @takes
    def most_similar_many(
        self,
        queries: Iterable[Word | NDArray[np.floating]],
        k: int = 10,
        *,
        among: Among = None,
        metric: Metric = "cosine",
    ) -> list[list[tuple[Any, float]]]:
        """Answer many queries at once: far faster than one :meth:`most_similar` after the other.

        Parameters
        ----------
        queries : iterable of str, int or (dim,) array; or (n, dim) array
            Words or vectors, one a query. A word is no answer to itself.
        k : int
            Answers wanted for each, 1 or more.
        among : int, iterable of words, or re.Pattern, optional
            Which words may be answers, as in :meth:`most_similar`.
        metric : {"cosine", "dot", "euclidean"}
            What is near, as in :meth:`most_similar`.

        Returns
        -------
        list of list of (str or int, float)
            For each query its words with their cosines, nearest first: the same as
            :meth:`most_similar` gives.

        Raises
        ------
        UnknownWordError, ConfigError
            As in :meth:`most_similar`.

        Examples
        --------
        >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        >>> [[word for word, _ in found] for found in vectors.most_similar_many(["a", "c"], k=1)]
        [['b'], ['b']]
        """
        if isinstance(queries, str):
            raise ConfigError(f"queries is one word, {queries!r}; give a list of words")
        k, metric, parts = Whole(1).check("k", k), checked_metric(metric), list(queries)
        if not parts:
            return []
        asked = [self._rows_of([part]) for part in parts]
        return self._answers(np.stack(list(map(self._part, parts))), k, asked, among, metric)

    def nearest_rows(
        self,
        queries: ArrayLike,
        k: int = 10,
        *,
        excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None = None,
        among: Among = None,
        metric: Metric = "cosine",
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Find the rows nearest to many vectors; answers are arrays, for further computation.

        Parameters
        ----------
        queries : (n, dim) floats
            The vectors.
        k : int
            Answers wanted for each, 1 or more.
        excluded : sequence of n sequences of int, or (n, m) int, optional
            For each query rows that are no answers to it.
        among, metric
            As in :meth:`most_similar`.

        Returns
        -------
        rows : (n, m) int64
            Nearest first, ties by row number; -1 where there are fewer answers than m, which is
            `k`, or how many words may be answers.
        values : (n, m) float64
            Cosines, products or distances; there -inf, or inf for distances.

        Raises
        ------
        ConfigError
            As in :meth:`most_similar`.

        Examples
        --------
        >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        >>> rows, cosines = vectors.nearest_rows([[1.0, 0.0], [0.0, 2.0]], k=2)
        >>> rows.tolist(), cosines.round(3).tolist()
        ([[0, 1], [2, 1]], [[1.0, 0.707], [1.0, 0.707]])
        """
        asked = np.asarray(queries)
        if asked.ndim != 2 or asked.shape[1] != self.dim or asked.dtype.kind not in "fiu":
            raise ConfigError(
                f"queries have shape {asked.shape} and hold {asked.dtype}; they must be "
                f"(n, {self.dim}) numbers"
            )
        check_vectors(asked)
        if excluded is not None and len(excluded) != len(asked):
            raise ConfigError(f"{len(asked):,} queries, but {len(excluded):,} lists of rows")
        k, metric = Whole(1).check("k", k), checked_metric(metric)
        return self._nearest(np.asarray(asked, np.float64), k, excluded, among, metric)

    def _nearest(
        self,
        queries: NDArray[np.float64],
        k: int,
        excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None,
        among: Among,
        metric: Metric,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        if not len(self) and self._unseen is not None:
            raise ConfigError(
                "these vectors list no words, so that none can be an answer: take some words with "
                "read_vectors(path, words=[…]), or firth convert SRC DST --words FILE"
            )
        never = rows_left_out(self._words, among, self.index)
        known = self._held.scales
        return nearest(self._held.whole, known, queries, k, excluded, never, metric=metric)

    def _answers(
        self,
        queries: NDArray[np.float64],
        k: int,
        asked: list[list[int]],
        among: Among,
        metric: Metric,
    ) -> list[list[tuple[Any, float]]]:
        return self._named(*self._nearest(queries, k, asked, among, metric))

    def _named(
        self, rows: NDArray[np.int64], values: NDArray[np.float64]
    ) -> list[list[tuple[Any, float]]]:
        """Return words with values for each query."""
        words = iter(self._words.take(rows[rows >= 0]))
        return [
            [(next(words), value) for row, value in zip(*found, strict=True) if row >= 0]
            for found in zip(rows.tolist(), values.tolist(), strict=True)
        ]

    def neighbor_graph(
        self, k: int = 15, *, among: Among = None, metric: Metric = "cosine"
    ) -> NeighborGraph:
        """Find the `k` nearest neighbours of every word: exact, and far faster than one by one.

        Parameters
        ----------
        k : int
            Neighbours wanted of each, 1 or more.
        among : int, iterable of words, or re.Pattern, optional
            Which words are in the graph, as in :meth:`most_similar`; by default all.
        metric : {"cosine", "dot", "euclidean"}
            What is near.

        Returns
        -------
        NeighborGraph
            Its words' rows, and for each the rows of its neighbours with their cosines.

        Examples
        --------
        >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        >>> graph = vectors.neighbor_graph(k=1)
        >>> graph.neighbors.tolist(), graph.values.round(3).tolist()
        ([[1], [0], [1]], [[0.707], [0.707], [0.707]])
        """
        return joined(self._graph_parts(k, among, metric))

    def save_neighbor_graph(
        self, path: str | Path, k: int = 15, *, among: Among = None, metric: Metric = "cosine"
    ) -> int:
        """Write the graph of :meth:`neighbor_graph` as a table of edges, piece by piece.

        Parameters
        ----------
        path : str or Path
            A file that ends in ``.parquet``, ``.arrow``, ``.csv`` or ``.tsv``. Its columns are
            word, neighbor, rank (from 1), and cosine (or dot, or euclidean).
        k, among, metric
            As in :meth:`neighbor_graph`.

        Returns
        -------
        int
            How many edges there are.

        Raises
        ------
        ConfigError
            As in :meth:`most_similar`; or the name of the file ends otherwise.
        SaveError
            The file cannot be written; what was there before is as it was.
        """
        place = given_path("path", path)
        checked_ending(place)
        parts = self._graph_parts(k, among, metric)
        return write_table(place, (as_table(self._words, part, metric) for part in parts))

    def _graph_parts(self, k: int, among: Among, metric: Metric) -> Iterator[NeighborGraph]:
        k, metric = Whole(1).check("k", k), checked_metric(metric)
        never = rows_left_out(self._words, among, self.index)
        return graph_parts(self._held.whole, self._held.scales, k, never, metric)

    def approximate(self, **how: Unpack[HowToIndex]) -> ApproximateVectors:
        """Search through an index: far faster among a million words, and nearly as good.

        The index (HNSW, by faiss) is made once, which takes minutes for a million words, and is
        kept in the user's cache (see ``firth cache``). It is found again as long as the vectors are
        the same. Cosines are exact; what may be missing is a neighbour, and how often that is so is
        measured by frequency: ``index_facts.recall``. See ``docs/approximate-search.md``.

        Parameters
        ----------
        m : int
            Half the links of a word, 2 to 256; more of them find more and take more memory, 8 m
            bytes a word.
        ef_construction : int
            How many near words are looked at for each when the index is made.
        ef_search : int
            How many are kept in mind while searching: more of them find more, and take longer.
        keep : bool
            Keep the index for later processes, and look for one that was kept.
        tell : callable, optional
            Called with one line before an index is made. By default nothing is said, unless there
            was one that does not fit any more.

        Returns
        -------
        ApproximateVectors
            The same words, to be asked in the same ways.

        Raises
        ------
        MissingExtraError
            faiss is not installed: ``pip install 'firth[index]'``.
        ConfigError
            A parameter is out of range, or there are no vectors.
        FormatError
            A row holds NaN or infinity.

        Warns
        -----
        CacheWarning
            An index that was kept is damaged, or was made of other vectors or by another version of
            faiss, and so is made again (without `tell`).
        """
        made: ApproximateVectors = import_module("firth.vectors.approximate").approximate(
            self, **how
        )
        return made

    def doesnt_match(self, words: Iterable[Word]) -> Any:
        """Return the word of a list that fits the others least.

        That is the one whose direction is farthest from the mean direction of all of them, as in
        gensim.

        Parameters
        ----------
        words : iterable of str or of int
            Two words or more.

        Raises
        ------
        UnknownWordError
            A word has no vector.
        ConfigError
            There are fewer than two words.

        Examples
        --------
        >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]])
        >>> vectors.doesnt_match(["a", "b", "c"])
        'c'
        """
        asked = [] if is_one(words) else list(words)
        if len(asked) < 2:
            raise ConfigError(f"words is {words!r}; it must be a list of two words or more")
        pointing = directions(self[asked])
        return asked[int(np.argmin(pointing @ directions(pointing.mean(axis=0)[np.newaxis])[0]))]

    @takes
    def analogy(
        self,
        a: Word,
        b: Word,
        c: Word,
        k: int = 10,
        *,
        method: analogies.Method = "3cosadd",
        among: Among = None,
    ) -> list[tuple[Any, float]]:
        """Answer "`a` is to `b` as `c` is to ?".

        Parameters
        ----------
        a, b, c : str or int
            The three given words; none of them is an answer.
        k : int
            Answers wanted, 1 or more.
        method : {"3cosadd", "3cosmul", "pairdistance"}
            How; :mod:`firth.vectors.analogy` has the formulas. ``3cosadd``: the word nearest to
            ``b - a + c``, taken over unit vectors (Mikolov, Yih and Zweig, "Linguistic Regularities
            in Continuous Space Word Representations", NAACL 2013, section 4).
        among : int, iterable of words, or re.Pattern, optional
            Which words may be answers, as in :meth:`most_similar`.

        Returns
        -------
        list of (str or int, float)
            Words with what the method makes most of: for ``3cosadd`` the cosine to the offset.

        Raises
        ------
        UnknownWordError, ConfigError
            As in :meth:`most_similar`.

        Examples
        --------
        >>> vectors = WordVectors(
        ...     ["man", "woman", "king", "queen"], [[1.0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]]
        ... )
        >>> [vectors.analogy("man", "king", "woman", k=1, method=method)[0][0]
        ...  for method in ("3cosadd", "3cosmul", "pairdistance")]
        ['queen', 'queen', 'queen']
        """
        given = [b, a, c]
        k, method = Whole(1).check("k", k), analogies.checked_method(method)
        if method == "3cosadd":
            return self.most_similar([b, c], [a], k, among=among)
        never = rows_left_out(self._words, among, self.index)
        asked = np.array(self._rows_of(given), dtype=np.int64)
        never = np.unique(asked if never is None else np.concatenate([never, asked]))
        pointing = directions(np.stack(list(map(self._part, given))))
        ranked = analogies.ranked(self._held.whole, self._held.scales, pointing, method, k, never)
        return self._named(*ranked)[0]

    def _rows_of(self, parts: Iterable[Any]) -> list[int]:
        """Return the rows of those parts of a query that are words of this table."""
        rows = (self._rows.find(part) for part in parts if is_word(part))
        return [row for row in rows if row is not None]

    def _part(self, part: Any) -> NDArray[np.float64]:
        """Return the vector of a word or of a query, (dim,)."""
        return as_vector(part, self.__getitem__, self.dim)


def _as_counts(counts: ArrayLike, n: int) -> NDArray[np.int64]:
    found = np.asarray(counts)
    if found.shape != (n,) or found.dtype.kind not in "iu" or (n and found.min() < 0):
        raise ConfigError(
            f"counts have shape {found.shape} and hold {found.dtype}; they must be ({n},) whole "
            "numbers, 0 or more"
        )
    return read_only(found.astype(np.int64))
