"""A document of one's own on the chat page: chosen, asked, checked in the original, given up."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.test_page import ask, last_answer, marked_in_the_original, quote_of, start
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
