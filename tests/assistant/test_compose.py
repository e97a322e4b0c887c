"""Which sentences make an answer: how many, of which rows and items, and for which kinds of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.extraction.compose import JOINED, ONE, Measure, choose, state
from assistant.extraction.intent import Kind, holds, read_asks
from assistant.extraction.select import Span
from assistant.extraction.weigh import Matter, weigh
from assistant.library import prepare_library
from assistant.settings import Settings
from assistant.types import Outcome, Question, Reason
from vectorstore.search import Searcher
from vectorstore.types import Passage

NOTHING = Matter({}, 0.0)


def spans(passage: Passage, scores: Sequence[float], *, first: int = 0) -> list[Span]:
    """Sentences of a passage with these scores, one after the other, each of a word of its own."""
    return [
        Span(
            passage=passage,
            start=passage.chunk.start + place,
            end=passage.chunk.start + place + 1,
            text=f"句{place}",
            terms=frozenset({f"词{place}"}),
            share=0.5,
            score=score,
        )
        for place, score in enumerate(scores, start=first)
    ]


def of_kind(searcher: Searcher, *, row: bool) -> Passage:
    return searcher.passage(next(chunk for chunk in searcher.chunks if bool(chunk.cells) is row))


def test_what_is_as_good_as_the_best_is_told_beside_it_and_nothing_else(seed_searcher: Searcher) -> None:
    told = choose(spans(of_kind(seed_searcher, row=False), [5.0, 4.5, 2.0]), NOTHING, ())
    assert [span.score for span in told] == [5.0, 4.5]


@pytest.mark.parametrize(("measure", "scores"), [(ONE, [5.0]), (JOINED, [5.0, 2.8])])
def test_of_things_asked_together_each_has_its_sentence(
    seed_searcher: Searcher, measure: Measure, scores: list[float]
) -> None:
    matter = Matter({"词0": 1.0, "词1": 1.0}, 2.0)
    told = choose(spans(of_kind(seed_searcher, row=False), [5.0, 2.8]), matter, (), measure)
    assert [span.score for span in told] == scores


def test_the_cells_of_a_row_are_one_statement_and_leave_room_for_others(seed_searcher: Searcher) -> None:
    cells = spans(of_kind(seed_searcher, row=True), [5.0, 4.9, 4.8])
    (sentence,) = spans(of_kind(seed_searcher, row=False), [4.5], first=9)
    assert sentence in choose([*cells, sentence], NOTHING, ())


def test_spoken_words_that_the_library_uses_bring_official_ones_that_weigh_less() -> None:
    known = weigh("娃怎么办", "", (), lambda term: 1.0 if term else 2.0).weights
    unknown = weigh("娃怎么办", "", (), lambda _: 1.0).weights
    assert 0 < known["学生"] < unknown["学生"]


@pytest.mark.parametrize(
    ("question", "kind", "text", "held"),
    [
        ("谈了哪两方面？", Kind.LIST, "围绕课程建设和师资培训交流。", True),
        ("谈了哪两方面？", Kind.LIST, "双方交流了意见。", False),
        ("谈了哪三方面？", Kind.LIST, "围绕课程建设和师资培训交流。", False),
        ("这一项的配合部门比上一项多出几家？", Kind.OFFICE, "市教育局牵头，市财政局配合。", True),
        ("Which two city departments take part?", Kind.OFFICE, "市水务局、市卫生局", True),
    ],
)
def test_what_is_asked_for_is_known_where_it_stands(question: str, kind: Kind, text: str, held: bool) -> None:
    (ask,) = read_asks(question)
    assert ask.kind is kind
    assert holds(ask.kind, text, ask.units) is held


def test_each_of_several_items_given_by_number_is_told(settings: Settings) -> None:
    assistant = build_assistant(settings)
    answer = assistant.ask(Question(text="云山市学生午餐补助办法第二条和第四条各怎么规定？"))
    assistant.close()
    assert "市财政局配合" in answer.text
    assert "每学期公示一次" in answer.text


def test_an_empty_cell_is_no_answer_even_beside_a_sentence_of_the_same_matter(
    seed_assistant: Assistant,
) -> None:
    answer = seed_assistant.ask(Question(text="聊城大学生实习支教计划的参与部门是哪个部门？"))
    assert answer.outcome is Outcome.REFUSED
    assert answer.refusal is not None
    assert answer.refusal.reason is Reason.NOT_FOUND


def test_documents_of_one_place_that_say_different_things_are_told_apart_by_date_and_status(
    tmp_path: Path,
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "old.txt").write_text("一、目标\n每所小学图书角不少于100册。\n", encoding="utf-8")
    (seeds / "new.txt").write_text("一、目标\n每所小学图书角不少于150册。\n", encoding="utf-8")
    (seeds / "catalog.toml").write_text(
        """
[[document]]
source = "old.txt"
title = "书香校园办法"
region = "江西省浮梁县"
issued_on = 2021-03-08
[[document]]
source = "new.txt"
title = "阅读提升方案"
region = "江西省浮梁县"
issued_on = 2024-05-06
status = "draft for comments"
""",
        encoding="utf-8",
    )
    settings = Settings(data_dir=tmp_path / "data", seeds_dir=seeds, openai_model=None)
    prepare_library(settings, lambda _: None)
    assistant = build_assistant(settings)
    try:
        text = assistant.ask(Question(text="浮梁县每所小学图书角不少于多少册？")).text
    finally:
        assistant.close()
    assert "《书香校园办法》（江西省浮梁县，2021年3月8日）：每所小学图书角不少于100册" in text
    assert "《阅读提升方案》（江西省浮梁县，2024年5月6日，征求意见稿）：每所小学图书角不少于150册" in text


def test_a_row_that_is_of_another_thing_is_not_told_beside_the_one_that_is_meant(
    seed_searcher: Searcher,
) -> None:
    rows = [seed_searcher.passage(chunk) for chunk in seed_searcher.chunks if chunk.cells][:2]
    best = spans(rows[0], [5.0])
    other = [replace(span, share=0.3) for span in spans(rows[1], [4.9], first=1)]
    assert choose([*best, *other], NOTHING, read_asks("哪年完成")) == best
    assert choose([*best, *other], NOTHING, read_asks("有哪些项目")) == [*best, *other]
    as_much = spans(rows[1], [4.9], first=1)
    assert choose([*best, *as_much], NOTHING, read_asks("哪年完成")) == [*best, *as_much]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("哪所学校有省级绘画基地？", "三中有省级绘画基地。"),
        ("哪些学校有省级基地？", None),
    ],
)
def test_of_a_list_only_the_one_that_is_asked_for_is_told(
    seed_searcher: Searcher, question: str, told: str | None
) -> None:
    text = (
        "在青山一中有省级音乐基地、市级舞蹈基地和县级戏剧基地的带动下，二中有市级书法基地、县级篆刻基地和校级泥塑基地，"
        "三中有省级绘画基地，四中有县级剪纸基地、校级皮影基地。"
    )
    passage = of_kind(seed_searcher, row=False)
    span = Span(
        passage=passage,
        start=passage.chunk.start,
        end=passage.chunk.start + len(text),
        text=text,
        terms=frozenset(),
        share=0.5,
        score=1.0,
    )
    statement = state(span, weigh(question, "", (), seed_searcher.weight), read_asks(question))
    assert statement.text == (told or text)
