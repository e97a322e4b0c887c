from __future__ import annotations

import pytest

from assistant.types import Outcome, Reason
from eval.judging.absence import reason_of, says_absent
from eval.judging.metrics import Score, make_metrics, total
from eval.judging.replies import Reply
from eval.outcomes.runner import score
from eval.questions.cases import SHIPPED_CASES, Case, Kind, load_cases
from eval.questions.seeds import load_seeds
from tests.eval.examples import SEEDS, TEXTS, make_case, make_reply

UNANSWERABLE = make_case(kind=Kind.UNANSWERABLE, answerable=False, evidence=())


def scores(case: Case, reply: Reply) -> dict[str, tuple[float, int]]:
    return {name: (s.hits, s.of) for name, s in score(case, reply, make_metrics(TEXTS)).items()}


def cited(gold: str, quote: str, *, file: str = "a.txt") -> bool:
    found = scores(make_case(evidence=(gold,)), make_reply("十二所", quotes=(quote,), file=file))
    assert found["cited_all"] == found["cited_any"]
    return found["cited_all"] == (1, 1)


def test_a_fact_is_held_by_any_alternative_whatever_its_width_case_and_punctuation() -> None:
    case = make_case(facts=(("十二所", "12所"), ("IPv6",), ("95.3%",)))
    found = scores(case, make_reply("１２ 所、“ipv６”，95.3％"))
    assert found["facts_complete"] == (1, 1)
    assert found["fact_recall"] == (3, 3)


def test_a_missing_fact_lowers_recall_by_its_share_and_completeness_to_nothing() -> None:
    found = scores(make_case(facts=(("十二所",), ("七所",), ("九所",))), make_reply("十二所"))
    assert found["facts_complete"] == (0, 1)
    assert found["fact_recall"] == (1, 3)


@pytest.mark.parametrize(
    ("kind", "limit"), [(Kind.FACT, 800), (Kind.COMPARE, 1500), (Kind.COLLOQUIAL, 1500), (Kind.LIST, 800)]
)
def test_facts_count_only_in_the_first_part_of_the_answer(kind: Kind, limit: int) -> None:
    case = make_case(kind=kind)
    assert scores(case, make_reply("，" * (limit - 3) + "十二所"))["facts_complete"] == (1, 1)
    assert scores(case, make_reply("，" * (limit - 2) + "十二所"))["facts_complete"] == (0, 1)


def test_a_forbidden_string_anywhere_in_the_answer_is_wrong() -> None:
    case = make_case(must_not=("80%",))
    assert scores(case, make_reply("，" * 2000 + "80 ％"))["wrong"] == (1, 1)
    assert scores(case, make_reply("十二所"))["wrong"] == (0, 1)


@pytest.mark.parametrize(
    ("quote", "is_cited"),
    [
        ("第一条　甲县建设学校十二所，覆盖率", True),  # contains it
        ("甲县建设\n学校 十二所", True),  # white space aside
        ("县建设学校十二所", True),  # lies in it, eight characters
        ("建设学校丙丁", False),  # shares four of nine in one run
        ("建设学校十丙", True),  # shares five
        ("甲县丙建设丙学校丙十二", False),  # shares nine, but in no run of five
        ("", False),
        ("乙县新办幼儿园七所", False),
    ],
)
def test_a_gold_quote_is_cited_by_what_contains_it_lies_in_it_or_shares_half(
    quote: str, is_cited: bool
) -> None:
    assert cited("甲县建设学校十二所", quote) is is_cited


def test_a_short_part_of_a_long_gold_quote_cites_it_from_eight_characters_on() -> None:
    gold = "甲县建设学校十二所，覆盖率达到95.3%。\n第二条　乙县新办幼儿园七所"
    assert cited(gold, "甲县建设学校十二")
    assert not cited(gold, "甲县建设学校十，")


def test_the_same_words_in_another_file_do_not_cite() -> None:
    assert not cited("甲县建设学校十二所", "甲县建设学校十二所", file="b.txt")


def test_one_of_two_gold_quotes_is_any_but_not_all() -> None:
    case = make_case(evidence=("甲县建设学校十二所", "乙县新办幼儿园七所"))
    found = scores(case, make_reply("十二所", quotes=("乙县新办幼儿园七所",)))
    assert (found["cited_any"], found["cited_all"]) == ((1, 1), (0, 1))


def test_quotes_are_verbatim_by_the_named_file_white_space_and_punctuation_aside() -> None:
    quotes = ("覆盖率达到９５.3%", "十二所 覆盖率", "甲县建设学校十三所", "……")
    assert scores(make_case(), make_reply("十二所", quotes=quotes))["verbatim"] == (2, 4)
    elsewhere = make_reply("十二所", quotes=("甲县建设学校十二所",), file="b.txt")
    assert scores(make_case(), elsewhere)["verbatim"] == (0, 1)


def test_a_metric_that_cannot_judge_a_case_has_no_score() -> None:
    assert set(scores(UNANSWERABLE, make_reply("x"))) == {"refusal_recall", "said_so", "absent_recall"}
    assert set(scores(make_case(), make_reply("x"))) == {
        "facts_complete",
        "fact_recall",
        "cited_all",
        "cited_any",
        "refused_answerable",
    }
    assert "absent_recall" not in scores(make_case(kind=Kind.REDACTED, answerable=False), make_reply("x"))


def test_a_refusal_of_what_has_an_answer_is_counted_among_the_cases_that_have_one() -> None:
    refused = make_reply("没有找到。", outcome=Outcome.REFUSED)
    assert scores(make_case(), refused)["refused_answerable"] == (1, 1)
    assert scores(make_case(), make_reply("不知道"))["refused_answerable"] == (0, 1)
    assert "refused_answerable" not in scores(UNANSWERABLE, refused)


def test_a_case_without_facts_is_judged_by_its_evidence_and_refusals_alone() -> None:
    found = scores(make_case(facts=()), make_reply("十二所[1]", quotes=("甲县建设学校十二所",)))
    assert not {"facts_complete", "fact_recall", "wrong", "attribution"} & found.keys()
    assert found["cited_all"] == found["citation_precision"] == (1, 1)
    assert found["refused_answerable"] == (0, 1)


def test_refusals_are_judged_by_whether_there_was_an_answer() -> None:
    refusal = make_reply("没有找到。", outcome=Outcome.REFUSED)
    assert scores(UNANSWERABLE, refusal)["refusal_precision"] == (1, 1)
    assert scores(UNANSWERABLE, refusal)["refusal_recall"] == (1, 1)
    assert scores(make_case(), refusal)["refusal_precision"] == (0, 1)
    assert "refusal_recall" not in scores(make_case(), refusal)


def test_labels_do_not_join_the_figures_before_them_and_other_brackets_stay() -> None:
    case = make_case(facts=(("29名学生",), ("字2022168号",)), must_not=("291",))
    reply = make_reply("29[1]名学生，教字[2022]168号，共29[1]人", quotes=("甲县建设学校十二所",))
    assert scores(case, reply)["fact_recall"] == (2, 2)
    assert scores(case, reply)["wrong"] == (0, 1)


@pytest.mark.parametrize(
    ("quote", "file", "hits"),
    [
        ("甲县建设学校十二所", "a.txt", 1),  # the evidence
        ("计划共十二所", "a.txt", 1),  # holds the fact
        ("计划共十二所", "b.txt", 0),  # holds it in another document
        ("乙县新办幼儿园七所", "a.txt", 0),
    ],
)
def test_a_citation_is_to_the_point_by_its_evidence_or_a_fact_of_the_right_file(
    quote: str, file: str, hits: int
) -> None:
    reply = make_reply("十二所", quotes=(quote,), file=file)
    assert scores(make_case(), reply)["citation_precision"] == (hits, 1)


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        (Kind.REDACTED, "redacted_recall", Reason.REDACTED),
        (Kind.TRUNCATED, "truncated_recall", Reason.TRUNCATED),
        (Kind.NEARMISS, "absent_recall", Reason.NOT_FOUND),
        (Kind.UNANSWERABLE, "absent_recall", Reason.OUT_OF_SCOPE),
    ],
)
def test_a_refusal_is_right_by_the_reason_of_its_kind(kind: Kind, name: str, reason: Reason) -> None:
    case = make_case(kind=kind, answerable=False)
    refusals = {one: make_reply("没有。", outcome=Outcome.REFUSED, reason=one) for one in Reason}
    right = {one for one, reply in refusals.items() if scores(case, reply)[name] == (1, 1)}
    others = {Reason.NOT_FOUND, Reason.OUT_OF_SCOPE, Reason.SMALL_TALK}
    assert right == ({reason} if name != "absent_recall" else others)
    assert scores(case, make_reply("十二所"))[name] == (0, 1)


def test_a_reason_is_precise_by_the_cases_that_it_is_given_for() -> None:
    hidden = make_reply("隐去。", outcome=Outcome.REFUSED, reason=Reason.REDACTED)
    right = scores(make_case(kind=Kind.REDACTED, answerable=False), hidden)
    assert right["redacted_precision"] == (1, 1)
    for case in (UNANSWERABLE, make_case(), make_case(kind=Kind.TRUNCATED, answerable=False)):
        assert scores(case, hidden)["redacted_precision"] == (0, 1)
        assert "absent_precision" not in scores(case, hidden)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("该数字在原文中被隐去（xx%）。", Reason.REDACTED),
        ("The figure is redacted.", Reason.REDACTED),
        ("第45条只有标题。", Reason.TRUNCATED),
        ("资料中没有找到。", Reason.NOT_FOUND),
    ],
)
def test_the_words_of_a_refusal_give_its_reason(refusal: str, reason: Reason) -> None:
    assert reason_of(refusal) is reason


def test_an_answer_that_says_it_is_not_there_said_so_without_refusing() -> None:
    found = scores(UNANSWERABLE, make_reply("只有标题，没有正文。", outcome=Outcome.PARTLY))
    assert (found["said_so"], found["refusal_recall"]) == ((1, 1), (0, 1))


def test_totals_are_shares_of_all_things_judged() -> None:
    assert total([Score(hits=1, of=3), Score(hits=1)]) == Score(hits=2, of=4)
    assert total([]) is None


# Ways of saying that it is not there


@pytest.mark.parametrize(
    "answer",
    [
        "资料中没有找到相关内容。",
        "原文未写明比例。",
        "该数字在原文中被隐去（xx%）。",
        "第45条只有标题。",
        "知识库里没有这份文件。",
        "方案没有提到经费。",
        "到“校园无线网络”处 中断。",
        "The plan does not state a figure.",
        "That is not in the\ncollection.",
        "The number doesn’t appear; it is redacted.",
    ],
)
def test_saying_that_it_is_not_there_is_recognised(answer: str) -> None:
    assert says_absent(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "有没有提到经费？有，50万元。",
        "没有提高收费标准。",
        "不中断服务。",
        "学校没有编制限制。",
        "It is 50%.",
        "",
    ],
)
def test_other_negations_do_not_say_that_it_is_not_there(answer: str) -> None:
    assert not says_absent(answer)


def test_no_seed_says_by_itself_that_something_is_not_there() -> None:
    assert [name for name, text in load_seeds(SEEDS).items() if says_absent(text)] == []


def test_most_of_what_good_answers_should_say_is_recognised() -> None:
    # dev words `says` as an answer; the other files describe there what the source holds.
    said = [case.says for case in load_cases(SHIPPED_CASES / "dev.jsonl") if not case.answerable]
    assert sum(map(says_absent, said)) >= 0.75 * len(said)
