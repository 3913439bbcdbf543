"""Functions named on the command line."""

from __future__ import annotations

import pytest

from firth.corpus.imported import import_function
from firth.errors import ConfigError


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "mine_fine.py").write_text(
        "class Cutter:\n    def words(line): return line.split('-')\nLIMIT = 3\n"
    )
    (tmp_path / "mine_broken.py").write_text("1 / 0")
    (tmp_path / "mine_needy.py").write_text("import no_such_segmenter")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])


def test_modules_of_the_current_folder_are_found(here) -> None:
    assert import_function("tokenizer", "mine_fine:Cutter.words")("a-b") == ["a", "b"]
    assert import_function("tokenizer", "os.path:basename")("a/b") == "b"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such:f", "there is no module no_such: neither in the current folder .* nor installed"),
        ("os.no_such:f", r"there is no module os.no_such"),
        ("mine_fine:cutter", "but mine_fine has no cutter; did you mean Cutter"),
        ("mine_fine:Cutter.zzz", "but Cutter has no zzz$"),
        ("mine_fine:LIMIT", "which is no function but of type int"),
        ("mine_broken:f", "importing mine_broken failed: ZeroDivisionError: division by zero"),
        ("mine_needy:f", "mine_needy needs the module no_such_segmenter"),
        ("mine_fine:", "is written package.module:function"),
        (":f", "is written package.module:function"),
        ("mine_fine:a:b", "is written package.module:function"),
        ("mine fine:a", "is written package.module:function"),
    ],
)
def test_what_cannot_be_found_is_explained(here, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        import_function("tokenizer", name)
    assert str(caught.value).startswith(f"tokenizer is {name!r}")
