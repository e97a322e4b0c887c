"""Which documents are versions of one rule, which of them counts, and which only look so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.invented import searcher_over
from tests.vectorstore.guarantees import understood
from tests.versions import NEW, OLD, OTHER
from vectorstore.documents.versions import Versions, name_of_rule, voided_by
from vectorstore.types import EVERYWHERE, Document, Head, Status


def made(title: str, year: int = 0, text: str = "", **known: object) -> Document:
    day = date(year, 3, 1) if year else None
    head = replace(Head(title=title, issued_on=day, region="苍梧县"), **known)  # type: ignore[arg-type]
    name = f"{title}{year}{known}{text}"
    return Document(id=name, source=name, text=text or name, digest=name, head=head)


def standing(*documents: Document) -> list[tuple[Status, str]]:
    return [(one.head.status, one.head.superseded_by) for one in Versions(documents).documents]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("关于印发《苍梧县学生资助办法（2025年修订）》的通知", "苍梧县学生资助办法"),
        ("苍梧县2026年义务教育招生工作方案", "苍梧县义务教育招生工作方案"),
        ("苍梧县2025—2026学年度校历", "苍梧县校历"),
        ("苍梧县校车管理暂行办法", "苍梧县校车管理办法"),
        ("苍梧县实施《中华人民共和国教师法》办法", "苍梧县实施中华人民共和国教师法办法"),
        ("苍梧县校舍方案（征求意见稿）", "苍梧县校舍方案"),
    ],
)
def test_the_name_of_a_rule_is_its_title_without_words_of_versions(title: str, name: str) -> None:
    assert name_of_rule(title) == name


def test_the_newer_of_two_stands_for_the_older() -> None:
    new, old = made("校车办法", 2026), made("校车办法（试行）", 2021)
    assert standing(new, old) == [(Status.ISSUED, ""), (Status.SUPERSEDED, "校车办法")]


def test_what_a_document_says_to_be_void_is_repealed_whatever_it_was_called() -> None:
    new = made(
        "校车条例",
        2026,
        "第九条 本条例自发布之日起施行，2019年发布的《校车规定》（苍教发〔2019〕3号）同时废止。",
    )
    old = made("校车规定", 2019, number="苍教发〔2019〕3号")
    assert standing(new, old)[1] == (Status.REPEALED, "校车条例")
    assert standing(new, replace(old, head=replace(old.head, number="苍教发〔2019〕4号")))[1][1] == ""


def test_all_that_one_sentence_names_is_void_and_nothing_beyond() -> None:
    text = "《甲办法》继续有效。自2026年起施行。《乙办法》、《丙〈丁法〉细则》同时废止。"
    assert [title for title, _ in voided_by(text)] == ["乙办法", "丙〈丁法〉细则"]


@pytest.mark.parametrize(
    "pair",
    [
        (made("校车办法", 2026), made("校车办法", 2021, region="青川县")),
        (made("校车办法", 2026, region="", issuer="甲校"), made("校车办法", 2021, region="", issuer="乙校")),
        (made("工作要点", 2026, issuer="教育局"), made("工作要点", 2025, issuer="卫生局")),
        (made("校车办法", 2026, "《校车规定》同时废止。"), made("校车规定", 2021, region="青川县")),
        (made("校车办法", 2026), made("校车办法")),
        (made("校车办法（征求意见稿）", 2026, status=Status.DRAFT), made("校车办法", 2021)),
        (
            made("工作简报第1期", 2026, status=Status.BULLETIN),
            made("工作简报第1期", 2025, status=Status.BULLETIN),
        ),
        (made("校车办法", 2026), made("校车细则", 2021)),
    ],
    ids=[
        "another place",
        "another issuer",
        "another office there",
        "void elsewhere",
        "no date",
        "a draft is the newer",
        "bulletins",
        "another rule",
    ],
)
def test_what_only_looks_like_a_version_replaces_nothing(pair: tuple[Document, Document]) -> None:
    assert all(not replaced for _, replaced in standing(*pair))


def test_a_draft_stays_one_and_knows_what_came_of_it() -> None:
    draft = made("校车办法（征求意见稿）", 2025, status=Status.DRAFT)
    assert standing(made("校车办法", 2026), draft)[1] == (Status.DRAFT, "校车办法")


def test_copies_are_no_versions() -> None:
    one = made("校车办法", 2026)
    assert standing(one, replace(one, id="copy")) == [(Status.ISSUED, "")] * 2


def test_two_that_void_each_other_leave_the_newer() -> None:
    first = made("甲办法", 2024, "《乙办法》同时废止。")
    second = made("乙办法", 2026, "《甲办法》同时废止。")
    assert standing(first, second) == [(Status.REPEALED, "乙办法"), (Status.ISSUED, "")]


def test_what_the_catalog_says_stays() -> None:
    old = made("校车办法", 2021, status=Status.REPEALED, superseded_by="校舍办法")
    assert standing(made("校车办法", 2026), old)[1] == (Status.REPEALED, "校舍办法")


def test_of_three_the_newest_stands_for_both_others() -> None:
    documents = [made("校车办法", year) for year in (2019, 2026, 2022)]
    versions = Versions(documents)
    ids = [document.id for document in documents]
    assert versions.of(ids[0]) == (ids[1], ids[2], ids[0])
    assert {versions.newest(one) for one in ids} == {ids[1]}
    assert versions.is_meant(ids[0], frozenset({2019}))
    assert not versions.is_meant(ids[0], frozenset({2022}))
    assert versions.is_meant(ids[1], frozenset())


@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.integers(2019, 2023), st.booleans()), max_size=8))
def test_whatever_there_is_each_document_stays_and_nothing_goes_in_circles(
    several: list[tuple[str, int, bool]],
) -> None:
    documents = [
        made(f"{name}校校车办法", year, f"{number}《{'乙' if voids else '甲'}校校车办法》同时废止。")
        for number, (name, year, voids) in enumerate(several)
    ]
    versions = Versions(documents)
    assert [one.id for one in versions.documents] == [one.id for one in documents]
    for document in documents:
        assert document.id in versions.of(document.id)
        newest = versions.newest(document.id)
        assert versions.newest(newest) == newest


def test_search_puts_the_newest_first_and_the_older_where_its_year_is_named(tmp_path: Path) -> None:
    documents = {"a.txt": OLD, "b.txt": NEW, "c.txt": OTHER}
    with searcher_over(tmp_path, documents) as searcher:
        best = {
            question: searcher.search(question, scope=EVERYWHERE, limit=4)[0].source
            for question in ("苍梧县小学生资助标准是多少", "苍梧县2025年小学生资助标准是多少")
        }
        statuses = {document.source: document.head.status for document in searcher.holdings.documents}
    assert list(best.values()) == ["b.txt", "a.txt"]
    assert statuses == {"a.txt": Status.REPEALED, "b.txt": Status.ISSUED, "c.txt": Status.ISSUED}


def test_a_real_text_is_read_to_its_version() -> None:
    new, old = understood(NEW, "new.txt"), understood(OLD, "old.txt")
    assert Versions((old, new)).newest(old.id) == new.id
