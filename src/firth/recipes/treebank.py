"""The Stanford Sentiment Treebank as a corpus of ids, and its training sentences.

The treebank (Socher et al., *Recursive Deep Models for Semantic Compositionality Over a Sentiment
Treebank*, EMNLP 2013) is for research use and is not shipped with firth: it is read from a local
file, or fetched once from its authors' page and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import io
import math
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from firth.errors import CorpusError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.files.places import cache_folder, make_folder
from firth.values import Real, Whole

URL = "https://nlp.stanford.edu/~socherr/stanfordSentimentTreebank.zip"
SENTENCES_FILE = "datasetSentences.txt"
SENTENCES_BYTES = 1_290_263
SENTENCES_SHA256 = "f7ae959a5ff0565eb860c3f2e600dde118bcb49aee63df8fa9b9a806da235553"
UNKNOWN = "UNK"
ORIGINAL = (11_855, 19_539, 227_246)  # sentences, words, words counted

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Treebank:
    """Sentences as ids, with the vocabulary in order of first appearance.

    Attributes
    ----------
    words : list of str
        The V words; the last one is ``UNK``, which no sentence holds.
    counts : ndarray (V,) int64
        How often each occurs; ``UNK`` counts 1.
    tokens : ndarray (n,) int32
        All sentences, one behind the other.
    offsets : ndarray (sentences + 1,) int64
        Sentence s is ``tokens[offsets[s]:offsets[s + 1]]``.
    """

    words: list[str]
    counts: npt.NDArray[np.int64]
    tokens: Ids
    offsets: npt.NDArray[np.int64]

    @classmethod
    def from_sentences(cls, sentences: Iterable[list[str]]) -> Treebank:
        """Give ids to the words of tokenised sentences, in order of first appearance.

        Examples
        --------
        >>> bank = Treebank.from_sentences([["a", "fine", "film"], ["a", "film"]])
        >>> bank.words, bank.counts.tolist(), bank.tokens.tolist()
        (['a', 'fine', 'film', 'UNK'], [2, 1, 2, 1], [0, 1, 2, 0, 2])
        """
        index: dict[str, int] = {}
        tokens: list[int] = []
        offsets = [0]
        for sentence in sentences:
            tokens.extend(index.setdefault(word, len(index)) for word in sentence)
            offsets.append(len(tokens))
        if not tokens:
            raise CorpusError("the corpus holds no words; expected tokenised sentences")
        # A corpus that itself spells UNK keeps that row; the usual one gets a row of its own.
        unknown = index.setdefault(UNKNOWN, len(index))
        counts = np.bincount(np.array(tokens), minlength=len(index))
        counts[unknown] = 1
        return cls(list(index), counts, np.array(tokens, np.int32), np.array(offsets, np.int64))

    @classmethod
    def from_bytes(cls, content: bytes) -> Treebank:
        r"""Read the text of ``datasetSentences.txt``: a header, then ``index<TAB>sentence`` lines.

        Examples
        --------
        >>> Treebank.from_bytes(b"sentence_index\tsentence\n1\tA fine Film .\n").words
        ['a', 'fine', 'film', '.', 'UNK']
        """
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
        next(lines, None)
        return cls.from_sentences([word.lower() for word in line.split()[1:]] for line in lines)

    @property
    def is_original(self) -> bool:
        """The corpus has the treebank's own figures, so published numbers apply to it."""
        return (len(self.offsets) - 1, len(self.words), self.n_words) == ORIGINAL

    @property
    def n_words(self) -> int:
        """All words counted, ``UNK`` included."""
        return int(self.counts.sum())

    def reject_probabilities(self, threshold: float = 1e-5) -> npt.NDArray[np.float64]:
        """Return ``max(0, 1 - sqrt(threshold · N / count))`` for each word: (V,).

        Examples
        --------
        >>> Treebank.from_sentences([["a", "b", "a", "a"]]).reject_probabilities(0.2).round(3)
        array([0.423, 0.   , 0.   ])
        """
        threshold = Real(0).check("threshold", threshold)
        bound: npt.NDArray[np.float64] = 1 - np.sqrt(threshold * self.n_words / self.counts)
        return np.maximum(0.0, bound)

    def noise_shares(self, power: float = 0.75) -> npt.NDArray[np.float64]:
        """Return how likely each word is as noise, in proportion to ``count ** power``: (V,).

        Examples
        --------
        >>> Treebank.from_sentences([["a"] * 16, ["b"]]).noise_shares().round(1).tolist()
        [0.8, 0.1, 0.1]
        """
        power = Real(-math.inf).check("power", power)
        # Python's power, not NumPy's: a vector library may round the last bit another way, and one
        # bit can move the edge between two words.
        weights = np.array([count**power for count in self.counts.astype(float).tolist()])
        shares: npt.NDArray[np.float64] = weights / np.sum(weights)
        return shares

    def noise_table(self, slots: int = 1_000_000, power: float = 0.75) -> Ids:
        """Return the table that noise words are drawn from: (slots,) word ids.

        Slot i holds the first word j whose cumulative share times ``slots`` is at least i, with
        shares in proportion to ``count ** power`` (Mikolov et al., *Distributed Representations of
        Words and Phrases*, NIPS 2013, section 2.2).

        Examples
        --------
        >>> np.bincount(Treebank.from_sentences([["a"] * 16, ["b"]]).noise_table(100)).tolist()
        [81, 10, 9]
        """
        slots = Whole(1).check("slots", slots)
        edges = np.cumsum(self.noise_shares(power)) * slots
        table = np.searchsorted(edges, np.arange(slots), side="left")
        return np.minimum(table, len(self.words) - 1).astype(np.int32)


def load_treebank(
    path: str | Path | None = None, *, fetch: Callable[[str], bytes] | None = None
) -> Treebank:
    """Load the treebank from a file, else from the cache, else from its authors' page.

    Parameters
    ----------
    path : str or Path, optional
        A local ``datasetSentences.txt``, or a folder that holds it.
    fetch : callable, optional
        ``fetch(url) -> bytes``; the default asks the network.

    Returns
    -------
    Treebank
        11,855 sentences, 19,539 words with ``UNK``, 227,246 words counted.

    Raises
    ------
    CorpusError
        The file cannot be read or is not the treebank's (SHA-256), or there is neither a file nor
        a network.
    """
    if path is not None:
        source = given_path("path", path)
        if source.is_dir():
            source /= SENTENCES_FILE
        return Treebank.from_bytes(_checked(_read(source), str(source)))
    folder = cache_folder("treebank")
    cached = None if folder is None else folder / SENTENCES_FILE
    if cached is not None and cached.exists():
        return Treebank.from_bytes(_checked(_read(cached), str(cached)))
    content = _checked(_download(fetch or _fetch), URL)
    if cached is not None:
        with suppress(OSError):  # a cache that cannot be written costs the next run a download
            make_folder(cached.parent)
            with atomic_path(cached) as partial:
                partial.write_bytes(content)
    return Treebank.from_bytes(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"{path}: {error.strerror or error}; expected the treebank's {SENTENCES_FILE}"
        ) from error


def _checked(content: bytes, source: str) -> bytes:
    """Return the treebank's own bytes; a copy may have Windows' line ends (Git, editors)."""
    plain = content.replace(b"\r\n", b"\n")
    if hashlib.sha256(plain).hexdigest() == SENTENCES_SHA256:
        return plain
    digest = hashlib.sha256(content).hexdigest()
    if digest != SENTENCES_SHA256:
        raise CorpusError(
            f"{source}: not the treebank's {SENTENCES_FILE}: {len(content):,} bytes with SHA-256 "
            f"{digest}; expected {SENTENCES_BYTES:,} bytes with {SENTENCES_SHA256}. Fetch it "
            f"again from {URL}"
        )
    return content


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def _download(fetch: Callable[[str], bytes]) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(fetch(URL)))
    except (OSError, urllib.error.URLError) as error:
        raise CorpusError(
            f"the treebank is neither given nor cached, and {URL} cannot be reached ({error}). "
            f"Either connect to the network and run again, or get the archive by another way, "
            f"unpack it and pass the file: --data path/to/{SENTENCES_FILE}"
        ) from error
    except zipfile.BadZipFile as error:
        raise CorpusError(
            f"{URL} did not send a zip archive ({error}); get it by another way, unpack it and "
            f"pass the file: --data path/to/{SENTENCES_FILE}"
        ) from error
    for member in archive.namelist():
        # macOS's resource forks carry the same file name with "._" in front.
        if member.rsplit("/", 1)[-1] == SENTENCES_FILE:
            return archive.read(member)
    raise CorpusError(f"{URL}: the archive holds no {SENTENCES_FILE}; pass a copy with --data")
