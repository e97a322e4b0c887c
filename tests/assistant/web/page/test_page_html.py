"""What the chat shows: every word as text, marks and sources as links, buttons for what can be done."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

from assistant.history.types import ConversationSummary
from assistant.saying.answer_json import to_json
from assistant.types import Answer, Citation, Nearest, Outcome, Reason, Refusal
from assistant.web.page.head import own_head
from assistant.web.page.html import (
    answer_html,
    as_text,
    draft_html,
    failure_html,
    intro_html,
    question_html,
    stage_html,
    stopped_html,
)
from assistant.web.page.shelf import hint_html, shelf_html
from assistant.web.page.talk import Entry, Talk
from tests.fakes import HOSTILE, NOON
from vectorstore.types import Chunk, Head, Passage, SectionKind, Status

ATTRIBUTES = {"class", "href", "title", "type", "target", "rel", "role", "id", "open"}
TAGS = {
    "p",
    "mark",
    "a",
    "br",
    "div",
    "ul",
    "li",
    "blockquote",
    "button",
    "details",
    "summary",
    "span",
    "nav",
}


def make_citation(
    quote: str = "补助由市教育局负责。", path: tuple[str, ...] = ("一、总则",), label: int = 1
) -> Citation:
    chunk = Chunk(
        id="d1-0",
        document_id="d1",
        ordinal=0,
        part=0,
        kind=SectionKind.ITEM,
        path=path,
        text=quote,
        start=9,
        end=9 + len(quote),
    )
    head = Head(title="补助办法", issuer="市政府", status=Status.ISSUED)
    passage = Passage(rank=1, chunk=chunk, source="a.txt", head=head)
    return Citation(label=label, quote=quote, start=9, end=9 + len(quote), passage=passage)


def make_answer(text: str, **changes: object) -> Answer:
    answer = Answer(
        text=text, outcome=Outcome.GROUNDED, question="问", citations=(make_citation(),), answer_id="q1"
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def html_of(answer: Answer, asked: str = "问") -> str:
    return answer_html(to_json(answer), asked, "zh")


def attributes(html: str) -> set[tuple[str, str]]:
    """All attributes that a browser finds, with their elements."""
    found: set[tuple[str, str]] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update((tag, name) for name, _ in attrs)

    Reader().feed(html)
    return found


def shown_text(html: str) -> str:
    """What a browser shows of it."""
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n")))


def test_any_text_is_shown_as_it_is_written_and_holds_no_markup() -> None:
    html = as_text(HOSTILE)
    assert shown_text(html) == HOSTILE
    assert not set(html.replace("<br>", "")) & set("<>!\"'()*[]\\`{}|~$@:/.")


def test_hostile_text_gives_no_tag_wherever_it_stands() -> None:
    citation = make_citation(HOSTILE, path=(HOSTILE,))
    head = replace(citation.passage.head, title=HOSTILE, issuer=HOSTILE, number=HOSTILE)
    citation = replace(citation, passage=replace(citation.passage, head=head))
    nearest = Nearest(title=HOSTILE, path=(HOSTILE,), url='"/><script>')
    answer = make_answer(
        f"{HOSTILE}[1]",
        citations=(citation,),
        notices=(HOSTILE,),
        question=HOSTILE,
        refusal=Refusal(reason=Reason.NOT_FOUND, nearest=(nearest,)),
        answer_id=HOSTILE,
    )
    kept = ConversationSummary(id="c1", title=HOSTILE, started_at=NOON, asked_at=NOON, turns=1)
    talk = Talk(id="c1", entries=(Entry(question_id="q", question=HOSTILE, html=""),), editing="q")
    shown = (
        answer_html(to_json(answer), "问", "zh", following=(HOSTILE,), extra=(HOSTILE,)),
        draft_html(HOSTILE, "zh"),
        question_html(HOSTILE, HOSTILE, "zh"),
        stopped_html(HOSTILE, HOSTILE, HOSTILE, "zh"),
        failure_html(HOSTILE, HOSTILE, HOSTILE, "zh"),
        shelf_html([kept], talk, "zh"),
        hint_html(talk, "zh"),
        intro_html(3, "en"),
    )
    for html in shown:
        assert {name.strip("/") for name in re.findall(r"<(/?\w+)", html)} <= TAGS
        assert "\n" not in html
        assert "http" not in "".join(re.findall(r'href="([^"]*)"', html))
        assert {name for _, name in attributes(html)} <= ATTRIBUTES
        assert all(tag in ("button", "a") for tag, name in attributes(html) if name in ("type", "href"))


def test_a_mark_opens_the_passage_that_it_stands_for_and_tells_of_the_others() -> None:
    second = replace(make_citation(label=2), start=30, end=40)
    html = html_of(make_answer("由市教育局负责[1][2]。", citations=(make_citation(), second)))
    links = re.findall(r'<a class="cite" href="([^"]*)" title="《补助办法》 › 一、总则"', html)
    assert links[:2] == [
        "/documents/d1?start=9&amp;end=19&amp;cites=d1:9-19,d1:30-40&amp;lang=zh#cited",
        "/documents/d1?start=30&amp;end=40&amp;cites=d1:9-19,d1:30-40&amp;lang=zh#cited",
    ]
    assert shown_text(html).startswith("由市教育局负责[1][2]。")


def test_a_mark_without_a_citation_stays_text() -> None:
    html = html_of(make_answer("负责[2]。"))
    assert "负责&#91;2&#93;。" in html


def test_lines_with_a_dash_are_a_list_and_the_source_line_is_quiet() -> None:
    html = html_of(make_answer("共两项：\n- 甲[1]\n- 乙\n——《补助办法》"))
    assert html.count("<li>") == 2
    assert '<p class="whose">——《补助办法》</p>' in html


def test_sources_have_title_issuer_status_path_and_quote() -> None:
    text = shown_text(html_of(make_answer("负责[1]。")))
    for shown in ("依据：《补助办法》", "市政府", "[1] 一、总则", "补助由市教育局负责。"):
        assert shown in text


def test_a_document_is_one_folded_line_however_many_passages_are_cited() -> None:
    second = replace(make_citation("另一句。", label=2), start=30, end=34)
    html = html_of(make_answer("由市教育局负责[1][2]。", citations=(make_citation(), second)))
    assert html.count("<details") == 1
    assert "<details open" not in html
    assert "《补助办法》 · 2 处" in shown_text(html)


def test_the_button_that_copies_sources_is_there_where_there_are_any() -> None:
    assert "act-copy_sources" in html_of(make_answer("负责[1]。"))
    assert "act-copy_sources" not in html_of(make_answer("没有找到。", citations=()))


def test_the_words_that_the_answer_took_are_marked_in_the_quote() -> None:
    quote = "饮水改善工程\n\n对不达标的学校进行改造。\n\n市教育体育局\n\n市水利局"
    html = html_of(make_answer("由市教育体育局牵头[1]。", citations=(make_citation(quote),)))
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["市教育体育局"]
    whole = html_of(make_answer("补助由市教育局负责[1]。"))
    assert "<mark>" not in whole


def test_notices_and_a_rewritten_question_are_told_and_an_unchanged_one_is_not() -> None:
    answer = make_answer("答", notices=("该文件为征求意见稿。",), question="补助由谁负责？")
    assert "该文件为征求意见稿。" in shown_text(html_of(answer, "由谁？"))
    assert "问题理解为：补助由谁负责？" in shown_text(html_of(answer, "由谁？"))
    assert "问题理解为" not in shown_text(html_of(answer, "补助由谁负责？"))


def test_words_that_a_question_is_only_searched_with_are_not_told() -> None:
    answer = make_answer("In the documents' own words:", question="Who pays? 补助 负责")
    assert "问题理解为" not in shown_text(html_of(answer, "Who pays?"))


def test_a_refusal_links_the_nearest_sections() -> None:
    near = Nearest(title="补助办法", path=("一、总则",), url="/documents/d1?start=0&end=5")
    refusal = Refusal(reason=Reason.NOT_FOUND, nearest=(near,))
    html = answer_html(to_json(make_answer("没有找到。", citations=(), refusal=refusal)), "问", "en")
    assert 'href="/documents/d1?start=0&amp;end=5"' in html
    assert "Close to it" in html


def test_buttons_say_what_they_do_and_which_answer_they_are_of() -> None:
    html = answer_html(
        to_json(make_answer("答")), "问", "zh", rating="down", following=("《甲》对乙有什么要求？",)
    )
    assert 'class="answer id-q1"' in html
    assert 'class="act act-down on"' in html
    assert 'class="act act-up"' in html
    assert (
        '<button type="button" class="act act-ask" title="《甲》对乙有什么要求？">乙有什么要求？</button>'
        in html
    )


def test_the_stages_show_which_one_is_under_way() -> None:
    assert shown_text(stage_html(1, "zh")) == "检索组织核对"
    assert (
        '<span class="done">检索</span><span class="now">组织</span><span class="later">核对</span>'
        in stage_html(1, "zh")
    )


def test_a_shared_link_introduces_us_and_names_no_other_host() -> None:
    gradio = (
        '<html\n\tlang="en"><head><meta property="og:image"\n content="https://elsewhere.example/a" />'
        '<meta name="twitter:creator" content="@Other" /></head><body></body></html>'
    )
    html = own_head(gradio, "助手", "介绍<", "zh")
    assert html.startswith('<html lang="zh-CN"><head><meta property="og:title" content="助手">')
    assert "介绍&lt;" in html
    assert "elsewhere" not in html
    assert "@Other" not in html
    assert 'lang="en"' in own_head(gradio, "a", "b", "en")
