"""Where things stand on the chat page: on a phone, and with the list of conversations beside the chat."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_page import LUNCH, ask, start
from tests.browser.watched import PHONE


def box_of(element: Locator) -> tuple[float, float]:
    """Where it begins and ends, from left to right."""
    box = element.bounding_box()
    assert box
    return box["x"], box["x"] + box["width"]


def test_on_a_phone_a_dialog_is_whole(phone: Page) -> None:
    start(phone)
    phone.locator("#banner .act-place").click()
    left, right = box_of(phone.locator("dialog.ask"))
    assert left >= 0
    assert right <= PHONE["width"]


def test_on_a_phone_what_to_ask_in_leaves_the_question_in_sight(phone: Page) -> None:
    start(phone)
    phone.locator("#scope button").first.click()
    expect(phone.locator("#scope-years")).to_be_visible()
    expect(phone.locator("#question textarea")).to_be_in_viewport(ratio=1)


def test_examples_stand_below_each_other(page: Page) -> None:
    start(page)
    assert len({box_of(one) for one in page.locator("#chat .example").all()}) == 1


def test_with_the_conversations_open_the_chat_is_in_the_middle_of_what_is_left(page: Page) -> None:
    page.set_viewport_size({"width": 1600, "height": 900})
    start(page)
    page.locator("#conversations .toggle-button").click()
    expect(page.locator("body")).to_have_class(re.compile("listing"))
    shelf_end = 320
    page.wait_for_function("document.querySelector('#question').getBoundingClientRect().left > 320")
    left, right = box_of(page.locator("#question"))
    assert abs((left - shelf_end) - (1600 - right)) < 24


def test_the_original_closes_the_conversations_that_would_cover_the_answer(page: Page) -> None:
    start(page)
    ask(page, LUNCH)
    page.locator("#conversations .toggle-button").click()
    expect(page.locator("#conversations")).to_have_class(re.compile("open"))
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#original")).to_be_visible()
    expect(page.locator("#conversations")).not_to_have_class(re.compile(r"\bopen\b"))


def test_an_unfolded_source_has_its_title_on_the_whole_line(phone: Page) -> None:
    start(phone)
    ask(phone, LUNCH)
    summary = phone.locator("#chat .sources summary").first
    summary.click()
    summary.locator(".title").evaluate("title => { title.textContent = title.textContent.repeat(6); }")
    left, right = box_of(summary)
    title_left, title_right = box_of(summary.locator(".title"))
    assert title_right - title_left > 0.9 * (right - left)
