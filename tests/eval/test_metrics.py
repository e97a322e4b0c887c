from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from assistant.types import Outcome
from eval.absence import says_absent
from eval.cases import SHIPPED_CASES, Case, Kind, load_cases
from eval.metrics import Score, make_metrics, total
from eval.replies import Cited, Reply
from eval.runner import score
from eval.seeds import load_seeds
from tests.eval.examples import SEEDS, TEXTS, make_case, make_reply, perfect_reply

UNANSWERABLE = make_case(kind=Kind.UNANSWERABLE, answerable=False, evidence=())


def scores(case: Case, reply: Reply) -> dict[str, tuple[int, int]]:
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
    assert set(scores(UNANSWERABLE, make_reply("x"))) == {"refusal_recall", "said_so"}
    assert set(scores(make_case(), make_reply("x"))) == {
        "facts_complete",
        "fact_recall",
        "cited_all",
        "cited_any",
    }


def test_refusals_are_judged_by_whether_there_was_an_answer() -> None:
    refusal = make_reply("没有找到。", outcome=Outcome.REFUSED)
    assert scores(UNANSWERABLE, refusal)["refusal_precision"] == (1, 1)
    assert scores(UNANSWERABLE, refusal)["refusal_recall"] == (1, 1)
    assert scores(make_case(), refusal)["refusal_precision"] == (0, 1)
    assert "refusal_recall" not in scores(make_case(), refusal)


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


# Broken assistants over the shipped cases: each is caught by the metric meant for it.

CASES = load_cases(SHIPPED_CASES)


def totals(ask: Callable[[Case], Reply]) -> dict[str, float | None]:
    metrics = make_metrics(load_seeds(SEEDS))
    found = [score(case, ask(case), metrics) for case in CASES]
    sums = {m.name: total(one[m.name] for one in found if m.name in one) for m in metrics}
    return {name: one.hits / one.of if one else None for name, one in sums.items()}


def differences(ask: Callable[[Case], Reply]) -> dict[str, float | None]:
    perfect = totals(perfect_reply)
    return {name: value for name, value in totals(ask).items() if value != perfect[name]}


def after(cases: Sequence[Case], case: Case) -> Case:
    return cases[(cases.index(case) + 1) % len(cases)]


def test_a_perfect_assistant_has_full_marks_and_nothing_wrong() -> None:
    expected = dict.fromkeys(totals(perfect_reply), 1.0) | {"wrong": 0.0}
    assert totals(perfect_reply) == expected


def test_wrong_labels_are_caught_by_the_evidence_cited_alone() -> None:
    answerable = [case for case in CASES if case.answerable]

    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        if not case.answerable:
            return reply
        return replace(reply, citations=perfect_reply(after(answerable, case)).citations)

    found = differences(ask)
    assert set(found) == {"cited_all", "cited_any"}
    assert (found["cited_any"] or 0) < 0.1


def test_swapped_figures_are_caught_by_facts_and_wrong() -> None:
    def ask(case: Case) -> Reply:
        return (
            replace(perfect_reply(case), answer="；".join(case.must_not))
            if case.must_not
            else perfect_reply(case)
        )

    found = differences(ask)
    assert set(found) == {"facts_complete", "fact_recall", "wrong"}
    assert found["wrong"] == 1.0


def test_one_changed_figure_in_an_answer_is_caught_by_facts() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        return replace(reply, answer=reply.answer.translate(str.maketrans("0123456789", "1234567890")))

    # A changed figure can be just the one that a case names as wrong.
    assert set(differences(ask)) == {"facts_complete", "fact_recall", "wrong"}


def test_dropped_citations_are_caught_by_the_evidence_cited() -> None:
    found = differences(lambda case: replace(perfect_reply(case), citations=()))
    assert found == {"cited_all": 0.0, "cited_any": 0.0, "verbatim": None}


def test_citing_only_the_first_source_is_caught_by_cited_all_alone() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        return replace(reply, citations=reply.citations[:1])

    assert set(differences(ask)) == {"cited_all"}


def test_quotes_in_own_words_are_caught_by_verbatim() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        changed = (Cited(file=one.file, quote=one.quote + "等内容云云") for one in reply.citations)
        return replace(reply, citations=tuple(changed))

    assert differences(ask) == {"verbatim": 0.0}


def test_answering_everything_is_caught_by_refusal_recall_and_said_so() -> None:
    def ask(case: Case) -> Reply:
        return perfect_reply(case) if case.answerable else make_reply("是的，达到一定水平。")

    assert differences(ask) == {"refusal_recall": 0.0, "refusal_precision": None, "said_so": 0.0}


def test_refusing_everything_is_caught_by_refusal_precision_and_facts() -> None:
    found = differences(lambda case: make_reply("资料中没有找到。", outcome=Outcome.REFUSED))
    unanswerable = sum(not case.answerable for case in CASES) / len(CASES)
    assert found["refusal_precision"] == unanswerable
    assert (found["facts_complete"], found["fact_recall"]) == (0.0, 0.0)
    assert (found["cited_all"], found["cited_any"], found["verbatim"]) == (0.0, 0.0, None)


def test_pouring_out_whole_documents_is_caught_by_the_length_that_counts() -> None:
    texts = load_seeds(SEEDS)

    def ask(case: Case) -> Reply:
        files = dict.fromkeys(gold.file for gold in case.evidence)
        return replace(perfect_reply(case), answer="".join(texts[file] for file in files))

    found = differences(ask)
    assert (found["facts_complete"] or 0) < 0.3
    assert (found["wrong"] or 0) > 0.3
