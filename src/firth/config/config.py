"""Every hyper-parameter of training: default, unit, range, source; and the registries of names.

A new architecture, objective or unit is one file in :mod:`firth.training` and one line here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Self

from firth.errors import ConfigError
from firth.files.machine import available_cores

#: name → what it is; the module that implements it carries the same name.
ARCHITECTURES: dict[str, str] = {
    "skipgram": "the centre word predicts each word of its window",
    "cbow": "the mean of the window's words predicts the centre word",
}
OBJECTIVES: dict[str, str] = {
    "negative_sampling": "tell true pairs from pairs with noise words",
    "hierarchical_softmax": "find the word in a binary tree, a yes or no at each node",
    "softmax": "find the word among all words at once; for small vocabularies",
}
UNITS: dict[str, str] = {
    "words": "one vector a word",
    "subwords": "words and their character n-grams, so that unseen words have vectors too",
}
NOISES: dict[str, str] = {
    "pool": "noise words shared by the centres of a chunk, weighted to the same expectation; fast",
    "pair": "fresh noise words for every pair, as in word2vec; exact and slow",
}
CBOW_GRADIENTS: dict[str, str] = {
    "exact": "the gradient of the mean: each word's share is divided by their number",
    "word2vec": "the undivided gradient for each word, as word2vec.c, gensim and fastText do",
}
SUBWORD_GRADIENTS: dict[str, str] = {
    "fasttext": "the undivided gradient for each row of a word, as fastText does",
    "exact": "the gradient of the mean: each row's share is divided by their number",
}
#: Defaults that depend on other settings: where the first mapping fits, the second holds; later
#: ones win. Each was the best of a few values around it in WordSim-353, SimLex-999 and Google
#: analogies together, after 3 epochs of 20 million words (docs/members.md has the figures).
TUNED: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {"learning_rate": 0.04, "pool_size": 32, "chunk_size": 64, "batch_size": 16}),
    # A pair a word instead of six: fewer noise words do, and an exact mean wants larger steps.
    (
        {"architecture": "cbow"},
        {"learning_rate": 0.15, "pool_size": 16, "chunk_size": 128, "batch_size": 32},
    ),
    ({"architecture": "cbow", "cbow_gradient": "word2vec"}, {"learning_rate": 0.05}),
    ({"architecture": "cbow", "cbow_mean": False}, {"learning_rate": 0.05}),
    # Nodes move within a batch; only hidden vectors wait for its end.
    ({"objective": "hierarchical_softmax"}, {"chunk_size": 128, "batch_size": 128}),
    # A word's rows are fetched once for all its pairs: more noise costs little beside that.
    ({"unit": "subwords"}, {"pool_size": 64}),
    ({"unit": "subwords", "subword_gradient": "fasttext"}, {"learning_rate": 0.03}),
    ({"unit": "subwords", "subword_gradient": "exact"}, {"learning_rate": 0.2}),
    ({"unit": "subwords", "architecture": "cbow"}, {"learning_rate": 0.1}),
)
DTYPES: dict[str, str] = {
    "float32": "single precision, for training",
    "float64": "double precision, for checking",
}


_TUNED: Any = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """How to train; checked when it is made, and never changed.

    Parameters
    ----------
    architecture, objective, unit : str
        Names of the registries :data:`ARCHITECTURES`, :data:`OBJECTIVES`, :data:`UNITS`.
    dim : int
        Length of the vectors (``vector_size``), 1 or more.
    window : int
        Words to each side of the centre, at most; the width of each window is drawn uniformly
        from 1 to `window` (Mikolov et al. 2013a, section 3.2). 1 to 100.
    negative : int
        Noise words per pair, K in the formulas (Mikolov et al. 2013b, section 2.2). 1 or more.
    noise : {"pool", "pair"}
        Whether noise words are shared by a chunk or drawn for every pair.
    noise_exponent : float
        Noise words are drawn in proportion to count to this power (2013b, section 2.2). 0 to 1.
    pool_size : int, optional
        Noise words per chunk with ``noise="pool"``, a multiple of 4. By default from
        :data:`TUNED`, as are the other optional ones.
    chunk_size : int, optional
        Centre positions whose output rows, and noise pool, are gathered together.
    batch_size : int, optional
        Centre positions whose gradients are taken at the same weights, a multiple of 4.
    epochs : int
        Passes over the corpus, 1 or more.
    learning_rate : float, optional
        First step size; it falls linearly to 0 over the run. Above 0.
    sample : float
        Words more frequent than this part of the corpus are thinned out (2013b, section 2.3);
        0 keeps everything. 0 to 1.
    min_count : int
        Words that occur fewer times are left out. 1 or more.
    max_vocabulary : int or None
        Keep at most so many words, the most frequent ones.
    threads : int or None
        Threads; None means as many as there are cores.
    seed : int
        Seed of every random draw, 0 to 2^63 - 1.
    dtype : {"float32", "float64"}
        Precision of the matrices and of the arithmetic.
    deterministic : bool
        Make the result the same, bit for bit, at any number of threads.
    cbow_mean : bool
        With CBOW: the hidden vector is the mean of the window's vectors, else their sum.
    cbow_gradient : {"exact", "word2vec"}
        With CBOW and a mean: whether what goes back to each word is divided by their number.
    min_n, max_n : int
        With subwords: lengths of the character n-grams, marks ``<`` and ``>`` of the word's ends
        included (Bojanowski et al. 2017, section 3.2). 1 or more; max_n = 0 for no n-grams.
    buckets : int
        With subwords: n-grams share so many rows by a hash (2017, section 3.2); 0 gives every
        n-gram that occurs a row of its own. 0 to 2^31 - 1.
    subword_gradient : {"fasttext", "exact"}
        With subwords: whether what goes back to each row is divided by their number.
    softmax_hours : float
        With the full softmax: refuse to start if the run would take longer than this. Above 0.

    Raises
    ------
    ConfigError
        A value out of range or of the wrong kind; the message gives both.

    Examples
    --------
    >>> TrainConfig(dim=50).learning_rate, TrainConfig(architecture="cbow").learning_rate
    (0.04, 0.15)
    >>> TrainConfig(dim=0)
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: dim is 0; it must be 1 or more
    """

    architecture: str = "skipgram"
    objective: str = "negative_sampling"
    unit: str = "words"
    dim: int = 100
    window: int = 5
    negative: int = 5
    noise: str = "pool"
    noise_exponent: float = 0.75
    pool_size: int = _TUNED
    chunk_size: int = _TUNED
    batch_size: int = _TUNED
    epochs: int = 5
    learning_rate: float = _TUNED
    sample: float = 1e-3
    min_count: int = 5
    max_vocabulary: int | None = None
    threads: int | None = None
    seed: int = 1
    dtype: str = "float32"
    deterministic: bool = False
    cbow_mean: bool = True
    cbow_gradient: str = "exact"
    min_n: int = 3
    max_n: int = 6
    buckets: int = 2_000_000
    subword_gradient: str = "fasttext"
    softmax_hours: float = 24.0

    def __post_init__(self) -> None:
        """Check every value."""
        for name, registry in (
            ("architecture", ARCHITECTURES),
            ("objective", OBJECTIVES),
            ("unit", UNITS),
            ("noise", NOISES),
            ("dtype", DTYPES),
            ("cbow_gradient", CBOW_GRADIENTS),
            ("subword_gradient", SUBWORD_GRADIENTS),
        ):
            value = getattr(self, name)
            if value not in registry:
                raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(registry)}")
        for name, value in self._tuned().items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        if not isinstance(self.deterministic, bool):
            raise ConfigError(f"deterministic is {self.deterministic!r}; it must be True or False")
        self._whole("dim", 1)
        self._whole("window", 1, 100)
        self._whole("negative", 1)
        self._whole("pool_size", 4, 1 << 16, multiple=4)
        self._whole("chunk_size", 4, 1 << 16, multiple=4)
        self._whole("batch_size", 4, 1 << 16, multiple=4)
        self._whole("epochs", 1)
        self._whole("min_count", 1)
        self._whole("seed", 0, (1 << 63) - 1)
        if self.max_vocabulary is not None:
            self._whole("max_vocabulary", 1)
        if self.threads is not None:
            self._whole("threads", 1, 4096)
        self._real("noise_exponent", 0.0, 1.0)
        self._real("sample", 0.0, 1.0)
        self._real("learning_rate", 0.0, math.inf, open_ends=True)
        self._real("softmax_hours", 0.0, math.inf, open_ends=True)
        self._whole("min_n", 1)
        self._whole("max_n", 0, 255)
        self._whole("buckets", 0, (1 << 31) - 1)
        if type(self.cbow_mean) is not bool:
            raise ConfigError(f"cbow_mean is {self.cbow_mean!r}; it must be true or false")
        if 0 < self.max_n < self.min_n:
            raise ConfigError(
                f"min_n is {self.min_n} and max_n {self.max_n}; max_n must be min_n or more, or 0 "
                "for no n-grams"
            )

    def _tuned(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for when, then in TUNED:
            if all(getattr(self, name) == value for name, value in when.items()):
                found |= then
        return found

    def _whole(self, name: str, least: int, most: int | None = None, *, multiple: int = 1) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError(f"{name} is {value!r}; it must be a whole number")
        if value < least:
            raise ConfigError(f"{name} is {value}; it must be {least} or more")
        if most is not None and value > most:
            raise ConfigError(f"{name} is {value}; it must be {most} or less")
        if value % multiple:
            raise ConfigError(f"{name} is {value}; it must be a multiple of {multiple}")

    def _real(self, name: str, least: float, most: float, *, open_ends: bool = False) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise ConfigError(f"{name} is {value!r}; it must be a number")
        inside = least < value < most if open_ends else least <= value <= most
        if not inside:
            limits = f"above {least:g}" if open_ends else f"from {least:g} to {most:g}"
            raise ConfigError(f"{name} is {value:g}; it must be {limits}, and finite")

    @property
    def n_threads(self) -> int:
        """Threads to use, with None made a number."""
        return self.threads if self.threads is not None else available_cores()

    def to_dict(self) -> dict[str, Any]:
        """Return every setting by name, as JSON can hold it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Make a configuration from names and values.

        Raises
        ------
        ConfigError
            A name that is not a setting; near spellings are suggested.
        """
        import difflib

        known = [field.name for field in dataclasses.fields(cls)]
        for name in settings:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else f": {', '.join(known)}"
                raise ConfigError(f"{name!r} is not a setting of training{hint}")
        return cls(**settings)
