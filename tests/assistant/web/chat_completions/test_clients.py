"""Real, unmodified clients of OpenAI's protocol get answers, sources and readable errors."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import SecretStr

from tests.assistant.web.chat_completions.talking import ASKED, assert_is_a_reply

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": ASKED}]
MODELS = ["edu-policy", "edu-policy-wechat"]
NPM = Path(__file__).parents[3] / "npm"


def told(text: str | None) -> bool:
    """Whether the answer is there, with its mark and a link to its source."""
    return text is not None and "5元" in text and "[1]" in text and "http://127.0.0.1:" in text


def test_the_python_sdk_lists_asks_and_reads_the_citations(server: str) -> None:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none") as client:
        assert [model.id for model in client.models.list()] == MODELS
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("another")
        for model in MODELS:
            assert client.models.retrieve(model).id == model
            reply = client.chat.completions.create(model=model, messages=MESSAGES)
            assert told(reply.choices[0].message.content)
            assert_is_a_reply(reply.model_dump())
            assert reply.model_extra
            citation = reply.model_extra["citations"][0]
            assert citation["document"]["source"] == "lunch.txt"
            assert citation["url"].startswith(f"{server}/documents/")
            assert reply.model_extra["outcome"] == "grounded"


@pytest.mark.parametrize("with_usage", [True, False])
def test_the_python_sdk_streams(server: str, with_usage: bool) -> None:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none") as client:
        chunks = list(
            client.chat.completions.create(
                model="edu-policy",
                messages=MESSAGES,
                stream=True,
                stream_options={"include_usage": True} if with_usage else openai.omit,
            )
        )
    assert told("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
    assert [bool(chunk.choices) for chunk in chunks].count(False) == with_usage
    assert bool(chunks[-1].usage and chunks[-1].usage.completion_tokens) == with_usage
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    (extra,) = [found for chunk in chunks if (found := chunk.model_extra)]
    assert extra["citations"][0]["label"] == 1


def test_the_asynchronous_python_sdk_asks_and_streams(server: str) -> None:
    async def talk() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="none") as client:
            assert [model.id async for model in client.models.list()] == MODELS
            whole = await client.chat.completions.create(model="edu-policy", messages=MESSAGES)
            stream = await client.chat.completions.create(model="edu-policy", messages=MESSAGES, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        return whole.choices[0].message.content, "".join(pieces)

    whole, streamed = asyncio.run(talk())
    assert told(whole)
    assert whole == streamed


def test_what_a_client_does_wrong_is_an_error_that_it_knows_and_people_can_read(
    keyed_server: tuple[str, str, str],
) -> None:
    address, key, _ = keyed_server
    with (
        openai.OpenAI(base_url=f"{address}/v1", api_key="wrong") as wrong,
        openai.OpenAI(base_url=f"{address}/v1", api_key=key) as client,
    ):
        with pytest.raises(openai.AuthenticationError, match="Bearer") as refused:
            wrong.models.list()
        with pytest.raises(openai.NotFoundError, match="edu-policy-wechat") as unknown:
            client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
        with pytest.raises(openai.BadRequestError, match="messages") as empty:
            client.chat.completions.create(model="edu-policy", messages=[])
        with pytest.raises(openai.BadRequestError) as several:
            client.chat.completions.create(model="edu-policy", messages=MESSAGES, n=2)
        assert told(
            client.chat.completions.create(model="edu-policy", messages=MESSAGES).choices[0].message.content
        )
    assert (refused.value.code, unknown.value.code) == ("key_missing", "model_not_found")
    assert (empty.value.param, several.value.param) == ("messages", "n")
    assert several.value.type == "invalid_request_error"


@pytest.mark.skipif(
    not (NPM / "node_modules" / "openai").exists() or not shutil.which("node"),
    reason="openai is not installed: run `npm install --prefix tests/npm`",
)
def test_the_npm_sdk_lists_asks_and_streams(server: str) -> None:
    ran = subprocess.run(
        ["node", "ask.mjs", f"{server}/v1", ASKED], cwd=NPM, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    assert said["models"] == MODELS
    assert told(said["streamed"])
    assert said["whole"]["choices"][0]["message"]["content"] == said["streamed"]
    assert said["whole"]["citations"]
    assert said["unknown"] == {"status": 404, "code": "model_not_found"}


def test_langchain_asks_and_streams(server: str) -> None:
    chat = ChatOpenAI(model="edu-policy", base_url=f"{server}/v1", api_key=SecretStr("none"))

    async def streamed() -> str:
        return "".join([piece.text async for piece in chat.astream(ASKED)])

    reply = chat.invoke(ASKED)
    assert told(reply.text)
    assert reply.usage_metadata
    assert reply.usage_metadata["output_tokens"] > 0
    assert "".join(piece.text for piece in chat.stream(ASKED)) == reply.text
    assert asyncio.run(streamed()) == reply.text


@pytest.mark.parametrize("how", [(), ("--no-stream",)], ids=["stream", "whole"])
def test_the_llm_command_asks(server: str, tmp_path: Path, how: tuple[str, ...]) -> None:
    (tmp_path / "extra-openai-models.yaml").write_text(
        f"- model_id: edu\n  model_name: edu-policy-wechat\n  api_base: {server}/v1\n", encoding="utf-8"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "llm", "-m", "edu", "--no-log", "--key", "none", *how, ASKED],
        env={**os.environ, "LLM_USER_PATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert told(ran.stdout)
