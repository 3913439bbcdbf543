"""The encoded text of a run on the disk of each node: found there, or brought there once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from firth.corpus import EncodedCorpus
from firth.errors import CorpusError, FormatError
from firth.files import cache as caching
from firth.files.places import cache_folder
from firth.files.temporary import OwnedFolder

#: Bytes that travel as one.
BLOCK_BYTES = 32 << 20


class Text(NamedTuple):
    """An encoded corpus as a value.

    Attributes
    ----------
    folder : str
        Where it is on the driver's machine, and perhaps on others that share its disk.
    fingerprint : str
        What it is.
    sizes : dict of str to int
        Its files, and how long they are.
    """

    folder: str
    fingerprint: str
    sizes: dict[str, int]

    @classmethod
    def of(cls, corpus: EncodedCorpus) -> Text:
        """Describe a corpus."""
        sizes = {path.name: path.stat().st_size for path in sorted(corpus.folder.iterdir())}
        return cls(str(corpus.folder.absolute()), corpus.fingerprint, sizes)

    def block(self, name: str, start: int) -> bytes:
        """Read a block of one of its files, on the driver's machine."""
        with (Path(self.folder) / name).open("rb") as file:
            file.seek(start)
            return file.read(min(BLOCK_BYTES, self.sizes[name] - start))


def opened(text: Text, block: Callable[[str, int], bytes]) -> EncodedCorpus:
    """Open a corpus where it is seen from here; bring it to this machine's cache if it is not.

    Parameters
    ----------
    text : Text
        The corpus.
    block : callable
        ``block(name, start)`` brings a block of a file from the driver's machine.

    Raises
    ------
    CorpusError
        It cannot be kept here.
    """
    root = cache_folder("corpora")
    for folder in (Path(text.folder), root and root / text.fingerprint):
        found = None if folder is None else _found(folder, text.fingerprint)
        if found is not None:
            return found
    if root is None:
        raise CorpusError(
            "there is no folder to keep the encoded text in on a node of the cluster: set "
            "FIRTH_CACHE_DIR there to one that can be written"
        )
    owned = OwnedFolder(caching.temporary_place(root))
    try:
        for name, size in text.sizes.items():
            with (owned.path / name).open("wb") as file:
                for start in range(0, size, BLOCK_BYTES):
                    file.write(block(name, start))
        try:
            folder = caching.publish(owned.path, root, text.fingerprint)
        except FileExistsError:  # another node of this machine was faster
            folder = root / text.fingerprint
        corpus = EncodedCorpus(folder)
    except OSError as error:
        raise CorpusError(
            f"the encoded text cannot be kept in {root} on a node of the cluster "
            f"({error.strerror or error}): make room, or set FIRTH_CACHE_DIR there"
        ) from error
    finally:
        owned.remove()
    caching.prune(root, text.fingerprint)
    return corpus


def _found(folder: Path, fingerprint: str) -> EncodedCorpus | None:
    try:
        corpus = EncodedCorpus(folder, reused=True)
    except FormatError:
        return None
    if corpus.fingerprint != fingerprint:
        corpus.close()
        return None
    caching.touch(folder)
    return corpus
