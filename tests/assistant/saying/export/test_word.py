"""A conversation as a Word file, opened again."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from hypothesis import HealthCheck, given, settings

from assistant.saying.export.word import to_word
from tests.assistant.kept_answers import QUOTE, answered, citation
from tests.assistant.saying.export.conversations import HOSTILE, TODAY, UNFINISHED, conversation, said, turn
from tests.vectorstore.strategies import anything
from vectorstore.text import normalise

WORDS_ONLY = {qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:rPr"), qn("w:u"), qn("w:noBreakHyphen")}


def opened(content: bytes) -> Document:
    document: Document = docx.Document(BytesIO(content))
    return document


def style_of(paragraph: Paragraph) -> ParagraphStyle:
    assert paragraph.style is not None
    return paragraph.style


def test_all_that_was_said_stands_in_the_file_in_order() -> None:
    cited = citation(1, pages=(0,))
    answer = answered("每人每天补助5元[1]。\n——云山市", cited, notices=("征求意见稿。",))
    document = opened(
        to_word(conversation(turn(answer=answer), turn("全年呢？")), language="zh", exported_on=TODAY)
    )
    source = "[1] 《云山市学生午餐补助办法》 · 云教发〔2024〕5号 · 云山市教育局 · 2024-03-08 · 征求意见稿"
    assert [(style_of(paragraph).name, paragraph.text) for paragraph in document.paragraphs] == [
        ("Title", "午餐补助"),
        ("Normal", "导出日期：2024-05-06"),
        ("Heading 1", "问题 1"),
        ("Normal", "补助多少？"),
        ("Heading 2", "回答"),
        ("Normal", "每人每天补助5元[1]。\n——云山市"),
        ("Normal", "ⓘ 征求意见稿。"),
        ("Heading 2", "出处"),
        ("Normal", f"{source}\n第二章 标准 › 第三条 › 第 1 页"),
        ("Quote", QUOTE),
        ("Heading 1", "问题 2"),
        ("Normal", "全年呢？"),
        ("Heading 2", "回答"),
        ("Normal", "每人每天补助5元[1]。"),
        ("Heading 2", "出处"),
        ("Normal", f"{source}\n第二章 标准 › 第三条"),
        ("Quote", QUOTE),
        ("Normal", "以上内容由程序依据文件整理，仅供参考，以文件原文为准。"),
    ]


def test_the_page_is_a4_and_every_style_in_use_has_a_chinese_font() -> None:
    document = opened(to_word(conversation(), language="zh", exported_on=TODAY))
    (section,) = document.sections
    assert section.page_width
    assert section.page_height
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    fonts = {}
    for style in map(style_of, document.paragraphs):
        named = style.element.rPr.rFonts
        assert not [name for name in named.attrib if name.endswith("Theme")]
        assert named.get(qn("w:ascii")) == named.get(qn("w:hAnsi")) == "Times New Roman"
        fonts[style.name] = named.get(qn("w:eastAsia"))
    assert fonts == {
        "Title": "黑体",
        "Normal": "宋体",
        "Heading 1": "黑体",
        "Heading 2": "黑体",
        "Quote": "仿宋",
    }
    (spoken,) = document.styles.element.iter(qn("w:lang"))
    assert spoken.get(qn("w:eastAsia")) == "zh-CN"


def test_the_file_says_what_it_is_and_not_who_made_the_template() -> None:
    properties = opened(
        to_word(conversation(title="补" * 300), language="en", exported_on=TODAY)
    ).core_properties
    assert properties.title == "补" * 255
    assert (properties.author, properties.comments, properties.last_modified_by) == ("", "", "")
    assert properties.created.date() == properties.modified.date() == TODAY


def test_a_source_has_a_link_only_where_there_is_an_address() -> None:
    without = opened(to_word(conversation(), language="en", exported_on=TODAY))
    there = opened(
        to_word(conversation(), language="en", exported_on=TODAY, base_url="https://policies.example")
    )
    assert [link for paragraph in without.paragraphs for link in paragraph.hyperlinks] == []
    (link,) = [link for paragraph in there.paragraphs for link in paragraph.hyperlinks]
    assert link.text == "Open the document"
    assert link.url == "https://policies.example/documents/lunch%201?start=0&end=13"


def test_what_was_not_answered_says_so() -> None:
    texts = [p.text for p in opened(to_word(UNFINISHED, language="en", exported_on=TODAY)).paragraphs]
    assert "每人每天" in texts
    for told in ("(Stopped before the answer was complete.)", "Busy.Try again.", "(Not answered yet.)"):
        assert f"ⓘ {told}" in texts
    assert "Sources" not in texts


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_was_said_is_text_and_nothing_else(hostile: str) -> None:
    content = to_word(said(hostile), language="zh", exported_on=TODAY)
    document = opened(content)
    kept = normalise(hostile).strip()
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts.count(kept) >= 3 - ("\n" in kept)  # question, answer and quote; a title is one line
    for run in document.element.body.iter(qn("w:r")):
        assert {child.tag for child in run.iter()} - {run.tag} <= WORDS_ONLY
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert b"TargetMode" not in parts.read("word/_rels/document.xml.rels")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=anything)
def test_any_text_makes_a_file_that_opens(text: str) -> None:
    document = opened(to_word(said(text), language="zh", exported_on=TODAY))
    assert document.paragraphs[3].text == normalise(text).strip()
