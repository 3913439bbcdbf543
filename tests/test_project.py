"""Files beside the code: what they say of versions and commands is what the code says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import firth

ROOT = Path(__file__).parents[1]
FORGE = sorted((ROOT / ".github").rglob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_names_this_version_and_licence():
    citation = text_of("CITATION.cff")
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == firth.__version__
    assert re.search(r"^license: (.+)$", citation, re.M)[1] == PROJECT["project"]["license"]


@pytest.mark.parametrize("path", [*FORGE, ROOT / "CITATION.cff"], ids=lambda path: path.name)
def test_the_forge_can_read_its_files(path):
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    for job in read.get("jobs", {}).values():
        assert {"runs-on", "steps"} <= set(job)
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_the_forge_tests_every_python_that_is_promised():
    tested = re.search(r"python: \[(.*)\]", text_of(".github/workflows/tests.yml"))[1]
    assert re.findall(r"3\.\d+", tested) == PYTHONS
    assert f">={PYTHONS[0]}" == PROJECT["project"]["requires-python"]
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in text_of("README.md")


def test_what_the_forge_installs_is_there():
    extras = PROJECT["project"]["optional-dependencies"]
    for path in FORGE:
        for extra in re.findall(r"\.\[(\w+)\]", path.read_text(encoding="utf-8")):
            assert extra in extras
        for command in re.findall(r"run: (\.\S+)", path.read_text(encoding="utf-8")):
            assert (ROOT / command).exists()
