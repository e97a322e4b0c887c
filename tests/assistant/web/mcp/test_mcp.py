"""The tools of the Model Context Protocol, by its own client: over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from assistant.answer import Assistant
from assistant.asking.keys import FILE, Keys
from assistant.setup.settings import Settings
from assistant.types import Answer, Question
from assistant.upkeep.library import list_documents
from assistant.web.api.replies import AnswerBody, PassagesBody
from assistant.web.mcp import tools
from assistant.web.server import bind
from tests.small_library import build_library, running_server
from vectorstore.types import Scope

Result = TypeVar("Result")

LUNCH = "学生午餐补助由哪个部门负责？"
READING = "每个班级的图书角不少于多少册图书？"
TOOLS = {"ask", "search", "list_documents", "read_document"}
MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])
"""The protocol of 2026, and the one with a handshake that clients in the field speak."""


def stdio(settings: Settings) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "assistant.commands.cli", "mcp"], env=environment(settings)
    )


def environment(settings: Settings) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")},
        "POLICY_ASSISTANT_DATA_DIR": str(settings.data_dir),
        "POLICY_ASSISTANT_SEEDS_DIR": str(settings.seeds_dir),
    }


@asynccontextmanager
async def over_http(address: str, token: str | None = None, mode: str = "auto") -> AsyncIterator[Client]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as carrier:
        transport = streamable_http_client(f"{address}/mcp", http_client=carrier)
        async with Client(transport, mode=mode, read_timeout_seconds=30) as client:
            yield client


def with_http(
    address: str, work: Callable[[Client], Awaitable[Result]], token: str | None = None, mode: str = "auto"
) -> Result:
    """What ``work`` gives with a client of that server."""

    async def run() -> Result:
        async with over_http(address, token, mode) as client:
            return await work(client)

    return asyncio.run(run())


def call(address: str, token: str | None, tool: str, **arguments: object) -> CallToolResult:
    return with_http(address, lambda client: client.call_tool(tool, arguments), token)


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def told(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    content: dict[str, Any] | None = result.structured_content
    assert content is not None
    return content


async def use_every_tool(client: Client) -> None:
    """Asks, searches, and reads on where the citation stands, as an assistant would."""
    listed = (await client.list_tools()).tools
    assert {tool.name for tool in listed} == TOOLS
    for tool in listed:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.description
        assert not tool.description.isascii()
        assert tool.description.split("\n")[-1].isascii()

    answered = await client.call_tool("ask", {"question": LUNCH})
    answer = AnswerBody.model_validate(told(answered))
    assert "教育局" in answer.answer
    assert "依据：" in text_of(answered)
    (cited, *_) = answer.citations
    assert f"document_id={cited.document.id} start={cited.start} end={cited.end}" in text_of(answered)

    read = told(
        await client.call_tool(
            "read_document", {"document_id": cited.document.id, "start": cited.start, "end": cited.end}
        )
    )
    assert read["text"] == cited.quote

    found = await client.call_tool("search", {"question": READING, "limit": 1})
    assert len(PassagesBody.model_validate(told(found)).passages) == 1
    assert "100册" in text_of(found)

    titles = {one["title"] for one in told(await client.call_tool("list_documents", {}))["documents"]}
    assert len(titles) == 2
    near = await client.call_tool("list_documents", {"region": "云山市"})
    assert told(near)["total"] == 1


async def misuse_every_tool(client: Client) -> None:
    """Every failure is a sentence for the model to read."""
    for tool, arguments, said in (
        ("ask", {"question": " "}, "问题是空的"),
        ("ask", {"question": "问" * 5000}, "请缩短到"),
        ("ask", {}, "question"),
        ("ask", {"question": LUNCH, "documents": "lunch"}, "documents"),
        ("search", {"question": "问", "limit": 0}, "limit"),
        ("read_document", {"document_id": "../x"}, "list_documents"),
        ("read_document", {"document_id": "x", "start": -1}, "start"),
        ("list_documents", {"offset": 10**30}, "2"),
        ("no_such_tool", {}, "no_such_tool"),
    ):
        result = await client.call_tool(tool, arguments)
        assert result.is_error or tool == "list_documents"
        assert said in text_of(result)
        assert "Traceback" not in text_of(result)
    assert not (await client.call_tool("ask", {"question": LUNCH})).is_error


@MODES
def test_over_stdio_an_assistant_asks_searches_and_reads_on(settings: Settings, mode: str) -> None:
    async def run() -> None:
        async with Client(stdio(settings), mode=mode, read_timeout_seconds=60) as client:
            await use_every_tool(client)
            await misuse_every_tool(client)

    asyncio.run(run())


def test_over_stdio_nothing_but_messages_is_printed_and_the_end_of_input_is_the_end(
    seeds: Path, tmp_path: Path
) -> None:
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
    }
    fresh = Settings(data_dir=tmp_path / "var", seeds_dir=seeds, openai_api_key=None, openai_model=None)
    with subprocess.Popen(
        [sys.executable, "-m", "assistant.commands.cli", "mcp"],
        env=environment(fresh),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(asked) + "\nnot JSON\n")
        running.stdin.flush()
        first = json.loads(running.stdout.readline())
        rest, err = running.communicate(timeout=60)

    assert first["result"]["serverInfo"]["name"] == "policy-assistant"
    assert first["result"]["instructions"]
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert running.returncode == 0
    assert "✓" in err  # the library was built before anything was asked
    assert "Traceback" not in err


@MODES
def test_over_http_an_assistant_asks_searches_and_reads_on(server: str, mode: str) -> None:
    with_http(server, use_every_tool, mode=mode)
    with_http(server, misuse_every_tool, mode=mode)


def test_over_http_links_lead_to_the_passage_on_the_server_that_was_asked(server: str) -> None:
    text = text_of(call(server, None, "ask", question=LUNCH))

    (link,) = (word for word in text.split() if word.startswith(server))
    page = httpx.get(link, follow_redirects=True)
    assert page.status_code == 200
    assert "午餐补助由云山市教育局负责" in page.text


def test_over_http_many_ask_at_once_and_each_gets_the_answer_to_the_own_question(server: str) -> None:
    async def all_at_once(client: Client) -> list[CallToolResult]:
        asked = (client.call_tool("ask", {"question": question}) for question in (LUNCH, READING) * 10)
        return await asyncio.gather(*asked)

    results = with_http(server, all_at_once)

    for place, result in enumerate(results):
        assert ("100册" if place % 2 else "教育局") in told(result)["answer"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/mcp", 405), ("POST", "/mcp/more", 404)])
def test_what_is_no_exchange_is_refused_in_json(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path, headers={"accept": "text/event-stream"})

    assert response.status_code == status
    assert response.json()["error"]["hint"]
    assert response.headers.get("allow", "POST") == "POST"


def test_a_body_over_the_limit_is_refused_there_too(client: httpx.Client) -> None:
    response = client.post("/mcp", content=b"x" * 2_000_000, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def status_of(address: str, **headers: str) -> int:
    """Of a list of tools, asked for as by such a browser."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    response = httpx.post(f"{address}/mcp", json=asked, headers=accept | headers)
    codes = {403: "from_elsewhere", 421: "other_host"}
    assert response.status_code == 200 or response.json()["error"]["code"] == codes[response.status_code]
    return response.status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:6274"}, 200),
        ({"host": "[::1]"}, 200),
        ({"origin": "http://localhost:6274"}, 200),
        ({"origin": "http://127.0.0.1"}, 200),
        ({"host": "evil.example:7860"}, 421),
        ({"host": "localhost.evil.example"}, 421),
        ({"host": "127.0.0.1@evil.example"}, 421),
        ({"host": "["}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"host": "evil.example", "origin": "http://evil.example"}, 421),
        ({"host": "answers.example"}, 421),
    ],
)
def test_a_page_of_another_site_gets_nothing_by_a_browser_on_this_machine(
    server: str, headers: dict[str, str], status: int
) -> None:
    assert status_of(server, **headers) == status


@pytest.fixture(scope="module")
def keyed_settings(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library of its own, for keys, under a name that is known outside."""
    built = build_library(seeds, tmp_path_factory.mktemp("keyed"))
    return built.model_copy(update={"public_url": "https://answers.example/policies"})


@pytest.fixture(scope="module")
def address(keyed_settings: Settings) -> Iterator[str]:
    with running_server(keyed_settings) as found:
        yield found


@pytest.fixture
def keys(keyed_settings: Settings) -> Iterator[Keys]:
    """The keys of that server, none at first and none afterwards."""
    yield Keys(keyed_settings.data_dir)
    (keyed_settings.data_dir / FILE).unlink(missing_ok=True)


def test_the_name_under_which_people_reach_the_server_is_one_of_its_own(address: str) -> None:
    assert status_of(address, host="answers.example") == 200
    assert status_of(address, origin="https://answers.example") == 200
    assert status_of(address, origin="https://other.example") == 403
    text = text_of(call(address, None, "ask", question=LUNCH))
    assert "https://answers.example/policies/d/" in text


def test_where_others_can_connect_any_name_will_do_with_a_key_but_no_page_of_another_site(
    keyed_settings: Settings, keys: Keys
) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    everywhere = keyed_settings.model_copy(update={"host": "0.0.0.0", "port": port})
    authorization = f"Bearer {keys.create('desk')}"

    with running_server(everywhere) as found:
        assert httpx.post(f"{found}/mcp", json={}).status_code == 401
        assert status_of(found, host="school.example", authorization=authorization) == 200
        assert status_of(found, origin="http://evil.example", authorization=authorization) == 403


def test_once_there_is_a_key_nobody_gets_in_without_one(
    address: str, keyed_settings: Settings, keys: Keys
) -> None:
    token = keys.create("desk")

    for headers in ({}, {"authorization": "Bearer pa-wrong"}):
        refused = httpx.post(f"{address}/mcp", json={}, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key_missing")
    assert "教育局" in told(call(address, token, "ask", question=LUNCH))["answer"]

    (keyed_settings.data_dir / FILE).write_bytes(b"{")
    refused = httpx.post(f"{address}/mcp", json={}, headers={"authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "keys_unusable")


def test_of_a_key_calls_of_tools_are_counted_and_nothing_else(address: str, keys: Keys) -> None:
    token = keys.create("counted", per_minute=2)

    async def calls(client: Client) -> list[CallToolResult]:
        for _ in range(5):
            await client.list_tools(cache_mode="bypass")
        return [await client.call_tool("list_documents", {}) for _ in range(3)]

    *first, last = with_http(address, calls, token)

    assert not any(result.is_error for result in first)
    assert last.is_error
    assert "每分钟最多 2 次" in text_of(last)


def test_a_key_for_one_document_finds_reads_and_hears_of_no_other(
    address: str, keyed_settings: Settings, keys: Keys
) -> None:
    ids = {one.source: one.id for one in list_documents(keyed_settings)}
    token = keys.create("lunch", scope=Scope(documents=(ids["lunch.txt"],)))

    async def everything(client: Client) -> list[CallToolResult]:
        both = list(ids.values())
        return [
            await client.call_tool("ask", {"question": READING}),
            await client.call_tool("ask", {"question": READING, "documents": both}),
            await client.call_tool("ask", {"question": READING, "region": "河口县"}),
            await client.call_tool("ask", {"question": "你好"}),
            await client.call_tool("search", {"question": READING}),
            await client.call_tool("list_documents", {}),
            await client.call_tool("list_documents", {"region": "河口县"}),
        ]

    for result in with_http(address, everything, token):
        shown = text_of(result) + json.dumps(told(result), ensure_ascii=False)
        for name in ("阅读行动方案", "100册", "阅读节", ids["reading.txt"]):
            assert name not in shown
    hidden, unknown, own = (
        call(address, token, "read_document", document_id=name)
        for name in (ids["reading.txt"], "0" * 12, ids["lunch.txt"])
    )
    assert hidden.is_error
    assert text_of(hidden) == text_of(unknown)
    assert "第三条" in told(own)["text"]


def test_of_a_compilation_only_the_parts_that_may_be_seen_are_read(seed_assistant: Assistant) -> None:
    document = next(one for one in seed_assistant.documents() if len({part.region for part in one.parts}) > 1)
    chosen = next(part.region for part in document.parts if part.region not in document.head.region)
    visible = Scope(regions=(chosen,))
    allowed = [one for one in document.sections if visible.allows(document.id, document.head_of(one.part))]
    assert 0 < sum(one.end - one.start for one in allowed) < len(document.text)

    async def ask(_: Question) -> Answer:
        raise AssertionError("nothing is asked")

    async def work(function: Callable[[], CallToolResult]) -> CallToolResult:
        return function()

    by_region = tools.Call(
        assistant=seed_assistant, language="zh", visible=visible, base="", ask=ask, work=work
    )
    start, seen = 0, ""
    while True:
        read = told(asyncio.run(tools.read_document(by_region, document.id, start, None)))
        if not read["text"]:
            break
        assert len(read["text"]) <= tools.MOST_CHARACTERS
        assert read["text"] == document.text[read["start"] : read["end"]]
        seen += read["text"]
        start = read["end"]

    assert seen == "".join(document.text[one.start : one.end] for one in allowed)
