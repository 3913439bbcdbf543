"""What tests of the explorer's page look at, and the models that it shows there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from firth import WordVectors
from firth.view.explorer import Shown
from firth.view.maps import Map

ROOT = Path(__file__).parents[2]
#: Words that a page might take for something else.
HOSTILE = [
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<!--", "-->",
    "&lt;b&gt;", "\u202egnirts\u202c", "a\u200bb", "x" * 10_000, '"quoted", \'both\'', "=1+1",
    "\u0645\u0631\u062d\u0628\u0627", "\U0001f600", "line\nbreak", "tab\there", "{script}",
    "{source}", "<!--data-->", "$&", "__proto__", "constructor",
]  # fmt: skip
FAMILY = ["man", "woman", "king", "queen", "uncle", "aunt", "prince", "princess", "boy", "girl"]


def family(n=600, seed=0, turn=0.0):
    """Words with a known analogy: the second of each pair is the first and a step."""
    draw = np.random.default_rng(seed)
    words = [*FAMILY, *HOSTILE, *(f"word{i}" for i in range(n - len(FAMILY) - len(HOSTILE)))]
    matrix = draw.normal(size=(n, 24)).astype(np.float32)
    matrix += 3 * draw.normal(size=(6, 24)).astype(np.float32)[np.arange(n) % 6]
    step = draw.normal(size=24) * 3
    matrix[1:10:2] = matrix[0:10:2] + step
    if turn:
        matrix[n // 2 :] += turn * draw.normal(size=(n - n // 2, 24)).astype(np.float32)
    counts = (100_000 / np.arange(1, n + 1)).astype(np.int64) + 1
    return WordVectors(words, matrix, counts=counts)


def many(n, dim=100):
    """So many words, on a map that is already there."""
    draw = np.random.default_rng(1)
    groups = np.arange(n, dtype=np.int32) % 40
    centres = draw.normal(size=(40, dim)).astype(np.float32)
    matrix = centres[groups] + draw.normal(size=(n, dim)).astype(np.float32)
    vectors = WordVectors([f"word{i}" for i in range(n)], matrix, counts=np.arange(n, 0, -1))
    points = draw.normal(size=(40, 2))[groups] * 3 + draw.normal(size=(n, 2)) * 0.7
    found = Map(
        points.astype(np.float32), groups, [f"group{i}" for i in range(40)], "tsne", 0.2, ""
    )
    return Shown("many", vectors, found)


VECTORS = family()

#: What was drawn, where a test may read it.
PIXELS = """p => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [p.dots.width, p.dots.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(p.dots, 0, 0);
  return context;
}"""


def rows(page, caption):
    """The cells of the table with this caption."""
    table = page.locator("table", has=page.locator("caption", has_text=caption)).first
    return table.evaluate(
        "t => [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.innerText.trim()))"
    )


def where(page, word, pane=0):
    """Where a word's point is, in pixels of the window."""
    x, y = page.evaluate(
        """([word, number]) => {
          const p = firth.panes[number], box = p.canvas.getBoundingClientRect();
          const [x, y] = p.at(p.table.row(word));
          return [box.left + x, box.top + y];
        }""",
        [word, pane],
    )
    return x, y


def search(page, text):
    """Type a word, and take it."""
    field = page.get_by_role("combobox", name="Search a word")
    field.fill(text)
    field.press("Enter")


def heading(page):
    """The word that is shown."""
    return page.locator(".about-word h2").inner_text()


def camera(page):
    """Which part of the plane is seen."""
    return page.evaluate("() => ({...firth.panes[0].camera})")
