"""The two simple systems over a tiny library: what they quote, and that they have no rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.setup.settings import Settings
from assistant.types import Outcome
from eval.questions.cases import HistoryTurn
from eval.systems.simple_systems import SimpleName, open_simple, shared
from eval.systems.systems import System
from tests.eval.examples import make_case
from tests.small_library import LUNCH, READING

BOTH: tuple[SimpleName, ...] = ("bm25", "nearest")
TEXTS = {"lunch.txt": LUNCH, "reading.txt": READING}


@pytest.fixture(scope="module", params=BOTH)
def system(request: pytest.FixtureRequest, settings: Settings) -> Iterator[System]:
    with open_simple(request.param, settings) as opened:
        yield opened


def test_the_answer_is_three_sentences_of_the_library_each_with_its_citation(system: System) -> None:
    reply = system.ask(make_case(question="图书角不少于多少册图书？"))
    lines = reply.answer.split("\n")
    assert len(lines) == len(reply.citations) == 3
    assert "100册" in lines[0]
    assert reply.citations[0].file == "reading.txt"
    for number, (line, cited) in enumerate(zip(lines, reply.citations, strict=True), start=1):
        assert (line, cited.label) == (f"{cited.quote}[{number}]", number)
        assert cited.quote in TEXTS[cited.file]


def test_nothing_is_refused_however_far_from_the_documents_it_is(system: System) -> None:
    for question in ("你好", "火星上有没有水？", "qqq"):
        assert system.ask(make_case(question=question)).outcome is Outcome.GROUNDED


def test_passages_come_best_first_and_at_most_so_many(system: System) -> None:
    found = system.search(make_case(question="每学期公示一次补助的使用情况"), 2)
    assert found
    assert len(found) <= 2
    assert found[0].file == "lunch.txt"
    assert "公示" in found[0].text


def test_earlier_turns_change_nothing(system: System) -> None:
    case = make_case(question="阅读节在几月？")
    later = case.model_copy(update={"history": (HistoryTurn(role="user", content="午餐补助呢？"),)})
    assert system.ask(later).answer == system.ask(case).answer


def test_rare_terms_weigh_more_than_common_ones() -> None:
    weights = {"河": 0.1, "口": 0.1, "册": 2.0}
    assert shared(weights, "不少于100册") > shared(weights, "河口县")
    assert shared(weights, "别的") == shared({}, "别的") == 0.0
