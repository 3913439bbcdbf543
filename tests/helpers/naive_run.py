"""The published exercise written down again with CPython's random and `firth.reference`.

Slow and plain: what the kernel is checked against.
"""

from __future__ import annotations

import random

import numpy as np

from firth.reference import negative_sampling, skipgram_loss_and_gradients


def naive_run(treebank, iterations):
    generator = random.Random(31415)
    rng = np.random.RandomState(9265)
    V = len(treebank.words)
    centers, outs = (rng.rand(V, 10) - 0.5) / 10, np.zeros((V, 10))
    sentences = [
        treebank.tokens[a:b].tolist()
        for a, b in zip(treebank.offsets[:-1], treebank.offsets[1:], strict=True)
    ]
    reject = treebank.reject_probabilities()
    table = treebank.noise_table().tolist()
    training = None

    def draw_noise(outside):
        noise = []
        while len(noise) < 10:
            word = table[generator.randint(0, 999_999)]
            if word != outside:
                noise.append(word)
        return noise

    costs = []
    for iteration in range(iterations):
        total, gradients = 0.0, [np.zeros((V, 10)), np.zeros((V, 10))]
        for _ in range(50):
            reach = generator.randint(1, 5)
            if training is None:
                training = [
                    [w for w in s if reject[w] <= 0 or generator.random() >= reject[w]]
                    for s in sentences * 30
                ]
                training = [s for s in training if len(s) > 1]
            outsides = []
            while not outsides:
                sentence = training[generator.randint(0, len(training) - 1)]
                t = generator.randint(0, len(sentence) - 1)
                near = sentence[max(0, t - reach) : t] + sentence[t + 1 : t + reach + 1]
                outsides = [w for w in near if w != sentence[t]]
            loss, by_center, by_out = skipgram_loss_and_gradients(
                sentence[t], outsides, centers, outs, negative_sampling(draw_noise)
            )
            total += loss
            gradients[0] += by_center
            gradients[1] += by_out
        if (iteration + 1) % 10 == 0:
            costs.append(total / 50)
        rate = 0.3 / 50 * 0.5 ** (iteration // 20_000)
        centers -= rate * gradients[0]
        outs -= rate * gradients[1]
    return centers, outs, costs
