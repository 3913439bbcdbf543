"""What an index cannot answer is refused on the command line; the rest needs faiss."""

from __future__ import annotations

from pathlib import Path

import pytest

from firth.cli.query import _check_approximate
from firth.errors import ConfigError

from .conftest import Firth


@pytest.mark.parametrize(
    ("flag", "given"),
    [
        ("--all", (True, "cosine", None, None)),
        ("--metric dot", (False, "dot", None, None)),
        ("--top", (False, "cosine", 5, None)),
        ("--where", (False, "cosine", None, "ing$")),
    ],
)
def test_what_an_index_cannot_answer(
    flag: str, given: tuple[bool, str, int | None, str | None]
) -> None:
    with pytest.raises(ConfigError, match=f"^{flag} and --approximate do not go together: "):
        _check_approximate(*given)
    _check_approximate(False, "cosine", None, None)


def test_it_is_said_before_anything_is_read(firth: Firth, tmp_path: Path) -> None:
    done = firth("neighbors", tmp_path / "none", "king", "--approximate", "--top", "5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("firth: --top and --approximate do not go together")
