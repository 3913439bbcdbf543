"""Encoding: the ids mean the tokens, and nothing else matters to them."""

import errno
import functools
import gzip
import operator
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import firth.corpus.numbering
from firth.corpus import EncodedCorpus, Vocabulary, encode, open_corpus
from firth.corpus.encoded import IDS, OFFSETS, VOCABULARY
from firth.corpus.lexicon import Lexicon
from firth.errors import ConfigError, CorpusError, CorpusWarning, FormatError
from firth.files import cache as caching
from firth.files.temporary import OwnedFolder

sentence_lists = st.lists(st.lists(st.sampled_from(["a", "b", "c", "é", "dd", "x y"]), max_size=6))


def left_in(cache_dir):
    """Entries, and what lies in the place for temporary ones."""
    names = [path.name for path in cache_dir.iterdir() if path.name != "temporary"]
    return names + list(caching.temporary_place(cache_dir).iterdir())


def split_pairs(line):
    return [line[i : i + 2] for i in range(0, len(line), 2)]


def everything(encoded):
    return (
        list(encoded.vocabulary.words),
        encoded.vocabulary.counts.tolist(),
        encoded.ids.tolist(),
        encoded.offsets.tolist(),
        encoded.fingerprint,
    )


@settings(max_examples=50)
@given(sentence_lists, st.integers(1, 3), st.none() | st.integers(1, 3))
def test_decoding_gives_the_tokens_without_rare_words(sentences, min_count, max_vocabulary):
    counts = Counter(token for sentence in sentences for token in sentence)
    kept = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    kept = kept[:max_vocabulary]
    options = {"min_count": min_count, "max_vocabulary": max_vocabulary}
    if not kept:
        with pytest.raises(CorpusError):
            encode(iter(sentences), **options)
        return
    expected = [[t for t in sentence if t in kept] for sentence in sentences]
    expected = [sentence for sentence in expected if sentence]
    with encode(iter(sentences), **options) as encoded:
        assert list(encoded.sentences()) == expected
        assert list(encoded.vocabulary.words) == kept
        assert encoded.n_sentences == len(expected) == len(encoded.offsets) - 1
        assert encoded.n_tokens == sum(map(len, expected)) == len(encoded.ids)
        assert encoded.n_raw_tokens == counts.total()
        assert encoded.ids.dtype == np.int32 and encoded.offsets.dtype == np.int64


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """5,000 lines of Zipf-like words, one of them far longer than a small block."""
    rng = np.random.default_rng(1)
    words = np.minimum(rng.zipf(1.3, 60_000), 4_000)
    lines = np.array_split(words, np.sort(rng.integers(0, len(words), 4_999)))
    rows = [" ".join(f"w{word}" for word in line) for line in lines]
    rows[2_000] = " ".join(rows[:1_000])
    path = tmp_path_factory.mktemp("text") / "zipf.txt"
    path.write_text("\n".join(rows))
    return path


def test_blocks_and_threads_do_not_show(text, monkeypatch):
    monkeypatch.setattr(Lexicon, "MERGE_FROM", 100)
    seen = [
        everything(encode(text, cache=False, threads=threads, block_bytes=block_bytes))
        for threads, block_bytes in [(1, 1 << 20), (1, 700), (2, 700), (5, 4_096), (3, 50_000)]
    ]
    assert all(other == seen[0] for other in seen[1:])
    lines = [line.split() for line in text.read_text().split("\n")]
    assert seen[0][0][0] == Counter(functools.reduce(operator.iadd, lines, [])).most_common(1)[0][0]


def test_fingerprint_is_of_the_content(text, tmp_path):
    first = encode(text)
    copy = tmp_path / "copy.gz"
    copy.write_bytes(gzip.compress(text.read_bytes()))
    again = encode(copy)
    items = encode(list(open_corpus(text)))
    assert first.fingerprint == again.fingerprint == items.fingerprint
    assert items.source_fingerprint == items.fingerprint
    assert first.source_fingerprint != again.source_fingerprint
    assert encode(text, min_count=6).fingerprint != first.fingerprint
    # The same ids in other sentences, and the same ids for other words.
    base = encode([["a", "b"]], min_count=1).fingerprint
    assert encode([["a"], ["b"]], min_count=1).fingerprint != base
    assert encode([["a", "c"]], min_count=1).fingerprint != base
    assert encode([["b", "a"]], min_count=1).fingerprint != base
    # The same letters in other words.
    one, two = (encode([words], min_count=1).fingerprint for words in (["ab", "c"], ["a", "bc"]))
    assert one != two


def test_cache_is_reused_until_something_changes(tmp_path, cache_dir):
    path = tmp_path / "a.txt"
    path.write_text("a a b")
    first = encode(path, min_count=1)
    assert not first.reused and first.folder.parent == cache_dir
    second = encode(str(path), min_count=1)
    assert second.reused and everything(second) == everything(first)
    assert second.source_fingerprint == first.source_fingerprint
    assert encode(open_corpus([path]), min_count=1).reused
    for options in ({"min_count": 2}, {"min_count": 1, "max_vocabulary": 1}):
        assert not encode(path, **options).reused
    for options in (
        {"lowercase": True},
        {"tokenizer": "unicode"},
        {"errors": "replace"},
        {"normalize": "NFC"},
    ):
        assert not encode(open_corpus(path, **options), min_count=1).reused
    os.utime(path, ns=(1, 1))
    assert not encode(path, min_count=1).reused
    path.write_text("a a b c")
    assert len(encode(path, min_count=1).vocabulary) == 3
    assert not list(caching.temporary_place(cache_dir).iterdir())


def test_another_column_of_a_table_is_another_text(tmp_path):
    pq.write_table(pa.table({"a": ["x y"], "b": ["z"]}), tmp_path / "t.parquet")
    for column, words in (("a", ["x", "y"]), ("b", ["z"])):
        corpus = open_corpus(tmp_path / "t.parquet", column=column)
        assert list(encode(corpus, min_count=1).vocabulary.words) == words


def test_who_finds_a_corpus_removes_what_killed_runs_have_left(text, cache_dir):
    encode(text)
    left = OwnedFolder(caching.temporary_place(cache_dir))
    os.close(left._handle)  # as the system does for a killed process
    assert encode(text).reused
    assert not left.path.exists()


def test_own_cache_folder(tmp_path, text, cache_dir):
    assert encode(text, cache=tmp_path / "mine").folder.parent == tmp_path / "mine"
    assert encode(text, cache=tmp_path / "mine").reused
    assert not cache_dir.exists()


def test_what_cannot_be_recognised_goes_to_a_temporary_folder(text, cache_dir):
    for corpus in (open_corpus(text, tokenizer=str.split), iter([["a"] * 5])):
        encoded = encode(corpus)
        folder = encoded.folder
        assert folder.exists() and folder.parent == caching.temporary_place(cache_dir)
        encoded.close()
        encoded.close()
        assert not folder.exists()
    encoded = encode(iter([["a"] * 5]))
    folder = encoded.folder
    del encoded
    assert not folder.exists()
    assert left_in(cache_dir) == []


def test_no_place_for_a_cache(text, monkeypatch):
    monkeypatch.setattr(sys.modules[encode.__module__], "cache_folder", lambda kind: None)
    with encode(text) as encoded:
        folder = encoded.folder
        assert not encoded.reused and folder.exists()
    assert not folder.exists()


def test_unwritable_cache(text, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "file"))
    encoded = encode(text)
    folder = encoded.folder
    encoded.close()
    assert not folder.exists()
    with pytest.raises(CorpusError, match=r"cannot be written to .*file"):
        encode(text, cache=tmp_path / "file")


def test_damaged_cache_entry_is_made_anew(text):
    for name in (IDS, OFFSETS, VOCABULARY, caching.MANIFEST):
        folder = encode(text).folder
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
        with pytest.raises(FormatError):
            EncodedCorpus.open(folder)
        assert not encode(text).reused
        assert encode(text).reused
        (folder / name).unlink()
        assert not encode(text).reused


def test_nested_brackets_in_a_manifest(text):
    folder = encode(text).folder
    (folder / caching.MANIFEST).write_text("[" * 100_000)
    with pytest.raises(FormatError, match="nested too deeply"):
        EncodedCorpus.open(folder)
    assert not encode(text).reused


def test_interrupted_encode_leaves_nothing(text, cache_dir):
    def interrupt(progress):
        raise KeyboardInterrupt

    for threads in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            encode(text, threads=threads, block_bytes=999, on_progress=interrupt)
    assert left_in(cache_dir) == []


def test_file_that_changes_while_read_is_not_cached(text, tmp_path, cache_dir):
    path = tmp_path / "a.txt"
    path.write_bytes(text.read_bytes())
    encode(path, on_progress=lambda progress: os.utime(path, ns=(5, 5)))
    assert left_in(cache_dir) == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_that_is_cut_or_grows_while_read_is_named(text, tmp_path, pack):
    path, quiet = tmp_path / "log.txt", tmp_path / "quiet.txt"
    path.write_bytes(pack(text.read_bytes()))
    quiet.write_bytes(text.read_bytes())
    n_bytes = path.stat().st_size

    def grow(progress):
        if path.stat().st_size < 99 * n_bytes:
            with path.open("ab") as file:
                file.write(pack(b"more\n" * 999))

    before = rf"log\.txt changed .*\({n_bytes:,} bytes before"
    with pytest.warns(CorpusWarning, match=before) as said:
        # It grows faster than it is read.
        options = {"min_count": 1, "cache": False, "threads": 1, "block_bytes": 999}
        corpus = encode([path, quiet], on_progress=grow, **options)
    assert len(said) == 1
    assert corpus.n_sentences == 2 * len(list(open_corpus(quiet)))


def test_disk_full(text, monkeypatch, cache_dir):
    def full(folder, *arguments):
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(caching, "publish", full)
    with pytest.raises(CorpusError, match="No space left on device; free some space"):
        encode(text)
    assert left_in(cache_dir) == []


def test_two_at_once(text, cache_dir):
    results, failures = [], []

    def run(barrier):
        try:
            barrier.wait()
            results.append(everything(encode(text, threads=1)))
        except BaseException as error:
            failures.append(error)

    for _ in range(3):
        barrier = threading.Barrier(4)
        threads = [threading.Thread(target=run, args=(barrier,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        caching.remove(next(cache_dir.iterdir()))
    assert not failures
    assert len(results) == 12 and all(result == results[0] for result in results)


def test_cache_keeps_what_was_used_last(tmp_path, cache_dir, monkeypatch):
    monkeypatch.setattr(caching, "MAX_ENTRIES", 3)
    folders = []
    for number in range(5):
        path = tmp_path / f"{number}.txt"
        path.write_text("a b c " * (number + 1))
        folders.append(encode(path, min_count=1).folder)
        os.utime(folders[-1] / caching.MANIFEST, (number, number))
    assert [folder.exists() for folder in folders] == [False, False, True, True, True]
    stranger = cache_dir / "notes"
    stranger.mkdir()
    monkeypatch.setattr(caching, "MAX_BYTES", 1)
    caching.prune(cache_dir, folders[-1].name)
    assert set(left_in(cache_dir)) == {"notes", folders[-1].name}


MAKE = """
import sys, time
from firth.corpus import encode
{0} = encode(iter([["a", "b"]] * 50), min_count=1)
print({0}.folder, flush=True)
{1}
"""


@pytest.mark.parametrize("place", ["cache", "other cache", "private", "temporary"])
def test_corpora_of_killed_processes_are_removed_and_no_others(
    tmp_path, monkeypatch, cache_dir, place
):
    folder = caching.temporary_place(cache_dir)
    if place != "cache":
        (tmp_path / "file").write_text("no folder")
        monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "file"))
        folder = caching.temporary_place(cache_dir.with_name("second") / "firth" / "corpora")
    if place in ("private", "temporary"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        private = tmp_path / f"firth-{os.geteuid()}"
        folder = caching.temporary_place(private / "corpora")
        if place == "temporary":
            private.write_text("nor this one")
            folder = tmp_path
    code = MAKE.format("encoded", "time.sleep(100)")
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        folders = [Path(run.stdout.readline().strip()) for run in runs]
        runs[0].kill()
        runs[0].wait()
        mine = encode([["a"]], min_count=1)
        encode([["a"]], min_count=1)
        assert [folder.exists() for folder in folders] == [False, True]
        assert mine.folder.parent == folders[0].parent == folder and mine.ids.tolist() == [0]
        left = {path.name for path in folder.glob("firth-*") if len(path.name) > 20}
        alive = (mine.folder.name, folders[1].name)
        assert left == {name + end for name in alive for end in ("", ".lock")}
    finally:
        for run in runs:
            run.kill()
            run.communicate()


def test_a_killed_run_leaves_no_unfinished_entry_for_long(text, cache_dir):
    code = (
        "import os, signal, sys; from firth.corpus import encode\n"
        "encode(sys.argv[1], on_progress=lambda p: os.kill(os.getpid(), signal.SIGKILL))"
    )
    assert subprocess.run([sys.executable, "-c", code, text], check=False).returncode
    assert len(left_in(cache_dir)) == 2
    entry = encode(text).folder
    assert left_in(cache_dir) == [entry.name]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_that_exits_does_not_remove_its_parents_corpus(run_python):
    # Once at the end of the child, by its finalizers, and once by name.
    for last_words in ("sys.exit()", "corpus.close(); os._exit(0)"):
        end = (
            f"import os\nif os.fork() == 0: {last_words}\nos.wait()\n"
            "print(corpus.folder.exists(), corpus.ids.tolist()[:2])"
        )
        assert run_python(MAKE.format("corpus", end)).stdout.split("\n")[1] == "True [0, 1]"


def test_what_the_disk_refuses_comes_with_a_remedy_for_that_place(tmp_path, monkeypatch):
    def refuse(number):
        def fail(*arguments):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(firth.corpus.numbering, "_renumber", fail)

    refuse(errno.ENOSPC)
    for options in ({}, {"cache": False}):
        with pytest.raises(
            CorpusError,
            match=r"temporary/firth-\w+: No space left on device; free some space there, or set "
            "FIRTH_CACHE_DIR to a folder on a disk with more",
        ):
            encode([["a"]], min_count=1, **options)
    with pytest.raises(CorpusError, match="there, or give another folder as cache=, one on a disk"):
        encode([["a"]], min_count=1, cache=tmp_path)
    assert list((tmp_path / "temporary").iterdir()) == []
    refuse(errno.EROFS)
    with pytest.raises(CorpusError, match="file system; set FIRTH_CACHE_DIR to a folder that can"):
        encode([["a"]], min_count=1)


def test_errors_of_the_callers_own_code_are_not_the_disks(text):
    def sentences():
        yield ["a"]
        raise FileNotFoundError(2, "my own file is missing", "mine.txt")

    def tokenizer(line):
        raise PermissionError("my own tokenizer")

    def on_progress(progress):
        raise BrokenPipeError("my own terminal")

    with pytest.raises(FileNotFoundError, match="my own file"):
        encode(sentences(), min_count=1)
    with pytest.raises(PermissionError, match="my own tokenizer"):
        encode(open_corpus(text, tokenizer=tokenizer))
    with pytest.raises(BrokenPipeError, match="my own terminal"):
        encode(text, on_progress=on_progress)


def test_a_changed_file_of_the_same_size_and_time_is_read_anew(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a b")
    before = path.stat()
    assert encode(path, min_count=1).vocabulary.words == ["a", "b"]
    for text, replace in (("c d", False), ("e f", True)):
        other = tmp_path / "other" if replace else path
        other.write_text(text)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)
        assert path.stat().st_mtime_ns == before.st_mtime_ns
        assert encode(path, min_count=1).vocabulary.words == text.split()
    assert encode(path, min_count=1).reused


def test_how_it_was_read_is_kept(tmp_path, cache_dir):
    path = tmp_path / "a.txt"
    path.write_text("The cat")
    corpus = open_corpus(
        path, lowercase=True, tokenizer="unicode", errors="replace", normalize="NFC"
    )
    reading = {"tokenizer": "unicode", "lowercase": True, "normalize": "NFC", "column": None}
    reading |= {"group_by": None, "order_by": None}
    reading["errors"] = "replace"
    assert corpus.reading == reading
    for _ in range(2):
        encoded = encode(corpus, min_count=1, max_vocabulary=7)
        assert encoded.reading == {**reading, "min_count": 1, "max_vocabulary": 7}
    assert EncodedCorpus.open(encoded.folder).reading == encoded.reading
    assert encode([["a"] * 5]).reading == {
        "tokenizer": "whitespace",
        "lowercase": False,
        "normalize": None,
        "column": None,
        "group_by": None,
        "order_by": None,
        "errors": "strict",
        "min_count": 5,
        "max_vocabulary": None,
    }
    for tokenizer, name in (
        (str.split, "str.split"),
        (split_pairs, f"{__name__}.split_pairs"),
        (functools.partial(str.split, sep="-"), "functools.partial"),
    ):
        read = encode(open_corpus(iter(["a"]), tokenizer=tokenizer), min_count=1)
        assert read.reading["tokenizer"] == name


def test_an_encoded_corpus_stays_as_it_is():
    encoded = encode([["a", "a", "b"]], min_count=1)
    assert encode(encoded) is encoded
    assert encode(encoded, min_count=1) is encoded
    for name, value, used in (("min_count", 5, 1), ("max_vocabulary", 9, None)):
        with pytest.raises(
            ConfigError,
            match=f"{name} is {value}, but the corpus has been encoded with {name}={used} already: "
            "leave it out here, or give it where the corpus is encoded",
        ):
            encode(encoded, **{name: value})


def test_an_open_corpus_survives_its_removal(text):
    encoded = encode(text)
    expected = everything(encode(text))
    caching.remove(encoded.folder)
    assert everything(encoded) == expected


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("", {}, "a.txt holds no tokens"),
        (" \n\r\n\t", {}, "a.txt holds no tokens"),
        (
            "a a a b c",
            {"min_count": 4},
            "of 3 distinct words the most frequent occurs 3 times, and min_count is 4: lower it",
        ),
    ],
)
def test_nothing_left(tmp_path, source, options, message):
    path = tmp_path / "a.txt"
    path.write_text(source)
    with pytest.raises(CorpusError, match=message):
        encode(path, **options)
    with pytest.raises(CorpusError, match="holds no tokens"):
        encode([])


def test_options_out_of_range(text):
    for name in ("min_count", "max_vocabulary", "threads", "block_bytes"):
        with pytest.raises(ConfigError, match=f"{name} is 0; it must be 1 or more"):
            encode(text, **{name: 0})


def test_progress(text):
    seen = []
    encoded = encode(text, cache=False, block_bytes=9_999, on_progress=seen.append)
    assert [p.phase for p in seen] == sorted((p.phase for p in seen), reverse=True)
    assert seen[-1].n_tokens == seen[-1].n_total >= encoded.n_raw_tokens


def test_file_bytes_literally(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("b a b\nrare\na b\n")
    folder = encode(path, min_count=2).folder
    assert (folder / "ids.int32").read_bytes() == bytes.fromhex(
        "00000000 01000000 00000000 01000000 00000000"
    )
    assert (folder / "offsets.int64").read_bytes() == bytes.fromhex(
        "0000000000000000 0300000000000000 0500000000000000"
    )
    assert Vocabulary.load(folder / "vocabulary.arrow") == Vocabulary(["b", "a"], [3, 2])


def test_read(text):
    encoded = encode(text)
    n = encoded.n_tokens
    np.testing.assert_array_equal(encoded.read(0, n), encoded.ids)
    np.testing.assert_array_equal(encoded.read(17, 4_000), encoded.ids[17:4_000])
    np.testing.assert_array_equal(encoded.read_offsets(5, 9), encoded.offsets[5:9])
    assert encoded.read(n, n).shape == (0,)
    assert encoded.read(0, 5).flags.writeable
    for start, stop in [(-1, 2), (3, 2), (0, n + 1)]:
        with pytest.raises(IndexError, match="is not within"):
            encoded.read(start, stop)
    encoded.close()
    with pytest.raises(ValueError, match="closed"):
        encoded.read(0, 1)


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 30), st.integers(2, 50)
)
@example([2, 2, 1, 4], 4, 50)  # four tokens fit, and not the fifth
def test_ranges_cover_everything_once(lengths, max_tokens, at_a_time):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firth.corpus.encoded._SENTENCES_AT_A_TIME", at_a_time)
        with encode([["a"] * length for length in lengths], min_count=1) as encoded:
            ranges = encoded.ranges(max_tokens)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    assert ranges.token_start[0] == 0 and ranges.token_stop[-1] == offsets[-1]
    assert (ranges.token_start[1:] == ranges.token_stop[:-1]).all()
    sizes = ranges.token_stop - ranges.token_start
    assert (sizes > 0).all() and (sizes <= max_tokens).all()
    for start, stop, first, last in zip(*ranges, strict=True):
        whole = start == offsets[first] and stop == offsets[last + 1]
        inside = first == last and lengths[first] > max_tokens
        assert whole or inside
        assert offsets[first] <= start < stop <= offsets[last + 1]
    # No two neighbours of whole sentences would have fitted into one range.
    whole = np.array([lengths[i] <= max_tokens for i in ranges.first_sentence])
    if at_a_time >= len(lengths):
        next_fits = offsets[ranges.first_sentence[1:] + 1] - ranges.token_start[:-1] <= max_tokens
        assert not (next_fits & whole[1:] & whole[:-1]).any()


def test_long_sentence_is_cut_evenly():
    encoded = encode([["a"] * 3, ["a"] * 101, ["a"] * 2], min_count=1)
    ranges = encoded.ranges(50)
    assert (ranges.token_stop - ranges.token_start).tolist() == [3, 33, 34, 34, 2]
    assert ranges.first_sentence.tolist() == [0, 1, 1, 1, 2]
    with pytest.raises(ConfigError, match="max_tokens is 0"):
        encoded.ranges(0)


def test_importing_does_not_load_numba():
    code = "import sys, firth.corpus; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


MEMORY = """
import resource, sys
from firth.corpus import encode
encoded = encode(sys.argv[1], cache=False, threads=2)
ranges = encoded.ranges(10_000)
for start, stop in zip(ranges.token_start.tolist(), ranges.token_stop.tolist()):
    encoded.read(start, stop)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_text(text, tmp_path):
    pytest.importorskip("resource")
    data = text.read_bytes() + b"\n"

    def peak(copies):
        path = tmp_path / "copies.txt"
        path.write_bytes(data * copies)
        run = subprocess.run(
            [sys.executable, "-c", MEMORY, path], check=True, capture_output=True, text=True
        )
        return int(run.stdout)

    # 14 and 140 MB: the smaller is long enough to fill every thread's queue.
    copies = 14_000_000 // len(data)
    assert peak(10 * copies) < 1.1 * peak(copies)


def test_large_text(wiki):
    encoded = encode(wiki, cache=False)
    assert encoded.n_raw_tokens == 20_050_449
    assert encoded.n_tokens == 19_720_852
    assert (encoded.n_sentences, len(encoded.vocabulary)) == (270_101, 82_531)


@pytest.mark.parametrize("phase", ["read", "number"])
def test_threads_end_with_the_call_however_it_ends(phase):
    """Not when the garbage collector comes to it, maybe in a thread that is just being started."""

    def fail(progress):
        if progress.phase == phase:
            raise KeyError("enough")

    text = [[f"w{i}" for i in range(k, k + 9)] for k in range(3000)]
    with pytest.raises(KeyError) as held:  # the traceback keeps every frame
        encode(text, threads=2, min_count=1, block_bytes=1000, on_progress=fail, cache=False)
    assert held.value.__traceback__ is not None
    assert not [t for t in threading.enumerate() if t.name.startswith("firth-encode")]


def test_what_is_found_in_the_cache_is_warned_of_again(tmp_path, cache_dir):
    (tmp_path / "t.csv").write_text("id,text\n1,the cat\n2,a dog\n3,an owl\n")
    for reused in (False, True):
        with pytest.warns(CorpusWarning, match="looks like CSV"):
            encoded = encode(tmp_path / "t.csv", min_count=1)
        assert encoded.reused == reused


def test_other_processes_read_the_same_files():
    with encode([["a", "b"], ["b"]], min_count=1) as corpus:
        sent = pickle.dumps(corpus)
        with pickle.loads(sent) as again:
            assert again.ids.tolist() == corpus.ids.tolist()
            assert again.folder == corpus.folder
        assert corpus.folder.is_dir()
    with pytest.raises(FormatError, match="holds no encoded corpus"):
        pickle.loads(sent)
