"""Translated pages say what their originals say, and are set as their language is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.translations import differences, numbers, prose, sections

DOCS = Path(__file__).parents[2] / "docs"
CHINESE = DOCS / "zh"
PAGES = sorted(CHINESE.glob("*.md"))
ORIGINALS = DOCS / "learn"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def compare(page, text=None):
    original = ORIGINALS / page.name
    texts = [text or original.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")]
    ours, theirs = f"../learn/{page.name}", f"../zh/{page.name}"
    for one, link in zip(texts, (theirs, ours), strict=True):
        assert one.split("\n")[2].endswith(f"]({link})"), (
            f"line 3 of {page.name}: no link to {link}"
        )
    texts = ["\n".join([one.split("\n")[0], *one.split("\n")[3:]]) for one in texts]
    return differences(sections(texts[0], original, CHINESE), sections(texts[1], page, CHINESE))


@each_page
def test_a_translation_has_the_sections_code_formulas_numbers_and_links_of_the_original(page):
    found = compare(page)
    assert not found, "\n".join([f"docs/zh/{page.name} is not as docs/learn/{page.name}:", *found])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("38,176 µs", "38,167 µs", r"'1e\. .*numbers differ.*'38167': 1.*'38176': 1"),
        ("so $-\\log \\hat y_o$ small", "so it small", r"'1a\. .*formulas differ"),
        ("step=0.5", "step=0.4", r"'Learning', translated '学习': a block differs"),
        ("\\text{ for } w \\ne c", "\\text{ for } w = c", r"'1f\. .*a block differs"),
        ("`np.add.at` adds", "`np.add` adds", r"'1e\. .*code differ"),
        ("(the-classic-run.md)", "(the-classic-run.md#sources)", r"'Learning'.*links differ"),
        ("## Sources", "### Sources", "the headings differ"),
        ("\n</details>", "", "answers differ"),
        ("```math\n-\\sum_w y_w", "words\n\n```math\n1\n```\n\n```math\n-\\sum_w y_w", "blocks"),
    ],
    ids=lambda text: text.strip()[:12],
)
def test_a_change_of_the_original_is_named_with_its_section(before, after, said):
    page = CHINESE / "word2vec-from-scratch.md"
    text = (ORIGINALS / page.name).read_text(encoding="utf-8")
    assert before in text
    found = compare(page, text.replace(before, after, 1))
    assert len(found) >= 1
    assert re.search(said, found[0]), found


def test_comments_and_the_order_of_words_are_free():
    texts = (
        "# A\n`x` is .5, then $y$, 1,000.\n```python\nx = 1  # one\n```\n```sh\nls  # all\n```\n",
        "# 甲\n先是 $y$，1000，`x` 是 0.50。\n```python\nx = 1 # 一\n```\n```sh\nls # 全\n```\n",
    )
    assert not differences(*(sections(text, CHINESE / "a.md", CHINESE) for text in texts))


def test_numbers_are_what_they_are_worth():
    text = "-.96 and −0.960, 1,000 times; 62, 16; word2vec, MT19937; 2019-2024 (13 %)"
    expected = {"-0.96": 2, "1000": 1, "62": 1, "16": 1, "2019": 1, "2024": 1, "13": 1}
    assert numbers(text) == expected


HAN = "\u4e00-\u9fff"
FULL = "，。；：？！、（）“”《》…"
#: What is wrong, and how it looks in a text whose formulas are <> and whose bold is {so}.
RULES = {
    "no blank between Chinese and Latin letters, digits, code or formulas":
        f"[{HAN}][A-Za-z0-9`<]|[A-Za-z0-9%`>][{HAN}]",
    "a blank between two Chinese characters, or beside a full-width sign":
        f"[{HAN}{FULL}] +[{HAN}{FULL}]|[{FULL}] +[A-Za-z0-9`<]|[A-Za-z0-9`>%] +[{FULL}]",
    "a half-width sign in a Chinese sentence": f"[{HAN}][,;:?!()\"]|[,;:?!()\"][{HAN}]",
    "a formula right after a sign or a letter, where forges do not see it": f"[{FULL}A-Za-z0-9(]<",
    "a line that ends inside a sentence": f"[{HAN}{FULL}]\n[{HAN}{FULL}A-Za-z0-9`<]",
}  # fmt: skip
BOLD = {"bold with a sign at its edge, which is not seen as bold":
        f"[{FULL}]}}[{HAN}A-Za-z0-9]|[{HAN}A-Za-z0-9]{{[{FULL}]"}  # fmt: skip


def faults_of_setting(text):
    """Say where a Chinese text is not set as Chinese is."""
    text = re.sub(r"(?<=\])\([^)\s]+\)|</?[a-z]+>", "", prose(text))  # targets of links, tags
    text = re.sub(r"<http[^>]+>", "http", text)
    text = re.sub(r"`[^`\n]+`", "`x`", text)
    text = re.sub(r"\$[^$\n]+\$", "<>", text)
    text = re.sub(r"(?m)^(?:\d+\.|-) ", "\n", text)
    text = re.sub(r"!?\[|\]", "", text)
    bold = re.sub(r"(\*+)([^*\n]+)\1", r"{\2}", text)
    return [
        f"{rule}: {marked[max(0, found.start() - 12) : found.end() + 12]!r}"
        for rules, marked in ((BOLD, bold), (RULES, bold.replace("{", "").replace("}", "")))
        for rule, pattern in rules.items()
        for found in re.finditer(pattern, marked)
    ]


@each_page
def test_chinese_is_set_as_chinese(page):
    found = faults_of_setting(page.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    ["词对有11 个", "取`x` 的值", "两 个词", "取值， $x$ 是", "词,词", "词(如此)", "值：$x$ 是",
     "上下\n文", "**找错。**词", "占 13%的"],
)  # fmt: skip
def test_what_is_not_set_so_is_found(text):
    assert faults_of_setting(text)


def test_every_page_that_speaks_of_a_learn_page_names_its_translation():
    table = (DOCS / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert f"[中文](zh/{page.name})" in table, page.name
