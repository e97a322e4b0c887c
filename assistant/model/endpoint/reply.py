"""A chat model's reply as it arrives: its thoughts cut out, its length and repetition bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import ModelUnavailable
from assistant.model.endpoint.errors import repeating, too_long, unfinished, unmarked_thoughts
from assistant.types import Usage

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, ToolCall

_TAG = re.compile(r"</?think>")
_TAGS = ("<think>", "</think>")

_LOOP_TIMES = 4
_LOOP_CHARS = 200  # shorter runs are rules of a table, dots, redacted figures
_LONGEST_UNIT = 400
_LOOK_EVERY = 100
_FINISHED = ("finish_reason", "stop_reason", "done_reason")  # OpenAI's name, Anthropic's, Ollama's


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDelta:
    """Some more of the reply, without the model's thoughts.

    Empty where there is nothing new yet: a caller that waits gets the chance to
    leave twice a second. Only the last delta carries the token counts, if the
    endpoint sends any, and what the model wants of its tools.
    """

    text: str
    usage: Usage | None = None
    calls: tuple[ToolCall, ...] = ()


class VisibleText:
    """Turns pieces of a reply into what a reader may see of them.

    Cuts out ``<think>…</think>``, also when its tags are split over pieces or
    it is never closed, and the white space in front of the first visible word.
    ``take`` raises ModelReplyUnusable as soon as the reply is longer than
    ``limit`` characters, says the same over and over, or turns out to have
    begun with thoughts that nothing marked as such.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = ""
        self._thinking = False
        self._looked = 0
        self.text = ""

    def take(self, piece: str) -> str:
        """What is newly visible after this piece; may be empty."""
        text = self._held + piece
        shown = ""
        while tag := _TAG.search(text):
            before, text = text[: tag.start()], text[tag.end() :]
            opens = tag[0] == "<think>"
            if not self._thinking:
                shown = shown + before if opens else self._unmarked_thoughts()
            self._thinking = opens
        keep = _tag_begun_at_the_end(text)
        self._held = text[len(text) - keep :]
        if not self._thinking:
            shown += text[: len(text) - keep]
        return self._show(shown)

    def rest(self) -> str:
        """What was held back as the possible beginning of a tag. Call it once, at the end."""
        rest = "" if self._thinking else self._held
        self.text += rest
        return rest

    def _unmarked_thoughts(self) -> str:
        """A closing tag without its opening one: all before it were thoughts."""
        if self.text:
            raise unmarked_thoughts()
        return ""

    def _show(self, shown: str) -> str:
        if not self.text:
            shown = shown.lstrip()
        self.text += shown
        if len(self.text) > self._limit:
            raise too_long()
        if len(self.text) - self._looked >= _LOOK_EVERY:
            self._looked = len(self.text)
            if _loops(self.text):
                raise repeating()
        return shown


def _tag_begun_at_the_end(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    longest = min(len(text), len("</think>") - 1)
    sizes = range(longest, 0, -1)
    return next((n for n in sizes if any(tag.startswith(text[-n:]) for tag in _TAGS)), 0)


def _loops(text: str) -> bool:
    """Whether the text ends in one unit, back to back, for at least four times and 200 characters."""
    for size in range(1, _LONGEST_UNIT + 1):
        times = max(_LOOP_TIMES, -(-_LOOP_CHARS // size))
        if text.endswith(text[-size:] * times):
            return True
    return False


class Arriving:
    """A reply while it comes. ``finish_reason`` is empty until the model is done."""

    def __init__(self, put: Callable[[ModelDelta], None], *, limit: int) -> None:
        self._put = put
        self._visible = VisibleText(limit)
        self._usage: Usage | None = None
        self._calls: AIMessageChunk | None = None
        self.started = False
        self.finish_reason = ""

    def take(self, piece: AIMessageChunk) -> None:
        """Put what is new in a piece of it. Raises ModelReplyUnusable, as ``VisibleText`` does."""
        self.started = True
        if counts := piece.usage_metadata:  # some endpoints send a running count with every piece
            self._usage = Usage(
                prompt_tokens=counts["input_tokens"], completion_tokens=counts["output_tokens"]
            )
        if text := self._visible.take(str(piece.text)):
            self._put(ModelDelta(text=text))
        if piece.tool_call_chunks:
            self._calls = piece if self._calls is None else self._calls + piece
        reasons = map(piece.response_metadata.get, _FINISHED)
        self.finish_reason = next(filter(None, reasons), self.finish_reason)

    def end(self) -> ModelUnavailable | None:
        """Put what was held back; gives what is wrong with a reply that ends here."""
        rest, calls = self._visible.rest(), _calls_of(self._calls)
        if rest or self._usage or calls:
            self._put(ModelDelta(text=rest, usage=self._usage, calls=calls))
        return unfinished(self.finish_reason, empty=not self._visible.text and not calls)


def _calls_of(message: AIMessageChunk | None) -> tuple[ToolCall, ...]:
    """What a model wants of its tools; arguments that are no JSON are none, and the tool says so."""
    if message is None:
        return ()
    broken: Iterator[ToolCall] = (
        {"name": one["name"] or "", "args": {}, "id": one["id"], "type": "tool_call"}
        for one in message.invalid_tool_calls
    )
    return (*message.tool_calls, *broken)
