"""Search over the library of the seed documents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fakes import HashedEmbedder
from vectorstore.generations import open_current
from vectorstore.ingest import ingest
from vectorstore.intake import SourceFile
from vectorstore.numbered import numbers_of
from vectorstore.search import Searcher
from vectorstore.types import Scope, SectionKind
from vectorstore.understand import understand

EVERYWHERE = Scope()


def test_the_row_that_a_question_means_is_first(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("聊城乡村学校饮水改善工程谁牵头", scope=EVERYWHERE, limit=5)
    assert found[0].chunk.path[-1] == "10 乡村学校饮水改善工程"
    assert [passage.rank for passage in found] == [1, 2, 3, 4, 5]


def test_a_named_place_narrows_the_search_to_its_document(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("扬州的心理健康教师", scope=EVERYWHERE, limit=10)
    assert {passage.head.region for passage in found} == {"江苏省扬州市"}


def test_of_a_compilation_only_the_named_part_is_found(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("荣成的校外培训监管", scope=EVERYWHERE, limit=10)
    assert {passage.chunk.part for passage in found} == {2}


def test_places_of_a_comparison_take_turns(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("扬州和荣成的家庭教育各怎么做", scope=EVERYWHERE, limit=4)
    assert [passage.head.region[-3:] for passage in found] == ["扬州市", "荣成市", "扬州市", "荣成市"]


def test_a_comparison_of_many_gets_enough_for_each(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("扬州和荣成的家庭教育各怎么做", scope=EVERYWHERE, limit=4, each=5)
    assert len(found) == 10


def test_an_item_given_by_number_comes_first(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("市教育局2024年工作要点第25条讲什么", scope=EVERYWHERE, limit=3)
    assert 25 in numbers_of(found[0].chunk)


@pytest.mark.parametrize("typed", ["普慧性幼儿圆覆盖律", "普惠性幼兒園覆蓋率", "普惠性幼儿园覆盖率"])
def test_typing_errors_and_traditional_characters_find_the_same(seed_searcher: Searcher, typed: str) -> None:
    found = seed_searcher.search(f"河北市教育局{typed}", scope=EVERYWHERE, limit=5)
    assert any("普惠性幼儿园覆盖率达到89%" in passage.chunk.text for passage in found)


def test_filters_hold_whatever_the_question_names(seed_searcher: Searcher) -> None:
    yangzhou = next(d.id for d in seed_searcher.documents if d.head.region == "江苏省扬州市")
    found = seed_searcher.search("心理健康", scope=Scope(documents=(yangzhou,)), limit=10)
    assert {passage.chunk.document_id for passage in found} == {yangzhou}
    assert seed_searcher.search("聊城心理健康", scope=Scope(documents=(yangzhou,)), limit=10) == ()
    found = seed_searcher.search("心理健康", scope=Scope(regions=("河北",)), limit=10)
    assert {passage.head.region for passage in found} == {"河北省"}


def test_bare_headings_are_never_found(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("加强特殊群体关爱提升乡村教育温度", scope=EVERYWHERE, limit=20)
    assert all(passage.chunk.kind is not SectionKind.HEADING for passage in found)


def test_the_sentences_of_a_passage_are_slices_with_their_nearness(seed_searcher: Searcher) -> None:
    passage = seed_searcher.search("聊城走教教师的补助", scope=EVERYWHERE, limit=1)[0]
    document = seed_searcher.document(passage.chunk.document_id)
    assert document is not None
    assert passage.matches
    for match in passage.matches:
        assert document.text[match.start : match.end].strip() == document.text[match.start : match.end]
        assert -1 <= match.similarity <= 1


@pytest.mark.parametrize("question", ["", " ", "？？？", "😀", 'AND OR "" *:*', "的", "a" * 10_000, "\x00"])
def test_odd_questions_find_something_or_nothing_but_never_fail(
    seed_searcher: Searcher, question: str
) -> None:
    assert len(seed_searcher.search(question, scope=EVERYWHERE, limit=5)) <= 5


def test_spoken_words_find_what_stands_there_in_official_ones(seed_searcher: Searcher) -> None:
    found = seed_searcher.search("聊城住校的娃夜里谁管", scope=EVERYWHERE, limit=10)
    assert any("宿管" in passage.chunk.text for passage in found)


def test_all_rows_that_a_question_for_rows_means_come_first(seed_searcher: Searcher) -> None:
    question = "聊城重点项目清单里，由教师工作科单独负责的项目有哪些？"
    selection = seed_searcher.select_rows(question, seed_searcher.read_mentions(question))
    assert selection is not None
    found = seed_searcher.search(question, scope=EVERYWHERE, limit=20)
    rows = [row.id for row in selection.rows]
    assert len(rows) > 5
    assert [passage.chunk.id for passage in found][: len(rows)] == rows
    elsewhere = Scope(regions=("江苏",))
    assert not {
        passage.chunk.id for passage in seed_searcher.search(question, scope=elsewhere, limit=20)
    } & set(rows)


def test_an_english_question_is_glossed_with_the_names_of_the_library(seed_searcher: Searcher) -> None:
    assert "浮梁县" in seed_searcher.gloss("Who visited Fuliang County in January?")
    assert seed_searcher.gloss("谁去了浮梁县？") == ""


def test_fifty_questions_at_once_find_what_they_find_one_by_one(seed_searcher: Searcher) -> None:
    questions = [f"聊城重点项目清单第{number}项讲什么" for number in range(25)]
    questions += [f"{place}的教师怎么办" for place in ("扬州", "荣成", "聊城", "河北", "大兴安岭") * 5]

    def found(question: str) -> list[str]:
        return [p.chunk.id for p in seed_searcher.search(question, scope=EVERYWHERE, limit=5)]

    one_by_one = [found(question) for question in questions]
    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(found, questions)) == one_by_one


@pytest.mark.parametrize("texts", [[], ["甲县教育局要求每所小学配一名心理教师。"]], ids=["none", "one"])
def test_a_library_of_no_document_or_of_one(tmp_path: Path, texts: list[str]) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    embedder = HashedEmbedder()
    sources = [SourceFile(path=file, source=file.name) for file in files]
    ingest(
        sources,
        data_dir=tmp_path / "data",
        embedder=embedder,
        understand=lambda file: understand(file.path, file.source, None),
    )
    with open_current(tmp_path / "data", embedder.model) as generation:
        searcher = Searcher(generation, embedder)
        for question in ["心理教师", "甲县有哪些项目", "第3条", "文号是什么", "有哪些县", "😀", "x" * 10_000]:
            assert len(searcher.search(question, scope=EVERYWHERE, limit=5, each=3)) <= len(texts)


def test_kinds_and_years_narrow_the_scope(seed_searcher: Searcher) -> None:
    heads = [d.head_of(part) for d in seed_searcher.documents for part in range(len(d.parts) + 1)]
    kind = next(head.kind for head in heads if head.kind)
    year = max(year for head in heads for year in head.years)
    for scope in (Scope(kinds=(kind,)), Scope(years=(year,)), Scope(kinds=(kind,), years=(year,))):
        found = seed_searcher.search("心理健康", scope=scope, limit=20)
        assert all(not scope.kinds or passage.head.kind == kind for passage in found)
        assert all(not scope.years or year in passage.head.years for passage in found)
    assert seed_searcher.search("心理健康", scope=Scope(years=(1990,)), limit=20) == ()


def test_a_question_is_about_what_is_in_its_scope(seed_searcher: Searcher) -> None:
    yangzhou = next(d.id for d in seed_searcher.documents if "扬州" in d.text and "简报" in d.head.title)
    scope = Scope(documents=(yangzhou,))
    assert {t.document_id for t in seed_searcher.read_mentions("心理健康", scope).targets} == {yangzhou}
    outside = seed_searcher.read_mentions("聊城的心理健康", scope)
    assert outside.groups == ()
    assert outside.uncollected == ("聊城",)
    both = seed_searcher.read_mentions("聊城和扬州的心理健康", scope)
    assert {t.document_id for t in both.targets} == {yangzhou}
