"""Making the vocabulary of a model, and the weights that it begins with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus
from firth.corpus.wordlist import WordList
from firth.errors import VocabularyError
from firth.gensim.counting import (
    NOTHING,
    Counted,
    TrimRule,
    check_corpus,
    counted,
    encoded,
    forgetful,
    word_list,
)
from firth.gensim.state import State

logger = logging.getLogger("firth.gensim")


class Building(State):
    """Counts words, chooses those that get vectors, and makes room for them."""

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: Any = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **how: Any,
    ) -> None:
        """Count the words of a corpus, and make a vocabulary of them.

        Parameters
        ----------
        corpus_iterable : iterable of lists of words, optional
            The corpus; a generator will do, since it is read once.
        corpus_file : path, optional
            Or a text, a sentence a line.
        update : bool
            Add the words to those that are there, which keep their vectors.
        keep_raw_vocab : bool
            Keep the counts of all words in `raw_vocab`.
        trim_rule : callable, optional
            (word, count, min_count) → ``gensim.utils.RULE_KEEP``, ``RULE_DISCARD`` or
            ``RULE_DEFAULT``.
        progress_per : int
            Not needed.
        how : dict
            ``min_count`` and ``sample`` as of :meth:`prepare_vocab`.

        Raises
        ------
        TypeError
            Both corpora, or neither, are given; or it is none.
        CorpusError
            It cannot be read.
        """
        check_corpus(corpus_iterable, corpus_file, passes=1)
        with encoded(corpus_iterable, corpus_file, self.workers) as (text, sentences):
            self._build(text, sentences, update, keep_raw_vocab, trim_rule, **how)

    def _build(
        self,
        text: EncodedCorpus | None,
        sentences: int,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **how: Any,
    ) -> None:
        self._count(text, sentences, trim_rule)
        report = self.prepare_vocab(update, keep_raw_vocab, trim_rule, **how)
        report["memory"] = self.estimate_memory(report["num_retained_words"])
        self.prepare_weights(update=update)
        self.add_lifecycle_event("build_vocab", update=update, trim_rule=str(trim_rule))

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Make a vocabulary of words whose counts are known.

        Parameters
        ----------
        word_freq : mapping of word to int
            The counts.
        keep_raw_vocab, trim_rule, update
            As for :meth:`build_vocab`.
        corpus_count : int, optional
            How many sentences the corpus has that they are from.
        """
        self._raw = Counted.of(word_freq)
        self.corpus_count = corpus_count or 0
        self.prepare_vocab(update, keep_raw_vocab, trim_rule)
        self.prepare_weights(update=update)

    def scan_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: Any = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus into `raw_vocab`; return how many, and of sentences."""
        check_corpus(corpus_iterable, corpus_file, passes=1)
        with encoded(corpus_iterable, corpus_file, workers or self.workers) as (text, sentences):
            self._count(text, sentences, trim_rule)
        return self.corpus_total_words, self.corpus_count

    def _count(
        self, text: EncodedCorpus | None, sentences: int, trim_rule: TrimRule | None
    ) -> None:
        found = counted(text, sentences, in_order_of_text=not self.sorted_vocab)
        if self.max_vocab_size is not None:
            found = forgetful(text, found, self.max_vocab_size, trim_rule)
        self._raw = found
        self.corpus_total_words, self.corpus_count = found.total_words, found.sentences

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Choose the words that get vectors among those that were counted.

        Parameters
        ----------
        update, keep_raw_vocab, trim_rule
            As for :meth:`build_vocab`.
        min_count, sample : number, optional
            By default the model's.
        dry_run : bool
            Only say what would be.

        Returns
        -------
        dict
            ``drop_unique``, ``retain_total``, ``downsample_unique``, ``downsample_total`` and
            ``num_retained_words``.
        """
        raw = self._raw
        least = self.min_count if min_count is None else min_count
        sample = sample or self.sample
        self.effective_min_count = max(int(least), _least_for(self.max_final_vocab, raw.counts))
        stays = raw.kept(self.effective_min_count, trim_rule)
        kept = raw.take(np.flatnonzero(stays))
        if not dry_run:
            if update:
                self._extend(kept, raw)
            else:
                self.min_count, self.sample = int(least), sample
                self._replace(kept.by_frequency() if self.sorted_vocab else kept)
            self._describe()
            if not keep_raw_vocab:
                self._raw = NOTHING
        total = int(kept.counts.sum())
        part = keep_probability(kept.counts, self._threshold(sample, total))
        return {
            "drop_unique": int((~stays).sum()),
            "retain_total": total,
            "downsample_unique": int((part < 1).sum()),
            "downsample_total": int(part @ kept.counts),
            "num_retained_words": len(kept.counts),
        }

    def _replace(self, kept: Counted) -> None:
        """Give the model these words, and no others."""
        words = kept.words[:]
        self.wv.index_to_key = words
        self.wv.key_to_index = {word: row for row, word in enumerate(words)}
        self.wv.expandos = {"count": kept.counts.copy()}

    def _extend(self, kept: Counted, raw: Counted) -> None:
        """Add the words that are new, and all counts of those that are there."""
        known, wv = self.wv.key_to_index, self.wv
        new = [place for place, word in enumerate(kept.words[:]) if word not in known]
        wv.allocate_vecattrs(["count"], [int])
        pairs = zip(raw.words[:], raw.counts.tolist(), strict=True)
        for row, count in ((known[word], count) for word, count in pairs if word in known):
            wv.expandos["count"][row] += count
        added = kept.take(np.array(new, np.int64))
        for word in added.words[:]:
            known[word] = len(wv.index_to_key)
            wv.index_to_key.append(word)
        wv.expandos["count"] = np.concatenate([wv.expandos["count"], added.counts])
        wv.allocate_vecattrs()

    def _describe(self) -> None:
        """Set the attributes of words that follow from their counts."""
        counts = self.wv.expandos["count"]
        part = keep_probability(counts, self._threshold(self.sample, int(counts.sum())))
        self.wv.expandos["sample_int"] = (part * (2**32 - 1)).astype(np.uint32)
        if self.hs and len(counts):
            self.create_binary_tree()

    def create_binary_tree(self) -> None:
        """Set the attributes ``code`` and ``point`` of all words: their paths in the tree."""
        from firth.training.engine.objectives.huffman import huffman_tree

        _, counts, order = in_order(self.wv)
        tree = huffman_tree(counts)
        codes = self.wv.expandos["code"] = np.empty(len(order), object)
        points = self.wv.expandos["point"] = np.empty(len(order), object)
        for word, row in enumerate(order.tolist()):
            points[row], codes[row] = tree.path(word)

    def _threshold(self, sample: float, total: int) -> float:
        """Return the count above which words are thinned out, for text of so many words."""
        if not sample:
            return 0.0
        return sample * total if sample < 1 else int(sample * (3 + 5**0.5) / 2)

    def prepare_weights(self, update: bool = False) -> None:
        """Make the weights for the vocabulary; with `update` those that are there stay."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Begin with all weights anew: vectors small and random, output vectors 0."""
        self._resize(0)
        self._output_weights(0)

    def update_weights(self) -> None:
        """Add weights for new words.

        The nodes of the tree begin anew, since there is another tree.

        Raises
        ------
        VocabularyError
            There are no vectors yet; a ``RuntimeError``.
        """
        known = len(self.wv.vectors)
        if not known:
            raise VocabularyError(
                "update=True adds words to a vocabulary, and there is none yet: call build_vocab "
                "without update first"
            )
        self._resize(known)
        self._output_weights(known)

    def _resize(self, known: int) -> None:
        """Make room for vectors; new ones are half as long as gensim's, as in word2vec.c."""
        self.wv.resize_vectors(seed=self.seed)
        self.wv.vectors[known:] /= 2

    def _output_weights(self, known: int) -> None:
        shape = (len(self.wv), self.layer1_size)
        if self.hs:
            self.syn1 = np.zeros(shape, np.float32)
        if self.negative:
            grown = np.zeros(shape, np.float32)
            if known:
                grown[:known] = self.syn1neg[:known]
            self.syn1neg = grown

    def reset_from(self, other_model: Any) -> None:
        """Take the vocabulary of another model, and begin with all weights anew."""
        theirs = other_model.wv
        self.wv = self._new_vectors()
        self.wv.index_to_key, self.wv.key_to_index = theirs.index_to_key, theirs.key_to_index
        self.wv.expandos = theirs.expandos
        self.corpus_count = other_model.corpus_count
        self.init_weights()

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Estimate the bytes that a model takes, as gensim does.

        Parameters
        ----------
        vocab_size : int, optional
            Words; by default those of the model.
        report : dict, optional
            To add to.

        Returns
        -------
        dict of str to int
            ``vocab``, ``vectors``, ``syn1`` or ``syn1neg``, and ``total``.
        """
        words, found = vocab_size or len(self.wv), report or {}
        found["vocab"] = words * (700 if self.hs else 500)
        found["vectors"] = words * self.vector_size * 4
        for name, there in (("syn1", self.hs), ("syn1neg", self.negative)):
            if there:
                found[name] = words * self.layer1_size * 4
        found["total"] = sum(found.values())
        return found


def in_order(wv: Any) -> tuple[WordList, NDArray[np.int64], NDArray[np.int64]]:
    """Return words and counts, the most frequent first, and the rows that they have, (V,)."""
    counts = np.maximum(wv.expandos["count"].astype(np.int64), 1)
    order = np.argsort(-counts, kind="stable")
    words = word_list([wv.index_to_key[row] for row in order.tolist()])
    return words, counts[order], order


def keep_probability(counts: NDArray[np.integer], threshold: float) -> NDArray[np.float64]:
    """Return with what probability an occurrence of each word is kept, (n,); see word2vec.c.

    >>> keep_probability(np.array([100, 1]), threshold=10).round(3).tolist()
    [0.416, 1.0]
    """
    if not threshold:
        return np.ones(len(counts))
    part = threshold / np.maximum(counts, 1)
    return np.asarray(np.minimum(1.0, np.sqrt(part) + part))


def _least_for(most: int | None, counts: NDArray[np.int64]) -> int:
    """Return the least count that leaves no more than so many words."""
    if most is None or most >= len(counts):
        return 0
    return int(np.sort(counts)[::-1][most]) + 1
