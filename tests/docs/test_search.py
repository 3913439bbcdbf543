"""The site's search finds what is written without blanks; needs the extra firth[docs]."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

pytest.importorskip("sphinx", reason="needs the extra firth[docs]")

from tools.site.search import Search

ASKED = {
    "负采样": ["负采", "采样"],
    "词": ["词"],
    "词对": ["词对"],
    "word2vec的词向量": ["word2vec", "的词", "词向", "向量"],
    "skip-gram，噪声": ["skip", "gram", "噪声"],
    "寿司を食べる": ["寿司", "司を", "を食", "食べ", "べる"],
    "naïve  softmax": ["naïve", "softmax"],
    "ภาษาไทย": ["ภาษาไทย"],
}


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run JavaScript")
def test_what_is_asked_is_split_as_the_index_is():
    script = (
        f"{Search.js_splitter_code}\nconsole.log(JSON.stringify({list(ASKED)}.map(splitQuery)))"
    )
    done = subprocess.run(
        ["node", "-"], input=script, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert json.loads(done.stdout) == [*ASKED.values()]
    search = Search({})
    for text, words in ASKED.items():
        # Thai is looked up as a part of what stands in the index, as all long words are.
        assert set(words) <= set(search.split(text)) or words == ["ภาษาไทย"], text
    assert {"采", "样", "采样"} <= set(search.split("一个采样"))
    assert not search.split("，。 （）")


PAGES = {
    "index.rst": "Start\n=====\n\nNegative sampling.\n\n.. toctree::\n\n   zh\n   other\n",
    "zh.rst": "标题\n====\n\n负采样只问几个词，噪声词从哪里来？\n",
    "other.rst": "另一页\n======\n\n负数不采用样本。\n",
}


@pytest.mark.browser
def test_pages_are_found_by_words_inside_a_sentence(tmp_path):
    sync = pytest.importorskip("playwright.sync_api", reason="needs pip install 'firth[browser]'")
    from sphinx.application import Sphinx

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = {"extensions": ["tools.site.search"], "html_theme": "basic"}
    built = tmp_path / "built"
    Sphinx(
        tmp_path, None, built, tmp_path / "trees", "html", settings, status=None, warning=None
    ).build()

    def found(page, asked):
        page.goto(f"{(built / 'search.html').as_uri()}?q={asked}")
        page.wait_for_selector("#search-results p.search-summary:not(:empty)")
        page.wait_for_timeout(100)
        links = page.locator("#search-results ul.search li a").all()
        return [link.get_attribute("href").split("?")[0] for link in links]

    with sync.sync_playwright() as playwright:
        flags = ["--disable-gpu", "--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        page = browser.new_page()
        assert found(page, "采样") == found(page, "噪声词") == ["zh.html"]
        assert found(page, "另一页")[0] == "other.html"  # in its title; the first page has a link
        assert sorted(found(page, "样")) == ["other.html", "zh.html"]
        assert found(page, "sampling") == ["index.html"]
        browser.close()
