"""Skip-gram with negative sampling in thirty lines of NumPy: `python skipgram.py FILE`."""

import sys

import numpy as np


def read(text, min_count=5):
    tokens = text.lower().split()
    words, ids, counts = np.unique(tokens, return_inverse=True, return_counts=True)
    kept = counts >= min_count
    number = np.cumsum(kept) - 1              # a row for each word that is kept
    return words[kept].tolist(), counts[kept], number[ids[kept[ids]]]


def train(ids, counts, dim=50, window=5, K=5, epochs=5, step=0.1, sample=1e-3, seed=1):
    rng = np.random.default_rng(seed)
    noise_edges = np.cumsum(counts**0.75)
    V, U = rng.uniform(-0.5 / dim, 0.5 / dim, (len(counts), dim)), np.zeros((len(counts), dim))
    keep = np.sqrt(sample * len(ids) / counts)        # frequent words are thinned out
    for epoch in range(epochs):
        text = ids[rng.random(len(ids)) < keep[ids]]
        for t, c in enumerate(text):
            reach = rng.integers(1, window + 1)
            outside = np.concatenate((text[max(0, t - reach) : t], text[t + 1 : t + 1 + reach]))
            noise = np.searchsorted(noise_edges, noise_edges[-1] * rng.random(K * len(outside)))
            rows = np.concatenate((outside, noise))     # yes for the first, no for the others
            error = 1 / (1 + np.exp(-(U[rows] @ V[c]))) - (np.arange(len(rows)) < len(outside))
            rate = step * (1 - (epoch + t / len(text)) / epochs)
            by_center, by_rows = error @ U[rows], np.outer(error, V[c])
            np.subtract.at(U, rows, rate * by_rows)   # a row that comes twice moves twice
            V[c] -= rate * by_center
    return V


if __name__ == "__main__":
    words, counts, ids = read(open(sys.argv[1], encoding="utf-8").read())
    V = train(ids, counts)
    V /= np.linalg.norm(V, axis=1, keepdims=True)
    for word in sys.argv[2:]:
        print(word, *[words[i] for i in np.argsort(-(V @ V[words.index(word)]))[1:6]])
