"""The list of documents: what is found in it, in which order, and that it bears any library and address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import httpx
import pytest

from assistant.web.look import Look
from assistant.web.original.browse import render
from assistant.web.original.listing import (
    ON_A_PAGE,
    Wish,
    dates_of,
    find_documents,
    part_anchors,
    read_wish,
    regions_of,
    years_of,
)
from vectorstore.types import Document, Head, Section, SectionKind, Status

LOOK = Look(language="zh")


def make_document(title: str, **known: object) -> Document:
    head = replace(Head(title=title), **known)  # type: ignore[arg-type]
    return Document(id=title, source=f"{title}.txt", text=title, digest="", head=head)


LUNCH = make_document(
    "午餐补助办法",
    number="云教发〔2024〕5号",
    issuer="云山市教育局",
    region="浙江省云山市",
    issued_on=date(2024, 3, 8),
)
READING = make_document(
    "阅读方案", kind="方案", region="山东省", issued_on=date(2025, 1, 2), status=Status.DRAFT
)
UNDATED = make_document("安全通知")
LIBRARY = (LUNCH, READING, UNDATED)


def titles(wish: Wish) -> list[str]:
    return [document.head.title for document in find_documents(LIBRARY, wish)]


def page_of(documents: list[Document], wish: Wish = Wish(), page: int = 1) -> str:  # noqa: B008  # is frozen
    return bytes(render(documents, wish, page, LOOK).body).decode()


@pytest.mark.parametrize(
    "words", ["午餐", "云教发〔2024〕5号", "云山市教育局", "浙江", "午餐 云山", "午餐補助"]
)
def test_words_are_found_in_title_number_issuer_and_region(words: str) -> None:
    assert titles(Wish(words=words)) == ["午餐补助办法"]


def test_all_words_must_be_found() -> None:
    assert titles(Wish(words="午餐 山东")) == []


def test_filters_leave_what_has_all_of_them() -> None:
    assert titles(Wish(status="draft for comments")) == ["阅读方案"]
    assert titles(Wish(kind="方案")) == ["阅读方案"]
    assert titles(Wish(region="浙江省")) == ["午餐补助办法"]
    assert titles(Wish(year="2025")) == ["阅读方案"]
    assert titles(Wish(year="2025", region="浙江省")) == []


def test_the_newest_come_first_and_titles_are_in_the_order_of_pinyin() -> None:
    assert titles(Wish()) == ["阅读方案", "午餐补助办法", "安全通知"]
    assert titles(Wish(sort="title")) == ["安全通知", "午餐补助办法", "阅读方案"]


def test_what_an_address_says_is_taken_only_where_it_can_be() -> None:
    assert read_wish(" a ", "draft for comments", "办法", "浙江省", "2024", "title") == Wish(
        words="a", status="draft for comments", kind="办法", region="浙江省", year="2024", sort="title"
    )
    assert read_wish("", "<b>", "", "", "²024", "x") == Wish()
    assert len(read_wish("长" * 9999, "", "", "", "", "").words) == 100


def test_the_choices_are_those_of_the_library() -> None:
    assert regions_of(LIBRARY) == ["山东省", "浙江省", "浙江省云山市"]
    assert years_of(LIBRARY) == ["2025", "2024"]
    assert dates_of(LIBRARY) == ("2024-03-08", "2025-01-02")
    assert dates_of([UNDATED]) is None


def test_a_compilation_is_found_by_one_of_its_parts_and_links_them() -> None:
    text = "要点汇编"
    outline = Section(kind=SectionKind.OUTLINE, label="", title="甲", start=0, end=1, part=1)
    body = Section(kind=SectionKind.PART, label="", title="甲", start=2, end=3, part=1)
    only_outlined = Section(kind=SectionKind.OUTLINE, label="", title="乙", start=1, end=2, part=2)
    parts = (Head(title="甲县要点", region="甲县"), Head(title="乙县要点", region="乙县"))
    compilation = replace(make_document(text), parts=parts, sections=(outline, only_outlined, body))

    assert find_documents([compilation], Wish(words="乙县")) == [compilation]
    assert find_documents([compilation], Wish(words="甲县 乙县")) == []
    assert part_anchors(compilation) == {1: "s2", 2: "s1"}
    page = page_of([compilation])
    assert "汇编，含 2 份文件" in page
    assert '#s2" lang="zh-CN">甲县要点</a>' in page


def test_a_large_library_is_shown_a_page_at_a_time() -> None:
    library = [make_document(f"通知{number}") for number in range(2 * ON_A_PAGE + 1)]

    wish = Wish(words="通知", sort="title")
    pages = [page_of(library, wish, number) for number in (1, 2, 3)]

    assert [page.count("<h2>") for page in pages] == [ON_A_PAGE, ON_A_PAGE, 1]
    assert 'rel="prev"' not in pages[0]
    assert "&amp;sort=title&amp;page=3" in pages[1]
    assert 'rel="next"' not in pages[2]
    assert page_of(library, wish, 9999) == pages[2]


def test_an_empty_library_and_a_search_without_result_say_so() -> None:
    assert "库里还没有文件。" in page_of([])
    assert "没有找到符合条件的文件" in page_of(list(LIBRARY), Wish(words="没有的词"))


def test_titles_of_hostile_text_are_shown_as_text() -> None:
    assert "<script>alert" not in page_of([make_document("<script>alert(1)</script>")])


def test_the_list_is_served_and_bears_any_address(client: httpx.Client) -> None:
    for query in (
        "",
        "?q=午餐&page=2",
        "?page=-1",
        "?page=²",
        f"?q={'长' * 3000}",
        "?status=x&year=x&region=x",
    ):
        response = client.get(f"/documents{query}")
        assert response.status_code == 200
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "云山市学生午餐补助办法" in client.get("/documents?q=午餐").text
    assert "共 2 份文件" in client.get("/documents").text
    assert "2 documents" in client.get("/documents?lang=en").text


def test_other_methods_are_told_which_one_is_right(client: httpx.Client) -> None:
    response = client.post("/documents")

    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
