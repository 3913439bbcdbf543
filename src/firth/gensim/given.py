"""Files that gensim's programs name."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from firth.files.given import given_path


def existing(name: str, value: str | Path) -> Path:
    """Return the path of what is to be read.

    Raises
    ------
    FileNotFoundError
        There is nothing: the error that gensim's programs look for.

    Examples
    --------
    >>> existing("fname", "no/such/file")
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/file'
    """
    place = given_path(name, value)
    if not place.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(place))
    return place
