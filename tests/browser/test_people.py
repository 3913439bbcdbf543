"""By keys, by touch, on a phone, in the dark, with a screen reader; what is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest

from helpers.pages import PIXELS, ROOT, camera

pytestmark = pytest.mark.browser


def test_keys_move_the_map(visit, alone):
    page = visit(alone)
    page.locator(".marks").focus()
    before = camera(page)
    page.keyboard.press("+")
    assert camera(page)["zoom"] == pytest.approx(before["zoom"] * 1.4)
    page.keyboard.press("ArrowRight")
    assert camera(page)["x"] > before["x"]
    page.keyboard.press("0")
    assert camera(page) == before
    page.keyboard.press("Enter")
    middle = page.evaluate(
        """() => {
          const p = firth.panes[0];
          return firth.table.words[p.near(p.size.width / 2, p.size.height / 2, 1e4)];
        }"""
    )
    assert page.evaluate("() => firth.state.word") == middle


def test_everything_is_reached_by_tab(visit, alone):
    page = visit(alone, "w=king")
    reached = set()
    role = "() => document.activeElement.getAttribute('role') || document.activeElement.tagName"
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(role))
    assert {"combobox", "SELECT", "img", "tab", "BUTTON"} <= reached


def test_wheel_and_pinch_zoom(visit, alone):
    page = visit(alone, has_touch=True, is_mobile=True, width=390, height=800)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    before = camera(page)["zoom"]
    box = page.locator(".marks").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind, *places):
        points = [{"x": x + place, "y": y, "id": i} for i, place in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", -30, 30)
    for gap in (45, 60, 75, 90):
        send("touchMove", -gap, gap)
    send("touchEnd")
    assert camera(page)["zoom"] == pytest.approx(3 * before, rel=0.2)
    desk = visit(alone)
    before = camera(desk)["zoom"]
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
    drawn, seen = page.evaluate(
        """() => {
          const p = firth.panes[0], { width, height, ratio } = p.size, [red, green] = p.theme.paper;
          const context = eval(pixels)(p);
          let drawn = 0, seen = 0;
          for (let i = 0; i < p.table.n; i++) {
            const [x, y] = p.at(i);
            if (x < 1 || y < 1 || x >= width - 1 || y >= height - 1) continue;
            const at = [Math.round(x * ratio), Math.round(y * ratio), 1, 1];
            const ink = context.getImageData(...at).data;
            seen++;
            if (ink[0] !== red || ink[1] !== green) drawn++;
          }
          return [drawn, seen];
        }""".replace("eval(pixels)", f"({PIXELS})")
    )
    assert drawn == seen > 3


def test_labels_never_overlap_and_never_flicker(visit, alone):
    page = visit(alone)
    seen = page.evaluate(
        """() => {
          const p = firth.panes[0], write = p.over.haloed, out = [];
          for (let step = 0; step < 30; step++) {
            const boxes = [];
            p.over.haloed = (context, text, x, y) => {
              const size = parseFloat(context.font.split(" ")[1]);
              boxes.push([text, x, y, context.measureText(text).width, size]);
            };
            p.frameNow();
            p.over.haloed = write;
            out.push(boxes);
            p.zoomBy(1.12);
          }
          return out;
        }"""
    )
    assert len(seen[0]) > 20
    for frame in seen:
        for i, (text, x, y, width, size) in enumerate(frame):
            for other, ox, oy, owide, osize in frame[:i]:
                apart = abs(oy - y) * 2 >= size + osize or abs(ox - x) * 2 >= width + owide
                assert apart, f"{text} lies on {other}"
    for before, after in pairwise(seen):
        inner = {text for text, x, y, *_ in before if 300 < x < 600 and 250 < y < 500}
        gone = inner - {text for text, *_ in after}
        assert not gone, f"labels that went while zooming in: {gone}"
