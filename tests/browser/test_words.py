"""A word, its neighbours, the way to it; analogies."""

from __future__ import annotations

import numpy as np
import pytest

from firth.view.explorer import Shown
from helpers.pages import FAMILY, VECTORS, heading, rows, search, where

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", ["file", "served"])
def test_search_shows_the_true_neighbours(visit, serve, alone, how):
    page = visit(alone if how == "file" else serve(Shown.of(VECTORS, name="family")))
    search(page, "king")
    assert heading(page) == "king"
    found = rows(page, "Nearest words")
    true = VECTORS.most_similar("king", k=10)
    assert len(found) == 10
    cosines = [float(row[2]) for row in found]
    assert cosines == pytest.approx([value for _, value in true], abs=0.006)
    assert len({row[1] for row in found} & {word for word, _ in true}) >= 9
    counts = dict(zip(VECTORS.words, VECTORS.counts.tolist(), strict=True))
    for _, word, _, count in found:
        assert word not in counts or count == f"{counts[word]:,}"


def test_a_click_on_a_point_chooses_its_word(visit, alone):
    page = visit(alone)
    words = page.evaluate(
        """() => {
          const p = firth.panes[0], { width, height } = p.size;
          return firth.table.words.slice(0, 40).filter((word, i) => {
            const [x, y] = p.at(i);
            const seen = x > 20 && y > 20 && x < width - 60 && y < height - 160;
            return seen && p.near(x, y) === i && /^[a-z0-9]+$/.test(word) && word.length < 20;
          });
        }"""
    )
    for word in words[:3]:
        page.mouse.click(*where(page, word))
        assert heading(page) == page.evaluate("() => firth.state.word") == word
    page.mouse.move(*where(page, words[0]))
    assert page.locator(".tip").inner_text().startswith(words[0])


def test_completion_and_its_keys(visit, alone):
    page = visit(alone)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search a word")
    assert field.evaluate("e => e === document.activeElement")
    page.keyboard.type("prin")
    offered = page.locator(".search [role=option]").all_inner_texts()
    assert [each.split("\n")[0] for each in offered] == ["prince", "princess"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert heading(page) == "princess"
    search(page, "nowhere-at-all")
    assert "not on the page" in page.locator("#panel-word").inner_text()


def test_history_goes_back_and_forth(visit, alone):
    page = visit(alone)
    for word in ("king", "queen", "man"):
        search(page, word)
    page.get_by_role("button", name="Back to the word before").click()
    assert heading(page) == "queen"
    page.locator("#tab-word").focus()
    page.keyboard.press("[")
    assert heading(page) == "king"
    page.keyboard.press("]")
    page.keyboard.press("]")
    assert heading(page) == "man"


def test_the_browsers_own_back_goes_to_the_word_before(visit, alone):
    page = visit(alone)
    search(page, "king")
    page.evaluate("() => firth.panes[0].zoomBy(2)")
    seen = page.evaluate("() => firth.panes[0].camera.zoom")
    search(page, "queen")
    page.go_back()
    page.wait_for_function("() => firth.state.word === 'king'")
    assert heading(page) == "king"
    assert page.evaluate("() => firth.panes[0].camera.zoom") == pytest.approx(seen, rel=1e-3)
    page.go_forward()
    page.wait_for_function("() => firth.state.word === 'queen'")


def test_pins_stay_and_answers_can_be_of_the_frequent(visit, alone):
    page = visit(alone)
    search(page, "king")
    page.get_by_role("button", name="Pin", exact=True).click()
    search(page, "queen")
    assert rows(page, "Pinned words")[0][0] == "king"
    expected = float(
        VECTORS["king"]
        @ VECTORS["queen"]
        / np.prod(np.linalg.norm(VECTORS[["king", "queen"]], axis=1))
    )
    assert float(rows(page, "Pinned words")[0][1]) == pytest.approx(expected, abs=0.006)
    page.evaluate("() => firth.set({ among: 10 })")
    assert {row[1] for row in rows(page, "Nearest words")} <= set(FAMILY)


def test_an_analogy_has_answers_a_rank_and_arrows(visit, alone):
    page = visit(alone, "t=analogy&q=man&q=woman&q=king&q=queen")
    found = rows(page, "Answers")
    true = VECTORS.analogy("man", "woman", "king", k=10)
    assert found[0][1] == true[0][0] == "queen"
    said = page.locator("#panel-analogy").inner_text()
    assert "queen is answer 1 of 597" in said
    unit = {word: VECTORS[word] / np.linalg.norm(VECTORS[word]) for word in FAMILY}
    steps = [unit["woman"] - unit["man"], unit["queen"] - unit["king"]]
    parallel = steps[0] @ steps[1] / np.prod(np.linalg.norm(steps, axis=1))
    assert float(said.split("parallel by ")[1].split()[0]) == pytest.approx(parallel, abs=0.011)
    lines = page.evaluate("() => firth.panes[0].over.lines.filter((line) => line.arrow).length")
    assert lines == 2
    for name, word in (("First word", "boy"), ("is to", "girl"), ("as", "uncle")):
        field = page.get_by_role("combobox", name=name, exact=True)
        field.fill(word)
        field.press("Enter")
    assert rows(page, "Answers")[0][1] == VECTORS.analogy("boy", "girl", "uncle", k=1)[0][0]
