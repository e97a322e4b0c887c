"""A document of one's own on the chat page: chosen, asked, checked in the original, given up."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.test_page import ask, last_answer, marked_in_the_original, quote_of, reload, start
from tests.browser.watched import WatchedPages
from tests.own_files import SCHOOL

ALLOWANCE = "午餐补助每人每天多少元？"


def bring(page: Page) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="问自己的文件").click()
    choosing.value.set_files(FilePayload(name="细则.txt", mimeType="text/plain", buffer=SCHOOL.encode()))
    expect(page.locator("#hint .act-no_file")).to_contain_text("只在《云山市第三小学午餐管理细则》中回答")


def test_it_answers_alone_until_it_is_given_up(page: Page) -> None:
    start(page)
    bring(page)
    ask(page, ALLOWANCE)
    assert "8元" in last_answer(page)
    page.locator("#chat a.cite").first.click()
    assert marked_in_the_original(page) == quote_of(page, 1)
    page.locator("#original").get_by_role("button", name="关闭").click()
    page.locator("#hint .act-no_file").click()
    expect(page.get_by_role("button", name="问自己的文件")).to_be_visible()
    ask(page, "云山市" + ALLOWANCE)
    assert "5元" in last_answer(page)


def test_it_works_on_a_phone(phone: Page) -> None:
    start(phone)
    bring(phone)
    ask(phone, ALLOWANCE)
    assert re.search("8元", last_answer(phone))


def test_come_back_to_its_marks_open_it_until_it_is_given_up(pages: WatchedPages, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    start(page)
    bring(page)
    ask(page, ALLOWANCE)
    reload(pages, page)
    page.locator("#chat a.cite").first.click()
    assert marked_in_the_original(page) == quote_of(page, 1)
    page.locator("#original").get_by_role("button", name="关闭").click()
    page.locator("#hint .act-no_file").click()
    expect(page.get_by_role("button", name="问自己的文件")).to_be_visible()
    reload(pages, page)
    expect(page.locator("#chat .answer .sources")).to_have_count(1)
    expect(page.locator("#chat a.cite")).to_have_count(0)
    page.get_by_role("button", name="连出处复制").click()
    expect(page.get_by_role("status").filter(has_text="含出处")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "补助8元" in copied
    assert "http" not in copied
