"""What a scripted model server can answer: whole replies and every kind of broken one.

A reply is a status, headers and the steps of its body: bytes to send and seconds
to wait, without an end if need be.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_EVENTS = "text/event-stream"

Step = bytes | float


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent. Header names are in lower case; ``body`` is {} where there is none."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All that the messages say, in order."""
        return "\n".join(str(message["content"]) for message in self.body.get("messages", ()))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server answers. ``cut``: the connection breaks where the body should end."""

    body: Callable[[Request], Iterator[Step]]
    status: int = 200
    content_type: str = _EVENTS
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: bool = False


def says(
    text: str,
    *,
    reasoning: str = "",
    piece: int = 3,
    pause: float = 0.0,
    usage: tuple[Any, Any] | None = (100, 20),
    usage_unasked: bool = False,
    finish_reason: str | None = "stop",
    done: bool = True,
) -> Reply:
    """A whole reply, streamed in pieces of so many characters, or as one JSON if no stream is asked for.

    The counts of ``usage`` (prompt, completion) come last if the request asks for them, and with
    every piece if ``usage_unasked``.
    """
    counts = _counts(usage)

    def body(request: Request) -> Iterator[Step]:
        if not request.body.get("stream"):
            yield _whole(text, finish_reason, counts)
            return
        running: dict[str, Any] = {"usage": counts} if usage_unasked else {}
        yield event(delta={"role": "assistant", "content": ""})
        for part in _cut(reasoning, piece):
            yield event(delta={"reasoning_content": part, "content": None}, **running)
            yield pause
        for part in _cut(text, piece):
            yield event(delta={"content": part}, **running)
            yield pause
        if finish_reason:
            yield event(delta={}, finish_reason=finish_reason)
        if counts and (request.body.get("stream_options") or {}).get("include_usage"):
            yield _line({**_HEAD, "choices": [], "usage": counts})
        if done:
            yield b"data: [DONE]\n\n"

    return Reply(body=body)


def calls(*wanted: tuple[str, str], text: str = "") -> Reply:
    """A reply that wants tools: the name of each and its arguments as they are sent, after some text."""

    def body(_: Request) -> Iterator[Step]:
        for part in _cut(text, 3):
            yield event(delta={"content": part})
        for index, (name, arguments) in enumerate(wanted):
            called = {"name": name, "arguments": ""}
            yield _called(index, {"id": f"call-{index}", "type": "function", "function": called})
            for part in _cut(arguments, 5):
                yield _called(index, {"function": {"arguments": part}})
        yield event(delta={}, finish_reason="tool_calls")
        yield b"data: [DONE]\n\n"

    return Reply(body=body)


def refuses(
    status: int, *, message: str = "refused", code: str | None = None, retry_after: object = None
) -> Reply:
    """An error in OpenAI's format."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return sends(json.dumps(error), status=status, content_type="application/json", headers=headers)


def sends(
    *steps: str | float,
    status: int = 200,
    content_type: str = _EVENTS,
    headers: Mapping[str, str] | None = None,
    cut: bool = False,
) -> Reply:
    """Exactly these bytes and pauses."""
    wire = [step.encode() if isinstance(step, str) else step for step in steps]
    return Reply(
        body=lambda _: iter(wire), status=status, content_type=content_type, headers=headers or {}, cut=cut
    )


def html() -> Reply:
    """A page with status 200, as gateways and wrong addresses give it."""
    return sends("<!doctype html><html><body>Welcome</body></html>", content_type="text/html")


def malformed_json() -> Reply:
    """An event that is not JSON."""
    return sends('data: {"choices": [{"delta": {"content": "半\n\n', "data: [DONE]\n\n")


def empty_choices() -> Reply:
    """Events without any choice in them."""
    return sends(*[_line({**_HEAD, "choices": []}).decode()] * 3, "data: [DONE]\n\n")


def null_content() -> Reply:
    """A finished reply whose content is null throughout."""
    return sends(
        event(delta={"role": "assistant", "content": None}).decode(),
        event(delta={"content": None}, finish_reason="stop").decode(),
        "data: [DONE]\n\n",
    )


def broken_line(text: str, *, after: int) -> Reply:
    """So many pieces of the text, then a line that is half an event."""
    return _begins(text, after, lambda: iter([b'data: {"id": "x", "cho\n\n', b"data: [DONE]\n\n"]))


def cut(text: str, *, after: int) -> Reply:
    """So many pieces of the text, then the connection breaks."""
    return Reply(body=_begins(text, after, lambda: iter(())).body, cut=True)


def drips(text: str = "，", *, pause: float = 0.02) -> Reply:
    """The text over and over, with a pause after each time, for ever."""
    return _endless(lambda count: f"{count}{text}", pause)


def keeps_alive(*, pause: float = 0.02) -> Reply:
    """Comments without an event, for ever."""

    def body(_: Request) -> Iterator[Step]:
        while True:
            yield b": keep-alive\n\n"
            yield pause

    return Reply(body=body)


def repeats(unit: str) -> Reply:
    """The same unit for ever, as fast as it is read."""
    return _endless(lambda _: unit, 0.0)


def babbles() -> Reply:
    """Never the same and never an end, as fast as it is read."""
    return _endless(lambda count: f"第{count}条是{count * 7919 % 10007}；", 0.0)


def waits(reply: Reply, *, seconds: float) -> Reply:
    """The same reply, but even its headers come only after so many seconds."""
    return replace(reply, wait=seconds)


def one_line(size: int) -> Reply:
    """One event of so many bytes."""
    begun = event(delta={"content": "@"}).split(b"@")[0]

    def body(_: Request) -> Iterator[Step]:
        yield begun
        for _sent in range(0, size, 65536):
            yield b"a" * 65536
        yield b'"}}]}\n\ndata: [DONE]\n\n'

    return Reply(body=body)


_HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def event(*, delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:  # noqa: ANN401  # any JSON
    """One event of a stream."""
    choice = {"index": 0, "finish_reason": finish_reason, "delta": delta}
    return _line({**_HEAD, **more, "choices": [choice]})


def _called(index: int, call: dict[str, Any]) -> bytes:
    return event(delta={"tool_calls": [{"index": index, **call}]})


def _line(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def _cut(text: str, piece: int) -> list[str]:
    return [text[start : start + piece] for start in range(0, len(text), piece)]


def _counts(usage: tuple[Any, Any] | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    prompt, completion = usage
    return {"prompt_tokens": prompt, "completion_tokens": completion}


def _whole(text: str, finish_reason: str | None, counts: dict[str, Any] | None) -> bytes:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}
    whole = {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": counts}
    return json.dumps(whole, ensure_ascii=False).encode()


def _begins(text: str, after: int, then: Callable[[], Iterator[Step]]) -> Reply:
    def body(_: Request) -> Iterator[Step]:
        for part in _cut(text, 3)[:after]:
            yield event(delta={"content": part})
        yield from then()

    return Reply(body=body)


def _endless(text: Callable[[int], str], pause: float) -> Reply:
    def body(_: Request) -> Iterator[Step]:
        for count in itertools.count():
            yield event(delta={"content": text(count)})
            yield pause

    return Reply(body=body)
