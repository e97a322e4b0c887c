"""What stands where the answer would be, and hides it or breaks off."""

from __future__ import annotations

import pytest

from assistant.drafting.hidden import lacks
from assistant.reading.learned import load
from assistant.reading.wanted import want
from assistant.types import Reason
from tests.invented import passages_of, spans_of
from tests.vectorstore.outline.test_compilation import FIRST, OUTLINE_ONE, OUTLINE_TWO

POINTS = """xx市教育局2024年工作要点

一、学前教育
1.扩大普惠资源。普惠性幼儿园覆盖率达到xx%以上，新建幼儿园12所，公办园在园幼儿占比达到XX%。
2.提高保教质量。每年评估幼儿园不少于30所。
3.加强队伍建设。由某某大学培训园长，每人培训不少于60学时。
二、义务教育
4.规范办学行为。严禁违规补课，违规收费的一律退还。
5.加强学籍管理。转学手续在10个工作日内办结，任何学校不得拒绝。转出学校应当在三日内把学籍档案移交给
"""


def reason(words: str, question: str) -> Reason | None:
    """What the sentence with these words lacks."""
    (span,) = spans_of(passages_of(POINTS), words)
    return lacks(span, want(question, "", lambda _: 1.0, load()))


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("普惠性幼儿园", "普惠性幼儿园覆盖率要达到多少？"),
        ("普惠性幼儿园", "公办园在园幼儿占比达到多少？"),
        ("某某大学", "由哪所大学培训园长？"),
    ],
)
def test_a_figure_or_a_name_that_is_hidden_is_no_answer(words: str, question: str) -> None:
    assert reason(words, question) is Reason.REDACTED


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("普惠性幼儿园", "新建幼儿园多少所？"),  # stands between two that are hidden
        ("每年评估", "每年评估多少所幼儿园？"),
        ("某某大学", "每人培训不少于多少学时？"),
        ("严禁", "违规收费的怎么办？"),
        ("10个工作日", "转学手续几个工作日办结？"),  # stands before the place where the text breaks off
    ],
)
def test_what_stands_beside_it_lacks_nothing(words: str, question: str) -> None:
    assert reason(words, question) is None


def test_a_sentence_that_breaks_off_is_no_answer() -> None:
    assert reason("移交给", "学籍档案移交给谁？") is Reason.TRUNCATED


def test_but_what_it_says_before_that_is() -> None:
    assert reason("移交给", "转出学校在几日内移交学籍档案？") is None


def test_a_heading_of_which_the_file_has_only_the_outline_lacks_its_text() -> None:
    contents = "1.云山市教育局2024年工作要点 1\n2.河口县学校安全管理办法 12"
    text = f"{contents}\n{OUTLINE_ONE}\n{OUTLINE_TWO}\n{FIRST}"
    (span,) = spans_of(passages_of(text), "3.改善条件")
    assert lacks(span, want("怎么改善条件？", "", lambda _: 1.0, load())) is Reason.TRUNCATED
