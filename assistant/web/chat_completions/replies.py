"""Replies in OpenAI's form: one JSON, or a stream of chunks as all known bots take it.

A stream is a chunk with the role, chunks of text, one that says "stop" with an
empty delta, and token counts only where they were asked for: chunks without
choices that nobody asked for have crashed clients. Counts are never zero: a
bot takes zero for a failure.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vectorstore.text import count_tokens

Json = dict[str, Any]

DONE = b"data: [DONE]\n\n"
STILL_HERE = b": \n\n"  # a comment, for whatever stands between and would hang up


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said, in whichever form. ``told`` is what a chat does not show: citations and the like."""

    id: str
    model: str
    text: str
    usage: Json
    told: Json
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self) -> Json:
        """As one JSON."""
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage, **self.told}

    def chunks(self, *, with_usage: bool) -> Iterator[bytes]:
        """As events after ``opening``; what a chat does not show stands in the last that has text."""
        *pieces, last = _pieces(self.text)
        for piece in pieces:
            yield self._chunk({"content": piece})
        yield self._chunk({"content": last}, **self.told)
        yield self._chunk({}, finish_reason="stop")
        if with_usage:
            yield _event({**self._head("chat.completion.chunk"), "choices": [], "usage": self.usage})
        yield DONE

    def _chunk(self, delta: Json, finish_reason: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return _event({**self._head("chat.completion.chunk"), "choices": [choice], **more})

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def opening(reply_id: str, model: str) -> bytes:
    """The first chunk, before anything is known."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
    head = {"id": reply_id, "object": "chat.completion.chunk", "created": int(time.time()), "model": model}
    return _event({**head, "choices": [choice]})


def usage_of(asked: Sequence[str], said: str, counted: Json | None = None) -> Json:
    """Token counts: those of the chat model, or else of the texts themselves."""
    counted = counted or {}
    prompt = counted.get("prompt_tokens") or max(1, sum(count_tokens(text) for text in asked))
    completion = counted.get("completion_tokens") or max(1, count_tokens(said))
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _pieces(text: str) -> list[str]:
    """Line by line, so that no link is in two pieces; at least one."""
    return text.splitlines(keepends=True) or [text]


def _event(data: Json) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"
