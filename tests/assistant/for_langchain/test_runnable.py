"""The assistant as a runnable: the API's answers, by all of LangChain's ways to ask."""

from __future__ import annotations

import asyncio
import functools
import operator
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, cast

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.schemas import Run
from pydantic import ValidationError

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.errors import BadQuestion
from assistant.for_langchain import PolicyAssistant
from assistant.saying.answer_json import to_json
from assistant.setup.settings import Settings
from assistant.types import Question
from tests.chat_model.replies import says
from tests.chat_model.server import ModelServer

ASKED = "云山市午餐补助每人每天多少元？"
ANSWER = "每人每天补助5元[1]。"
ASIDE = ("seconds", "conversation_id", "answer_id")  # another with each question


class Tracer(BaseTracer):
    """Keeps the runs, as a tracing service would get them."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.runs.append(run)


def same(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ASIDE}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


@pytest.fixture
def with_model(settings: Settings, model: ModelServer) -> Iterator[PolicyAssistant]:
    named = {"openai_model": "scripted", "openai_base_url": model.base_url, "openai_api_key": "k"}
    opened = build_assistant(Settings(**settings.model_dump() | named))
    yield PolicyAssistant(assistant=opened)
    opened.close()


# --- what is asked and what is given


def test_it_gives_the_json_of_the_api(assistant: Assistant) -> None:
    expected = to_json(assistant.ask(Question(text=ASKED)))
    given = PolicyAssistant(assistant=assistant).invoke(ASKED)

    assert same(given) == same(expected)
    assert given["outcome"] == "grounded"
    assert given.keys() == expected.keys()


@pytest.mark.parametrize(
    "history",
    [
        [("human", ASKED), ("ai", "5元。")],
        [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "5元。"}],
        [SystemMessage("你是助手。"), HumanMessage(ASKED), AIMessage([{"type": "text", "text": "5元。"}])],
        [HumanMessage(ASKED), AIMessage(""), ToolMessage("…", tool_call_id="1"), AIMessage("5元。")],
    ],
    ids=["pairs", "the API's", "messages", "with tools"],
)
def test_what_was_said_before_completes_the_question(assistant: Assistant, history: list[Any]) -> None:
    given = PolicyAssistant(assistant=assistant).invoke({"question": "由谁负责？", "history": history})
    assert "云山市教育局" in given["answer"]
    assert "午餐补助" in given["question"]


def test_other_keys_of_the_input_do_no_harm(assistant: Assistant) -> None:
    given = PolicyAssistant(assistant=assistant).invoke({"question": ASKED, "history": None, "user": 7})
    assert given["outcome"] == "grounded"


def test_regions_narrow_it_and_the_refusal_says_so(assistant: Assistant) -> None:
    given = PolicyAssistant(assistant=assistant, regions=("河口县",)).invoke(ASKED)
    assert given["outcome"] == "refused"
    assert given["notices"]


def test_it_speaks_the_language_that_was_chosen(assistant: Assistant) -> None:
    given = PolicyAssistant(assistant=assistant, language="en").invoke("北京市的高考是几月几日？")
    assert given["outcome"] == "refused"
    assert "no document" in given["answer"]


def test_several_questions_at_once_are_answered_in_their_order(assistant: Assistant) -> None:
    asked = [ASKED, "河口县每年几月举办阅读节？"]
    runnable = PolicyAssistant(assistant=assistant)
    first, second = runnable.batch(cast("list[str | dict[str, Any]]", asked), {"max_concurrency": 2})
    assert "5元" in first["answer"]
    assert "4月" in second["answer"]


def test_the_answer_goes_on_in_a_chain(assistant: Assistant) -> None:
    chain = PolicyAssistant(assistant=assistant) | RunnableLambda(operator.itemgetter("answer"))
    assert "每人每天补助5元" in chain.invoke(ASKED)
    assert "".join(chain.stream(ASKED)) == chain.invoke(ASKED)


# --- streams


def test_a_stream_is_text_and_then_the_whole_answer(assistant: Assistant) -> None:
    runnable = PolicyAssistant(assistant=assistant)
    *deltas, last = runnable.stream(ASKED)

    assert deltas
    assert all(set(piece) == {"delta"} for piece in deltas)
    assert same(last) == same(runnable.invoke(ASKED))


def test_the_pieces_of_a_stream_add_up(with_model: PolicyAssistant, model: ModelServer) -> None:
    model.queue("每人每天补助5元[1]。全年按200天计算[1]。")
    pieces = list(with_model.stream(ASKED))
    added = functools.reduce(operator.add, cast("list[Any]", pieces))

    assert len(pieces) > 2
    assert added["delta"] == "".join(piece.get("delta", "") for piece in pieces)
    assert {name: value for name, value in added.items() if name != "delta"} == pieces[-1]
    assert pieces[-1]["mode"] == "llm"


@pytest.mark.anyio
async def test_an_event_loop_goes_on_while_an_answer_is_made(
    with_model: PolicyAssistant, model: ModelServer
) -> None:
    model.queue(says(ANSWER, pause=0.05), ANSWER)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.02)
            ticks += 1

    ticking = asyncio.create_task(tick())
    pieces = [piece async for piece in with_model.astream(ASKED)]
    whole = await with_model.ainvoke(ASKED)
    ticking.cancel()

    assert pieces[-1]["answer"] == whole["answer"]
    assert any("delta" in piece for piece in pieces)
    assert ticks > 5


@pytest.mark.anyio
async def test_who_leaves_a_stream_ends_the_call_of_the_model(
    with_model: PolicyAssistant, model: ModelServer
) -> None:
    model.queue(says("每人每天补助5元[1]。" * 50, pause=0.05))
    stream = cast("AsyncGenerator[dict[str, Any]]", with_model.astream(ASKED))
    assert "delta" in await anext(stream)
    await stream.aclose()
    assert await asyncio.to_thread(model.left.wait, 10)


@pytest.mark.anyio
async def test_a_cancelled_question_ends_the_call_of_the_model(
    with_model: PolicyAssistant, model: ModelServer
) -> None:
    model.queue(says("每人每天补助5元[1]。" * 50, pause=0.05))

    async def read() -> None:
        async for _ in with_model.astream(ASKED):
            pass

    reading = asyncio.create_task(read())
    await asyncio.to_thread(_until, lambda: model.questions)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.to_thread(model.left.wait, 10)


def _until(happened: Callable[[], object]) -> None:
    while not happened():
        time.sleep(0.01)


# --- what a trace sees


def test_a_trace_shows_the_question_and_within_it_the_call_of_the_model(
    with_model: PolicyAssistant, model: ModelServer
) -> None:
    model.queue(says(ANSWER, usage=(321, 12)), says(ANSWER, usage=(321, 12)))
    tracer = Tracer()
    with_model.invoke(ASKED, {"callbacks": [tracer], "tags": ["t"], "run_name": "问政策"})
    list(with_model.stream(ASKED, {"callbacks": [tracer]}))

    asked, streamed = tracer.runs
    assert (asked.name, asked.run_type, asked.tags) == ("问政策", "chain", ["t"])
    assert asked.outputs is not None
    assert asked.outputs["outcome"] == "grounded"
    assert streamed.outputs is not None
    assert streamed.outputs["answer"] == asked.outputs["answer"]
    for run in tracer.runs:
        (call,) = run.child_runs
        assert call.run_type == "llm"
        assert not call.error


@pytest.mark.anyio
async def test_callbacks_of_an_event_loop_hear_of_it(assistant: Assistant) -> None:
    class Heard(AsyncCallbackHandler):
        ended = threading.Event()

        async def on_chain_end(self, outputs: Any, **_: Any) -> None:  # noqa: ANN401
            if outputs["outcome"] == "grounded":
                self.ended.set()

    await PolicyAssistant(assistant=assistant).ainvoke(ASKED, {"callbacks": [Heard()]})
    assert Heard.ended.is_set()


@pytest.mark.anyio
async def test_its_events_can_be_followed(assistant: Assistant) -> None:
    events = [event["event"] async for event in PolicyAssistant(assistant=assistant).astream_events(ASKED)]
    assert events[0] == "on_chain_start"
    assert events[-1] == "on_chain_end"
    assert events.count("on_chain_stream") >= 2


def test_no_model_is_asked_where_the_evidence_alone_is_wanted(
    with_model: PolicyAssistant, model: ModelServer
) -> None:
    alone = PolicyAssistant(assistant=with_model.assistant, evidence_alone=True)
    assert alone.invoke(ASKED)["mode"] == "extract"
    assert not model.questions


def test_a_model_that_is_too_slow_is_not_waited_for(with_model: PolicyAssistant, model: ModelServer) -> None:
    model.queue(says(ANSWER, pause=5.0))
    hurried = PolicyAssistant(assistant=with_model.assistant, seconds=3.0)
    given = hurried.invoke(ASKED)
    assert (given["mode"], given["outcome"]) == ("extract", "grounded")
    assert given["notices"]


# --- what can't be


@pytest.mark.parametrize("asked", ["", "  \n", {"question": ""}])
def test_an_empty_question_is_told_what_to_do(assistant: Assistant, asked: str | dict[str, Any]) -> None:
    tracer = Tracer()
    runnable = PolicyAssistant(assistant=assistant)
    with pytest.raises(BadQuestion, match="请输入一个问题"):
        runnable.invoke(asked, {"callbacks": [tracer]})
    with pytest.raises(BadQuestion, match="请输入一个问题"):
        list(runnable.stream(asked))
    assert "BadQuestion" in (tracer.runs[0].error or "")


@pytest.mark.anyio
async def test_an_empty_question_is_told_in_an_event_loop_too(assistant: Assistant) -> None:
    runnable = PolicyAssistant(assistant=assistant)
    with pytest.raises(BadQuestion):
        await runnable.ainvoke("")
    with pytest.raises(BadQuestion):
        _ = [piece async for piece in runnable.astream("")]


@pytest.mark.parametrize("asked", [{}, {"query": ASKED}, {"question": None}, 7, [HumanMessage(ASKED)]])
def test_an_input_without_a_question_says_what_one_is(assistant: Assistant, asked: Any) -> None:  # noqa: ANN401
    with pytest.raises(BadQuestion, match="question"):
        PolicyAssistant(assistant=assistant).invoke(asked)


@pytest.mark.parametrize("wrong", [{"region": "河口县"}, {"language": "fr"}, {"seconds": 0}])
def test_a_field_that_can_not_be_is_refused(assistant: Assistant, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PolicyAssistant.model_validate({"assistant": assistant, **wrong})
