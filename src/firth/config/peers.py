"""What other programs call things: one table, for all places where somebody may type their names.

Names of gensim, word2vec.c, fastText, GloVe, Spark and scikit-learn lead to what firth calls them.
They are not taken as they stand: one option has one name, and some mean something else elsewhere.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Container, Sequence
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Options that have another name, by what firth calls them.
_RENAMED = {
    "dim": "vector_size size dimensions dimension embedding_dim embedding_size emb_size vec_size "
    "vector_dim n_components layer1_size",
    "window": "ws window_size context_size context context_window max_window",
    "dynamic_window": "shrink_windows reduced_window dynamic_windows",
    "epochs": "epoch iter iters n_iter max_iter iterations num_epochs n_epochs passes",
    "min_count": "mincount min_freq min_frequency min_word_count min_word_frequency "
    "vocab_min_count min_term_frequency",
    "max_vocabulary": "max_final_vocab max_vocab max_vocabulary_size vocab_size vocabulary_size "
    "max_words max_features",
    "sample": "t subsample subsampling subsample_threshold sampling_rate downsample threshold",
    "learning_rate": "alpha lr eta step_size start_alpha starting_alpha initial_lr "
    "learning_rate_init",
    "end_learning_rate": "min_alpha end_alpha min_lr end_lr final_lr min_learning_rate",
    "threads": "workers thread n_jobs num_threads n_threads num_workers cores num_partitions",
    "seed": "random_state random_seed rng_seed",
    "negative": "neg num_negative n_negative negatives negative_samples num_neg neg_samples "
    "num_negative_samples num_ns",
    "noise_exponent": "ns_exponent ns_power noise_power sampling_exponent",
    "min_n": "minn min_ngram",
    "max_n": "maxn max_ngram",
    "buckets": "bucket n_buckets num_buckets",
}

#: Settings of training that are something else here, with what to do. What is in angle brackets is
#: an option, alone or with a value, or an entry of `_SAID`.
_FIRST = "the text comes first, without a name: <text>"
_ARCHITECTURE = "write <architecture=skipgram>, the default, or <architecture=cbow>"
_DOCUMENTS = "documents get vectors from those of words; words are trained by <architecture>"
_WATCH = "what happens is told by <progress>"
_NO_NGRAMS = "there are no n-grams of words; join in the text what belongs together"
_STOP_WORDS = "frequent words are thinned out by <sample>; leave others out of the text"
_START = "write <start>"
_ANY_LENGTH = "sentences may have any length; leave it out"
_CPU = "training is done on the CPU; <threads> says on how many cores"
_NO_LABELS = "texts are not classified; leave it out"
_EXPLAINED = {
    "sg": "sg=1 is <architecture=skipgram>, the default, and sg=0 is <architecture=cbow>",
    "cbow": _ARCHITECTURE,
    "skipgram": _ARCHITECTURE,
    "skip_gram": _ARCHITECTURE,
    "model": _ARCHITECTURE,
    "mode": _ARCHITECTURE,
    "hs": "hs=1 is <objective=hierarchical_softmax>; the default is negative sampling",
    "loss": "write <objective=negative_sampling> (ns), <objective=hierarchical_softmax> (hs) or "
    "<objective=softmax>",
    "dm": _DOCUMENTS,
    "dbow_words": _DOCUMENTS,
    "lr_update_rate": "the learning rate falls with every word; leave it out",
    "sentences": _FIRST,
    "corpus": _FIRST,
    "corpus_iterable": _FIRST,
    "corpus_file": _FIRST,
    "input": _FIRST,
    "train": _FIRST,
    "documents": _FIRST,
    "texts": _FIRST,
    "walks": _FIRST,
    "compute_loss": "the loss is always measured: <history>",
    "callbacks": _WATCH,
    "verbose": _WATCH,
    "verbosity": _WATCH,
    "quiet": _WATCH,
    "silent": _WATCH,
    "show_progress": _WATCH,
    "progress_bar": _WATCH,
    "show_progress_bar": _WATCH,
    "debug": _WATCH,
    "sorted_vocab": "words are always in order of frequency; leave it out",
    "trim_rule": "give <min_count> or <max_vocabulary>, or leave words out of the text",
    "max_vocab_size": "all distinct words are counted; <max_vocabulary> limits those that are kept",
    "batch_words": "texts are cut into tasks on their own; leave it out",
    "max_sentence_length": _ANY_LENGTH,
    "hashfxn": "draws depend on <seed> alone; leave it out",
    "word_ngrams": _NO_NGRAMS,
    "pretrained_vectors": _START,
    "save_output": "output vectors are saved; <no_output> leaves them out",
    "binary": "a model is a folder: <output>",
    "save_vocab": "a model's folder has its words with their counts; leave it out",
    "read_vocab": "a text's words are kept with its encoded form; leave it out",
    "classes": "groups of words are found in a model: <groups>",
    "input_col": "choose the column with <column>",
    "output_col": "a model is a folder: <output>",
    "device": _CPU,
    "gpu": _CPU,
    "cuda": _CPU,
    "use_gpu": _CPU,
    "null_word": "windows at a sentence's end are shorter; leave it out",
    "comment": "leave it out",
    "stop_words": _STOP_WORDS,
    "stopwords": _STOP_WORDS,
    "remove_stopwords": _STOP_WORDS,
    "phrases": _NO_NGRAMS,
    "ngram_range": _NO_NGRAMS,
    "label": _NO_LABELS,
    "min_count_label": _NO_LABELS,
    "autotune_validation_file": _NO_LABELS,
    "autotune_metric": _NO_LABELS,
    "autotune_predictions": _NO_LABELS,
    "autotune_duration": _NO_LABELS,
    "autotune_model_size": _NO_LABELS,
}
#: What is written in another way in Python and on the command line.
_SAID = {
    "text": ("firth.train(text, ...)", "firth train TEXT --output DIR"),
    "progress": ("progress=, on_progress= and on_epoch=", "--quiet and --log-json FILE"),
    "history": ("model.history", "firth info DIR"),
    "no_output": ("output_vectors=False", "--no-output-vectors"),
    "groups": ("firth.view.make_map(vectors)", "firth map DIR"),
    "start": ("start_from=", "--start-from MODEL"),
    "output": ("output=, or model.save(folder)", "--output DIR"),
}

#: What models and vectors are asked for elsewhere, with what to write.
_ATTRIBUTES = {
    "wv": "write model.vectors",
    "kv": "write model.vectors",
    "syn0": "write vectors.matrix",
    "syn0norm": "write vectors.matrix / vectors.norms[:, None]",
    "syn1": "write model.output_matrix",
    "syn1neg": "write model.output_matrix",
    "vectors": "write vectors.matrix",
    "vectors_norm": "write vectors.matrix / vectors.norms[:, None]",
    "get_normed_vectors": "write vectors.matrix / vectors.norms[:, None]",
    "index_to_key": "write vectors.words",
    "index2word": "write vectors.words",
    "index2entity": "write vectors.words",
    "key_to_index": "write vectors.index(word)",
    "get_index": "write vectors.index(word)",
    "vocab": "write vectors.words; counts are in model.vocabulary.counts",
    "get_words": "write vectors.words",
    "labels": "write vectors.words",
    "get_vector": 'write vectors["word"]',
    "get_word_vector": 'write vectors["word"]',
    "word_vec": 'write vectors["word"]',
    "get_input_matrix": "write vectors.matrix",
    "get_output_matrix": "write model.output_matrix",
    "get_vecattr": "write model.vocabulary.count(word)",
    "vector_size": "write vectors.dim",
    "get_dimension": "write vectors.dim",
    "get_nearest_neighbors": "write vectors.most_similar(word, k=10)",
    "similar_by_word": "write vectors.most_similar(word, k=10)",
    "similar_by_vector": "write vectors.most_similar(vector, k=10)",
    "similar_by_key": "write vectors.most_similar(word, k=10)",
    "get_analogies": "write vectors.analogy(a, b, c)",
    "predict_output_word": "write model.predict(context, k=10)",
    "most_similar": "write model.vectors.most_similar(word, k=10)",
    "similarity": "write model.vectors.similarity(first, second)",
    "find_synonyms": "write vectors.most_similar(word, k=10)",
    "getvectors": "write vectors.matrix",
    "total_train_time": "write model.history",
    "get_latest_training_loss": 'write model.history["loss"]',
    "running_training_loss": 'write model.history["loss"]',
    "corpus_count": 'write model.corpus["n_sentences"]',
    "corpus_total_words": 'write model.corpus["n_raw_tokens"]',
    "save_word2vec_format": 'write vectors.save("vectors.vec"), or "vectors.w2v" for binary',
    "save_model": "write model.save(folder)",
    "load_word2vec_format": "write firth.read_vectors(path)",
    "load_facebook_vectors": "write firth.read_vectors(path)",
    "load_facebook_model": "write firth.read_vectors(path)",
    "build_vocab": "firth.train counts the words, and trains, in one call",
    "build_vocab_from_freq": "firth.train counts the words, and trains, in one call",
    "train": "firth.train counts the words, and trains, in one call",
    "has_index_for": "write word in vectors",
    "get": "write vectors[word] if word in vectors",
    "keys": "write vectors.words",
    "items": "write zip(vectors.words, vectors.matrix)",
    "query": 'write vectors["word"]',
    "distance": "write 1 - vectors.similarity(first, second)",
    "get_mean_vector": "write vectors[words].mean(axis=0)",
    "get_sentence_vector": "write firth.documents.DocumentEncoder(model).encode(texts)",
    "wmdistance": "write firth.documents.WordMovers(model).distance(first, second)",
    "n_similarity": "write firth.documents.DocumentEncoder(model).encode([first, second])",
    "get_input_vector": 'write vectors["word"]',
    "init_sims": "lengths are computed when they are needed; leave it out",
    "fill_norms": "lengths are computed when they are needed; leave it out",
    "evaluate_word_pairs": "write firth.evaluation.evaluate_similarity(vectors, file)",
    "evaluate_word_analogies": "write firth.evaluation.evaluate_analogies(vectors, file)",
    "load": "write firth.load(folder)",
    "load_model": "write firth.load(folder), or firth.read_vectors(file)",
    "word2vec": "write firth.train(text, ...)",
    "fasttext": 'write firth.train(text, unit="subwords", ...)',
    "doc2vec": "write firth.documents.DocumentEncoder(model), for a model of words",
    "train_unsupervised": "write firth.train(text, ...)",
    "fit": "write firth.train(text, ...)",
    "keyed_vectors": "write firth.WordVectors, or firth.load(folder).vectors",
}

#: Commands of fastText, and programs of word2vec.c and GloVe.
_COMMANDS = {
    "skipgram": "write firth train TEXT --output DIR",
    "cbow": "write firth train TEXT --output DIR --architecture cbow",
    "word2vec": "write firth train TEXT --output DIR",
    "glove": "write firth train TEXT --output DIR",
    "nn": "write firth neighbors DIR WORD",
    "distance": "write firth neighbors DIR WORD",
    "mostsimilar": "write firth neighbors DIR WORD",
    "analogies": "write firth analogy DIR A B C",
    "wordanalogy": "write firth analogy DIR A B C",
    "printsentencevectors": "write firth embed DIR FILE --output vectors.npy",
    "computeaccuracy": "write firth evaluate DIR --analogies FILE",
    "supervised": _NO_LABELS,
    "test": _NO_LABELS,
}

#: Arguments of questions.
_ARGUMENTS = {"topn": "k", "top_n": "k", "topk": "k", "top_k": "k", "n": "k", "num": "k"}


def _loose(name: str) -> str:
    """Leave out of a name what sets its words apart, which programs do in different ways."""
    return re.sub(r"[-_\s]", "", name).lower()


_NAMES = {_loose(peer): ours for ours, peers in _RENAMED.items() for peer in peers.split()}
_SENTENCES = {_loose(peer): text for peer, text in _EXPLAINED.items()}
_ASKED = {_loose(peer): text for peer, text in _ATTRIBUTES.items()}


def setting_advice(name: str, *, flags: bool = False) -> str | None:
    """Say what to write for another program's setting of training; None if it is unknown.

    Parameters
    ----------
    name : str
        The setting, as it was typed.
    flags : bool
        Answer with flags of the command line, not with Python's arguments.

    Examples
    --------
    >>> setting_advice("vectorSize"), setting_advice("-lr", flags=True)
    ('firth calls it dim', 'firth calls it --learning-rate')
    >>> setting_advice("sg")
    'sg=1 is architecture="skipgram", the default, and sg=0 is architecture="cbow"'
    >>> setting_advice("dim") is None
    True
    """
    key = _loose(name)
    if key in _NAMES:
        ours = _NAMES[key]
        return f"firth calls it {_flag(ours) if flags else ours}"
    text = _SENTENCES.get(key)
    return None if text is None else re.sub(r"<([^>]+)>", _as_flags if flags else _as_python, text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _as_python(found: re.Match[str]) -> str:
    name, _, value = found[1].partition("=")
    return _SAID[name][0] if name in _SAID else f'{name}="{value}"' if value else f"{name}="


def _as_flags(found: re.Match[str]) -> str:
    name, _, value = found[1].partition("=")
    return _SAID[name][1] if name in _SAID else f"{_flag(name)} {value}".strip()


def flag_advice(words: Sequence[str], known: Container[str]) -> str | None:
    """Look for another program's flag on a command line of training, and say what to write.

    Parameters
    ----------
    words : sequence of str
        The words behind the command. Flags with one dash and several letters are those of
        word2vec.c and fastText.
    known : container of str
        The flags that the command has.

    Examples
    --------
    >>> flag_advice(["text.txt", "-size", "100"], {"--dim"})
    'there is no -size: firth calls it --dim'
    >>> flag_advice(["-dim", "100"], {"--dim"})
    'there is no -dim: write --dim'
    """
    for word in words:
        flag = word.partition("=")[0]
        if flag in known or not re.fullmatch(r"--?[A-Za-z][A-Za-z][\w-]*|--[A-Za-z]", flag):
            continue
        own = _flag(flag.strip("-"))
        advice = f"write {own}" if own in known else setting_advice(flag, flags=True)
        if advice is not None:
            return f"there is no {flag}: {advice}"
    return None


def command_advice(name: str) -> str | None:
    """Say what to write for a command of another program; None if it is unknown.

    Examples
    --------
    >>> command_advice("nn")
    'write firth neighbors DIR WORD'
    """
    return _COMMANDS.get(_loose(name))


def attribute_advice(name: str) -> str | None:
    """Say what to write for an attribute of another program's models; None if it is unknown.

    Examples
    --------
    >>> attribute_advice("index_to_key")
    'write vectors.words'
    """
    return _ASKED.get(_loose(name))


def no_attribute(thing: object, name: str) -> AttributeError:
    """Make the error for an attribute that `thing` does not have, with advice if there is any."""
    advice = attribute_advice(name) if not name.startswith("_") else None
    text = f"a {type(thing).__name__} has no {name!r}"
    return AttributeError(f"{text}: {advice}" if advice else text, name=name, obj=thing)


def takes(function: _Function) -> _Function:
    """Let a function say what an argument is called here, if it is given another program's name.

    Examples
    --------
    >>> @takes
    ... def ask(word, k=10): ...
    >>> ask("king", topn=3)
    Traceback (most recent call last):
        ...
    TypeError: ask() has no argument 'topn': firth calls it k
    """
    known = inspect.signature(function).parameters
    first = next(parameter for parameter in known.values() if parameter.name != "self")

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if first.default is first.empty and not arguments and first.name not in named:
            named_text = [name for name in named if _SENTENCES.get(_loose(name)) == _FIRST]
            advice = f": {setting_advice(named_text[0])}" if named_text else ""
            raise TypeError(f"{function.__name__}() needs its {first.name}{advice}")
        for name in named:
            if name not in known and (ours := _ARGUMENTS.get(name)) in known:
                raise TypeError(
                    f"{function.__name__}() has no argument {name!r}: firth calls it {ours}"
                )
        return function(*arguments, **named)

    return call  # type: ignore[return-value]
