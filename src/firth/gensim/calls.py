"""What a call of gensim's vectors is in firth's own words: one table, for the documentation.

Every line is run by the tests, on both sides.
"""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """One method or attribute.

    Attributes
    ----------
    name : str
        Of ``KeyedVectors``.
    gensim : str
        A call of it: `kv` are the vectors.
    firth : str
        The same with :class:`firth.WordVectors`, `vectors`; or "", where nothing is needed.
    note : str
        What is different, or why nothing is needed.
    """

    name: str
    gensim: str
    firth: str
    note: str = ""


_COPY = "vectors cannot be changed: make new ones"

CALLS = (
    Call("index_to_key", "kv.index_to_key", "vectors.words"),
    Call("key_to_index", 'kv.key_to_index["cat"]', 'vectors.index("cat")'),
    Call("get_index", 'kv.get_index("cat")', 'vectors.index("cat")'),
    Call("has_index_for", 'kv.has_index_for("cat")', '"cat" in vectors'),
    Call("vector_size", "kv.vector_size", "vectors.dim"),
    Call("vectors", "kv.vectors", "vectors.matrix", "read-only"),
    Call("get_vector", 'kv.get_vector("cat")', 'vectors["cat"]'),
    Call("norms", "kv.fill_norms(); kv.norms", "vectors.norms"),
    Call("get_normed_vectors", "kv.get_normed_vectors()",
         "vectors.matrix / vectors.norms[:, None]"),
    Call("get_vecattr", 'kv.get_vecattr("cat", "count")',
         'vectors.counts[vectors.index("cat")]'),
    Call("expandos", 'kv.expandos["count"]', "vectors.counts"),
    Call("get_mean_vector", 'kv.get_mean_vector(["cat", "dog"], pre_normalize=False)',
         'vectors[["cat", "dog"]].mean(axis=0)'),
    Call("most_similar", 'kv.most_similar("cat", topn=2)', 'vectors.most_similar("cat", k=2)'),
    Call("most_similar", 'kv.most_similar(["king", "woman"], ["man"], topn=1)',
         'vectors.analogy("man", "king", "woman", k=1)'),
    Call("most_similar", 'kv.most_similar("cat", restrict_vocab=3)',
         'vectors.most_similar("cat", among=3)', "also a list of words, or a pattern"),
    Call("similar_by_word", 'kv.similar_by_word("cat")', 'vectors.most_similar("cat")'),
    Call("similar_by_key", 'kv.similar_by_key("cat")', 'vectors.most_similar("cat")'),
    Call("similar_by_vector", "kv.similar_by_vector(v)", "vectors.most_similar(v)"),
    Call("most_similar_cosmul", 'kv.most_similar_cosmul(["king", "woman"], ["man"], topn=1)',
         'vectors.analogy("man", "king", "woman", k=1, method="3cosmul")',
         "ε is .001 there, as published"),
    Call("doesnt_match", 'kv.doesnt_match(["cat", "dog", "king"])',
         'vectors.doesnt_match(["cat", "dog", "king"])'),
    Call("similarity", 'kv.similarity("cat", "dog")', 'vectors.similarity("cat", "dog")'),
    Call("distance", 'kv.distance("cat", "dog")', '1 - vectors.similarity("cat", "dog")'),
    Call("n_similarity", 'kv.n_similarity(["cat"], ["dog", "king"])',
         'firth.WordVectors([0, 1], np.stack([vectors[["cat"]].mean(axis=0), '
         'vectors[["dog", "king"]].mean(axis=0)])).similarity(0, 1)',
         "`firth.documents.DocumentEncoder` for many texts"),
    Call("wmdistance", 'kv.wmdistance(["cat"], ["dog", "king"])',
         'firth.documents.WordMovers(vectors).distance(["cat"], ["dog", "king"])'),
    Call("evaluate_word_pairs", "kv.evaluate_word_pairs(pairs)",
         "evaluate_similarity(vectors, pairs)", "of `firth.evaluation`"),
    Call("evaluate_word_analogies", "kv.evaluate_word_analogies(questions)",
         "evaluate_analogies(vectors, questions)", "of `firth.evaluation`"),
    Call("load_word2vec_format", "KeyedVectors.load_word2vec_format(text)",
         "firth.read_vectors(text)", "every format is recognised"),
    Call("save_word2vec_format", "kv.save_word2vec_format(text)", "vectors.save(text)",
         "the name's ending says the format"),
    Call("load", "KeyedVectors.load(file)", "firth.read_vectors(file)"),
    Call("save", "kv.save(file)", "vectors.save(file)", "`.safetensors`"),
    Call("vectors_for_all", 'kv.vectors_for_all(["cat", "dog"])',
         'firth.WordVectors(["cat", "dog"], vectors[["cat", "dog"]])'),
    Call("add_vectors", 'kv.add_vectors(["owl"], [v])',
         'firth.WordVectors([*vectors.words, "owl"], np.vstack([vectors.matrix, v]))', _COPY),
    Call("add_vector", 'kv.add_vectors("emu", v)',
         'firth.WordVectors([*vectors.words, "emu"], np.vstack([vectors.matrix, v]))', _COPY),
    Call("fill_norms", "kv.fill_norms()", "", "lengths are known when they are needed"),
    Call("unit_normalize_all", "kv.unit_normalize_all()",
         "firth.WordVectors(vectors.words, vectors.matrix / vectors.norms[:, None])", _COPY),
)  # fmt: skip
"""In the order of a page."""


def table() -> str:
    """Return the calls as a table in Markdown, for ``docs/gensim.md``.

    >>> table().splitlines()[2]
    '| `kv.index_to_key` | `vectors.words` | |'
    """
    lines = ["| gensim | firth | |", "| --- | --- | --- |"]
    for call in CALLS:
        ours = f"`{call.firth}`" if call.firth else "nothing"
        note = f" {call.note} " if call.note else " "
        lines.append(f"| `{call.gensim}` | {ours} |{note}|")
    return "\n".join(lines)
