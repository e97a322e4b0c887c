"""A chat model that looks things up before it answers: what it may read, how often, what it gets wrong."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.model.prompts import NO_ANSWER
from assistant.setup.settings import Settings
from assistant.types import Answer, AnswerReady, LookedAgain, Outcome, Question, TextDelta
from tests.chat_model.replies import Reply, Request, calls, refuses, says
from tests.chat_model.server import ModelServer
from vectorstore.types import Scope

QUESTION = "聊城乡村学校饮水改善工程由哪个部门牵头？"
ELSEWHERE = "扬州 教联体"  # what the first passages do not hold
FEW = 2

Open = Callable[..., Assistant]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def open_assistant(seed_settings: Settings) -> Iterator[Open]:
    opened: list[Assistant] = []

    def open_one(server: ModelServer, **more: object) -> Assistant:
        wanted = {"openai_model": "scripted", "openai_base_url": server.base_url, "passages": FEW}
        opened.append(
            build_assistant(seed_settings.model_copy(update={**wanted, "model_seconds": 5.0, **more}))
        )
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def follow(assistant: Assistant, question: Question | None = None) -> tuple[list[LookedAgain], str, Answer]:
    """What was looked up, what was shown, and the answer."""
    looked: list[LookedAgain] = []
    shown, answer = "", None
    for event in assistant.stream(question or Question(text=QUESTION)):
        match event:
            case LookedAgain():
                looked.append(event)
            case TextDelta(text=text):
                shown += text
            case AnswerReady():
                answer = event.answer
    assert answer
    return looked, shown, answer


def search(words: str) -> Reply:
    return calls(("search", json.dumps({"words": words})))


def roles(request: Request) -> list[str]:
    return [str(message["role"]) for message in request.body["messages"]]


def told(request: Request) -> str:
    """The last thing that the model was told."""
    return str(request.body["messages"][-1]["content"])


def says_the_third(request: Request) -> Reply:
    """A reply of the first words of the passage with label [3]."""
    block = told(request).partition("\n[3] ")[2].partition("\n\n")[0]
    return says(f"{block.splitlines()[1].split('。')[0]}[3]。")


def test_what_it_searches_for_is_evidence_like_the_rest(open_assistant: Open) -> None:
    def script(request: Request) -> Reply:
        return says_the_third(request) if "又查到的" in told(request) else search(ELSEWHERE)

    with ModelServer(script) as server:
        looked, _, answer = follow(open_assistant(server))
    assert [one.words[0].zh for one in looked] == [f"检索“{ELSEWHERE}”"]
    before, after = FEW, len(looked[0].evidence.passages)
    assert after > before
    third = looked[0].evidence.passages[2]
    assert answer.outcome is Outcome.GROUNDED
    assert answer.citations[0].passage.chunk.id == third.chunk.id
    first, second = server.questions
    assert {tool["function"]["name"] for tool in first.body["tools"]} == {
        "search",
        "read_section",
        "list_documents",
    }
    assert third.chunk.text.splitlines()[0] in told(second)
    assert roles(second) == ["system", "user", "assistant", "user"]
    assert all(message["content"] for message in second.body["messages"])


def test_a_section_is_read_around_a_label(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    server.queue(calls(("read_section", '{"label": 1}')), says(f"{NO_ANSWER}。"))
    looked, _, _ = follow(assistant)
    first = looked[0].evidence.passages[0].chunk
    added = [passage.chunk for passage in looked[0].evidence.passages[FEW:]]
    assert added
    over = first.path[:-1]
    assert {(one.document_id, one.path[: len(over)]) for one in added} == {(first.document_id, over)}


def test_the_list_of_documents_is_told_and_is_no_evidence(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    server.queue(calls(("list_documents", '{"words": "扬州"}')), says(f"{NO_ANSWER}。"))
    looked, _, _ = follow(assistant)
    assert len(looked[0].evidence.passages) == FEW
    titles = re.findall("《.+?》", told(server.questions[1]))
    assert titles
    assert all("扬州" in line for line in told(server.questions[1]).splitlines() if line.startswith("《"))


def test_tools_called_in_a_loop_end_after_three_and_the_documents_answer(
    server: ModelServer, open_assistant: Open
) -> None:
    assistant = open_assistant(server)
    server.queue(*(search(words) for words in ("食堂", "教师", "经费", "安全")))
    looked, shown, answer = follow(assistant)
    assert len(looked) == 3
    assert "tools" not in server.questions[3].body
    assert answer.fallback
    assert answer.mode == "extract"
    assert "市教育体育局" in answer.text
    assert shown == answer.text


def test_many_calls_at_once_are_three_at_most(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    server.queue(calls(*[("search", '{"words": "食堂"}')] * 9), says(f"{NO_ANSWER}。"))
    looked, _, _ = follow(assistant)
    assert len(looked[0].words) == 3


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("search", "这不是 JSON", "参数不对"),
        ("search", "[1, 2]", "参数不对"),
        ("search", '{"words": {"a": 1}}', "参数不对"),
        ("search", '{"words": "  "}', "没有新的资料"),
        ("read_section", '{"label": "first"}', "参数不对"),
        ("read_section", '{"label": 99}', "没有这个编号"),
        ("read_section", '{"label": -1}', "没有这个编号"),
        ("read_file", '{"path": "/etc/passwd"}', "没有这个工具"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_so(
    server: ModelServer, open_assistant: Open, name: str, arguments: str, words: str
) -> None:
    assistant = open_assistant(server)
    server.queue(calls((name, arguments)), says("由市教育体育局牵头[1]。"))
    looked, _, answer = follow(assistant)
    assert words in told(server.questions[1])
    assert len(looked[0].evidence.passages) == FEW
    assert answer.mode == "llm"


def test_nothing_out_of_sight_is_read_or_listed(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    liaocheng = next(one for one in assistant.documents() if "聊城" in one.head.region)
    scope = Scope(within=Scope(documents=(liaocheng.id,)))
    server.queue(
        calls(("search", json.dumps({"words": ELSEWHERE})), ("list_documents", "{}")), says(f"{NO_ANSWER}。")
    )
    looked, _, _ = follow(assistant, Question(text=QUESTION, scope=scope))
    assert {passage.chunk.document_id for passage in looked[0].evidence.passages} == {liaocheng.id}
    assert "共 1 份" in told(server.questions[1])


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "search", "arguments": {"words": "教联体"}}',
        '<tool_call>\n{"name": "search", "arguments": {"words": "教联体"}}\n</tool_call>',
        "search(教联体)",
        "Tool: search\nResult: 由县公安局牵头[1]。",
    ],
)
def test_a_reply_in_a_tools_name_is_not_shown(server: ModelServer, open_assistant: Open, text: str) -> None:
    assistant = open_assistant(server)
    server.queue(says(text), says(text))
    _, shown, answer = follow(assistant)
    assert answer.mode == "extract"
    assert "search" not in shown
    assert "公安" not in answer.text


def test_a_sentence_that_is_shown_ends_the_looking(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    server.queue(calls(("search", '{"words": "食堂"}'), text="由市教育体育局牵头[1]。"))
    looked, shown, answer = follow(assistant)
    assert not looked
    assert "市教育体育局" in shown
    assert answer.mode == "llm"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "registry.example/gemma does not support tools"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice'),
        (404, "No endpoints found that support tool use."),
        (422, "extra fields not permitted: tools"),
    ],
)
def test_a_model_without_tools_is_asked_for_other_words(
    open_assistant: Open, status: int, message: str
) -> None:
    def script(request: Request) -> Reply:
        if "tools" in request.body:
            return refuses(status, message=message)
        asked = told(request)
        if "检索词" in asked:
            return says(ELSEWHERE)
        return says_the_third(request) if "又查到的" in asked else says(f"{NO_ANSWER}。缺的是牵头部门。")

    with ModelServer(script) as server:
        assistant = open_assistant(server)
        looked, _, answer = follow(assistant)
        assert [one.words[0].zh for one in looked] == [f"检索“{ELSEWHERE}”"]
        assert answer.outcome is Outcome.GROUNDED
        asked = ["tools" in request.body for request in server.questions]
        assert asked == [True, False, False, False]
        follow(assistant)
        assert not any("tools" in request.body for request in server.questions[4:])


def test_where_a_model_without_tools_finds_nothing_a_second_time_that_is_told(open_assistant: Open) -> None:
    def script(request: Request) -> Reply:
        if "tools" in request.body:
            return refuses(400, message="tools are not supported")
        return refuses(500) if "检索词" in told(request) else says(f"{NO_ANSWER}。缺的是牵头部门。")

    with ModelServer(script) as server:
        looked, _, answer = follow(open_assistant(server))
    assert not looked
    assert answer.outcome is Outcome.REFUSED
    assert answer.mode == "llm"


@pytest.mark.parametrize("seconds", [4.0, 55.0])
def test_who_waits_for_seconds_gets_an_answer_without_looking(
    server: ModelServer, open_assistant: Open, seconds: float
) -> None:
    assistant = open_assistant(server)
    server.queue(says("由市教育体育局牵头[1]。"))
    follow(assistant, Question(text=QUESTION, due=time.monotonic() + seconds))
    assert "tools" not in server.questions[0].body


@pytest.mark.parametrize("setting", [{"look_again": "off"}, {"model_size": "small"}])
def test_looking_is_switched_off(server: ModelServer, open_assistant: Open, setting: dict[str, str]) -> None:
    assistant = open_assistant(server, **setting)
    server.queue(says(f"{NO_ANSWER}。"))
    looked, _, _ = follow(assistant)
    assert not looked
    assert "tools" not in server.questions[0].body


def test_a_small_model_gets_six_passages_the_best_one_last(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server, model_size="small", passages=12)
    server.queue(says("由市教育体育局牵头[6]。"))
    _, _, answer = follow(assistant)
    assert answer.outcome is Outcome.GROUNDED
    assert re.findall(r"^\[(\d+)\] ", told(server.questions[0]), flags=re.MULTILINE) == list("123456")
    last = told(server.questions[0]).partition("\n[6] ")[2]
    assert "饮水改善工程" in last


def test_what_a_look_costs_is_counted(server: ModelServer, open_assistant: Open) -> None:
    assistant = open_assistant(server)
    server.queue(search("食堂"), says("由市教育体育局牵头[1]。", usage=(70, 7)))
    _, _, answer = follow(assistant, Question(text=QUESTION, due=math.inf))
    assert answer.usage.completion_tokens == 7
