"""A chat model out of a folder: each prompt is a file there, and so is its reply, over OpenAI's protocol.

So a model that is not on this machine can be measured: record the prompts, let the model (or a person)
answer them anywhere, and replay. A change of the check is measured on the same replies.

    {"messages": [{"role": "system", "content": "…"}, …], "tools": [{…}, …], "reply": "…[1]。"}

``reply`` is null until there is one; where the model wanted tools it is
``{"content": "", "calls": [{"name": "search", "arguments": "{…}"}]}``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from rich.console import Console

from assistant.drafting.reckoning.deadline import today
from assistant.setup.settings import Settings
from eval.errors import OptionsInvalid
from eval.outcomes.storage import writing
from vectorstore.errors import Message

Json = dict[str, Any]

_MODEL = "recorded"
_SECONDS = 600.0  # for a reply of the model that is recorded
_FENCE = re.compile(r"</?\S+ ([0-9a-f]{12})>")


@dataclass(frozen=True, slots=True)
class Upstream:
    """The endpoint whose replies are recorded."""

    base_url: str
    key: str


class Answering(Protocol):
    """What answers requests for a completion."""

    async def answer(self, body: Json) -> Response:
        """The reply to a request, as a stream of OpenAI's chunks."""


class Recording:
    """The prompts and replies of a folder. What is asked and has no reply is kept there, to be answered."""

    def __init__(self, folder: Path, upstream: Upstream | None) -> None:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.asked: set[str] = set()
        self.missing: set[str] = set()
        self._folder, self._upstream = folder, upstream

    async def answer(self, body: Json) -> Response:
        """The reply to a request, from the folder or from upstream; 404 where there is none."""
        messages = [_plain(message) for message in body["messages"]]
        name = key_of(messages)
        self.asked.add(name)
        path = self._folder / f"{name}.json"
        kept = _read(path)
        reply = kept.get("reply")
        if reply is None and self._upstream:
            status, reply = await _ask(self._upstream, body)
            if status != httpx.codes.OK:
                return JSONResponse(reply, status)
        if not path.exists() or kept.get("reply") != reply:
            _write(path, {"messages": messages, "tools": body.get("tools", []), "reply": reply})
        if reply is None:
            self.missing.add(name)
            return JSONResponse({"error": {"message": f"{name}.json has no reply"}}, 404)
        return StreamingResponse(_events(reply), media_type="text/event-stream")


def key_of(messages: Sequence[Mapping[str, str]]) -> str:
    """A name for a prompt, the same on any day: fences are drawn at random, and the date is today's."""
    said = json.dumps(messages, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.replace(today().isoformat(), "today").encode()).hexdigest()[:24]


@contextmanager
def served(model: Answering) -> Iterator[str]:
    """Serve a chat model on the loopback; gives the base URL."""
    application = FastAPI(openapi_url=None)

    @application.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        return await model.answer(await request.json())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([listening])), name="recorded-model", daemon=True
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chat_model_from(
    settings: Settings, *, record: Path | None, replay: Path | None, url: str | None
) -> Iterator[Settings]:
    """The settings with a chat model that is recorded or replayed; as they are where nothing is.

    Tells at the end how much has a reply. Raises OptionsInvalid where options exclude each other.
    """
    folder = record or replay
    if folder is None:
        yield settings
        return
    if url or (record and replay):
        raise OptionsInvalid(
            Message(
                "--record、--replay 和 --url 不能一起用。", "--record, --replay and --url exclude each other."
            ),
            Message("请只用其中一个。", "Use one of them."),
        )
    if replay and not replay.is_dir():
        raise OptionsInvalid(
            Message(f"没有文件夹 {replay}。", f"There is no folder {replay}."),
            Message("请用 --record 记录的文件夹。", "Name one that --record has written."),
        )
    recording = Recording(folder, upstream_of(settings) if record else None)
    with served(recording) as address:
        yield answered_by(settings, address)
    Console(stderr=True).print(told(recording).in_language(settings.language), markup=False)


def upstream_of(settings: Settings) -> Upstream | None:
    """The chat model of the settings as one to record; None where they name none. Raises OptionsInvalid."""
    if not settings.openai_model:
        return None
    if settings.model_provider != "openai":
        raise OptionsInvalid(
            Message(
                "只能记录兼容 OpenAI 的对话模型。", "Only OpenAI-compatible chat models can be recorded."
            ),
            Message(
                "请设 POLICY_ASSISTANT_MODEL_PROVIDER=openai。", "Set POLICY_ASSISTANT_MODEL_PROVIDER=openai."
            ),
        )
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    return Upstream(settings.openai_base_url or "https://api.openai.com/v1", key)


def answered_by(settings: Settings, url: str) -> Settings:
    """The settings of an assistant whose chat model is there."""
    model = {"openai_model": settings.openai_model or _MODEL, "model_provider": "openai"}
    return settings.model_copy(update={**model, "openai_base_url": url})


def told(recording: Recording) -> Message:
    """How much of what was asked has a reply."""
    asked, missing = len(recording.asked), len(recording.missing)
    return Message(
        f"提示词 {asked} 条，其中 {missing} 条没有回答（文件中的 reply 为 null，填好后用 --replay）。",
        f"{asked} prompts, {missing} of them without a reply (reply is null in the file: fill it in, then"
        " --replay).",
    )


async def _ask(upstream: Upstream, body: Json) -> tuple[int, Any]:
    """The status of a model's endpoint and its reply as it is kept, or its error."""
    headers = {"Authorization": f"Bearer {upstream.key}"} if upstream.key else {}
    whole = {name: value for name, value in body.items() if name not in ("stream", "stream_options")}
    address = f"{upstream.base_url.rstrip('/')}/chat/completions"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, headers=headers) as client:
            response = await client.post(address, json=whole)
        told = response.json()
        if not response.is_success:
            return response.status_code, told
        message = told["choices"][0]["message"]
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        return 502, {"error": {"message": type(error).__name__}}
    called = [call["function"] for call in message.get("tool_calls") or ()]
    content = message.get("content") or ""
    return httpx.codes.OK, {"content": content, "calls": called} if called else content


def _events(reply: str | Json) -> Iterator[bytes]:
    """A reply as a stream of OpenAI's chunks."""
    whole: Json = {"content": reply, "calls": []} if isinstance(reply, str) else reply
    yield event({"role": "assistant", "content": whole["content"]})
    for index, called in enumerate(whole["calls"]):
        call = {"index": index, "id": f"call-{index}", "type": "function", "function": called}
        yield event({"tool_calls": [call]})
    yield event({}, "tool_calls" if whole["calls"] else "stop")
    yield b"data: [DONE]\n\n"


def event(delta: Json, finish_reason: str | None = None) -> bytes:
    """One event of a streamed reply."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": _MODEL, "object": "chat.completion.chunk", "created": 0, "model": _MODEL}
    return f"data: {json.dumps(chunk | {'choices': [choice]}, ensure_ascii=False)}\n\n".encode()


def _plain(message: Mapping[str, Any]) -> dict[str, str]:
    """A message with its fences named alike."""
    content = str(message["content"])
    for fence in set(_FENCE.findall(content)):
        content = content.replace(fence, "fence")
    return {"role": str(message["role"]), "content": content}


def _read(path: Path) -> Json:
    """What is kept of a prompt; nothing where there is no file, or one that a slip has spoilt."""
    try:
        kept: Json = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        Console(stderr=True).print(f"✗ {path.name}: {error}", markup=False, highlight=False)
        return {"reply": None}
    return kept


def _write(path: Path, told: Json) -> None:
    part = path.with_suffix(".part")
    with writing(path):
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
