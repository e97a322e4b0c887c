"""Which sentences and cells are told: the best, what says more beside it, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from assistant.drafting.choose import choose, in_reading_order, is_heading, told
from assistant.reading.learned import load
from assistant.reading.read import Span
from assistant.reading.wanted import Wanted, want
from tests.assistant.drafting.counties import QINGHE
from tests.invented import passages_of, spans_of
from vectorstore.types import Passage

RULES = """青禾县图书角办法

第一条 每个班级设一个图书角。
第二条 图书角的图书不少于100册。
第三条 图书由学校购置，经费由县财政承担。
第四条 图书角每周开放五天。
第五条 图书损坏的照价赔偿。
"""
HEADED = """青禾县图书角方案

一、图书购置

每个图书角的图书不少于100册，由学校统一购置。

二、开放时间

图书角每周开放五天。
"""
TABLE = """学校规模一览

序号

学校

教师人数

教室（间）

1

东关小学

48

24

2

西关小学

31

18

"""
NEAR, FAR = -0.1, -50.0  # behind the best


def spans(passages: Sequence[Passage], scores: Mapping[str, float], otherwise: float = FAR) -> list[Span]:
    """All spans of the passages, best first; those that hold the words have the scores."""
    found = [
        replace(span, score=next((score for word, score in scores.items() if word in span.text), otherwise))
        for span in spans_of(passages)
    ]
    return sorted(found, key=lambda span: -span.score)


def wanted(question: str = "图书角") -> Wanted:
    return want(question, "", lambda _: 1.0, load())


def texts(chosen: Sequence[Span]) -> list[str]:
    return [span.text for span in chosen]


def test_the_best_is_told_alone_where_all_others_are_far_behind() -> None:
    assert texts(choose(spans(passages_of(RULES), {"100册": 0.0}), wanted())) == [
        "第二条 图书角的图书不少于100册。"
    ]


def test_what_is_as_good_is_told_beside_it() -> None:
    found = spans(passages_of(RULES), {"100册": 0.0, "县财政": NEAR})
    assert [text[:3] for text in texts(choose(found, wanted()))] == ["第二条", "第三条"]


def test_there_are_no_more_than_may_be() -> None:
    found = spans(passages_of(RULES), {}, otherwise=0.0)
    assert len(choose(found, wanted())) <= 3
    assert len(choose(found, wanted(), most=2)) == 2
    assert choose([], wanted()) == []


def test_words_of_the_question_that_the_best_lacks_bring_what_stands_further_behind() -> None:
    behind = -3.0  # too far for what adds nothing
    found = spans(passages_of(RULES), {"100册": 0.0, "照价赔偿": behind, "五天": behind})
    said = texts(choose(found, wanted("图书角的图书几册，损坏照价赔偿吗")))
    assert [text[:3] for text in said] == ["第二条", "第五条"]


def test_what_a_copy_says_is_told_once() -> None:
    copy = QINGHE.replace("〔2024〕17号", "〔2024〕18号")
    found = spans(passages_of(QINGHE, copy), {"公示期": 0.0})
    assert len([span for span in found if span.score == 0.0]) == 2
    assert len(choose(found, wanted("公示几天"))) == 1


def test_a_sentence_that_another_contains_is_told_once() -> None:
    whole = "甲县通知\n\n图书角每周开放五天，寒暑假除外。\n"
    part = "乙县通知\n\n图书角每周开放五天\n"
    found = spans(passages_of(whole, part), {"寒暑假": 0.0, "五天": NEAR})
    assert texts(choose(found, wanted())) == ["图书角每周开放五天，寒暑假除外。"]


def test_punctuation_and_spaces_make_no_sentence_another() -> None:
    found = spans(
        passages_of("甲县通知\n\n图书角，每周开放五天。\n", "乙县通知\n\n图书角每周 开放五天\n"),
        {"角，": 0.0, "角每": NEAR},
    )
    assert len(choose(found, wanted())) == 1


def test_a_bare_heading_is_not_told_where_text_stands_under_it() -> None:
    found = spans(passages_of(HEADED), {"一、": 0.0, "二、": NEAR, "100册": NEAR})
    assert any(is_heading(span) for span in found)
    assert texts(choose(found, wanted())) == ["每个图书角的图书不少于100册，由学校统一购置。"]


def test_a_heading_that_has_nothing_under_it_is_told() -> None:
    found = spans(passages_of("甲县方案\n一、原则\n（一）坚持育人为本\n（二）坚持公益普惠\n"), {"育人": 0.0})
    assert texts(choose(found, wanted())) == ["（一）坚持育人为本"]


def test_a_question_that_a_text_asks_itself_tells_nothing() -> None:
    text = "甲县问答\n\n1.图书角要有多少册图书？每个图书角不少于100册。\n2.几天开放？每周五天。\n"
    found = spans(passages_of(text), {"多少册": 0.0, "100册": NEAR})
    assert texts(choose(found, wanted())) == ["每个图书角不少于100册。"]


def test_the_cells_of_a_row_count_as_one() -> None:
    rows = spans(passages_of(TABLE), {"48": 0.0, "24": NEAR, "东关": NEAR, "31": 2 * NEAR})
    chosen = choose(rows, wanted("东关小学有多少"), most=2)
    assert set(texts(chosen)) == {"48", "24", "东关小学", "31"}
    assert told(chosen) == 2


def test_equal_cells_of_two_rows_are_both_told() -> None:
    rows = spans(passages_of(TABLE.replace("31", "48")), {"48": 0.0})
    assert texts(choose(rows, wanted("东关小学和西关小学有多少教师"))) == ["48", "48"]


def test_no_more_than_two_documents_are_told_from() -> None:
    documents = [
        f"{place}县通知\n\n{place}县的图书角每周开放{day}天。\n"
        for place, day in zip("甲乙丙", "三四五", strict=True)
    ]
    found = spans(passages_of(*documents), {"图书角": 0.0})
    assert len({span.passage.chunk.document_id for span in choose(found, wanted())}) == 2


def test_the_best_passage_is_read_first_and_each_document_in_its_order() -> None:
    other = "乙县图书办法\n\n第一条 乙县免费借阅。\n第二条 乙县设流动书车。\n"
    found = spans(
        passages_of(RULES, other), {"五天": 0.0, "每个班级": -1.0, "流动": -2.0, "免费": -3.0, "县财政": -4.0}
    )
    assert [text[:3] + text[4:7] for text in texts(in_reading_order(found[:5]))] == [
        "第四条图书角",
        "第一条每个班",
        "第三条图书由",
        "第一条乙县免",
        "第二条乙县设",
    ]
    assert in_reading_order([]) == []


@pytest.mark.parametrize("score", [0.0, NEAR, FAR])
def test_the_choice_does_not_depend_on_what_all_scores_share(score: float) -> None:
    found = spans(passages_of(RULES), {"100册": score, "县财政": score + NEAR}, otherwise=score + FAR)
    assert len(choose(found, wanted())) == 2


@pytest.mark.parametrize(
    ("question", "is_told"), [("图书角有多少本书", False), ("图书角办法哪天印发的", True)]
)
def test_a_date_that_stands_alone_is_told_only_where_a_date_is_asked_for(
    question: str, is_told: bool
) -> None:
    found = spans(passages_of(f"{RULES}\n2025年4月9日\n"), {"2025年4月9日": 0.0, "100册": NEAR})
    assert ("2025年4月9日" in texts(choose(found, wanted(question)))) is is_told
