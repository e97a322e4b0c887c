"""The document reader: what it shows of a document, cited passage, tables and the way between citations."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.web.look import Look
from assistant.web.original.blocks import Block, read_blocks
from assistant.web.original.cited_places import MOST_PLACES, CitedPlace, read_places, read_steps
from assistant.web.original.outline import outline_entries
from assistant.web.original.reader import cited_range, render
from tests.browser.documents import HOSTILE
from tests.vectorstore.guarantees import understood
from vectorstore.types import Document, Head, Mark, Section, SectionKind

TEXT = "一、总则\n第一条 补助由市教育局负责。\n第二条 每天5元。\n"
LOOK = Look(language="zh")


def make_document(text: str = TEXT, *sections: Section) -> Document:
    article = Section(kind=SectionKind.ITEM, label="第一条", title="补助", start=5, end=20)
    top = Section(
        kind=SectionKind.HEADING, label="一、", title="总则", start=0, end=len(text), children=(article,)
    )
    head = Head(title="补助办法", issuer="市政府")
    return Document(id="d1", source="a.txt", text=text, digest="", head=head, sections=sections or (top,))


def section_of(text: str, words: str, title: str, **changes: object) -> Section:
    start = text.index(words)
    made = Section(kind=SectionKind.HEADING, label="", title=title, start=start, end=len(text))
    return replace(made, **changes)  # type: ignore[arg-type]


def shown_text(blocks: list[Block]) -> str:
    return "".join(
        block.gap + "".join(span.text for span in (*block.heading, *block.body)) for block in blocks
    )


def cited_text(blocks: list[Block]) -> str:
    spans = [span for block in blocks for span in (*block.heading, *block.body)]
    return "".join(span.text for span in spans if span.cited)


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestCitedRange:
    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            ("0", "5", (0, 5)),
            ("0", "10", (0, 10)),
            ("0", "11", None),
            ("5", "5", None),
            ("-1", "5", None),
            ("a", "5", None),
            ("", "", None),
            ("1" * 5000, "2" * 5000, None),
            ("²", "5", None),
        ],
    )
    def test_only_a_range_inside_the_text_is_cited(
        self, start: str, end: str, found: tuple[int, int] | None
    ) -> None:
        assert cited_range(start, end, 10) == found


class TestBlocks:
    @pytest.mark.parametrize("cited", [None, (0, 4), (3, 12), (9, 19), (0, len(TEXT))])
    def test_the_blocks_are_the_text_and_the_cited_spans_the_range(
        self, cited: tuple[int, int] | None
    ) -> None:
        blocks = list(read_blocks(make_document(), cited))

        assert shown_text(blocks) == TEXT
        assert squeezed(cited_text(blocks)) == (squeezed(TEXT[slice(*cited)]) if cited else "")

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(
        st.lists(
            st.sampled_from(
                (
                    "一、总则",
                    "（一）范围",
                    "1.任务。",
                    "　　正文。",
                    "第一条 目的。",
                    "一是甲；二是乙。",
                    "",
                    "\t",
                    "附件",
                )
            ),
            max_size=12,
        ),
        st.integers(0, 60),
        st.integers(1, 30),
    )
    def test_of_whatever_text_nothing_is_lost(self, lines: list[str], start: int, length: int) -> None:
        document = understood("\n".join(lines))
        last = min(start + length, len(document.text))
        cited = (start, last) if start < last else None

        blocks = list(read_blocks(document, cited))

        if not any(block.table for block in blocks):
            assert shown_text(blocks) == document.text
            assert squeezed(cited_text(blocks)) == (squeezed(document.text[slice(*cited)]) if cited else "")

    def test_headings_have_levels_and_sections_can_be_jumped_to(self) -> None:
        blocks = list(read_blocks(make_document(), None))

        assert [block.level for block in blocks] == [2, 0, 0, 0]
        assert [block.anchor for block in blocks if block.anchor] == ["s0", "s5"]

    def test_a_heading_ends_before_the_paragraph_behind_it(self) -> None:
        text = "（一）建设图书角。每班不少于100册。\n"
        document = make_document(text, section_of(text, "（一）", "建设图书角", label="（一）"))

        (block, _) = read_blocks(document, (0, 12))

        assert "".join(span.text for span in block.heading) == "（一）建设图书角。"
        assert [(span.text, span.cited) for span in block.body] == [("每班不", True), ("少于100册。", False)]

    def test_a_heading_over_two_lines_is_one(self) -> None:
        text = "云山市学生午餐\n补助办法\n正文。"
        document = make_document(text, section_of(text, "云山市", "云山市学生午餐补助办法"))

        first, second = read_blocks(document, None)

        assert shown_text([first]) == "云山市学生午餐\n补助办法"
        assert (first.level, second.level) == (2, 0)

    def test_what_a_table_of_contents_lists_is_no_heading_and_marks_are_told(self) -> None:
        text = "一、总则\n正文。"
        listed = section_of(text, "一、", "总则", marks=(Mark.OUTLINE_ONLY,))
        contents = section_of(text, "一、", "", kind=SectionKind.OUTLINE, children=(listed,))

        first, _ = read_blocks(make_document(text, contents), None)

        assert first.level == 0
        assert first.marks == (Mark.OUTLINE_ONLY,)

    def test_an_empty_document_has_no_blocks(self) -> None:
        assert list(read_blocks(replace(make_document(), text="", sections=()), None)) == []


def test_the_outline_is_a_tree_open_where_the_passage_stands() -> None:
    document = make_document()

    (top,) = outline_entries(document.sections, (9, 12), "zh")

    assert (top.name, top.here) == ("一、总则", True)
    assert [(entry.name, entry.anchor, entry.here) for entry in top.children] == [("第一条 补助", "s5", True)]


class TestSteps:
    @pytest.mark.parametrize(
        ("written", "places"),
        [
            ("a:0-5", [("a", 0, 5)]),
            ("a:0-5,b_1-x:3-9", [("a", 0, 5), ("b_1-x", 3, 9)]),
            ("a:0-5,a:0-5", [("a", 0, 5)]),
            ("a:5-5,a:6-5,a:-1-5,a:0-5 ,:0-5,a:0,a:²-5,a/b:0-5,<b>:0-5,", []),
            ("", []),
        ],
    )
    def test_only_what_is_a_place_is_read(self, written: str, places: list[tuple[str, int, int]]) -> None:
        assert list(read_places(written)) == places

    def test_there_are_at_most_twenty(self) -> None:
        written = ",".join(f"a:{start}-{start + 1}" for start in range(1000))

        assert len(read_places(written)) == MOST_PLACES

    def test_the_links_lead_on_and_keep_what_the_address_asked_for(self) -> None:
        places = read_places("a:0-5,b:3-9,c:1-2")

        steps = read_steps(places, CitedPlace("b", 3, 9), [("theme", "dark"), ("lang", "en")])

        assert steps
        assert (steps.number, steps.total) == (2, 3)
        tail = "&cites=a:0-5,b:3-9,c:1-2&theme=dark&lang=en#cited"
        assert steps.previous == f"/documents/a?start=0&end=5{tail}"
        assert steps.following == f"/documents/c?start=1&end=2{tail}"

    def test_at_the_ends_and_elsewhere_there_is_no_further_way(self) -> None:
        places = read_places("a:0-5,b:3-9")

        first = read_steps(places, CitedPlace("a", 0, 5), [])
        assert first
        assert not first.previous
        assert read_steps(places, CitedPlace("a", 0, 4), []) is None
        assert read_steps(places[:1], CitedPlace("a", 0, 5), []) is None


class TestPage:
    def test_it_runs_nothing_but_its_own_script(self, client: httpx.Client) -> None:
        document = client.get("/api/documents").json()["documents"][0]

        response = client.get(f"/documents/{document['id']}?start=0&end=5")

        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        page = re.sub(r"<(style|script)>.*?</\1>", "", response.text, flags=re.DOTALL)
        assert "//" not in page

    def test_a_document_of_hostile_text_is_shown_as_text(self) -> None:
        document = make_document(HOSTILE)
        document = replace(document, head=replace(document.head, title=HOSTILE), sections=())

        html = bytes(render(document, "0", "9", LOOK).body).decode()

        body = re.split(r"<main[^>]*>", html)[1].split("</main>")[0]
        assert set(re.findall(r"<(\w+)", body)) <= {"p", "mark"}
        assert unescape(re.sub(r"<[^>]*>", "", body)) == HOSTILE
        assert html.count("<script>") == 1

    def test_badges_stand_beside_the_heading(self) -> None:
        document = make_document()
        (top,) = document.sections
        marked = replace(top, marks=(Mark.TRUNCATED,))

        html = bytes(render(replace(document, sections=(marked,)), "", "", LOOK).body).decode()

        assert '一、总则<small class="badge">原文截断</small></h2>' in html

    def test_it_speaks_the_language_that_the_address_asks_for(self, client: httpx.Client) -> None:
        document = client.get("/api/documents").json()["documents"][0]

        for asked, html_language, word in (
            ("", "zh-CN", "提问"),
            ("en", "en", "Ask a question"),
            ("x", "zh-CN", "提问"),
        ):
            page = client.get(f"/documents/{document['id']}?lang={asked}").text
            assert f'<html lang="{html_language}">' in page
            assert word in page

    def test_only_a_known_theme_is_taken(self, client: httpx.Client) -> None:
        document = client.get("/api/documents").json()["documents"][0]

        assert 'data-theme="dark"' in client.get(f"/documents/{document['id']}?theme=dark").text
        assert '<html lang="zh-CN">' in client.get(f'/documents/{document["id"]}?theme="><b>').text

    def test_no_word_of_the_page_is_missing(self, client: httpx.Client) -> None:
        document = client.get("/api/documents").json()["documents"][0]

        for path in (f"/documents/{document['id']}?start=0&end=5", "/documents", "/documents/nothing"):
            assert "built-in" not in client.get(path).text

    def test_a_draft_says_that_it_is_one(self, client: httpx.Client) -> None:
        listed = client.get("/api/documents").json()["documents"]
        draft = next(each for each in listed if each["status"] == "draft for comments")

        assert "状态为“征求意见稿”" in client.get(f"/documents/{draft['id']}").text.split("<main")[0]

    def test_a_link_to_a_place_that_is_gone_shows_the_document_and_says_so(
        self, client: httpx.Client
    ) -> None:
        document = client.get("/api/documents").json()["documents"][0]

        page = client.get(f"/documents/{document['id']}?start=999999&end=9999999").text

        assert "链接所指的位置不在这份文件里" in page
        assert 'id="cited"' not in page

    def test_an_unknown_document_is_a_page_that_says_so(self, client: httpx.Client) -> None:
        response = client.get("/documents/nothing?start=0&end=1&cites=nothing:0-1,x:0-1")

        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/html")
        assert "库中没有这份文件" in response.text
        assert "下一条引文" in response.text
