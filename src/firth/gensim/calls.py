"""What a call of gensim is in firth's own words: one table, for the documentation.

Every line is run by the tests, on both sides. ``python tools/write_calls.py`` writes the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Call(NamedTuple):
    """One method or attribute.

    Attributes
    ----------
    name : str
        Of the class, or its own name where one is made.
    gensim : str
        A call of it: `kv` are the vectors, `model` is the model.
    firth : str
        The same with :class:`firth.WordVectors`, `vectors`, and :class:`firth.Model`, `model`; or
        "", where nothing is needed or there is nothing.
    note : str
        What is different, or why there is nothing.
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
    Call("distances", 'kv.distances("cat", ["dog", "king"])',
         '[1 - vectors.similarity("cat", word) for word in ["dog", "king"]]'),
    Call("rank", 'kv.rank("cat", "dog")',
         '[word for word, _ in vectors.most_similar("cat", k=len(vectors))].index("dog") + 1'),
    Call("closer_than", 'kv.closer_than("cat", "king")',
         '[word for word, near in vectors.most_similar("cat", k=len(vectors)) '
         'if near > vectors.similarity("cat", "king")]', "the nearest first"),
    Call("most_similar_to_given", 'kv.most_similar_to_given("cat", ["dog", "king"])',
         'vectors.most_similar("cat", k=1, among=["dog", "king"])[0][0]'),
    Call("relative_cosine_similarity", 'kv.relative_cosine_similarity("cat", "dog", topn=3)',
         'vectors.similarity("cat", "dog") '
         '/ sum(near for _, near in vectors.most_similar("cat", k=3))'),
    Call("cosine_similarities", "kv.cosine_similarities(v, kv.vectors)",
         "firth.WordVectors(range(6), vectors.matrix).most_similar(v, k=6)",
         "sorted, with the numbers of the rows"),
    Call("rank_by_centrality", 'kv.rank_by_centrality(["cat", "dog", "king"])', "",
         "no counterpart; `doesnt_match` gives the last of them"),
    Call("set_vecattr", 'kv.set_vecattr("cat", "count", 9)', "",
         "counts are given when vectors are made: `firth.WordVectors(…, counts=…)`"),
    Call("sort_by_descending_frequency", "kv.sort_by_descending_frequency()", "",
         "words of a model are in that order"),
    Call("resize_vectors", "kv.resize_vectors()", "", "vectors cannot be changed: make new ones"),
    Call("intersect_word2vec_format", "kv.intersect_word2vec_format(few)", "",
         'begin with them: `firth.train(text, start_from=file, freeze="all")`'),
)  # fmt: skip
"""Of ``KeyedVectors``, in the order of a page."""

WORD2VEC = (
    Call("Word2Vec", "Word2Vec(lines, sg=1, vector_size=8, min_count=1)",
         "firth.train(lines, dim=8, min_count=1)", "skip-gram is the default here"),
    Call("Word2Vec", "Word2Vec(lines, vector_size=8, min_count=1)",
         'firth.train(lines, architecture="cbow", dim=8, min_count=1)', "CBOW is gensim's"),
    Call("Word2Vec", "Word2Vec(corpus_file=plain, sg=1, vector_size=8, min_count=1)",
         "firth.train(plain, dim=8, min_count=1)", "a path, a folder, a table, …"),
    Call("wv", "model.wv", "model.vectors", "a `firth.WordVectors`"),
    Call("syn1neg", "model.syn1neg", "model.output_vectors.matrix",
         "with `hs=1`: `syn1` is `model.output_matrix`"),
    Call("predict_output_word", 'model.predict_output_word(["cat", "sat"], topn=2)',
         'model.predict(["cat", "sat"], k=2)'),
    Call("train", "model.train(lines, total_examples=model.corpus_count, epochs=1)",
         "firth.train(lines, start_from=model, epochs=1)", "a new model; the old one stays"),
    Call("build_vocab", "model.build_vocab(more, update=True)", "",
         "`start_from` takes new words in"),
    Call("build_vocab_from_freq",
         'Word2Vec(min_count=1).build_vocab_from_freq({"cat": 9, "dog": 5})', "",
         "`firth.train` counts the words, and trains, in one call"),
    Call("get_latest_training_loss", "model.get_latest_training_loss()",
         'model.history["loss"].to_pylist()', "the mean of a pair, an epoch each"),
    Call("corpus_count", "model.corpus_count", 'model.corpus["n_sentences"]'),
    Call("corpus_total_words", "model.corpus_total_words", 'model.corpus["n_raw_tokens"]'),
    Call("epochs", "model.epochs", 'model.config["epochs"]', "and so for every setting"),
    Call("save", "model.save(file)", "model.save(folder)"),
    Call("load", "Word2Vec.load(file)", "firth.load(folder)", "mapped, not read"),
    Call("estimate_memory", "model.estimate_memory()", "",
         "it is estimated before each run, and refused with figures; `memory_limit=`"),
    Call("score", "hs_model.score(lines)", "",
         "no counterpart; `model.predict` gives the probabilities of words"),
    Call("reset_from", "model.reset_from(other)", "", "train again; the text is in the cache"),
)  # fmt: skip
"""Of ``Word2Vec``; those of its ``wv`` are :data:`CALLS`."""

FASTTEXT = (
    Call("FastText", "FastText(lines, sg=1, vector_size=8, min_count=1, bucket=1000)",
         'firth.train(lines, unit="subwords", dim=8, min_count=1, buckets=1000)'),
    Call("wv", 'model.wv["cats"]', 'model.vectors["cats"]', "a word that was never seen"),
    Call("wv", 'model.wv.most_similar("cats", topn=2)', 'model.vectors.most_similar("cats", k=2)'),
    Call("wv", 'model.wv.get_sentence_vector(["cat", "sat"])',
         'firth.documents.DocumentEncoder(model).encode([["cat", "sat"]])[0]',
         "there the mean of unit vectors, here of vectors; SIF is a word away"),
    Call("save_facebook_model", "save_facebook_model(model, binary)", "model.vectors.save(binary)",
         "the name ends with `.bin`"),
    Call("load_facebook_model", "load_facebook_model(binary)", "firth.read_vectors(binary)"),
    Call("load_facebook_vectors", "load_facebook_vectors(binary)", "firth.read_vectors(binary)"),
)  # fmt: skip
"""Of ``FastText`` and its module, where they are not those of ``Word2Vec``."""


def table(calls: Sequence[Call] = CALLS) -> str:
    """Return calls as a table in Markdown.

    >>> table().splitlines()[2]
    '| `kv.index_to_key` | `vectors.words` | |'
    """
    lines = ["| gensim | firth | |", "| --- | --- | --- |"]
    for call in calls:
        ours = f"`{call.firth}`" if call.firth else "—"
        note = f" {call.note} " if call.note else " "
        lines.append(f"| `{call.gensim}` | {ours} |{note}|")
    return "\n".join(lines)
