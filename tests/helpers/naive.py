"""What the engine computes, written slowly: Python integers, one token, one pair at a time."""

from __future__ import annotations

import numpy as np

from firth import reference
from firth.corpus.ngrams import hash_ngram, ngrams
from firth.training.engine.objectives.huffman import huffman_tree

MASK = (1 << 64) - 1
SUBSAMPLE, WINDOW, NOISE = 1, 2, 3  # written again here: a change would change every run


def mix(z):
    """The finaliser of SplitMix64."""
    z &= MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def stream_key(seed, purpose, epoch):
    key = 0
    for part in (seed, purpose, epoch):
        key = mix(key + (part + 1) * 0x9E3779B97F4A7C15)
    return key


def bits(key, position):
    return mix(int(key) + int(position) * 0x9E3779B97F4A7C15)


def unit(key, position):
    return (bits(key, position) >> 11) / (1 << 53)


def is_kept(keep_probability, seed, epoch, position):
    draw = bits(stream_key(seed, SUBSAMPLE, epoch), position) >> 32
    return draw < int(keep_probability * 2**32)


def width(window, seed, epoch, position, least=1):
    """Half-width of the window of the token at `position`, `least` to `window`."""
    draw = bits(stream_key(seed, WINDOW, epoch), position) >> 32
    return least + ((draw * (window - least + 1)) >> 32)


def lay_out(sentences, keep, window, seed, epoch, start=0, stop=None, least=1):
    """Yield (word, position, positions of its window) for each kept token from start to stop.

    Unlike the kernel's, the window is a list of positions in the corpus.
    """
    stop = sum(map(len, sentences)) if stop is None else stop
    rows, position = [], 0
    for sentence in sentences:
        kept = []
        for word in sentence:
            if start <= position < stop and is_kept(keep[word], seed, epoch, position):
                kept.append((int(word), position))
            position += 1
        for t, (word, place) in enumerate(kept):
            reach = width(window, seed, epoch, place, least)
            near = kept[max(0, t - reach) : t] + kept[t + 1 : t + 1 + reach]
            rows.append((word, place, [other for _, other in near]))
    return rows


def draw_word(distribution, key, position):
    """The word whose strip of the cumulative distribution holds the draw."""
    cumulative = np.cumsum(distribution)
    u = unit(key, position) * 1.0
    for word, top in enumerate(cumulative / cumulative[-1]):
        if u < top:
            return word
    return len(cumulative) - 1


def pair_noise(distribution, negative, most, seed, epoch, center_position, offset):
    """The noise words of the pair (centre at `center_position`, outside word at t + `offset`).

    `most` is the most positions that a centre may predict: 2 window + 1 for skip-gram.
    """
    place = center_position * most + offset + most // 2
    key = stream_key(seed, NOISE, epoch)
    return [draw_word(distribution, key, place * negative + k) for k in range(negative)]


def pool_noise(distribution, pool_size, seed, epoch, first_position):
    """The noise words of the chunk whose first centre stands at `first_position`."""
    key = stream_key(seed, NOISE, epoch)
    return [draw_word(distribution, key, first_position * pool_size + p) for p in range(pool_size)]


def pooled_loss_and_gradients(pairs, pool, negative, centers, outs):
    """Shared noise from `reference` pairs: each sees the whole pool, its noise weighted by K / P.

    `pairs` are (centre word, outside word); both matrices get a gradient.
    """
    weight = negative / len(pool)
    loss, by_centers, by_outs = 0.0, np.zeros_like(centers), np.zeros_like(outs)
    for center, outside in pairs:
        alone = reference.negative_sampling_loss_and_gradients(centers[center], outside, [], outs)
        noisy = reference.negative_sampling_loss_and_gradients(centers[center], outside, pool, outs)
        parts = [a + weight * (b - a) for a, b in zip(alone, noisy, strict=True)]
        loss += parts[0]
        by_centers[center] += parts[1]
        by_outs += parts[2]
    return loss, by_centers, by_outs


def chi_square(observed, expected):
    """The statistic as a z-score (Wilson and Hilferty 1931); above 5 is no accident."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    statistic = np.sum((observed - expected) ** 2 / expected)
    freedom = observed.size - 1
    spread = 2 / (9 * freedom)
    return ((statistic / freedom) ** (1 / 3) - (1 - spread)) / np.sqrt(spread)


# What each member of the registries computes, for the contract test -------------------------------
#
# A new member needs one line here. ARCHITECTURES: the window's loss in `reference`. OBJECTIVES: a
# function of (engine, segment) that returns the loss of one pair; pairs are asked for in reading
# order. UNITS: a function of the engine that returns the (V, rows) matrix that makes word vectors
# of input rows.

ARCHITECTURES = {
    "skipgram": reference.skipgram_loss_and_gradients,
    "cbow": reference.cbow_loss_and_gradients,
}


def negative_sampling(engine, segment):
    config = engine.config
    if config.noise == "pair":
        draws = iter(
            pair_noise(
                engine.noise,
                config.negative,
                engine.architecture.most_predicted,
                config.seed,
                0,
                position,
                offset,
            )
            for position, offset in pairs_of(config, segment)
        )
        return reference.negative_sampling(lambda outside: next(draws))
    pool = pool_noise(engine.noise, config.pool_size, config.seed, 0, segment.position[0])
    weight = config.negative / config.pool_size

    def objective(center, outside, outs):
        alone = reference.negative_sampling_loss_and_gradients(center, outside, [], outs)
        noisy = reference.negative_sampling_loss_and_gradients(center, outside, pool, outs)
        return tuple(a + weight * (b - a) for a, b in zip(alone, noisy, strict=True))

    return objective


def pairs_of(config, segment):
    """Position of the centre and offset of what it predicts, for each pair in reading order."""
    for t, position in enumerate(segment.position):
        others = [o - t for o in range(segment.first[t], segment.last[t]) if o != t]
        if config.architecture == "skipgram":
            yield from ((position, offset) for offset in others)
        elif others:  # the window predicts its centre
            yield position, 0


def hierarchical_softmax(engine, segment):
    tree = huffman_tree(np.asarray(engine.vocabulary.counts))

    def objective(center, outside, outs):
        nodes, codes = tree.path(outside)
        return reference.hierarchical_softmax_loss_and_gradients(
            center, nodes, 1.0 - 2.0 * codes, outs
        )

    return objective


def subwords(engine):
    """The mean of a word's own row and those of its n-grams."""
    config, words = engine.config, list(engine.vocabulary.words)
    buckets = {
        word: [hash_ngram(text.encode()) % config.buckets for text in found]
        for word in words
        for found in [ngrams(word, config.min_n, config.max_n)]
    }
    used = sorted({bucket for found in buckets.values() for bucket in found})
    numbers = {bucket: i for i, bucket in enumerate(used)}
    compose = np.eye(len(words), len(words) + len(numbers))
    for row, word in enumerate(words):
        for bucket in buckets[word]:
            compose[row, len(words) + numbers[bucket]] += 1
    return compose / compose.sum(axis=1, keepdims=True)


OBJECTIVES = {
    "negative_sampling": negative_sampling,
    "hierarchical_softmax": hierarchical_softmax,
    "softmax": lambda engine, segment: reference.naive_softmax_loss_and_gradients,
}

UNITS = {"words": lambda engine: np.eye(len(engine.vocabulary)), "subwords": subwords}


def oracle(table, name):
    """The member's entry, or an error that says where to put it."""
    if name not in table:
        raise AssertionError(f"{name!r} has no oracle yet: add a line to tests/helpers/naive.py")
    return table[name]


def chunk_loss_and_gradients(engine, segment):
    """Loss and gradients by both matrices of all windows of a segment, at fixed weights."""
    config = engine.config
    window_loss = oracle(ARCHITECTURES, config.architecture)
    objective = oracle(OBJECTIVES, config.objective)(engine, segment)
    compose = oracle(UNITS, config.unit)(engine)
    words, outs = compose @ engine.inputs, engine.outputs
    loss, by_words, by_outs = 0.0, np.zeros_like(words), np.zeros_like(outs)
    for t, center in enumerate(segment.words):
        near = [o for o in range(segment.first[t], segment.last[t]) if o != t]
        if near:
            parts = window_loss(int(center), segment.words[near], words, outs, objective)
            loss += parts[0]
            by_words += parts[1]
            by_outs += parts[2]
    return loss, compose.T @ by_words, by_outs
