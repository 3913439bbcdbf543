"""WEFE's figures of a model, as JSON: a program of its own, since WEFE wants an older NumPy.

Reads {"words", "matrix", "targets": [X, Y], "attributes": [A, B]} from standard input.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np


def figures(given: dict[str, Any]) -> dict[str, float]:
    """Return the figures by name."""
    # Here, so that who looks for tests in this file needs none of these.
    from gensim.models import KeyedVectors
    from wefe.metrics import ECT, RND, RNSB, WEAT
    from wefe.query import Query
    from wefe.word_embedding_model import WordEmbeddingModel

    matrix = np.array(given["matrix"])
    vectors = KeyedVectors(matrix.shape[1], dtype=np.float64)
    vectors.add_vectors(given["words"], matrix)
    model = WordEmbeddingModel(vectors, "some")
    whole = Query(given["targets"], given["attributes"])
    half = Query(given["targets"], given["attributes"][:1])
    found = WEAT().run_query(whole, model)
    result = {"weat": found["weat"], "effect_size": found["effect_size"]}
    for unit in (True, False):
        result[f"rnd {unit}"] = RND().run_query(half, model, normalize=unit)["rnd"]
        result[f"ect {unit}"] = ECT().run_query(half, model, normalize=unit)["ect"]
        result[f"rnsb {unit}"] = RNSB().run_query(
            whole, model, normalize=unit, holdout=False, random_state=0
        )["rnsb"]
    return {name: float(value) for name, value in result.items()}


if __name__ == "__main__":
    json.dump(figures(json.load(sys.stdin)), sys.stdout)
