"""Which host names the server answers to: one rule for every path."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from assistant.setup.settings import Settings
from assistant.web.door.own_names import OwnNames
from tests.assistant.sockets import QUESTION

PATHS = ["/", "/en/", "/healthz", "/docs", "/documents", "/api/documents", "/gradio_api/queue/", "/nothing"]


@pytest.mark.parametrize("path", PATHS)
def test_a_server_for_this_machine_is_called_by_the_names_of_this_machine(
    client: httpx.Client, path: str
) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "["):
        refused = client.get(path, headers={"host": host})
        assert (refused.status_code, refused.json()["error"]["code"]) == (421, "other_host")
    for host in ("localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860"):
        assert client.get(path, headers={"host": host}).status_code != 421


def test_a_question_by_another_name_is_not_asked(client: httpx.Client) -> None:
    asked = client.post("/api/ask", json=QUESTION, headers={"host": "evil.example"})

    assert asked.status_code == 421
    assert "POLICY_ASSISTANT_PUBLIC_URL" in asked.json()["error"]["hint"]


@pytest.mark.parametrize(
    ("host", "public_url", "name", "status"),
    [
        ("127.0.0.1", "https://answers.example/policies", "answers.example", 200),
        ("127.0.0.1", "https://answers.example/policies", "Answers.Example:443", 200),
        ("127.0.0.1", "https://answers.example/policies", "other.example", 421),
        ("localhost", None, "answers.example", 421),
        ("::1", None, "answers.example", 421),
        ("0.0.0.0", None, "answers.example", 200),
        ("0.0.0.0", "https://answers.example", "school.example", 200),
        ("192.0.2.7", None, "school.example", 200),
    ],
)
def test_which_names_are_the_servers_own(host: str, public_url: str | None, name: str, status: int) -> None:
    chosen = Settings(host=host, public_url=public_url, openai_model=None)
    guarded = OwnNames(PlainTextResponse("inside"), chosen)

    async def status_of() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded)) as asking:
            return (await asking.get("http://here/", headers={"host": name})).status_code

    assert asyncio.run(status_of()) == status
