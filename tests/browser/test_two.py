"""Two models beside each other."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.pages import family, rows, where

pytestmark = pytest.mark.browser


def test_two_models_are_compared(visit, pair):
    page = visit(pair, "t=compare")
    page.get_by_label("Least count").fill("0")
    page.get_by_label("Least count").press("Enter")
    shared = page.evaluate("() => Array.from(firth.compared.shared)")
    assert len(shared) == 600
    one, two = family(), family(turn=9.0)
    for row in (0, 5, 450, 599):
        word = one.words[row]
        both = [{w for w, _ in each.most_similar(word, k=10)} for each in (one, two)]
        assert shared[row] == len(both[0] & both[1])
    assert np.mean(shared[:300]) > np.mean(shared[300:]) + 2
    table = "neighbours shared"
    assert [int(row[1]) for row in rows(page, table)] == sorted(shared)[:100]
    page.locator("th").get_by_role("button", name="of 10").click()
    assert [int(row[1]) for row in rows(page, table)] == sorted(shared, reverse=True)[:100]
    bar = page.get_by_role("button", name="keep 0 of 10")
    bar.click()
    assert f"{shared.count(0)} words that keep 0" in page.locator("#panel-compare").inner_text()
    page.locator("#panel-compare table").last.locator("button.word").first.click()
    word = page.evaluate("() => firth.state.word")
    near = [rows(page, f"{word} in {name}") for name in ("before", "after")]
    assert all(len(each) == 10 for each in near)
    assert near[0] != near[1]
    marked = page.evaluate("() => firth.panes.map((p) => p.table.words[p.over.marked[0].row])")
    assert marked == [word, word]


def test_a_click_on_one_map_marks_both(visit, pair):
    page = visit(pair)
    page.mouse.move(*where(page, "king", 1))
    tips = page.locator(".tip").all_inner_texts()
    assert tips[0] == tips[1] != ""
