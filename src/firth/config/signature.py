"""The options as types, for editors and type checkers.

Written by ``tools/write_options.py`` from the declarations of all members; not to be edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict


class TrainSettings(TypedDict, total=False):
    """What :func:`firth.train` and :class:`~firth.config.TrainConfig` take by name."""

    architecture: Literal["skipgram", "cbow"]
    """The architecture: skipgram: the centre word predicts each word of its window; cbow: the mean
    of the window's words predicts the centre word. By default 'skipgram'.
    """
    objective: Literal["negative_sampling", "hierarchical_softmax", "softmax"]
    """The objective: negative_sampling: tell true pairs from pairs with noise words;
    hierarchical_softmax: find the word in a binary tree, a yes or no at each node; softmax: find
    the word among all words at once; for small vocabularies. By default 'negative_sampling'.
    """
    unit: Literal["words", "subwords"]
    """The unit: words: one vector a word; subwords: words and their character n-grams, so that
    unseen words have vectors too. By default 'words'.
    """
    dim: int
    """Length of the vectors: 1 or more. By default 100."""
    window: int
    """Words to each side of the centre, at most: 1 to 1,000. By default 5."""
    dynamic_window: bool
    """Each window's width is drawn from 1 to `window`, so that near words count more; else all
    windows are of the full width, as baskets want it, where order means little: True or False. By
    default True. (Mikolov et al. 2013a, section 3.2; Levy, Goldberg and Dagan 2015, section 3.1.)
    """
    epochs: int
    """Passes over the corpus: 1 or more. By default 5."""
    min_count: int
    """Words that occur fewer times are left out: 1 or more. By default 5."""
    max_vocabulary: int | None
    """At most so many words are kept, the most frequent ones: 1 or more. By default None."""
    sample: float
    """Words more frequent than this part of the corpus are thinned out; 0 keeps everything: 0 to 1.
    By default 0.001. (Mikolov et al. 2013b, section 2.3.)
    """
    learning_rate: float | None
    """First step size; it falls linearly over the run; by default what fits the text: above 0. By
    default None.
    """
    end_learning_rate: float
    """Step size at the end of the run: 0 or more. By default 0.0."""
    threads: int | None
    """Threads; all cores if not given: 1 to 4,096. By default None."""
    seed: int
    """Seed of every random draw: 0 or more. By default 1."""
    deterministic: bool
    """The same result, bit for bit, at any number of threads: True or False. By default False."""
    round_length: int | None
    """Tokens that all nodes of a cluster train from the same vectors before they exchange what they
    have learnt; with `deterministic` on one machine too; by default what fits the text, and the
    cluster: 1 or more. By default None.
    """
    round_parts: int
    """Parts of such a round, which so many nodes can share; the result depends on it: 1 to 65,536.
    By default 8.
    """
    chunk_size: int
    """Centre positions whose output rows are gathered together: 4 to 65,536, a multiple of 4. By
    default 64.
    """
    batch_size: int
    """Centre positions whose gradients are taken at the same weights: 4 to 65,536, a multiple of 4.
    By default 16.
    """
    dtype: Literal["float32", "float64"]
    """Precision of the matrices and of the arithmetic: float32: single precision, for training;
    float64: double precision, for checking. By default 'float32'.
    """
    cbow_mean: bool
    """The hidden vector is the mean of the window's vectors, else their sum: True or False. With
    the architecture cbow. By default True. (Mikolov et al. 2013a, section 3.1.)
    """
    cbow_gradient: Literal["exact", "word2vec"]
    """What goes back to the words of a mean: exact: each word's share is divided by their number,
    as the mean's is; word2vec: undivided for each word, as word2vec.c, gensim and fastText do. With
    the architecture cbow. By default 'word2vec'. (İrsoy et al. 2021, section 2.)
    """
    negative: int
    """Noise words per pair, K: 1 or more. With the objective negative_sampling. By default 5.
    (Mikolov et al. 2013b, 2.2.)
    """
    noise: Literal["pool", "pair"]
    """Where noise words come from: pool: shared by a chunk's centres, weighted to the same
    expectation; fast; pair: fresh ones for every pair, as in word2vec; exact and slow. With the
    objective negative_sampling. By default 'pool'.
    """
    noise_exponent: float
    """Noise words are drawn in proportion to their count to this power; below 0, rare ones more
    often than frequent ones: -1 to 1. With the objective negative_sampling. By default 0.75.
    (Mikolov et al. 2013b, 2.2.)
    """
    pool_size: int | None
    """Noise words that a chunk shares; by default as many as fit the text: 4 to 65,536, a multiple
    of 4. With the objective negative_sampling. By default None.
    """
    softmax_hours: float
    """Refuse runs that would take longer than this: above 0. With the objective softmax. By default
    24.0.
    """
    rate_exponent: float
    """Steps of a word's input vector shrink with its visits in the run to this power; 0 for equal
    steps: 0 to 1. With the unit words. By default 0.5. (Duchi et al. 2011, section 1.3.)
    """
    rate_visits: float | None
    """Words with at most so many visits take whole steps; by default as many as fit the text: above
    0. With the unit words. By default None.
    """
    min_n: int
    """Shortest character n-grams, the marks of a word's ends included: 1 or more. With the unit
    subwords. By default 3. (Bojanowski et al. 2017, section 3.2.)
    """
    max_n: int
    """Longest character n-grams; 0 for none: 0 to 255. With the unit subwords. By default 6."""
    buckets: int
    """Rows that n-grams share by a hash; 0 gives each n-gram that occurs its own: 0 to
    2,147,483,647. With the unit subwords. By default 2000000. (Bojanowski et al. 2017, section
    3.2.)
    """
    subword_gradient: Literal["fasttext", "exact"]
    """What goes back to the rows of a word: fasttext: undivided for each row of a word, as fastText
    does; exact: each row's share is divided by their number, as the mean's is. With the unit
    subwords. By default 'fasttext'.
    """


class Settings:
    """What a :class:`~firth.config.TrainConfig` has as attributes."""

    __slots__ = ()

    if TYPE_CHECKING:
        architecture: Literal["skipgram", "cbow"]
        objective: Literal["negative_sampling", "hierarchical_softmax", "softmax"]
        unit: Literal["words", "subwords"]
        dim: int
        window: int
        dynamic_window: bool
        epochs: int
        min_count: int
        max_vocabulary: int | None
        sample: float
        learning_rate: float | None
        end_learning_rate: float
        threads: int | None
        seed: int
        deterministic: bool
        round_length: int | None
        round_parts: int
        chunk_size: int
        batch_size: int
        dtype: Literal["float32", "float64"]
        cbow_mean: bool
        cbow_gradient: Literal["exact", "word2vec"]
        negative: int
        noise: Literal["pool", "pair"]
        noise_exponent: float
        pool_size: int | None
        softmax_hours: float
        rate_exponent: float
        rate_visits: float | None
        min_n: int
        max_n: int
        buckets: int
        subword_gradient: Literal["fasttext", "exact"]
