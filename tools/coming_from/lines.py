"""What calls and flags of other programs are in firth: declared once, for the page and its test."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One flag, command or call.

    Attributes
    ----------
    theirs : str
        As it is written there; several flags side by side have one answer.
    ours : str
        Flags of ``firth train``, a whole command, or Python with `model`, `vectors`, `text` and
        the like; "" where there is nothing.
    note : str
        Another default, another meaning, or why there is nothing.
    """

    theirs: str
    ours: str
    note: str = ""


_ENCODED = "the text is kept encoded, with its words, in `firth cache`"
_NOTHING_HELD = "counts of pairs are not kept: memory is that of words and vectors"
_NO_LABELS = "texts are not classified; `firth.sklearn` gives vectors to a classifier"

#: Programs with a command line, by what they are called on the page.
FLAGS: dict[str, tuple[Line, ...]] = {
    "word2vec.c": (
        Line("-train FILE", "firth train FILE", "compressed files, folders, tables too"),
        Line("-output FILE", "--output DIR", "`firth convert DIR FILE.vec` writes its format"),
        Line("-size N", "--dim N"),
        Line("-window N", "--window N"),
        Line("-sample X", "--sample X"),
        Line("-hs 1", "--objective hierarchical_softmax"),
        Line("-negative N", "--negative N", "by a pool that centres share; `--noise pair` draws "
             "for each pair, as there"),
        Line("-threads N", "--threads N", "12 there; all cores here"),
        Line("-iter N", "--epochs N"),
        Line("-min-count N", "--min-count N"),
        Line("-alpha X", "--learning-rate X", "here it fits the text, unless given; "
             "`--rate-exponent 0` gives all words the same steps, as there"),
        Line("-cbow 0", "--architecture skipgram", "the default here"),
        Line("-cbow 1", "--architecture cbow", "the default there"),
        Line("-binary 1", "firth convert DIR FILE.w2v", "after training"),
        Line("-save-vocab FILE", "", "the model's folder has `vocabulary.arrow`, with counts"),
        Line("-read-vocab FILE", "", _ENCODED),
        Line("-classes K", "firth map DIR", "groups of words, with names"),
        Line("-debug 0", "--quiet"),
        Line("distance FILE", "firth neighbors FILE WORD"),
        Line("word-analogy FILE", "firth analogy FILE A B C"),
        Line("compute-accuracy FILE 30000", "firth evaluate FILE questions-words.txt",
             "the 30,000 most frequent words are its default for analogies"),
        Line("word2phrase", "", "`firth.gensim.Phrases` joins words, before training"),
    ),
    "fastText": (
        Line("skipgram", "firth train FILE", "with `--unit subwords` for its n-grams; whole words "
             "are the default here"),
        Line("cbow", "--architecture cbow"),
        Line("-input FILE", "firth train FILE"),
        Line("-output FILE", "--output DIR", "`firth convert DIR FILE.bin` writes its format"),
        Line("-dim N", "--dim N"),
        Line("-ws N", "--window N"),
        Line("-epoch N", "--epochs N"),
        Line("-minCount N", "--min-count N"),
        Line("-minn N", "--min-n N", "with `--unit subwords`"),
        Line("-maxn N", "--max-n N", "with `--unit subwords`; `-maxn 0` is `--unit words`"),
        Line("-bucket N", "--buckets N", "with `--unit subwords`; only those that occur are kept"),
        Line("-neg N", "--negative N"),
        Line("-loss ns", "--objective negative_sampling"),
        Line("-loss hs", "--objective hierarchical_softmax"),
        Line("-loss softmax", "--objective softmax"),
        Line("-loss ova", "", _NO_LABELS),
        Line("-t X", "--sample X", "1e-4 there, 1e-3 here"),
        Line("-lr X", "--learning-rate X", "here it fits the text, unless given"),
        Line("-lrUpdateRate N", "", "the rate falls with every word"),
        Line("-thread N", "--threads N", "12 there; all cores here"),
        Line("-seed N", "--seed N"),
        Line("-pretrainedVectors FILE", "--start-from FILE", "of any format"),
        Line("-saveOutput", "", "output vectors are saved; `--no-output-vectors` leaves them out"),
        Line("-verbose 0", "--quiet"),
        Line("-wordNgrams N", "", "`firth.gensim.Phrases` joins words, before training"),
        Line("nn FILE", "firth neighbors FILE WORD"),
        Line("analogies FILE", "firth analogy FILE B A C",
             "of its triplet A B C, which is A - B + C"),
        Line("print-word-vectors FILE", "firth convert FILE OUT.vec", "with `--words LIST` for "
             "words that it does not list"),
        Line("print-sentence-vectors FILE", "firth embed FILE LINES --output OUT.npy"),
        Line("dump FILE args", "firth info DIR"),
        Line("quantize", "firth convert DIR OUT.safetensors --dtype int8",
             "a scale a word; no product quantisation"),
        Line("supervised, predict, test", "", _NO_LABELS),
    ),
    "GloVe": (
        Line("vocab_count -min-count N", "--min-count N"),
        Line("vocab_count -max-vocab N", "--max-vocabulary N"),
        Line("cooccur -window-size N", "--window N", "15 there, of full width, weighted by 1/d; "
             "here 5, and near words count more since widths are drawn"),
        Line("cooccur -symmetric 0", "", "windows have two sides"),
        Line("cooccur -distance-weighting 0", "--fixed-window"),
        Line("cooccur -memory GB, -overflow-file, -max-product", "", _NOTHING_HELD),
        Line("shuffle", "", _NOTHING_HELD),
        Line("glove -input-file, -vocab-file", "firth train TEXT", "one program, one command"),
        Line("glove -save-file NAME", "--output DIR",
             "`firth convert DIR NAME.glove.txt` writes its format"),
        Line("glove -vector-size N", "--dim N"),
        Line("glove -threads N", "--threads N"),
        Line("glove -iter N", "--epochs N", "passes over pairs there, over the text here"),
        Line("glove -eta X", "--learning-rate X", "of AdaGrad there; another scale"),
        Line("glove -alpha X, -x-max X", "", "weights of its least squares; "
             "what is nearest is `--sample`"),
        Line("glove -model 2", "", "input vectors are a model's vectors; the sum is "
             "`model.vectors.matrix + model.output_vectors.matrix`"),
        Line("glove -checkpoint-every N", "--checkpoint-every 10min"),
        Line("glove -load-init-param", "--resume", "or `--start-from MODEL`"),
        Line("glove -seed N", "--seed N"),
        Line("glove -verbose 0", "--quiet"),
        Line("eval/python/evaluate.py", "firth evaluate FILE questions-words.txt"),
    ),
}  # fmt: skip

#: Libraries, by what they are called on the page.
CALLS: dict[str, tuple[Line, ...]] = {
    "fastText in Python": (
        Line('fasttext.train_unsupervised("text.txt")', 'firth.train("text.txt", unit="subwords")',
             "settings as for the flags above"),
        Line('fasttext.load_model("model.bin")', 'firth.read_vectors("model.bin")'),
        Line('model["cat"]', 'vectors["cat"]'),
        Line('model.get_word_vector("cat")', 'vectors["cat"]'),
        Line("model.words", "vectors.words"),
        Line("model.get_words(include_freq=True)", "vectors.words, vectors.counts"),
        Line('model.get_word_id("cat")', 'vectors.index("cat")'),
        Line("model.get_dimension()", "vectors.dim"),
        Line('model.get_nearest_neighbors("cat", k=3)', 'vectors.most_similar("cat", k=3)'),
        Line('model.get_analogies("king", "man", "woman", k=3)',
             'vectors.analogy("man", "king", "woman", k=3)', "man is to king as woman is to ?"),
        Line('model.get_sentence_vector("the cat")',
             'firth.documents.DocumentEncoder(vectors).encode(["the cat"])[0]',
             "there the mean of unit vectors, here of vectors"),
        Line("model.get_input_matrix()", "vectors.matrix", "of words that are listed"),
        Line("model.get_output_matrix()", "model.output_matrix"),
        Line('model.save_model("model.bin")', 'vectors.save("model.bin")'),
        Line("model.get_subwords, get_subword_id, get_subword_vector", "",
             "no counterpart; `vectors` composes words that were never seen"),
        Line("train_supervised, predict, test", "", _NO_LABELS),
    ),
    "Spark's Word2Vec": (
        Line("Word2Vec(vectorSize=100, minCount=5, …).fit(df)",
             'firth.train(table, column="text", dim=100, min_count=5)',
             "a table that Spark has written as Parquet; one machine"),
        Line("vectorSize", "dim"),
        Line("windowSize", "window"),
        Line("minCount", "min_count"),
        Line("maxIter", "epochs", "1 there, 5 here"),
        Line("stepSize", "learning_rate"),
        Line("numPartitions", "threads", "partitions are merged after each pass there; threads "
             "share one model"),
        Line("seed", "seed"),
        Line("inputCol", "column"),
        Line("maxSentenceLength", "", "sentences may have any length"),
        Line("model.getVectors()", "vectors.words, vectors.matrix",
             '`vectors.save("v.parquet")` gives Spark a table of them'),
        Line('model.findSynonyms("cat", 3)', 'vectors.most_similar("cat", k=3)'),
        Line("model.transform(df)",
             "firth.documents.DocumentEncoder(vectors).encode(table[\"text\"].to_pylist())"),
        Line("model.save(path)", 'model.save("folder")'),
        Line("Word2VecModel.load(path)", 'firth.load("folder")'),
    ),
    "model2vec": (
        Line("StaticModel.from_pretrained(folder)", 'firth.read_vectors("static")',
             "a folder on the disk"),
        Line("model.save_pretrained(folder)", 'vectors.save("static", format="model2vec")'),
        Line("model.encode(texts)", "firth.documents.DocumentEncoder(vectors).encode(texts)",
             "words are split as its `tokenizer=` says; vectors have their own length"),
        Line("model.embedding", "vectors.matrix"),
        Line("model.tokens", "vectors.words"),
        Line("model.dim", "vectors.dim"),
        Line('StaticModel.from_pretrained(folder, quantize_to="int8")',
             'vectors.save("v.safetensors", dtype="int8")'),
        Line("distill(model_name, …)", "",
             "firth trains on text; vectors of a transformer are not its own"),
        Line("StaticModelForClassification", "", _NO_LABELS),
    ),
}  # fmt: skip
