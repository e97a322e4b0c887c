"""report.html: one page, complete, escaped, asking nothing of the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.errors import NoReply
from eval.judging.metrics import make_metrics
from eval.judging.replies import Reply
from eval.outcomes.summary import Summary, summarise
from eval.questions.cases import Case, HistoryTurn
from eval.questions.splits import Split, split_of
from eval.reports.page import render
from eval.reports.svg import Bar, bars, histogram
from tests.eval.examples import CASES, TEXTS, failing, make_case, make_reply, perfect_reply, run
from vectorstore.errors import Language, Message

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
SETTINGS = {"started": "2024-03-08", "version": "1", "commit": None, "server": None, "note": HOSTILE}


def summary(*, planned: int | None = None) -> Summary:
    hostile = make_case(
        id="000-009",
        question=HOSTILE,
        facts=((HOSTILE,),),
        must_not=(HOSTILE + "!",),
        history=(HistoryTurn(role="user", content=HOSTILE),),
    )

    def ask(case: Case) -> Reply:
        if case.id == "000-002":
            raise NoReply("HTTP 500 " + HOSTILE, Message("坏了", HOSTILE))
        answer = make_reply(HOSTILE + "[1]", quotes=(HOSTILE,), file=HOSTILE)
        return answer if case is hostile else perfect_reply(case)

    results = run(ask, (*CASES, hostile))
    return summarise(results, make_metrics(TEXTS), Path("results/one"), planned)


class Tags(HTMLParser):
    """Every start tag with its attributes, and the nesting of those that must be closed."""

    VOID = frozenset({"meta", "input", "br", "img", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    return parser.found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_cases_and_replies_say_is_text_on_the_page(language: Language) -> None:
    page = render(summary(), SETTINGS, language)
    found = tags(page)
    assert [name for name, _ in found if name in ("script", "img")] == ["script"]
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;alert(1)" in page
    assert ("未通过的题" in page) is (language == "zh")


def test_the_page_asks_nothing_of_any_network() -> None:
    page = render(summary(), SETTINGS, "zh")
    outside = {"src", "href", "action", "srcset", "data"}
    assert not [name for _, attributes in tags(page) for name in attributes if name in outside]
    assert not re.search(r"https?:|url\(|@import|fetch\(", page)


def test_every_failure_is_there_with_what_was_wanted_and_what_came_back() -> None:
    page = render(summary(), SETTINGS, "en")
    articles = [attributes for name, attributes in tags(page) if name == "article"]
    assert [(one["data-kind"], one["data-failed"]) for one in articles] == [
        ("number", " error "),
        ("fact", " cited_all attribution verbatim wrong "),
    ]
    assert [one["data-split"] for one in articles] == [split_of("000-002").value, split_of("000-009").value]
    for shown in ("a.txt: 甲县建设学校十二所", "HTTP 500", "@1", "right source"):
        assert shown in page


def test_failures_of_the_report_half_are_hidden_until_they_are_asked_for() -> None:
    page = render(summary(), SETTINGS, "en")
    articles = [attributes for name, attributes in tags(page) if name == "article"]
    assert {one["data-split"]: "hidden" in one for one in articles} == {
        split: split == Split.REPORT for split in {one["data-split"] for one in articles}
    }


def test_a_run_without_replies_or_not_complete_has_a_page_too() -> None:
    page = render(summary(planned=9), SETTINGS, "en")
    assert "not complete" in page
    failed = run(failing(NoReply("time-out", Message("太久", "too long"))))
    page = render(summarise(failed, make_metrics(TEXTS), Path("one")), SETTINGS, "zh")
    assert "3 × time-out" in page


def test_plots_escape_their_words_and_stay_within_their_bounds() -> None:
    plot = bars(HOSTILE, [Bar(label=HOSTILE, share=1.0, interval=None, of=3)])
    assert "<script" not in plot
    assert histogram("空", [], "s").count("<rect") == histogram("满", [0.1, 2.0], "s").count("<rect")
