"""A column of items → vectors that are learnt from which items occur together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from firth.api import train
from firth.documents.lookup import Lookup
from firth.errors import ConfigError
from firth.sklearn.columns import as_items, checked_columns, place_of
from firth.sklearn.settings import given_options, keep, with_options
from firth.values import Choice, shown
from firth.vectors import WordVectors

if TYPE_CHECKING:
    from firth.config import TrainSettings

UNKNOWN = {
    "zeros": "they get vectors of zeros",
    "mean": "they get the mean of all vectors",
    "error": "they are refused",
}


@with_options
class ItemEmbedder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turns items of an event log into vectors: songs that were heard, products that were bought.

    A row of `X` is an event. Rows that agree in the columns `group` make a sentence (a user's
    clicks, a basket), whose items are its words; :meth:`fit` trains their vectors, and
    :meth:`transform` gives each row that of its item. So a column of categories becomes numbers
    that say which categories occur among the same others.

    With a `random_state` the same events give the same bits, at any number of threads.

    Parameters
    ----------
    item : int or str
        The column of items, by number or, in a frame, by name.
    group : int, str or sequence of these
        The columns that say which rows belong together.
    order : int or str, optional
        The column that the events of a group are sorted by: times or numbers. By default they stay
        as they come.
    unknown : {"zeros", "mean", "error"}
        What is done with items that have no vector: those that are missing, that :meth:`fit` has
        not met, or fewer than `min_count` times.
    random_state : int, RandomState or None
        The seed of training; None draws another one each time.
    n_jobs : int, optional
        Threads of training: 1 by default, -1 for all cores.
    verbose : bool
        Show the progress of training.
    **settings

    Attributes
    ----------
    model_ : Model
        What was trained.
    vectors_ : WordVectors
        The vectors of the items; integers stay integers.

    Raises
    ------
    TypeError
        A parameter has an unknown name; the message says what it may be called here.

    Examples
    --------
    >>> songs = ["So What", "Naima", "So What", "Naima", "Temptation", "Blue Monday"] * 50
    >>> plays = [[song, i // 2] for i, song in enumerate(songs)]
    >>> embedder = ItemEmbedder(dim=8, min_count=1, sample=0.0, epochs=20, random_state=0)
    >>> embedder.fit_transform(plays).shape
    (300, 8)
    >>> sorted(embedder.vectors_.words)
    ['Blue Monday', 'Naima', 'So What', 'Temptation']
    """

    def __init__(
        self,
        *,
        item: int | str = 0,
        group: Any = 1,
        order: int | str | None = None,
        unknown: str = "zeros",
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: bool = False,
        **settings: Unpack[TrainSettings],
    ) -> None:
        self.item = item
        self.group = group
        self.order = order
        self.unknown = unknown
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        keep(self, settings)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train the vectors of items.

        Parameters
        ----------
        X : frame of any library, or (n, m) array
            An event a row.
        y : object
            Not used.

        Returns
        -------
        ItemEmbedder
            This one.

        Raises
        ------
        ConfigError
            There is no such column, or a parameter is out of range.
        CorpusError
            Nothing is left to train on.
        """
        Choice(UNKNOWN).check("unknown", self.unknown)
        columns = checked_columns(self, X, reset=True)
        groups = self.group if isinstance(self.group, list | tuple) else [self.group]
        if not groups:
            raise ConfigError(
                "group is empty; name the columns that say which rows belong together"
            )
        n = len(columns)
        events = {"item": as_items(columns[place_of(self, "item", self.item, n)])}
        names = [f"group {number}" for number in range(len(groups))]
        for name, group in zip(names, groups, strict=True):
            events[name] = as_items(columns[place_of(self, "group", group, n)])
        if self.order is not None:
            events["order"] = columns[place_of(self, "order", self.order, n)]
        self.model_ = train(
            pa.table(events),
            column="item",
            group_by=names,
            order_by=None if self.order is None else "order",
            progress=bool(self.verbose),
            **given_options(self),
        )
        return self

    def transform(self, X: Any) -> NDArray[np.floating]:
        """Return the vector of each row's item, ``(n, dim)`` float32.

        Parameters
        ----------
        X
            The same columns as for :meth:`fit`; only that of the items is looked at.

        Raises
        ------
        ConfigError
            An item has no vector, and `unknown` is ``"error"``.
        """
        check_is_fitted(self)
        columns = checked_columns(self, X, reset=False)
        column = columns[place_of(self, "item", self.item, len(columns))]
        # Each item is looked up once.
        items = pc.dictionary_encode(pc.cast(as_items(column), pa.string()), "encode")
        items = items.combine_chunks() if isinstance(items, pa.ChunkedArray) else items
        distinct = [item or "" for item in items.dictionary.to_pylist()]
        found: NDArray[np.floating] = self._rows(distinct)[items.indices.to_numpy()]
        return found

    def _rows(self, items: list[str]) -> NDArray[np.floating]:
        """Return the vectors of different items, ``(n, dim)``."""
        lookup, matrix = Lookup(self.vectors_), self.vectors_.matrix
        places = lookup.places(items)
        known = places >= 0
        if self.unknown == "error" and not known.all():
            without = {items[place]: None for place in np.flatnonzero(~known)}
            raise ConfigError(
                f"{len(without):,} items have no vector, such as {shown(next(iter(without)))}; fit "
                f"met them fewer than {self.model_.config['min_count']} times"
            )
        rows = np.zeros((len(items), self.vectors_.dim), matrix.dtype)
        if self.unknown == "mean":
            rows[:] = matrix.mean(axis=0, dtype=np.float64)
        rows[known] = lookup.rows(places[known])
        return rows

    @property
    def vectors_(self) -> WordVectors:
        """The vectors of the items."""
        vectors: WordVectors = self.model_.vectors
        return vectors

    @property
    def _n_features_out(self) -> int:
        return self.vectors_.dim

    def __sklearn_tags__(self) -> Any:
        """Say that this takes categories, and that some may be missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags
