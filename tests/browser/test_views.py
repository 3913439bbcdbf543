"""Axes, regions, colours; links and pictures."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from helpers.pages import FAMILY, VECTORS, heading, rows, search

pytestmark = pytest.mark.browser


def axis(low, high):
    unit = VECTORS.matrix / np.linalg.norm(VECTORS.matrix, axis=1, keepdims=True)
    mean = [unit[[VECTORS.index(word) for word in words]].mean(axis=0) for words in (low, high)]
    way = mean[1] - mean[0]
    return unit @ (way / np.linalg.norm(way))


def test_named_axes_make_a_chart(visit, alone):
    page = visit(alone)
    page.get_by_role("tab", name="Axes").click()
    for title, word in (("left", "man"), ("right", "woman"), ("right", "queen"), ("right", "boy")):
        field = page.get_by_role("combobox", name=f"Add to: Axis 1, {title}")
        field.fill(word)
        field.press("Enter")
    page.get_by_role("button", name="Move boy to the other side").click()
    page.get_by_role("button", name="Remove queen").click()
    page.get_by_role("button", name="Show as a chart").click()
    true = axis(["man", "boy"], ["woman"])
    placed = page.evaluate(
        "() => Array.from(firth.panes[0].positions).filter((_, i) => i % 2 === 0)"
    )
    assert np.allclose(placed, true, atol=0.006)
    right = rows(page, "Axis 1: woman")
    order = [
        VECTORS.words[row]
        for row in np.argsort(-true)
        if VECTORS.words[row] not in ("man", "boy", "woman")
    ]
    assert right[0][0] == order[0]
    page.locator("li[draggable]", has_text="woman").drag_to(page.locator("section.pole").nth(3))
    assert page.evaluate("() => firth.state.axes[1].high") == ["woman"]
    assert page.evaluate("() => firth.state.axes[0].high") == []


def test_a_region_is_listed_and_saved(visit, alone):
    page = visit(alone)
    page.get_by_role("tab", name="Region").click()
    page.get_by_role("button", name="Draw an outline").click()
    box = page.locator(".marks").bounding_box()
    left, top = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3
    corners = [(0, 0), (200, 0), (200, 250), (0, 250)]
    page.mouse.move(left, top)
    page.mouse.down()
    for dx, dy in [*corners[1:], (0, 0)]:
        page.mouse.move(left + dx, top + dy, steps=4)
    page.mouse.up()
    inside = page.evaluate(
        """([left, top]) => {
          const p = firth.panes[0], box = p.canvas.getBoundingClientRect();
          return firth.table.words.filter((_, i) => {
            const [x, y] = p.at(i), right = x + box.left - left, down = y + box.top - top;
            return right > 0 && right < 200 && down > 0 && down < 250;
          }).length;
        }""",
        [left, top],
    )
    assert inside > 20
    listed = page.evaluate("() => firth.region().length")
    assert abs(listed - inside) <= 2
    with page.expect_download() as saved:
        page.locator("#panel-region").get_by_role("button", name="CSV").click()
    text = saved.value.path().read_text(encoding="utf-8-sig")
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert table[0] == ["word", "count", "group", "x", "y"]
    assert len(table) == listed + 1
    assert {row[0] for row in table[1:]} <= set(VECTORS.words)


def test_colours_by_a_column_of_a_file(visit, alone, tmp_path):
    page = visit(alone)
    file = tmp_path / "kinds.csv"
    file.write_text(
        "word,kind,size\n"
        + "".join(
            f"{word},{'royal' if 'in' in word or 'ee' in word else 'common'},{len(word)}\n"
            for word in FAMILY
        )
    )
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("() => firth.state.colour === 'kind'")
    colours = page.evaluate("() => Array.from(firth.panes[0].colours.slice(0, 11))")
    royal = [
        colour
        for word, colour in zip(FAMILY, colours, strict=False)
        if "in" in word or "ee" in word
    ]
    assert len(set(royal)) == 1 and len(set(colours[:10])) == 2 and colours[10] not in colours[:10]
    page.get_by_label("Colour by").select_option("size")
    assert len(set(page.evaluate("() => Array.from(firth.panes[0].colours.slice(0, 10))"))) > 2


def test_a_link_restores_the_view(visit, alone):
    page = visit(alone, "w=king&p=queen&t=axes&c=axis+1&v=chart&an=man&ap=woman&k=25")
    page.evaluate("() => firth.panes[0].zoomBy(3)")
    link = page.evaluate("() => firth.link()")
    again = visit(alone, link)
    assert again.evaluate("() => firth.link()") == link
    assert again.evaluate("() => [firth.state.chart, firth.state.k, firth.state.colour]") == [
        True,
        25,
        "axis 1",
    ]


@pytest.mark.parametrize(
    "address",
    ["w=%00&z0=1,2&r=1,2,x", "k=-3&t=none&v=chart&c=nothing", "%E0%A4%A", "z0=NaN,1,1&n=1e9"],
)
def test_an_address_without_sense_does_no_harm(visit, alone, address):
    page = visit(alone, address)
    search(page, "king")
    assert heading(page) == "king"


def test_pictures_are_saved(visit, pair):
    page = visit(pair, "w=king")
    for kind, begins in (("PNG", b"\x89PNG\r\n"), ("SVG", b"<svg ")):
        page.get_by_text("Save", exact=True).click()
        with page.expect_download() as saved:
            page.get_by_role("button", name=f"Picture as {kind}").click()
        content = saved.value.path().read_bytes()
        assert content.startswith(begins) and len(content) > 20_000
        page.get_by_text("Save", exact=True).click()
    assert b"king" in content and content.count(b"<circle") > 800
