"""One answer as a picture: what is drawn in it, and how it is handed over on a desktop and on a phone."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_page import LUNCH, READING, ask, start

# Notes the lines that are drawn, and the way they are drawn.
NOTED = """
window.drawn = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const { width, height } = this.canvas;
  window.drawn.push({ text, right: x + this.measureText(text).width, y, width, height });
  return draw.call(this, text, x, y);
};
"""
SHARING = """
navigator.canShare = () => true;
navigator.share = async ({ files }) => { window.shared = { type: files[0].type, size: files[0].size }; };
"""
HIGHEST = 8000


def saved(page: Page) -> Image.Image:
    with page.expect_download() as downloading:
        page.locator("#chat .act-picture").last.click()
    assert downloading.value.suggested_filename.endswith(".png")
    return Image.open(BytesIO(Path(downloading.value.path()).read_bytes()))


def lines_drawn(page: Page) -> list[str]:
    return [each["text"] for each in page.evaluate("drawn")]


def write_long_answer(page: Page, repeated: int) -> None:
    page.locator("#chat .answer .text > p").first.evaluate(
        "(paragraph, text) => { paragraph.textContent = text; }",
        "各县（市、区）要按照“应建尽建”的要求，2025年达到95.5%。" * repeated,
    )


def test_it_has_the_question_the_answer_its_sources_the_assistant_and_the_date(page: Page) -> None:
    page.add_init_script(NOTED)
    start(page)
    ask(page, READING)
    picture = saved(page)
    told = "".join(lines_drawn(page))
    assert picture.format == "PNG"
    assert READING in told
    assert "《" in told.split("依据：")[1]
    assert "征求意见稿" in told
    assert "政策助手" in told
    assert re.search(r"20\d\d年\d+月\d+日", told)


def test_lines_are_broken_as_chinese_is_and_stay_inside(page: Page) -> None:
    page.add_init_script(NOTED)
    start(page)
    ask(page, LUNCH)
    short = saved(page)
    write_long_answer(page, 40)
    page.evaluate("drawn.length = 0")
    long = saved(page)
    drawn = page.evaluate("drawn")
    assert short.width == long.width
    assert long.height > short.height
    assert len(drawn) > 20
    for line in drawn:
        assert not re.match(r"[，。、；：？！）》”%]", line["text"])
        assert not re.search(r"[（《“]$", line["text"])
        assert line["right"] <= line["width"] - 60
        assert line["y"] < line["height"]


def test_a_very_long_answer_ends_with_the_word_that_there_is_more(page: Page) -> None:
    page.add_init_script(NOTED)
    start(page)
    ask(page, LUNCH)
    write_long_answer(page, 600)
    assert saved(page).height <= HIGHEST
    told = "".join(lines_drawn(page))
    assert "全文较长" in told
    assert told.index("全文较长") < told.index("依据：")


def test_a_phone_shares_it_as_a_file(phone: Page) -> None:
    phone.add_init_script(SHARING)
    start(phone)
    ask(phone, LUNCH)
    phone.locator("#chat .act-picture").click()
    phone.wait_for_function("window.shared")
    assert phone.evaluate("shared.type") == "image/png"
    assert phone.evaluate("shared.size") > 1000


def test_a_phone_that_cannot_share_shows_it_to_be_pressed(phone: Page) -> None:
    phone.add_init_script("delete Navigator.prototype.canShare")
    start(phone)
    ask(phone, LUNCH)
    phone.locator("#chat .act-picture").click()
    shown = phone.get_by_role("dialog", name="存为图片")
    expect(shown).to_contain_text("长按图片")
    assert shown.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1080
    shown.get_by_role("button", name="关闭").click()
    expect(shown).to_have_count(0)


def test_in_english_it_is_in_english(page: Page) -> None:
    page.add_init_script(NOTED)
    start(page, "/en/")
    ask(page, LUNCH)
    saved(page)
    told = "".join(lines_drawn(page))
    assert "Source: " in told
    assert "Policy Assistant" in told
