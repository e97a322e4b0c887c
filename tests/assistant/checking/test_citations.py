"""The check of a chat model's reply: every way in which a reply can be wrong."""

from __future__ import annotations

import pytest

from assistant.checking.citations import UNVERIFIED, Checked, Checker
from assistant.types import Evidence, Outcome
from vectorstore.types import Cell, Chunk, Head, Match, Passage, SectionKind

FIRST = "全县共有公办幼儿园12所。到2027年,普惠性幼儿园覆盖率达到93.5%以上,由县教育局牵头。"
SECOND = "全市普惠性幼儿园覆盖率达到 89%，评选“双师型”教师1,000名。"


def passage(rank: int, text: str, title: str) -> Passage:
    chunk = Chunk(
        id=f"d{rank}-0",
        document_id=f"d{rank}",
        ordinal=0,
        part=0,
        kind=SectionKind.ITEM,
        path=("1.学前教育",),
        text=text,
        start=10,
        end=10 + len(text),
    )
    stop = text.find("。") + 1
    spans = [(10, 10 + stop), (10 + stop, 10 + len(text))]
    matches = tuple(Match(start=a, end=b, similarity=0.5) for a, b in spans if a < b)
    return Passage(rank=rank, chunk=chunk, source=f"{rank}.txt", head=Head(title=title), matches=matches)


def check(reply: str, evidence: Evidence) -> Checked:
    checker = Checker(evidence, "zh", "mark")
    checker.take(reply)
    checker.rest()
    return checker.checked


@pytest.fixture
def evidence() -> Evidence:
    passages = (passage(1, FIRST, "青山县方案"), passage(2, SECOND, "云山市要点"))
    return Evidence(question="覆盖率是多少？", passages=passages)


def test_a_supported_sentence_is_grounded_and_quotes_the_sentence_that_bears_it(evidence: Evidence) -> None:
    checked = check("青山县的目标是93.5%以上[1]。", evidence)
    assert checked.outcome is Outcome.GROUNDED
    assert [c.quote for c in checked.citations] == [
        "到2027年,普惠性幼儿园覆盖率达到93.5%以上,由县教育局牵头。"
    ]
    assert UNVERIFIED not in checked.text


def test_labels_are_numbered_anew_in_the_order_of_the_answer(evidence: Evidence) -> None:
    checked = check("云山市达到89%[2]。青山县共有12所[1]。", evidence)
    assert "[1]" in checked.text.split("。")[0] + checked.text.split("。")[1]
    assert [c.passage.source for c in checked.citations] == ["2.txt", "1.txt"]


def test_an_invented_label_is_cut_and_its_sentence_marked(evidence: Evidence) -> None:
    checked = check("青山县共有12所[1]。每人补助5元[7]。", evidence)
    assert "[7]" not in checked.text
    assert checked.text.endswith(UNVERIFIED)
    assert checked.outcome is Outcome.PARTLY


@pytest.mark.parametrize(
    "sentence",
    [
        "青山县的目标是95.3%[1]。",  # digits swapped
        "青山县的目标是93%[1]。",  # cut short: 93 is not 93.5
        "青山县的目标是89%[1]。",  # the figure of another document
        "到2030年达到93.5%[1]。",  # another year
        "评选“名师型”教师1000名[2]。",  # a name that is not there
        "青山县的目标是93.5%。",  # no label at all
    ],
)
def test_a_sentence_without_support_is_marked(evidence: Evidence, sentence: str) -> None:
    checked = check(f"青山县共有12所[1]。{sentence}", evidence)
    assert checked.outcome is Outcome.PARTLY
    assert UNVERIFIED in checked.text


@pytest.mark.parametrize(
    "sentence", ["评选1000名“双师型”教师[2]。", "覆盖率达到８９％[2]。", "覆盖率达到89 %[2]。"]
)
def test_spaces_width_and_thousands_marks_do_not_matter(evidence: Evidence, sentence: str) -> None:
    assert check(sentence, evidence).outcome is Outcome.GROUNDED


def test_a_reply_with_nothing_supported_is_worth_nothing(evidence: Evidence) -> None:
    assert check("每人每年补助800元[1]。", evidence).outcome is Outcome.REFUSED


def test_a_heading_before_a_list_needs_no_label(evidence: Evidence) -> None:
    checked = check("两地的目标是：\n- 青山县93.5%以上[1]\n- 云山市89%[2]\n", evidence)
    assert checked.outcome is Outcome.GROUNDED


def test_a_sentence_may_rest_on_two_passages_together(evidence: Evidence) -> None:
    checked = check("青山县93.5%，云山市89%[1][2]。", evidence)
    assert checked.outcome is Outcome.GROUNDED
    assert len(checked.citations) == 2


def test_what_to_tell_the_model_names_the_sentence_and_what_is_wrong(evidence: Evidence) -> None:
    checker = Checker(evidence, "zh", "mark")
    checker.take("青山县95.3%[1]。没有编号的话写在这里。")
    checker.rest()
    problems = checker.problems
    assert len(problems) == 2
    assert "95.3%" in problems[0]
    assert "编号" in problems[1]


def test_a_table_row_is_quoted_whole() -> None:
    text = "饮水工程\n市教育局\n市水利局"
    cells = (
        Cell(header="项目", text="饮水工程", start=0, end=4),
        Cell(header="牵头", text="市教育局", start=5, end=9),
        Cell(header="参与", text="市水利局", start=10, end=14),
    )
    chunk = Chunk(
        id="d-0",
        document_id="d",
        ordinal=0,
        part=0,
        kind=SectionKind.ROW,
        path=(),
        text=text,
        start=0,
        end=14,
        cells=cells,
    )
    row = Passage(rank=1, chunk=chunk, source="t.txt", head=Head(title="清单"))
    checked = check("由市教育局牵头[1]。", Evidence(question="", passages=(row,)))
    assert checked.citations[0].quote == text
