"""The explorer's page in a real browser: what people do with it, and what must never happen."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from .conftest import FAMILY, HOSTILE, ROOT, family, many

from firth.view.explorer import Shown  # isort: skip

pytestmark = pytest.mark.browser
VECTORS = family()
#: What was drawn, where a test may read it.
PIXELS = (
    "p => { const c = document.createElement('canvas'); c.width = p.dots.width; "
    "c.height = p.dots.height; const d = c.getContext('2d', { willReadFrequently: true }); "
    "d.drawImage(p.dots, 0, 0); return d; }"
)


def rows(page, caption):
    """The cells of the table with this caption."""
    table = page.locator("table", has=page.locator("caption", has_text=caption)).first
    return [
        [cell.strip() for cell in line.locator("td").all_inner_texts()]
        for line in table.locator("tbody tr").all()
    ]


def where(page, word, pane=0):
    """Where a word's point is, in pixels of the window."""
    x, y = page.evaluate(
        "([w, i]) => { const p = firth.panes[i]; const b = p.canvas.getBoundingClientRect();"
        "const [x, y] = p.at(p.table.row(w)); return [b.left + x, b.top + y]; }",
        [word, pane],
    )
    return x, y


def search(page, text):
    field = page.get_by_role("combobox", name="Search a word")
    field.fill(text)
    field.press("Enter")


def heading(page):
    return page.locator(".about-word h2").inner_text()


# One model ----------------------------------------------------------------------------------------


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
        "() => { const p = firth.panes[0]; return firth.table.words.slice(0, 40).filter((w, i) =>"
        "{ const [x, y] = p.at(i); return p.near(x, y) === i && x > 20 && y > 20 && "
        "x < p.size.width - 60 && y < p.size.height - 160 && !/[<\"{=]/.test(w) && w.length < 20; }) }"
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


def test_pins_stay_and_answers_can_be_of_the_frequent(visit, alone):
    page = visit(alone)
    search(page, "king")
    page.get_by_role("button", name="Pin", exact=True).click()
    search(page, "queen")
    assert rows(page, "Pinned words")[0][0] == "king"
    expected = float(VECTORS["king"] @ VECTORS["queen"] / np.prod(np.linalg.norm(VECTORS[["king", "queen"]], axis=1)))
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
    lines = page.evaluate("() => firth.panes[0].lines.filter((line) => line.arrow).length")
    assert lines == 2
    for name, word in (("First word", "boy"), ("is to", "girl"), ("as", "uncle")):
        field = page.get_by_role("combobox", name=name, exact=True)
        field.fill(word)
        field.press("Enter")
    assert rows(page, "Answers")[0][1] == VECTORS.analogy("boy", "girl", "uncle", k=1)[0][0]


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
    placed = page.evaluate("() => Array.from(firth.panes[0].positions).filter((_, i) => i % 2 === 0)")
    assert np.allclose(placed, true, atol=0.006)
    right = rows(page, "Axis 1: woman")
    order = [VECTORS.words[row] for row in np.argsort(-true) if VECTORS.words[row] not in ("man", "boy", "woman")]
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
        "([x0, y0]) => { const p = firth.panes[0]; const b = p.canvas.getBoundingClientRect();"
        "return firth.table.words.filter((_, i) => { const [x, y] = p.at(i);"
        "return x + b.left > x0 && x + b.left < x0 + 200 && y + b.top > y0 && y + b.top < y0 + 250; }).length }",
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
    file.write_text("word,kind,size\n" + "".join(f"{word},{'royal' if 'in' in word or 'ee' in word else 'common'},{len(word)}\n" for word in FAMILY))
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("() => firth.state.colour === 'kind'")
    colours = page.evaluate("() => Array.from(firth.panes[0].colours.slice(0, 11))")
    royal = [colour for word, colour in zip(FAMILY, colours, strict=False) if "in" in word or "ee" in word]
    assert len(set(royal)) == 1 and len(set(colours[:10])) == 2 and colours[10] not in colours[:10]
    page.get_by_label("Colour by").select_option("size")
    assert len(set(page.evaluate("() => Array.from(firth.panes[0].colours.slice(0, 10))"))) > 2


def test_a_link_restores_the_view(visit, alone):
    page = visit(alone, "w=king&p=queen&t=axes&c=axis+1&v=chart&an=man&ap=woman&k=25")
    page.evaluate("() => firth.panes[0].zoomBy(3)")
    link = page.evaluate("() => firth.link()")
    again = visit(alone, link)
    assert again.evaluate("() => firth.link()") == link
    assert again.evaluate("() => [firth.state.chart, firth.state.k, firth.state.colour]") == [True, 25, "axis 1"]


@pytest.mark.parametrize("address", ["w=%00&z0=1,2&r=1,2,x", "k=-3&t=none&v=chart&c=nothing", "%E0%A4%A", "z0=NaN,1,1&n=1e9"])
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


# Two models ---------------------------------------------------------------------------------------


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
    marked = page.evaluate("() => firth.panes.map((p) => p.table.words[p.marked[0].row])")
    assert marked == [word, word]


def test_a_click_on_one_map_marks_both(visit, pair):
    page = visit(pair)
    page.mouse.move(*where(page, "king", 1))
    tips = page.locator(".tip").all_inner_texts()
    assert tips[0] == tips[1] != ""


# Anybody, anywhere --------------------------------------------------------------------------------


def test_keys_move_the_map(visit, alone):
    page = visit(alone)
    page.locator(".marks").focus()
    camera = lambda: page.evaluate("() => ({...firth.panes[0].camera})")  # noqa: E731
    before = camera()
    page.keyboard.press("+")
    assert camera()["zoom"] == pytest.approx(before["zoom"] * 1.4)
    page.keyboard.press("ArrowRight")
    assert camera()["x"] > before["x"]
    page.keyboard.press("0")
    assert camera() == before
    page.keyboard.press("Enter")
    middle = page.evaluate("() => { const p = firth.panes[0]; return firth.table.words[p.near(p.size.width / 2, p.size.height / 2, 1e4)] }")
    assert page.evaluate("() => firth.state.word") == middle


def test_everything_is_reached_by_tab(visit, alone):
    page = visit(alone, "w=king")
    reached = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.getAttribute('role') || document.activeElement.tagName"))
    assert {"combobox", "SELECT", "img", "tab", "BUTTON"} <= reached


def test_wheel_and_pinch_zoom(visit, alone):
    page = visit(alone, has_touch=True, is_mobile=True, width=390, height=800)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    zoom = lambda: page.evaluate("() => firth.panes[0].camera.zoom")  # noqa: E731
    before = zoom()
    box = page.locator(".marks").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    send = lambda kind, gap: touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if gap is None else [{"x": x - gap, "y": y, "id": 0}, {"x": x + gap, "y": y, "id": 1}]})  # noqa: E731
    send("touchStart", 30)
    for gap in (45, 60, 75, 90):
        send("touchMove", gap)
    send("touchEnd", None)
    assert zoom() == pytest.approx(3 * before, rel=0.2)
    desk = visit(alone)
    before = desk.evaluate("() => firth.panes[0].camera.zoom")
    desk.mouse.move(400, 400)
    desk.mouse.wheel(0, -300)
    desk.wait_for_function("z => firth.panes[0].camera.zoom > z * 1.3", arg=before)


VIEWS = (
    "", "w=king&p=queen", "t=analogy&q=man&q=woman&q=king&q=queen", "t=compare&w=man",
    "t=axes&v=chart&an=man&ap=woman", "t=region&r=-1,-1,1,-1,1,1", "t=about",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(visit, pair, scheme):
    axe = ROOT / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not installed: npm ci in explorer/")
    page = visit(pair, color_scheme=scheme)
    page.evaluate(axe.read_text(encoding="utf-8"))
    for address in VIEWS:
        page.evaluate("view => firth.restore(view)", address)
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        wrong = [(e["id"], [n["html"][:200] for n in e["nodes"][:3]]) for e in found["violations"]]
        assert wrong == [], address


def test_dark_paper_is_dark(visit, alone):
    page = visit(alone, color_scheme="dark")
    corner = f"() => Array.from(({PIXELS})(firth.panes[0]).getImageData(2, 2, 1, 1).data)"
    assert max(page.evaluate(corner)[:3]) < 60
    page.get_by_role("button", name="Light colours").click()
    page.wait_for_function(f"() => Math.min(...({corner})().slice(0, 3)) > 200")


def test_a_point_is_drawn_where_its_word_is(visit, alone):
    page = visit(alone, "z0=0,0,2000")
    drawn = page.evaluate(
        "() => { const p = firth.panes[0]; const c = (" + PIXELS + ")(p); let on = 0, all = 0;"
        "const paper = c.getImageData(0, 0, 1, 1).data; for (let i = 0; i < p.table.n; i++) {"
        "const [x, y] = p.at(i); if (x < 1 || y < 1 || x >= p.size.width - 1 || y >= p.size.height - 1) continue; all++;"
        "const d = c.getImageData(Math.round(x * p.ratio), Math.round(y * p.ratio), 1, 1).data;"
        "if (d[0] !== p.theme.paper[0] || d[1] !== p.theme.paper[1]) on++; } return [on, all, paper[0]] }"
    )
    assert drawn[0] == drawn[1] > 3


# Labels -------------------------------------------------------------------------------------------


def test_labels_never_overlap_and_never_flicker(visit, alone):
    page = visit(alone)
    seen = page.evaluate(
        """() => { const p = firth.panes[0]; const out = [];
        const shown = () => { const boxes = []; const paint = p.haloed;
          p.haloed = (c, text, x, y) => boxes.push([text, x, y, c.font]); p.frameNow(); p.haloed = paint;
          return boxes; };
        for (let i = 0; i < 30; i++) { out.push(shown()); p.zoomBy(1.12); }
        return out; }"""
    )
    assert len(seen[0]) > 20
    size = lambda font: float(font.split()[1][:-2])  # noqa: E731
    for frame in seen:
        for i, (text, x, y, font) in enumerate(frame):
            for _, ox, oy, ofont in frame[:i]:
                apart = abs(oy - y) * 2 >= size(font) + size(ofont)
                # No letter is narrower than a fifth of its height.
                assert apart or abs(ox - x) >= 0.2 * size(font) * len(text)
    inner = lambda frame: {t for t, x, y, _ in frame if 300 < x < 600 and 250 < y < 500}  # noqa: E731
    for before, after in zip(seen, seen[1:], strict=False):
        gone = inner(before) - {text for text, *_ in after}
        assert not gone, f"labels that went while zooming in: {gone}"


# Safe ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", HOSTILE)
def test_a_word_is_text_and_nothing_else(visit, alone, word):
    page = visit(alone)
    page.evaluate("w => firth.choose(w)", word)
    assert page.evaluate("w => firth.state.word === w && firth.table.row(w) >= 0", word)
    assert page.locator("img, iframe, #panel-word script").count() == 0
    assert page.locator("script").count() == 2
    assert len(heading(page)) < 400
    assert len(rows(page, "Nearest words")) == 10
    page.evaluate("() => firth.pin(firth.state.word)")
    link = page.evaluate("() => firth.link()")
    assert page.evaluate("([f, w]) => { firth.restore(f); return firth.state.word === w }", [link, word])
    assert "\u202e" not in page.locator("body").inner_text()


def test_the_policy_stops_what_is_not_of_the_page(chromium, alone):
    page = chromium.new_page()
    page.goto(alone)
    page.wait_for_selector("html[data-ready]", state="attached")
    ran = page.evaluate(
        "async () => { const out = []; addEventListener('securitypolicyviolation', e => out.push(e.effectiveDirective));"
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "const i = new Image(); i.src = 'http://127.0.0.1:9/x.png';"
        "await fetch('http://127.0.0.1:9/').catch(() => 0); await new Promise(r => setTimeout(r, 100));"
        "return [window.ran, out.sort()] }"
    )
    page.close()
    assert ran == [None, ["connect-src", "img-src", "script-src-elem"]]


def test_sentences_are_shown_when_there_is_a_text(visit, serve):
    asked = []

    def find(word):
        asked.append(word)
        return [{"before": "the <b>old</b> ", "word": word, "after": " sat \u202e down"}]

    page = visit(serve(Shown.of(VECTORS), sentences=find))
    search(page, "king")
    page.wait_for_selector(".sentences mark")
    assert page.locator(".sentences li").inner_text() == "the <b>old</b> king sat ‹202E› down"
    assert asked == ["king"]


# Large --------------------------------------------------------------------------------------------


def test_two_hundred_thousand_words(visit, serve):
    page = visit(serve(many(200_000)))
    took = page.evaluate(
        """() => { const p = firth.panes[0], frames = [], clicks = [];
        for (let i = 0; i < 15; i++) { p.zoomBy(1.1); p.frameNow(); frames.push(p.cost); }
        for (const row of [3, 4000, 150000]) { const t = performance.now();
          firth.table.neighbours(row, 10); clicks.push(performance.now() - t); }
        const mid = (x) => x.sort((a, b) => a - b)[x.length >> 1];
        return { n: firth.table.n, frame: mid(frames), near: mid(clicks) }; }"""
    )
    print(took)
    assert took["n"] == 200_000
    # Four times what an idle machine takes, so that a busy one passes.
    assert took["frame"] < 200
    assert took["near"] < 800
    search(page, "word150000")
    assert heading(page) == "word150000"
