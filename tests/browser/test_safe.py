"""Words are text, the page asks nobody, nothing else runs."""

from __future__ import annotations

import pytest

from firth.view.explorer import Shown, explore
from helpers.pages import HOSTILE, VECTORS, heading, rows, search

pytestmark = pytest.mark.browser


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
    assert page.evaluate(
        "([f, w]) => { firth.restore(f); return firth.state.word === w }", [link, word]
    )
    assert "\u202e" not in page.locator("body").inner_text()


def test_the_policy_stops_what_is_not_of_the_page(chromium, alone):
    page = chromium.new_page()
    page.goto(alone)
    page.wait_for_selector("html[data-ready]", state="attached")
    ran = page.evaluate(
        """async () => {
          const out = [];
          addEventListener("securitypolicyviolation", e => out.push(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          new Image().src = "http://127.0.0.1:9/x.png";
          await fetch("http://127.0.0.1:9/").catch(() => 0);
          await new Promise(done => setTimeout(done, 100));
          return [window.ran, out.sort()];
        }"""
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


def test_a_notebook_shows_the_page_in_a_frame(chromium, folder):
    frame = explore(VECTORS, top=300, height=500)
    (folder / "notebook.html").write_text(
        f"<!doctype html><title>n</title>{frame._repr_html_()}", encoding="utf-8"
    )
    page = chromium.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "notebook.html").as_uri())
    inner = page.frame_locator("iframe")
    inner.locator("html[data-ready]").wait_for(state="attached", timeout=30_000)
    field = inner.get_by_role("combobox", name="Search a word")
    field.fill("king")
    field.press("Enter")
    assert inner.locator(".about-word h2").inner_text() == "king"
    assert inner.locator("tbody tr").count() == 10
    inner.get_by_text("Save", exact=True).click()
    with page.expect_download() as saved:
        inner.get_by_role("button", name="Picture as PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    page.wait_for_timeout(400)  # the address is written a little later
    page.close()
    assert said == []
