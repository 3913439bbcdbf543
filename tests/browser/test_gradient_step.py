"""The page of the course with a slider for K: one step of negative sampling."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from firth.reference import negative_sampling_loss_and_gradients

PAGE = Path(__file__).parents[2] / "docs" / "learn" / "gradient-step.html"


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - no attribute can be set on `append`
    page.goto(PAGE.as_uri())
    yield page
    page.close()
    assert not errors


def losses(page):
    said = page.locator("[role=status]").text_content()
    return tuple(map(float, re.findall(r"\d+\.\d+", said)))


def slide(page, name, value):
    page.locator(f"input[name={name}]").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        str(value),
    )


def test_a_step_is_drawn_for_each_k(page):
    before = []
    for count in (0, 5, 20):
        slide(page, "K", count)
        # u_o, K noise words and v_c, each before and after.
        assert page.locator("svg g").count() == 2 * (count + 2)
        assert page.locator("output").first.text_content() == str(count)
        loss, after = losses(page)
        assert after < loss
        before.append(loss)
    assert before == sorted(before)  # more words, more terms
    assert page.locator("svg text").all_text_contents() == ["uo", "uk", "vc"]


def test_steps_are_those_of_the_reference(page):
    v, u = np.array([1, 0.35]), np.array([[-0.2, 1.08]])
    slide(page, "K", 0)
    slide(page, "step", 0.25)
    for _ in range(3):
        loss, by_v, by_u = negative_sampling_loss_and_gradients(v, 0, [], u)
        v, u = v - 0.25 * by_v, u - 0.25 * by_u
        after, _, _ = negative_sampling_loss_and_gradients(v, 0, [], u)
        assert losses(page) == pytest.approx((loss, after), abs=6e-4)
        page.locator("button").first.click()
    page.locator("button").last.click()
    assert losses(page)[0] == pytest.approx(np.log1p(np.exp(-(-0.2 + 0.35 * 1.08))), abs=6e-4)


def test_on_a_chinese_page_it_speaks_chinese(chromium):
    page = chromium.new_page()
    text = PAGE.read_text(encoding="utf-8").replace('lang="en"', 'lang="zh-CN"')
    page.set_content(text)
    assert page.locator("button").all_text_contents() == ["走一步", "从头开始"]
    assert "奈特" in page.locator("[role=status]").text_content()
    page.close()
