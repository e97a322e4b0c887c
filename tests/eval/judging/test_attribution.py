"""Whether facts stand with the document that they are from."""

from __future__ import annotations

from functools import partial

import pytest

from assistant.types import Outcome
from eval.judging.attribution import attribution, cut
from eval.judging.matching import labelled
from eval.judging.replies import Cited, Reply
from eval.questions.cases import Case, GoldQuote, Kind
from tests.eval.examples import make_case

CASE = Case(
    id="xxx-001",
    kind=Kind.COMPARE,
    question="甲、乙各建几所？",
    facts=(("十二所", "12所"), ("七所",)),
    must_not=(),
    evidence=(
        GoldQuote(file="a.txt", quote="甲县建设学校十二所"),
        GoldQuote(file="b.txt", quote="乙县新办幼儿园七所"),
    ),
    answerable=True,
)
FIRST = Cited(file="a.txt", quote="甲县建设学校十二所", label=1)
SECOND = Cited(file="b.txt", quote="乙县新办幼儿园七所", label=2)
NAMES = {"a.txt": ("甲县",), "b.txt": ("乙县", "Yi County")}

judge = partial(attribution, NAMES)


def share(answer: str, *citations: Cited) -> tuple[float, int] | None:
    reply = Reply(answer=answer, outcome=Outcome.GROUNDED, citations=citations or (FIRST, SECOND))
    score = judge(CASE, reply)
    return (score.hits, score.of) if score else None


@pytest.mark.parametrize(
    ("answer", "hits"),
    [
        ("建十二所[1]。办七所[2]。", 2),
        ("建十二所。[1]办七所。[2]", 2),  # labels behind the sentence
        ("建十二所[1]，办七所[2]。", 2),  # several in one sentence
        ("[1]建十二所。[2]办七所。", 2),  # labels in front: either may be meant
        ("建十二所，办七所[1][2]。", 2),  # together: either may be meant
        ("- 建十二所[1]\n- 办七所[2]", 2),
        ("共十二所。都是新的。[1]\n七所 [2]", 2),  # the next label of the line
        ("建十二所[2]。办七所[1]。", 0),  # swapped
        ("建十二所[1]。办七所[1]。", 1),
        ("建12所[1]；办七所[3]。", 1),  # a label that leads nowhere
        ("建十二所[1]，其中小学七所。", 1),  # words after a label belong to it
    ],
)
def test_a_fact_stands_right_by_the_label_of_its_stretch(answer: str, hits: int) -> None:
    assert share(answer) == (hits, 2)


@pytest.mark.parametrize(
    ("answer", "hits"),
    [
        ("甲县建十二所。\n乙县办七所。", 2),
        ("甲县办七所。\n乙县建十二所。", 0),
        ("甲县建十二所，yi county 办七所。", 2),  # both named: this can't be told apart
        ("建十二所。\n办七所。", 0),
    ],
)
def test_without_labels_the_line_has_to_name_the_document(answer: str, hits: int) -> None:
    assert share(answer) == (hits, 2)


def test_a_wrong_label_is_not_made_good_by_the_right_name() -> None:
    assert share("乙县办七所[1]。") == (0, 1)


def test_a_fact_that_is_said_twice_may_be_right_once() -> None:
    assert share("建十二所[2]。建十二所[1]。") == (1, 1)


def test_another_place_of_the_same_file_is_right_if_it_holds_the_fact() -> None:
    elsewhere = Cited(file="a.txt", quote="全县共12所", label=1)
    other = Cited(file="a.txt", quote="第一条", label=1)
    assert share("建十二所[1]。", elsewhere) == (1, 1)
    assert share("建十二所[1]。", other) == (0, 1)


def test_what_stands_in_no_single_stretch_or_not_at_all_is_not_judged() -> None:
    assert share("没有写明。") is None
    assert share("建十[1]二所[1]。") is None
    assert judge(make_case(answerable=False), Reply(answer="十二所", outcome=Outcome.GROUNDED)) is None


def test_a_fact_that_no_quote_holds_may_rest_on_any_of_the_evidence() -> None:
    case = CASE.model_copy(update={"facts": (("多五所",),)})
    for label in (1, 2):
        reply = Reply(answer=f"多五所[{label}]。", outcome=Outcome.GROUNDED, citations=(FIRST, SECOND))
        score = judge(case, reply)
        assert score
        assert score.hits == 1


def test_numbers_in_brackets_that_are_no_labels_are_text() -> None:
    reply = Reply(answer="教字[2022]168号[1]", outcome=Outcome.GROUNDED, citations=(FIRST,))
    assert [one.text for one in cut(reply.answer, labelled(reply))] == ["教字2022168号"]


def test_citations_without_labels_are_counted_in_their_order() -> None:
    bare = (Cited(file="a.txt", quote=FIRST.quote), Cited(file="b.txt", quote=SECOND.quote))
    assert share("十二所[1]。七所[2]。", *bare) == (2, 2)
