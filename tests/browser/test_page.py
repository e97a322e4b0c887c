"""The chat page in a browser: asked, answered, checked against the original, come back to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import serious_violations
from tests.browser.watched import PHONE, WatchedPages, watched
from tests.chat_model.replies import Reply, Request, says
from tests.chat_model.server import ModelServer
from tests.small_library import build_library, running_server

LUNCH = "云山市的午餐补助由哪个部门负责？"
READING = "河口县的图书角由哪个部门牵头？"


# What Gradio says of connections that end because the page is left.
LEAVING = "AbortError: signal is aborted|Connection errored out"


def start(page: Page, path: str = "/") -> None:
    page.goto(path)
    expect(page.locator("#shelf .shelf")).to_be_attached()
    expect(page.locator("#intro, #chat .answer").first).to_be_visible()


def ask(page: Page, text: str) -> None:
    """Ask, and wait until all of the answer is there."""
    before = page.locator("#chat .answer .actions").count()
    page.locator("#question textarea").fill(text)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .answer .actions")).to_have_count(before + 1)
    expect(page.locator("#chat .stages")).to_have_count(0)
    expect(page.locator("#question .submit-button")).to_be_visible()


def reload(pages: WatchedPages, page: Page) -> None:
    """Load the page again. What Gradio says of its connections that end then is no error of the page."""
    pages.expect_console_error(LEAVING)
    page.reload()


def last_answer(page: Page) -> str:
    return page.locator("#chat .answer").last.inner_text()


def quote_of(page: Page, label: int) -> str:
    card = page.locator("#chat .answer").last.locator(".source").nth(label - 1)
    return re.sub(r"\s", "", card.locator("blockquote").text_content() or "")


def marked_in_the_original(page: Page) -> str:
    frame = page.frame_locator("#original iframe")
    expect(frame.locator("mark").first).to_be_visible()
    return re.sub(r"\s", "", "".join(frame.locator("mark").all_text_contents()))


def test_a_mark_opens_the_passage_beside_the_chat_and_it_is_the_quote(page: Page) -> None:
    start(page)
    ask(page, LUNCH)
    assert "云山市教育局" in last_answer(page)
    page.locator("#chat a.cite").first.click()
    assert marked_in_the_original(page) == quote_of(page, 1)
    chat, original = page.locator("#chat").bounding_box(), page.locator("#original").bounding_box()
    assert chat
    assert original
    assert chat["x"] + chat["width"] <= original["x"] + 1
    page.locator("#original").get_by_role("button", name="关闭").click()
    expect(page.locator("#original")).to_be_hidden()
    expect(page.locator("#chat a.cite").first).to_be_focused()


def test_a_mark_is_a_link_that_works_by_itself(page: Page, pages: WatchedPages) -> None:
    start(page)
    ask(page, LUNCH)
    link = page.locator("#chat a.cite").first.get_attribute("href")
    assert link
    alone = pages.open()
    alone.goto(link)
    marked = "".join(alone.locator("main mark").all_text_contents())
    assert re.sub(r"\s", "", marked) == quote_of(page, 1)


def test_a_follow_up_is_read_with_what_was_asked_and_shown(page: Page) -> None:
    start(page)
    ask(page, LUNCH)
    ask(page, "那每天补助多少元？")
    assert "5元" in last_answer(page)
    assert "问题理解为" in last_answer(page)
    assert "云山市" in last_answer(page)


def test_what_is_not_there_is_said_with_what_comes_near(page: Page) -> None:
    start(page)
    ask(page, "北京市的图书角由哪个部门牵头？")
    assert "没有“北京市”的文件" in last_answer(page)
    expect(page.locator("#chat .nearest a[href^='/documents/']").first).to_be_visible()


def test_a_draft_wears_a_badge(page: Page) -> None:
    start(page)
    ask(page, READING)
    expect(page.locator("#chat .badges li")).to_contain_text(["征求意见稿"])


def test_a_suggested_question_is_asked_by_a_click_and_answered(page: Page) -> None:
    start(page)
    ask(page, "新建幼儿园12所的配合科室是什么？")
    suggested = page.locator("#chat .next .act").first
    expect(suggested).to_be_visible()
    suggested.click()
    expect(page.locator("#chat .answer .actions")).to_have_count(2)
    expect(page.locator("#question .submit-button")).to_be_visible()
    assert page.locator("#chat .answer").last.locator("a.cite").count()


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    start(page)
    page.locator("#chat .example").first.click()
    expect(page.locator("#chat .answer .actions")).to_have_count(1)


def test_what_is_chosen_to_ask_in_holds_for_the_conversation(page: Page) -> None:
    start(page)
    page.locator("#scope button").first.click()
    page.get_by_label("文件", exact=True).click()
    page.get_by_role("option", name=re.compile("阅读行动方案")).click()
    expect(page.locator("#chips .act")).to_contain_text(["阅读行动方案"])
    page.locator("#scope button").first.click()
    ask(page, "午餐补助由哪个部门负责？")
    assert "云山市教育局" not in last_answer(page)
    ask(page, "每个班级的图书角不少于多少册图书？")
    assert "100册" in last_answer(page)
    expect(page.locator("#chips .act")).to_have_count(1)


def test_a_conversation_is_there_again_after_a_reload(page: Page, pages: WatchedPages) -> None:
    start(page)
    ask(page, LUNCH)
    said = page.locator("#chat .answer .text").inner_text()
    reload(pages, page)
    expect(page.locator("#chat .answer .text")).to_have_text(said.replace("\n", ""), use_inner_text=False)
    ask(page, "那每天补助多少元？")
    assert "5元" in last_answer(page)


def test_a_rating_is_kept_with_its_reason(page: Page, pages: WatchedPages) -> None:
    start(page)
    ask(page, LUNCH)
    page.get_by_role("button", name="有问题").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("出处不对").check()
    dialog.get_by_label("补充说明").fill("应是第三条")
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("#chat .act-down")).to_have_attribute("aria-pressed", "true")
    reload(pages, page)
    expect(page.locator("#chat .act-down")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="有用").click()
    expect(page.locator("#chat .act-up")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#chat .act-down")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="有用").click()
    expect(page.locator("#chat .act-up")).to_have_attribute("aria-pressed", "false")


def test_a_question_is_asked_otherwise_in_its_place(page: Page, pages: WatchedPages) -> None:
    start(page)
    ask(page, LUNCH)
    ask(page, "那每天补助多少元？")
    page.locator("#chat .act-edit").first.click()
    expect(page.locator("#question textarea")).to_have_value(LUNCH)
    expect(page.locator(".editing")).to_be_visible()
    page.locator("#question textarea").fill(READING)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .asked")).to_have_count(1)
    expect(page.locator("#chat .answer .text")).to_contain_text("县教育体育局")
    expect(page.locator(".editing")).to_have_count(0)
    reload(pages, page)
    expect(page.locator("#chat .asked")).to_have_count(1)
    page.locator("#chat .act-retry").click()
    expect(page.locator("#chat .answer .text")).to_contain_text("县教育体育局")
    expect(page.locator("#chat .asked")).to_have_count(1)


def test_conversations_are_listed_opened_renamed_and_deleted(page: Page) -> None:
    start(page)
    ask(page, LUNCH)
    page.locator("#conversations .toggle-button").click()
    page.locator("#new").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    ask(page, READING)
    expect(page.locator("#shelf li")).to_have_count(2)
    page.locator("#shelf .act-open", has_text="午餐").click()
    expect(page.locator("#chat .asked")).to_contain_text(["午餐补助"])
    page.locator("#shelf li", has_text="午餐").locator("summary").click()
    page.locator("#shelf li", has_text="午餐").get_by_role("button", name="改名").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("<b>食堂</b>的事")
    page.get_by_role("dialog").get_by_role("textbox").press("Enter")
    renamed = page.locator("#shelf li", has_text="<b>食堂</b>的事")
    expect(renamed).to_have_count(1)
    renamed.locator("summary").click()
    renamed.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.locator("#shelf li")).to_have_count(1)
    expect(page.locator("#chat .asked")).to_have_count(0)


@pytest.mark.parametrize("form", ["Word", "Markdown"])
def test_a_conversation_is_exported_with_its_sources(page: Page, form: str) -> None:
    start(page)
    ask(page, LUNCH)
    quote = quote_of(page, 1)
    page.locator("#conversations .toggle-button").click()
    page.locator("#shelf summary").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=f"导出 {form}").click()
    saved = Path(downloading.value.path())
    assert "午餐补助" in downloading.value.suggested_filename
    if form == "Word":
        text = "\n".join(paragraph.text for paragraph in Document(str(saved)).paragraphs)
    else:
        text = saved.read_text("utf-8").replace("\\", "")
    assert LUNCH in text
    assert quote in re.sub(r"\s", "", text)


def test_an_answer_is_copied_with_its_sources(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf) as pages:
        page = pages.open()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        start(page)
        ask(page, LUNCH)
        page.get_by_role("button", name="复制", exact=True).click()
        expect(page.get_by_role("status").filter(has_text="已复制")).to_be_visible()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert "云山市教育局负责" in copied
        assert "《云山市学生午餐补助办法" in copied
        assert "http" not in copied
        assert "[1]" not in copied
        page.get_by_role("button", name="连出处复制").click()
        expect(page.get_by_role("status").filter(has_text="含出处")).to_be_visible()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert "云山市教育局负责" in copied
        assert quote_of(page, 1) in re.sub(r"\s", "", copied)
        link = re.findall(r"http://\S+", copied)[0]
        assert "cites" not in link
        assert page.request.get(link).status == 200


def test_an_answer_is_shared_as_a_link_that_opens_it_for_anybody(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf) as pages:
        page = pages.open()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        start(page)
        ask(page, LUNCH)
        page.get_by_role("button", name="分享").click()
        expect(page.get_by_role("status").filter(has_text="链接已复制")).to_be_visible()
        link = page.evaluate("() => navigator.clipboard.readText()")
        page.get_by_role("button", name="分享").click()
        assert page.evaluate("() => navigator.clipboard.readText()") == link
    with watched(browser, shelf) as pages:  # another browser
        page = pages.open()
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text(LUNCH)
        expect(page.get_by_role("main")).to_contain_text("云山市教育局负责")
        page.locator("summary").first.click()
        expect(page.locator("blockquote").first).to_be_visible()
        assert serious_violations(page) == []
        assert page.request.get(str(page.locator("a.cite").first.get_attribute("href"))).status == 200


def test_the_place_of_a_teacher_is_said_once_kept_and_taken_back(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf, phone=True) as pages:
        page = pages.open()
        start(page)
        place = page.locator("#banner .act-place")
        for typed, shown in (("荣成市", "荣成市"), ("没有的县", "荣成市")):
            place.click()
            page.get_by_role("dialog").get_by_label("我的地方", exact=True).last.fill(typed)
            page.get_by_role("button", name="保存").click()
            expect(place).to_have_text(shown)
        expect(page.get_by_role("status").filter(has_text="没有这个地方")).to_be_visible()
        page.reload()
        expect(place).to_have_text("荣成市")
        expect(page.locator("#near textarea, #near input")).to_have_value("山东省威海市荣成市")
        ask(page, LUNCH)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
        place.click()
        assert serious_violations(page) == []
        page.get_by_role("button", name="不记地方").click()
        expect(place).to_have_text("我的地方")


@pytest.mark.parametrize("width", [360, 2560])
def test_nothing_runs_over_the_edge(browser: Browser, shelf: str, width: int) -> None:
    with watched(browser, shelf) as pages:
        page = pages.open()
        page.set_viewport_size({"width": width, "height": 800})
        start(page)
        ask(page, READING)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("#chat a.cite").first.click()
        marked_in_the_original(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_that_was_cut_off_has_answer_and_draft_when_it_is_back(
    page: Page, pages: WatchedPages
) -> None:
    pages.expect_console_error(f"{LEAVING}|ERR_INTERNET_DISCONNECTED|status of 404")
    start(page)
    ask(page, LUNCH)
    page.locator("#question textarea").fill("那每天")
    page.context.set_offline(True)
    with page.expect_navigation():
        page.context.set_offline(False)
    expect(page.locator("#chat .answer .text")).to_contain_text("云山市教育局")
    expect(page.locator("#question textarea")).to_have_value("那每天")
    ask(page, "那每天补助多少元？")
    assert "5元" in last_answer(page)


def test_two_people_never_see_each_other(browser: Browser, shelf: str, page: Page) -> None:
    with watched(browser, shelf) as others:
        other = others.open()
        start(page)
        start(other)
        ask(page, LUNCH)
        ask(other, READING)
        assert "午餐" not in other.locator("body").inner_text().replace("午餐补助办法", "")
        expect(other.locator("#shelf li")).to_have_count(1)
        other.goto(page.url)
        other.reload()
        expect(other.locator("#intro")).to_be_visible()
        expect(other.locator("#chat .asked")).to_have_count(0)
        known = page.url.split("#")[1]
        assert other.request.get(f"/conversations/{known}.md").status == 404
        assert page.request.get(f"/conversations/{known}.md").status == 200


def test_on_a_phone_the_original_covers_the_chat_and_back_closes_it(phone: Page) -> None:
    start(phone)
    ask(phone, LUNCH)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.locator("#chat a.cite").first.tap()
    assert marked_in_the_original(phone) == quote_of(phone, 1)
    box = phone.locator("#original").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    phone.go_back()
    expect(phone.locator("#original")).to_be_hidden()
    expect(phone.locator("#chat .answer")).to_be_visible()


def is_listing(page: Page) -> bool:
    return "open" in (page.locator("#conversations").get_attribute("class") or "").split()


def test_on_a_phone_the_list_closes_on_choosing_and_by_back(phone: Page) -> None:
    start(phone)
    ask(phone, LUNCH)
    phone.locator("#banner .act-new").tap()
    expect(phone.locator("#chat .asked")).to_have_count(0)
    ask(phone, READING)
    toggle = phone.locator("#conversations .toggle-button")
    toggle.tap()
    expect(phone.locator("body")).to_have_class(re.compile(r"\blisting\b"))
    phone.locator("#shelf .act-open", has_text="午餐").tap()
    expect(phone.locator("body")).not_to_have_class(re.compile(r"\blisting\b"))
    assert not is_listing(phone)
    expect(phone.locator("#chat .asked")).to_contain_text(["午餐补助"])
    toggle.tap()
    expect(phone.locator("body")).to_have_class(re.compile(r"\blisting\b"))
    phone.go_back()
    expect(phone.locator("body")).not_to_have_class(re.compile(r"\blisting\b"))
    expect(phone.locator("#chat .asked")).to_contain_text(["午餐补助"])
    toggle.tap()
    expect(phone.locator("body")).to_have_class(re.compile(r"\blisting\b"))
    toggle.tap()
    expect(phone.locator("body")).not_to_have_class(re.compile(r"\blisting\b"))


def test_all_of_a_conversations_menu_is_in_sight(phone: Page) -> None:
    start(phone)
    ask(phone, LUNCH)
    phone.locator("#conversations .toggle-button").tap()
    phone.locator("#shelf summary").tap()
    for button in (
        phone.get_by_role("button", name="删除", exact=True),
        phone.get_by_role("link", name="导出 Word"),
    ):
        expect(button).to_be_in_viewport(ratio=1)
        button.click(trial=True)


def test_fields_and_targets_suit_a_thumb(phone: Page) -> None:
    start(phone)
    ask(phone, LUNCH)
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert phone.locator("#question textarea").evaluate(size) >= 16
    for target in phone.locator("#chat .actions .act, #banner nav .act, #chat .sources summary").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44


def test_messages_are_named_by_who_speaks_and_not_by_their_html(page: Page) -> None:
    start(page)
    ask(page, LUNCH)
    names = page.locator("#chat [data-testid]").evaluate_all(
        "elements => elements.map((one) => one.getAttribute('aria-label')).filter(Boolean)"
    )
    assert names == ["问题", "回答"]


def test_hostile_text_is_shown_as_text_in_questions_and_answers(page: Page) -> None:
    start(page)
    question = "云山市网络安全通知有哪些要求？ <img src=x onerror=alert(1)> **粗** [链](http://evil.example)"
    ask(page, question)
    expect(page.locator("#chat .asked p").first).to_have_text(question)
    assert page.locator("#chat img[src='x'], #chat .answer strong, #chat a[href*='evil']").count() == 0


def test_a_question_of_100_000_characters_is_refused_with_a_sentence(page: Page) -> None:
    start(page)
    ask(page, "午餐" * 50_000)
    assert "太长" in last_answer(page)
    ask(page, LUNCH)
    assert "云山市教育局" in last_answer(page)


def test_the_page_has_an_english_twin(page: Page, pages: WatchedPages) -> None:
    pages.expect_console_error(LEAVING)
    start(page)
    page.get_by_role("link", name="English").click()
    expect(page).to_have_title("Policy Assistant")
    start(page, "/en")
    ask(page, "Which department is in charge of the lunch subsidy of Yunshan?")
    assert "In the documents' own words" in last_answer(page)
    page.locator("#chat a.cite").first.click()
    expect(page.frame_locator("#original iframe").locator("summary").first).to_contain_text("Outline")


def test_dark_is_the_systems_until_the_button_is_used(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf, dark=True) as pages:
        page = pages.open()
        start(page)
        expect(page.locator("body")).to_have_class(re.compile(r"\bdark\b"))
        page.get_by_role("button", name="明暗").click()
        expect(page.locator("body")).not_to_have_class(re.compile(r"\bdark\b"))
        reload(pages, page)
        expect(page.locator("#banner")).to_be_visible()
        expect(page.locator("body")).not_to_have_class(re.compile(r"\bdark\b"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_on_the_page_is_out_of_reach(browser: Browser, shelf: str, dark: bool) -> None:
    with watched(browser, shelf, dark=dark) as pages:
        page = pages.open()
        start(page)
        assert serious_violations(page) == []
        ask(page, LUNCH)
        page.locator("#conversations .toggle-button").click()
        page.wait_for_timeout(500)  # the drawer slides in: colours are not there before
        assert serious_violations(page) == []


SLOW = "午餐补助由云山市教育局负责{label}。补助标准为每人每天5元{label}。"


@pytest.fixture(scope="module")
def slow_model(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose chat model takes its time."""

    def script(request: Request) -> Reply:
        found = re.search(r"\[(\d+)\][^\[]*午餐补助由", request.text)
        return says(SLOW.format(label=f"[{found[1]}]" if found else "[1]"), pause=0.15)

    with ModelServer(script) as model:
        settings = build_library(seeds, tmp_path_factory.mktemp("slow")).model_copy(
            update={"openai_model": "scripted", "openai_base_url": model.base_url}
        )
        with running_server(settings) as address:
            yield address


def begin(page: Page) -> None:
    start(page)
    page.locator("#question textarea").fill(LUNCH)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .stages .now")).to_be_visible()


def test_a_reload_in_mid_answer_loses_nothing(browser: Browser, slow_model: str) -> None:
    with watched(browser, slow_model) as pages:
        page = pages.open()
        begin(page)
        expect(page).to_have_url(re.compile("#."))
        reload(pages, page)
        expect(page.locator("#chat .asked")).to_contain_text(["午餐补助"])
        expect(page.locator("#chat .answer .actions")).to_have_count(1, timeout=30_000)
        assert "云山市教育局" in last_answer(page)


def test_an_answer_that_is_stopped_says_that_it_is_not_all(browser: Browser, slow_model: str) -> None:
    with watched(browser, slow_model) as pages:
        page = pages.open()
        begin(page)
        page.locator("#question .stop-button").click()
        expect(page.locator("#chat .badges li")).to_contain_text(["已停止"])
        expect(page.locator("#question .submit-button")).to_be_visible()
        reload(pages, page)
        expect(page.locator("#chat .badges li")).to_contain_text(["已停止"])
