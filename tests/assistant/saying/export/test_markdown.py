"""A conversation as Markdown says all that was said, and nothing in it is markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.saying.export.markdown import escaped, to_markdown
from tests.assistant.kept_answers import QUOTE, answered, citation
from tests.assistant.saying.export.conversations import HOSTILE, TODAY, UNFINISHED, conversation, said, turn
from vectorstore.errors import Language
from vectorstore.text import normalise

OURS = {
    "heading_open",
    "heading_close",
    "paragraph_open",
    "paragraph_close",
    "blockquote_open",
    "blockquote_close",
    "inline",
    "hr",
}
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(text: str) -> tuple[list[Token], list[Token]]:
    """The blocks of a Markdown text, and what stands in them."""
    blocks = READER.parse(text)
    return blocks, [child for block in blocks for child in block.children or ()]


def shown(text: str) -> str:
    """What a reader sees of a Markdown text."""
    _, inside = parsed(text)
    return "".join(token.content if token.type == "text" else "\n" for token in inside)


def squeezed(text: str) -> str:
    return "".join(normalise(text).split())


def export(*, language: Language = "zh", base_url: str = "") -> str:
    return to_markdown(conversation(), language=language, exported_on=TODAY, base_url=base_url)


def test_an_exported_conversation_reads_as_a_page() -> None:
    cited = citation(1, pages=(0,)), citation(2, "附件", quote="一、标准\n5元")
    notice = "《云山市学生午餐补助办法》是征求意见稿。"
    text = to_markdown(
        conversation(turn(answer=answered("每人每天补助5元[1][2]。\n——云山市", *cited, notices=(notice,)))),
        language="zh",
        exported_on=TODAY,
        base_url="https://policies.example/",
    )
    assert text == (
        "# 午餐补助\n\n"
        "导出日期：2024-05-06\n\n"
        "## 问题 1\n\n"
        "补助多少？\n\n"
        "**回答**\n\n"
        "每人每天补助5元\\[1\\]\\[2\\]。  \n——云山市\n\n"
        "ⓘ 《云山市学生午餐补助办法》是征求意见稿。\n\n"
        "**出处**\n\n"
        "\\[1\\] 《云山市学生午餐补助办法》 · 云教发〔2024〕5号 · 云山市教育局 · 2024-03-08 · 征求意见稿  \n"
        "第二章 标准 › 第三条 › 第 1 页  \n"
        "[查看原文](<https://policies.example/documents/lunch%201?start=0&end=13>)\n\n"
        f"> {QUOTE}\n\n"
        "\\[2\\] 《云山市学生午餐补助办法》 · 云教发〔2024〕5号 · 云山市教育局 · 2024-03-08 · 征求意见稿  \n"
        "附件  \n"
        "[查看原文](<https://policies.example/documents/lunch%201?start=0&end=7>)\n\n"
        "> 一、标准  \n> 5元\n\n"
        "---\n\n"
        "以上内容由程序依据文件整理，仅供参考，以文件原文为准。\n"
    )


def test_the_words_around_are_in_the_language_that_was_asked_for() -> None:
    text = export(language="en")
    for words in (
        "Exported on 2024-05-06",
        "## Question 1",
        "**Answer**",
        "**Sources**",
        "draft for comments",
    ):
        assert words in text
    assert text.endswith("only the original documents count.\n")
    assert not re.search("问题|出处|征求意见稿", text)


def test_there_is_no_link_without_an_address_to_lead_to() -> None:
    _, without = parsed(export())
    _, with_address = parsed(export(base_url="http://10.0.0.1:7860"))
    assert [token for token in without if token.type == "link_open"] == []
    (link,) = [token for token in with_address if token.type == "link_open"]
    assert link.attrs["href"] == "http://10.0.0.1:7860/documents/lunch%201?start=0&end=13"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "policies.example", "https://a b", "https://a>b"])
def test_what_is_no_web_address_is_no_base(address: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        export(base_url=address)


def test_what_was_not_answered_says_so() -> None:
    text = to_markdown(UNFINISHED, language="zh", exported_on=TODAY)
    assert "每人每天\n\nⓘ （回答中途停止，内容不完整。）" in text
    assert "ⓘ （没有答成。）\n\nⓘ 忙。请再试。" in text
    assert "没答的\n\n**回答**\n\nⓘ （还没有回答。）" in text
    assert "Busy.Try again." not in text
    assert "Try again." in to_markdown(UNFINISHED, language="en", exported_on=TODAY)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_was_said_is_markup(hostile: str) -> None:
    blocks, inside = parsed(to_markdown(said(hostile), language="zh", exported_on=TODAY))
    assert {block.type for block in blocks} <= OURS
    headings = [block for block in blocks if block.type == "heading_open"]
    assert [block.tag for block in headings] == ["h1", "h2"]
    assert [block.type for block in blocks].count("hr") == 1
    assert [block.type for block in blocks].count("blockquote_open") == 1
    assert {token.type for token in inside} <= {
        "text",
        "hardbreak",
        "softbreak",
        "strong_open",
        "strong_close",
    }
    assert [token.type for token in inside].count("strong_open") == 2
    seen = squeezed("".join(token.content for token in inside))
    assert seen.count(squeezed(hostile)) == 7  # title, question, answer, notice, document, path, quote


def test_addresses_are_not_left_for_a_reader_to_find() -> None:
    for address in (
        "https://example.com",
        "www.example.com",
        "a@example.com",
        "教育.com",
        "//localhost",
        "://x",
        "www.1*a*",
    ):
        written = escaped(address)
        assert not re.search(r"(?<!\\)(//|@|://)|www\.|\w\.[a-z]", written), written
        assert shown(written) == address


@given(st.text(st.characters(exclude_categories=()), max_size=60).map(normalise) | st.sampled_from(HOSTILE))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    blocks, inside = parsed("  \n".join(line or "\n" for line in escaped(normalise(text)).split("\n")))
    assert {block.type for block in blocks} <= {"paragraph_open", "paragraph_close", "inline"}
    assert {token.type for token in inside} <= {"text", "hardbreak", "softbreak"}
    assert squeezed("".join(token.content for token in inside)) == squeezed(text)


punctuation = st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~&$^=@:/\"'a1 \n\t中"), max_size=30)


@given(punctuation)
def test_any_heap_of_punctuation_is_shown_as_it_is(text: str) -> None:
    written = to_markdown(said(text), language="zh", exported_on=TODAY)
    blocks, inside = parsed(written)
    assert {block.type for block in blocks} <= OURS
    assert {token.type for token in inside} <= {
        "text",
        "hardbreak",
        "softbreak",
        "strong_open",
        "strong_close",
    }
    assert shown(escaped(text).replace("\n", "")) == "".join(line.strip(" \t") for line in text.split("\n"))
