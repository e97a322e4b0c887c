"""The chat page and its HTML: what people see, and that nothing else gets in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from assistant.errors import BadQuestion, SettingsInvalid
from assistant.examples import questions_from_headings, written_questions
from assistant.types import (
    Answer,
    AnswerEvent,
    Citation,
    Nearest,
    Outcome,
    Question,
    Reason,
    Refusal,
    TextDelta,
    Turn,
)
from assistant.web.page import Conversation, reply
from assistant.web.page_head import own_head
from assistant.web.page_html import answer_html, as_text, draft_html, question_html
from vectorstore.errors import Message
from vectorstore.types import Chunk, Document, Head, Passage, Section, SectionKind, Status

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![](http://127.0.0.1:9/a.png) "
    "[a](javascript:alert(1)) http://evil.example www.evil.example a@b.cn **b** `c` $x$ | a |\n"
    "# d\n\n1. e\n- f\n&lt; {{g}} ${h} \\* [1]: http://i"
)
TEXT = "一、总则\n第一条 补助由市教育局负责。\n第二条 每天5元。\n"


def make_document(text: str = TEXT, status: Status = Status.ISSUED) -> Document:
    article = Section(kind=SectionKind.ITEM, label="第一条", title="补助", start=5, end=20)
    top = Section(
        kind=SectionKind.HEADING, label="一、", title="总则", start=0, end=len(text), children=(article,)
    )
    head = Head(title="补助办法", issuer="市政府", status=status)
    return Document(id="d1", source="a.txt", text=text, digest="", head=head, sections=(top,))


def make_citation(quote: str = "补助由市教育局负责。", path: tuple[str, ...] = ("一、总则",)) -> Citation:
    document = make_document()
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
    passage = Passage(rank=1, chunk=chunk, source="a.txt", head=document.head)
    return Citation(label=1, quote=quote, start=9, end=9 + len(quote), passage=passage)


def make_answer(text: str, **changes: object) -> Answer:
    answer = Answer(text=text, outcome=Outcome.GROUNDED, question="问", citations=(make_citation(),))
    return replace(answer, **changes)  # type: ignore[arg-type]


def shown_text(html: str) -> str:
    """What a browser shows of it."""
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n")))


class TestHtml:
    def test_any_text_is_shown_as_it_is_written_and_holds_no_markup(self) -> None:
        html = as_text(HOSTILE)

        assert shown_text(html) == HOSTILE
        assert not set(html.replace("<br>", "")) & set("<>!\"'()*[]\\`{}|~$@:/.")

    def test_hostile_text_gives_no_tag_wherever_it_stands(self) -> None:
        citation = make_citation(HOSTILE, path=(HOSTILE,))
        hostile_head = replace(citation.passage.head, title=HOSTILE, issuer=HOSTILE, number=HOSTILE)
        citation = replace(citation, passage=replace(citation.passage, head=hostile_head))
        refusal = Refusal(
            reason=Reason.NOT_FOUND, nearest=(Nearest(title=HOSTILE, path=(HOSTILE,), url='"/><script>'),)
        )
        answer = make_answer(
            HOSTILE, citations=(citation,), notices=(HOSTILE,), question=HOSTILE, refusal=refusal
        )

        for html in (answer_html(answer, "问", "zh"), draft_html(HOSTILE), question_html(HOSTILE)):
            assert set(re.findall(r"<(/?\w+)", html)) <= {
                f"{slash}{tag}"
                for slash in ("", "/")
                for tag in ("p", "a", "br", "div", "ul", "li", "blockquote")
            }
            assert "\n" not in html
            assert "http" not in "".join(re.findall(r'href="([^"]*)"', html))

    def test_a_mark_opens_the_passage_that_it_stands_for(self) -> None:
        html = answer_html(make_answer("由市教育局负责[1]。"), "问", "zh")

        assert (
            '<a href="/documents/d1?start=9&amp;end=19" target="_blank" rel="noopener">&#91;1&#93;</a>。'
            in html
        )

    def test_a_mark_without_a_citation_stays_text(self) -> None:
        html = answer_html(make_answer("负责[2]。"), "问", "zh")

        assert "负责&#91;2&#93;。" in html

    def test_sources_have_title_issuer_status_path_and_quote(self) -> None:
        text = shown_text(answer_html(make_answer("负责[1]。"), "问", "zh"))

        for shown in ("出处", "[1] 《补助办法》", "市政府", "已印发", "一、总则", "补助由市教育局负责。"):
            assert shown in text

    def test_notices_and_a_rewritten_question_are_told_and_an_unchanged_one_is_not(self) -> None:
        answer = make_answer("答", notices=("该文件为征求意见稿。",), question="补助由谁负责？")

        assert "该文件为征求意见稿。" in shown_text(answer_html(answer, "由谁？", "zh"))
        assert "按此检索：补助由谁负责？" in shown_text(answer_html(answer, "由谁？", "zh"))
        assert "按此检索" not in shown_text(answer_html(answer, "补助由谁负责？", "zh"))

    def test_a_refusal_links_the_nearest_sections(self) -> None:
        near = Nearest(title="补助办法", path=("一、总则",), url="/documents/d1?start=0&end=5")
        answer = make_answer(
            "没有找到。", citations=(), refusal=Refusal(reason=Reason.NOT_FOUND, nearest=(near,))
        )

        html = answer_html(answer, "问", "en")

        assert 'href="/documents/d1?start=0&amp;end=5"' in html
        assert "Close to it" in html

    def test_a_shared_link_introduces_us_and_names_no_other_host(self) -> None:
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


class Scripted:
    """An assistant that plays a list of events, the last of which may be an error."""

    def __init__(self, *events: AnswerEvent | Exception) -> None:
        self.events = events
        self.asked: list[Question] = []

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        self.asked.append(question)
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


def last_shown(assistant: Scripted) -> str:
    *_, last = reply(assistant, "问", Conversation(), "zh")  # type: ignore[arg-type]
    return last.shown[-1][1]


class TestReply:
    def test_a_known_error_is_shown_as_a_reply_with_its_hint(self) -> None:
        error = BadQuestion(Message("问题太长。", "Too long."), Message("请缩短。", "Shorten it."))

        assert shown_text(last_shown(Scripted(error))) == "问题太长。请缩短。"

    def test_an_unforeseen_error_is_shown_without_its_cause_and_logged_with_it(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        html = last_shown(Scripted(TextDelta(text="一半"), RuntimeError("secret")))

        assert "回答时出错" in html
        assert "secret" not in html
        assert "secret" in caplog.text

    def test_a_failed_question_stays_in_view_and_out_of_the_history(self) -> None:
        *_, last = reply(Scripted(RuntimeError()), "问", Conversation(), "zh")  # type: ignore[arg-type]

        assert [role for role, _ in last.shown] == ["user", "assistant"]
        assert last.turns == ()

    def test_earlier_turns_go_along_as_data(self) -> None:
        assistant = Scripted()
        before = Conversation(turns=(Turn(role="user", content="甲"), Turn(role="assistant", content="乙")))

        list(reply(assistant, "丙", before, "zh"))  # type: ignore[arg-type]

        assert assistant.asked == [Question(text="丙", history=before.turns)]


def test_a_stopped_answer_stays_in_view_and_is_told_to_be_unfinished() -> None:
    stream = reply(Scripted(TextDelta(text="一半")), "问", Conversation(), "zh")  # type: ignore[arg-type]
    *_, draft = stream

    stopped = draft.extend("<p>没有写完</p>")

    assert [role for role, _ in stopped.shown] == ["user", "assistant"]
    assert shown_text(stopped.shown[-1][1]) == "一半没有写完"
    assert stopped.turns == ()


class Visitor:
    """A browser tab, as far as the page's protocol goes."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.session = uuid4().hex
        config = client.get("/config").json()
        self.submit = next(
            each["id"]
            for each in config["dependencies"]
            if any(event == "submit" for _, event in each["targets"])
        )

    def ask(self, text: str) -> list[list[dict[str, Any]]]:
        """All states of the chat while ``text`` is answered."""
        body = {"data": [text, None], "fn_index": self.submit, "session_hash": self.session}
        self.client.post("/gradio_api/queue/join", json=body).raise_for_status()
        states = []
        with self.client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": self.session}
        ) as lines:
            for line in lines.iter_lines():
                if line.startswith("data:"):
                    event = json.loads(line.removeprefix("data:"))
                    if event["msg"] in ("process_generating", "process_completed") and event["success"]:
                        states.append(event["output"]["data"][0])
                    if event["msg"] == "process_completed":
                        break
        return states


def words_of(state: object) -> str:
    return shown_text(json.dumps(state, ensure_ascii=False))


class TestPage:
    def test_the_page_asks_no_other_host_for_anything(self, client: httpx.Client) -> None:
        for path in ("/", "/theme.css", "/config"):
            text = client.get(path).text
            hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"127.0.0.1", "www.w3.org"}
            assert not hosts, (path, hosts)
        policy = client.get("/").headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "unsafe-eval" not in policy

    def test_the_page_is_in_the_language_of_its_readers(self, client: httpx.Client) -> None:
        page = client.get("/").text

        assert '<html lang="zh-CN"' in page
        assert "政策助手" in page

    def test_an_answer_is_streamed_and_ends_with_its_sources(self, client: httpx.Client) -> None:
        states = Visitor(client).ask("午餐补助由哪个部门负责？")

        assert "正在检索" in words_of(states[0])
        assert len(states) >= 3
        assert "/documents/" in json.dumps(states)
        assert "教育局" in json.dumps(states, ensure_ascii=False)

    def test_people_at_the_same_time_never_see_each_other(self, client: httpx.Client) -> None:
        visitors = [Visitor(client) for _ in range(6)]
        questions = ["午餐补助由哪个部门负责？", "图书角不少于多少册？"] * 3

        with ThreadPoolExecutor(6) as pool:
            states = list(pool.map(Visitor.ask, visitors, questions))

        for question, shown in zip(questions, states, strict=True):
            other = "图书角" if "午餐" in question else "午餐补助由"
            assert other not in words_of(shown)

    @pytest.mark.parametrize(
        "path",
        [
            "/gradio_api/upload",
            "/gradio_api/file=/etc/passwd",
            "/gradio_api/file=http://127.0.0.1/",
            "/gradio_api/proxy=http://127.0.0.1/",
            "/gradio_api/runs",
            "/gradio_api/component_server",
            "/gradio_api/vibe-edit",
            "/monitoring",
            "/svelte/x",
            "/login",
        ],
    )
    def test_what_the_page_does_not_need_of_gradio_is_closed(self, client: httpx.Client, path: str) -> None:
        for method in ("GET", "POST"):
            assert client.request(method, path).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/static/../../../etc/passwd", "/assets/..%2f..%2froutes.py", "/static/%2e%2e/x"]
    )
    def test_no_file_outside_the_page_s_own_is_served(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).status_code in (403, 404)


def test_without_written_examples_they_come_from_headings_that_have_a_text() -> None:
    document = make_document()
    bare = Section(kind=SectionKind.ITEM, label="1.", title="只有标题", start=0, end=4)
    full = Section(kind=SectionKind.ITEM, label="2.", title="午餐补助标准", start=0, end=60)

    assert questions_from_headings([replace(document, sections=(bare,))], "zh") == ()
    (question,) = questions_from_headings([replace(document, sections=(bare, full))], "zh")
    assert "午餐补助标准" in question
    assert "补助办法" in question


def test_written_examples_are_read_and_a_broken_file_is_told(tmp_path: Path) -> None:
    assert written_questions(tmp_path) == ()
    (tmp_path / "questions.toml").write_text('questions = ["甲？", "乙？"]', encoding="utf-8")
    assert written_questions(tmp_path) == ("甲？", "乙？")
    for broken in ("questions = [", "questions = 5", "other = []"):
        (tmp_path / "questions.toml").write_text(broken, encoding="utf-8")
        with pytest.raises(SettingsInvalid, match="questions"):
            written_questions(tmp_path)
