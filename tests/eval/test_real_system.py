"""The assistant itself as the measured system: in this process, over HTTP, and broken on purpose."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from assistant.setup.settings import Settings
from assistant.types import Outcome
from assistant.web.server import bind, create_app, server_config
from eval.judging.metrics import make_metrics
from eval.judging.replies import Reply
from eval.outcomes.baseline import scores_of
from eval.outcomes.runner import Result, run_cases
from eval.outcomes.storage import append_results, create_run_folder
from eval.questions.cases import SHIPPED_CASES, Case, Kind, load_cases
from eval.questions.seeds import load_seeds
from eval.reports.compare import compare
from eval.systems.http import open_server
from eval.systems.inprocess import open_in_process
from eval.systems.systems import System
from tests.eval.examples import SEEDS, Scripted

METRICS = make_metrics(load_seeds(SEEDS))
ALL = load_cases(SHIPPED_CASES)
A_FEW_OF_EACH_KIND = [case for kind in Kind for case in [one for one in ALL if one.kind is kind][:5]]


def run(system: System, cases: Sequence[Case] = A_FEW_OF_EACH_KIND) -> tuple[Result, ...]:
    return tuple(run_cases(cases, system, metrics=METRICS, workers=2))


@pytest.fixture(scope="module")
def results(seed_settings: Settings) -> tuple[Result, ...]:
    with open_in_process(seed_settings) as system:
        return run(system)


@pytest.fixture
def url(seed_settings: Settings) -> Iterator[str]:
    running = uvicorn.Server(server_config(create_app(seed_settings)))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        running.force_exit = True
        thread.join()


def test_the_assistant_is_judged_by_every_metric_without_an_error(results: tuple[Result, ...]) -> None:
    assert [result.failure or result.search_failure for result in results if not result.reply] == []
    judged = {name for result in results for name in result.scores}
    assert judged == {metric.name for metric in METRICS}


def test_over_http_the_same_replies_come_back(results: tuple[Result, ...], url: str) -> None:
    few = A_FEW_OF_EACH_KIND[::5]
    with open_server(url) as system:
        there = run(system, few)
    here = {result.case.id: result for result in results}
    for result in there:
        assert result.reply
        mine = here[result.case.id].reply
        assert mine
        assert replace(result.reply, seconds=0) == replace(mine, seconds=0)


def without_citations(reply: Reply) -> Reply:
    return replace(reply, citations=())


def never_refusing(reply: Reply) -> Reply:
    return replace(reply, outcome=Outcome.GROUNDED, reason=None)


def always_refusing(reply: Reply) -> Reply:
    return replace(reply, outcome=Outcome.REFUSED)


def with_other_figures(reply: Reply) -> Reply:
    return replace(reply, answer=reply.answer.translate(str.maketrans("0123456789", "1234567890")))


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (without_citations, {"cited_all"}),
        (never_refusing, {"refusal_recall"}),
        (always_refusing, {"refusal_precision"}),
        (with_other_figures, {"facts_complete"}),
    ],
)
def test_a_build_that_is_broken_fails_the_gate_by_the_metric_meant_for_it(
    results: tuple[Result, ...], tmp_path: Path, broken: Callable[[Reply], Reply], names: set[str]
) -> None:
    replies = {result.case.id: result.reply for result in results if result.reply}
    sides = []
    for change in (lambda reply: reply, broken):
        folder = create_run_folder(tmp_path, {})
        system = Scripted(lambda case, change=change: change(replies[case.id]), lambda case: None)  # type: ignore[misc]
        for _ in append_results(run(system), folder):
            pass
        sides.append(scores_of(folder, METRICS))
    comparison = compare(sides[0], sides[1], METRICS)
    assert {one.metric.name for one in comparison.regressions} == names
    assert comparison.fails
