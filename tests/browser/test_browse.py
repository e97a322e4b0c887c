"""The list of documents in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import serious_violations
from tests.browser.watched import watched


def test_a_document_is_found_and_opened_without_scripts(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf, scripts=False) as pages:
        page = pages.open()
        page.goto("/documents")
        page.get_by_role("searchbox").fill("阅读")
        page.get_by_role("button", name="查找").click()

        expect(page.get_by_role("heading", level=2)).to_have_count(1)
        page.get_by_role("link", name="河口县中小学阅读行动方案").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("河口县中小学阅读行动方案")


def test_the_filters_keep_what_was_chosen_and_can_be_left(page: Page) -> None:
    page.goto("/documents?theme=dark")
    total = page.get_by_role("heading", level=2).count()

    page.get_by_label("状态").select_option("征求意见稿")
    page.get_by_role("button", name="查找").click()

    assert 0 < page.get_by_role("heading", level=2).count() < total
    expect(page.get_by_label("状态")).to_have_value("draft for comments")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="查看全部文件").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(total)


def test_a_search_for_what_is_not_there_says_so(page: Page) -> None:
    page.goto("/documents?q=<b>没有的词</b>")

    expect(page.get_by_role("status")).to_contain_text("没有找到符合条件的文件")
    expect(page.get_by_role("searchbox")).to_have_value("<b>没有的词</b>")


def test_on_a_phone_the_list_never_scrolls_sideways(phone: Page) -> None:
    phone.goto("/documents")

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("query", ["", "?q=没有的词", "?q=云山&lang=en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, phone: Page, query: str, theme: str) -> None:
    opened = page if theme == "light" else phone

    opened.goto(f"/documents{query}{'&' if query else '?'}theme={theme}")

    assert serious_violations(opened) == []
