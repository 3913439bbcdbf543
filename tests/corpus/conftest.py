import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_dir(tmp_path_factory, monkeypatch):
    """No test reads or fills the user's own cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "second"))
    return folder / "corpora"


@pytest.fixture
def wiki():
    root = os.environ.get("FIRTH_TEST_DATA")
    if not root:
        pytest.skip("FIRTH_TEST_DATA is not set: no large text to read")
    path = Path(root) / "wiki" / "wiki-20m.txt.xz"
    if not path.exists():
        pytest.skip(f"{path} does not exist")
    return path
