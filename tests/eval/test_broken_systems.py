"""Broken systems over the shipped cases: each is caught by the metric meant for it, and by no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from assistant.types import Outcome, Reason
from eval.judging.metrics import make_metrics, total
from eval.judging.replies import Cited, Found, Reply
from eval.outcomes.runner import run_cases
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from eval.questions.seeds import load_seeds
from tests.eval.examples import SEEDS, Scripted, evidence_of, make_reply, perfect_reply

CASES = load_cases(SHIPPED_CASES)
ANSWERABLE = [case for case in CASES if case.answerable]
ACROSS = [case for case in ANSWERABLE if len({gold.file for gold in case.evidence}) > 1]
METRICS = make_metrics(load_seeds(SEEDS))
REASONS = ("redacted", "truncated", "absent")
RECALLS = {f"{reason}_recall" for reason in REASONS}
PRECISIONS = {f"{reason}_precision" for reason in REASONS}
DEPTHS = (1, 3, 5, 10)
ALL_HITS = {f"hit_all_{depth}" for depth in DEPTHS}
ANY_HITS = {f"hit_any_{depth}" for depth in DEPTHS}

Search = Callable[[Case], tuple[Found, ...] | None]


def totals(
    ask: Callable[[Case], Reply], search: Search = evidence_of, cases: Sequence[Case] = CASES
) -> dict[str, float | None]:
    results = list(run_cases(cases, Scripted(ask, search), metrics=METRICS, workers=1))
    assert not any(result.failure or result.search_failure for result in results)
    sums = {m.name: total(r.scores[m.name] for r in results if m.name in r.scores) for m in METRICS}
    return {name: one.share if one else None for name, one in sums.items()}


@cache
def perfect() -> dict[str, float | None]:
    return totals(perfect_reply)


def differences(ask: Callable[[Case], Reply], search: Search = evidence_of) -> dict[str, float | None]:
    return {name: value for name, value in totals(ask, search).items() if value != perfect()[name]}


def after(cases: Sequence[Case], case: Case) -> Case:
    return cases[(cases.index(case) + 1) % len(cases)]


def test_a_perfect_system_has_full_marks_and_nothing_wrong() -> None:
    # Evidence of two or more files takes as many passages: not all of it can come first.
    deep = {name: perfect()[name] for name in ("hit_all_1", "hit_all_3")}
    assert perfect() == dict.fromkeys(perfect(), 1.0) | {"wrong": 0.0, "refused_answerable": 0.0} | deep
    assert deep["hit_all_1"] == pytest.approx(1 - len(ACROSS) / len(ANSWERABLE))


def test_wrong_labels_are_caught_by_attribution_alone() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        count = len(reply.citations)
        turned = tuple(replace(one, label=one.label % count + 1) for one in reply.citations)
        return replace(reply, citations=turned)

    found = differences(ask)
    assert set(found) == {"attribution"}


def test_citing_other_documents_is_caught_by_evidence_attribution_and_precision() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        if not case.answerable:
            return reply
        return replace(reply, citations=perfect_reply(after(ANSWERABLE, case)).citations)

    found = differences(ask)
    assert set(found) == {"cited_all", "cited_any", "citation_precision", "attribution"}
    assert max(value or 0 for value in found.values()) < 0.15


def test_figures_swapped_between_two_documents_are_caught_by_attribution_alone() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        if case not in ACROSS:
            return reply
        said = [part.partition("[") for part in reply.answer.rstrip("。").split("；")]
        figures = [figure for figure, _, _ in said]
        swapped = [
            figure + mark + labels for figure, (_, mark, labels) in zip(reversed(figures), said, strict=True)
        ]
        return replace(reply, answer="；".join(swapped) + "。")

    found = differences(ask)
    assert set(found) == {"attribution"}
    assert (totals(ask, cases=ACROSS)["attribution"] or 0) < 0.5


def test_forbidden_figures_are_caught_by_facts_and_wrong() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        return (
            replace(reply, answer="；".join(f"{one}[1]" for one in case.must_not)) if case.must_not else reply
        )

    found = differences(ask)
    assert set(found) == {"facts_complete", "fact_recall", "wrong"}
    assert found["wrong"] == 1.0


def test_one_changed_figure_in_an_answer_is_caught_by_facts() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        next_figure = str.maketrans("0123456789", "1234567890")
        answer = re.sub(
            r"(?<!\[)\d(?![\d]*\])", lambda figure: figure[0].translate(next_figure), reply.answer
        )
        return replace(reply, answer=answer)

    # A changed figure can be just the one that a case names as wrong, or another fact of the case.
    assert set(differences(ask)) - {"attribution"} == {"facts_complete", "fact_recall", "wrong"}


def test_dropped_citations_are_caught_by_the_evidence_cited_and_attribution() -> None:
    found = differences(lambda case: replace(perfect_reply(case), citations=()))
    assert found["cited_all"] == found["cited_any"] == 0.0
    assert found["verbatim"] is None
    assert found["citation_precision"] is None
    assert (found["attribution"] or 0) < 0.2
    assert set(found) == {"cited_all", "cited_any", "verbatim", "citation_precision", "attribution"}


def test_citing_only_the_first_source_is_caught_by_cited_all_and_attribution() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        return replace(reply, citations=reply.citations[:1])

    assert set(differences(ask)) == {"cited_all", "attribution"}


def test_a_pile_of_citations_is_caught_by_citation_precision_alone() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        if not case.answerable:
            return reply
        other = perfect_reply(after(ANSWERABLE, case)).citations
        return replace(reply, citations=reply.citations + tuple(replace(o, label=90) for o in other))

    found = differences(ask)
    assert set(found) == {"citation_precision"}
    assert (found["citation_precision"] or 1) < 0.7


def test_invented_quotes_are_caught_by_verbatim_alone() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        changed = tuple(replace(one, quote=one.quote + "等内容云云") for one in reply.citations)
        return replace(reply, citations=changed)

    assert differences(ask) == {"verbatim": 0.0}


def test_answering_everything_is_caught_by_the_metrics_of_refusals_alone() -> None:
    def ask(case: Case) -> Reply:
        return perfect_reply(case) if case.answerable else make_reply("是的，达到一定水平。")

    nothing = dict.fromkeys(("refusal_recall", "said_so", *RECALLS), 0.0)
    assert differences(ask) == {**nothing, **dict.fromkeys(("refusal_precision", *PRECISIONS))}


def test_refusing_everything_is_caught_by_refusal_precision_and_facts() -> None:
    found = differences(
        lambda case: make_reply("资料中没有找到。", outcome=Outcome.REFUSED, reason=Reason.NOT_FOUND)
    )
    assert found["refusal_precision"] == pytest.approx(1 - len(ANSWERABLE) / len(CASES))
    assert found["refused_answerable"] == 1.0
    assert (found["facts_complete"], found["fact_recall"]) == (0.0, 0.0)
    assert (found["cited_all"], found["cited_any"], found["verbatim"]) == (0.0, 0.0, None)
    assert (found["redacted_recall"], found["truncated_recall"]) == (0.0, 0.0)
    assert (found["absent_precision"] or 1) < 0.3
    assert not {"refusal_recall", "absent_recall"} & set(found)


def test_refusing_without_saying_why_is_caught_by_the_reasons_alone() -> None:
    found = differences(lambda case: replace(perfect_reply(case), reason=None))
    assert found == dict.fromkeys(RECALLS, 0.0) | dict.fromkeys(PRECISIONS)


def test_pouring_out_whole_documents_is_caught_by_the_length_that_counts() -> None:
    texts = load_seeds(SEEDS)

    def ask(case: Case) -> Reply:
        files = dict.fromkeys(gold.file for gold in case.evidence)
        return replace(perfect_reply(case), answer="".join(texts[file] for file in files))

    found = differences(ask)
    assert (found["facts_complete"] or 0) < 0.3
    assert (found["wrong"] or 0) > 0.3


# Broken retrieval, which no metric of answers sees


def test_finding_other_passages_is_caught_by_the_metrics_of_retrieval_alone() -> None:
    found = differences(perfect_reply, lambda case: (Found(file="x.txt", text="别的内容"),))
    assert found == dict.fromkeys((*ALL_HITS, *ANY_HITS, "mrr"), 0.0)


def test_two_passages_of_noise_first_are_caught_by_the_rank_and_the_first_place() -> None:
    noise = (Found(file="x.txt", text="别的内容"),) * 2
    found = differences(perfect_reply, lambda case: (*noise, *evidence_of(case)))
    assert found["hit_any_1"] == 0.0
    assert found["mrr"] == pytest.approx(1 / 3)
    assert set(found) == {"hit_all_1", "hit_all_3", "hit_all_5", "hit_any_1", "mrr"}


def test_losing_the_second_document_is_caught_by_all_evidence_alone() -> None:
    found = differences(perfect_reply, lambda case: evidence_of(case)[:1])
    assert set(found) == ALL_HITS - {"hit_all_1"}


def test_a_system_that_does_not_show_what_it_finds_has_no_score_of_retrieval() -> None:
    found = differences(perfect_reply, lambda case: None)
    assert found == dict.fromkeys((*ALL_HITS, *ANY_HITS, "mrr"))


def test_a_citation_of_the_right_words_in_the_wrong_file_is_no_citation() -> None:
    def ask(case: Case) -> Reply:
        reply = perfect_reply(case)
        return replace(
            reply,
            citations=tuple(Cited(file="x.txt", quote=o.quote, label=o.label) for o in reply.citations),
        )

    zero = ("cited_all", "cited_any", "citation_precision", "verbatim", "attribution")
    assert differences(ask) == dict.fromkeys(zero, 0.0)
