"""The document reader in a browser: what people see, hear and can reach."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import serious_violations
from tests.browser.documents import HOSTILE_LINES
from tests.browser.watched import WatchedPages, watched

Sections = list[dict[str, Any]]

# What the page shows of the document: without badges, which are words of ours.
_SHOWN = """() => {
  const text = document.querySelector("main").cloneNode(true);
  text.querySelectorAll(".badge").forEach(each => each.remove());
  return text.textContent;
}"""
_IN_VIEW = """each => {
  const box = each.getBoundingClientRect(), middle = box.top + Math.min(box.height, innerHeight) / 2;
  return middle > innerHeight * .25 && middle < innerHeight * .75;
}"""


def all_sections(shelf: str, document_id: str) -> Sections:
    """All sections of a document, in order."""

    def walk(sections: Sections) -> Sections:
        return [each for section in sections for each in (section, *walk(section["children"]))]

    return walk(httpx.get(f"{shelf}/api/documents/{document_id}").json()["outline"])


def address(ids: dict[str, str], name: str, section: dict[str, Any], **more: str) -> str:
    query = "".join(f"&{key}={value}" for key, value in more.items())
    return f"/documents/{ids[name]}?start={section['start']}&end={section['end']}{query}"


def titled(shelf: str, ids: dict[str, str], name: str, title: str) -> dict[str, Any]:
    return next(each for each in all_sections(shelf, ids[name]) if each["title"] == title)


def far_down(shelf: str, ids: dict[str, str]) -> dict[str, Any]:
    return titled(shelf, ids, "long", "应急处置第三类检查")


def test_the_cited_passage_is_marked_and_in_the_middle_of_the_screen(
    page: Page, shelf: str, ids: dict[str, str]
) -> None:
    section = far_down(shelf, ids)

    page.goto(address(ids, "long", section))

    quote = page.evaluate(_SHOWN)[section["start"] : section["end"]]
    assert page.locator("main mark").all_text_contents() == quote.split("\n")
    assert page.locator("#cited").evaluate(_IN_VIEW)
    assert page.evaluate("scrollY") > 500


def test_without_scripts_the_passage_is_in_view_too_and_no_button_is_dead(
    browser: Browser, shelf: str, ids: dict[str, str]
) -> None:
    section = far_down(shelf, ids)
    with watched(browser, shelf, scripts=False) as pages:
        page = pages.open()
        page.goto(address(ids, "long", section) + "#cited")

        expect(page.locator("#cited")).to_be_in_viewport()
        expect(page.get_by_role("button")).to_have_count(0)
        page.get_by_text("目录", exact=True).click()
        page.get_by_role("navigation", name="目录").get_by_role("link").first.click()
        expect(page).to_have_url(re.compile("#s"))


def test_all_citations_of_an_answer_are_visited_in_order(
    pages: WatchedPages, page: Page, shelf: str, ids: dict[str, str]
) -> None:
    first, last = far_down(shelf, ids), titled(shelf, ids, "table", "培训园长300人")
    places = [(ids["long"], first), ("nothing", first), (ids["table"], last)]
    cites = ",".join(f"{name}:{section['start']}-{section['end']}" for name, section in places)
    pages.expect_console_error("404")  # the document in the middle is gone

    page.goto(address(ids, "long", first, cites=cites, theme="dark"))

    steps = page.get_by_role("navigation", name="本次回答的引文")
    expect(steps).to_contain_text("1/3")
    expect(steps.get_by_role("link", name="上一条引文")).to_have_count(0)
    steps.get_by_role("link", name="下一条引文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("库中没有这份文件。")
    steps.get_by_role("link", name="下一条引文").click()
    expect(steps).to_contain_text("3/3")
    expect(page.locator("tr:has(mark)")).to_contain_text("培训园长300人")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    steps.get_by_role("link", name="上一条引文").click()
    expect(steps).to_contain_text("2/3")


def test_a_table_is_a_table_with_merged_cells_and_the_cited_row_is_marked(
    page: Page, shelf: str, ids: dict[str, str]
) -> None:
    page.goto(address(ids, "table", titled(shelf, ids, "table", "培训园长300人")))

    expect(page.get_by_role("columnheader")).to_have_text(["序号", "类别", "任务", "牵头科室", "配合科室"])
    marked = page.locator("tr:has(mark)")
    expect(marked).to_have_count(1)
    expect(marked.get_by_role("rowheader")).to_have_text("培训园长300人")
    assert page.locator("td[rowspan]").all_text_contents() == ["基础教育", "学前教育科"]
    assert page.locator("td.shared").all_text_contents() == ["基础教育", "学前教育科"]
    expect(page.locator("td[colspan='2']")).to_have_text("安全科")
    expect(page.get_by_role("rowheader", name="职业教育")).to_have_attribute("colspan", "5")
    expect(page.locator("tr", has_text="建设基地").locator(".badge")).to_have_text("原文隐去")


def test_the_outline_leads_to_its_places_by_keyboard(page: Page, ids: dict[str, str]) -> None:
    page.goto(f"/documents/{ids['long']}")
    outline = page.get_by_role("navigation", name="目录")

    outline.get_by_role("link", name="五、网络安全").focus()
    page.keyboard.press("Enter")

    expect(page.locator("main").get_by_role("heading", name="五、网络安全")).to_be_in_viewport()
    closed = outline.locator("li li li").first
    expect(closed).to_be_hidden()
    outline.locator("li li summary").first.focus()
    page.keyboard.press("Enter")
    expect(closed).to_be_visible()


def test_the_outline_is_open_and_stays_beside_the_text_on_a_wide_screen_only(
    page: Page, phone: Page, shelf: str, ids: dict[str, str]
) -> None:
    for opened, visible in ((page, True), (phone, False)):
        opened.goto(address(ids, "long", far_down(shelf, ids)))
        link = opened.locator("nav.outline a[aria-current]")
        assert link.is_visible() is visible
    expect(page.locator("nav.outline a[aria-current]")).to_be_in_viewport()


@pytest.mark.parametrize("name", ["long", "table", "hostile", "lunch", "reading"])
def test_on_a_phone_the_page_never_scrolls_sideways(phone: Page, ids: dict[str, str], name: str) -> None:
    phone.goto(f"/documents/{ids[name]}?start=0&end=9&cites={ids[name]}:0-9,{ids['lunch']}:1-2")

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_wide_table_scrolls_in_its_own_box_by_keyboard(phone: Page, ids: dict[str, str]) -> None:
    phone.goto(f"/documents/{ids['table']}")
    box = phone.get_by_role("region", name="表格")

    box.focus()
    for _ in range(30):  # the first ones may come before the page has settled
        phone.keyboard.press("ArrowRight")
        phone.evaluate("() => new Promise(requestAnimationFrame)")

    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
    phone.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")


def test_hostile_text_is_shown_as_text(page: Page, ids: dict[str, str]) -> None:
    page.goto(f"/documents/{ids['hostile']}?start=0&end=200")

    shown = page.evaluate(_SHOWN)
    for line in HOSTILE_LINES:
        assert line in shown
    assert page.evaluate("window.attacked") is None
    assert page.locator("main").locator("img, iframe, script, a").count() == 0


@pytest.mark.parametrize("asked", ["", "&theme=dark"])
def test_the_dark_theme_is_dark_by_setting_and_by_parameter(
    browser: Browser, shelf: str, ids: dict[str, str], asked: str
) -> None:
    with watched(browser, shelf, dark=not asked) as pages:
        page = pages.open()
        page.goto(f"/documents/{ids['lunch']}?x=1{asked}")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(f"/documents/{ids['lunch']}?theme=light")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert (dark, light) == ("rgb(20, 24, 29)", "rgb(255, 255, 255)")


@pytest.mark.parametrize("asked", ["", "?theme=dark"])
def test_on_paper_there_is_the_document_alone_and_black_on_white(
    browser: Browser, shelf: str, ids: dict[str, str], asked: str
) -> None:
    with watched(browser, shelf, dark=not asked) as pages:
        page = pages.open()
        page.goto(f"/documents/{ids['lunch']}{asked}")
        page.emulate_media(media="print")

        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for hidden in (page.get_by_role("navigation"), page.get_by_role("button"), page.get_by_role("link")):
            expect(hidden).to_have_count(0)


def test_a_link_is_copied_or_given_to_copy_by_hand(page: Page, ids: dict[str, str], shelf: str) -> None:
    wanted = f"{shelf}/documents/{ids['lunch']}?start=3&end=8"
    page.goto(f"{wanted}&cites={ids['lunch']}:3-8&theme=dark")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="复制链接").click()
    expect(page.get_by_role("status")).to_have_text("链接已复制")
    assert page.evaluate("navigator.clipboard.readText()") == wanted

    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")  # as over plain HTTP
    page.get_by_role("button", name="复制链接").click()
    expect(page.get_by_role("textbox", name="本页链接")).to_have_value(wanted)
    assert page.evaluate("document.activeElement.selectionEnd") == len(wanted)
    expect(page.get_by_role("status")).to_contain_text("请手动复制")


def test_in_a_side_panel_it_has_no_way_out_and_a_closed_outline(
    page: Page, shelf: str, ids: dict[str, str]
) -> None:
    page.goto("/healthz")  # any page whose policy is that of the chat page
    panel = address(ids, "long", far_down(shelf, ids), embed="1")
    page.evaluate(
        "url => {document.body.replaceChildren(Object.assign(document.createElement('iframe'), {src: url}))}",
        panel,
    )
    frame = page.frame_locator("iframe")

    expect(frame.locator("#cited")).to_be_visible()
    expect(frame.get_by_role("link", name="提问")).to_have_count(0)
    expect(frame.locator("#outline")).not_to_have_attribute("open", "")


def test_the_first_tab_skips_to_the_passage(page: Page, shelf: str, ids: dict[str, str]) -> None:
    page.goto(address(ids, "long", far_down(shelf, ids)) + "#text")
    page.evaluate("document.activeElement.blur()")
    page.reload()

    page.locator(".skip a").first.focus()
    expect(page.get_by_role("link", name="跳到引文")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#cited")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["long", "table"])
def test_axe_finds_nothing_serious(
    page: Page, phone: Page, shelf: str, ids: dict[str, str], name: str, theme: str
) -> None:
    section = all_sections(shelf, ids[name])[-2]
    here = f"{ids[name]}:{section['start']}-{section['end']}"
    opened = page if theme == "light" else phone

    opened.goto(address(ids, name, section, theme=theme, cites=f"{here},{ids['lunch']}:0-9"))

    assert serious_violations(opened) == []


def test_axe_sees_what_is_wrong(page: Page, ids: dict[str, str]) -> None:
    page.goto(f"/documents/{ids['lunch']}")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert any(each.startswith("button-name") for each in serious_violations(page))


def test_what_is_read_is_told_above_it_and_stays_in_sight(
    page: Page, shelf: str, ids: dict[str, str]
) -> None:
    page.goto(address(ids, "long", far_down(shelf, ids)))
    bar = page.locator(".bar")
    expect(bar).to_contain_text("云山市学校安全工作规定")
    expect(bar).to_contain_text("应急处置")
    for seen in (bar.locator("b"), bar.get_by_role("button", name="复制链接")):
        expect(seen).to_be_in_viewport()


def test_on_a_phone_a_cited_row_is_a_card_too(phone: Page, shelf: str, ids: dict[str, str]) -> None:
    row = next(each for each in all_sections(shelf, ids["table"]) if each["kind"] == "row")
    phone.goto(address(ids, "table", row))
    card = phone.locator(".card")
    expect(card).to_be_visible()
    expect(card.locator("dt")).to_have_text(["序号", "类别", "任务", "牵头科室", "配合科室"])
    expect(card).to_contain_text("新建幼儿园12所")
    phone.set_viewport_size({"width": 1200, "height": 800})
    expect(card).to_be_hidden()


def test_the_card_of_a_cited_row_is_in_sight_together_with_the_row(
    phone: Page, shelf: str, ids: dict[str, str]
) -> None:
    phone.set_viewport_size({"width": 390, "height": 420})
    row = [each for each in all_sections(shelf, ids["table"]) if each["kind"] == "row"][-1]
    phone.goto(address(ids, "table", row))
    expect(phone.locator(".card")).to_be_in_viewport(ratio=1)
    expect(phone.locator(".card")).to_contain_text("职成科")
    expect(phone.locator("#cited")).to_be_in_viewport(ratio=1)


def test_on_a_phone_a_long_title_leaves_the_standing_in_sight(
    phone: Page, shelf: str, ids: dict[str, str]
) -> None:
    phone.goto(address(ids, "reading", all_sections(shelf, ids["reading"])[-1]))
    expect(phone.locator(".bar .badge")).to_have_text("征求意见稿")
    phone.locator(".bar b").evaluate("title => { title.textContent = title.textContent.repeat(9); }")
    badge, bar = phone.locator(".bar .badge").bounding_box(), phone.locator(".here").bounding_box()
    assert badge
    assert bar
    assert badge["y"] + badge["height"] <= bar["y"] + bar["height"] + 1
