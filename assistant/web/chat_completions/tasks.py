"""What a chat front end wants of a conversation that it had here: a title, tags, a summary to remember.

Such a request is known by its shape: it hands a conversation over, turn by turn
under the protocol's own names of the roles, and asks nothing in it. It is answered
from what was asked there, without a search: no policy answers it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.saying.forms.sources import on_one_line, shortened
from assistant.web.chat_completions.requests import CompletionBody, Message, without_additions

_LONGEST_TITLE = 30
_LONGEST_SUMMARY = 200
_LONGEST_INSTRUCTIONS = 20_000  # of which an example is looked for
_MOST_TRIED = 50
_INSTRUCTING = ("system", "developer")
# How a turn of a conversation begins that stands in a text: "USER:", or "<user>".
_TURN = re.compile(r"^[ \t]*(?:(user|assistant)[ \t]*[:：]|<(user|assistant)>)", re.IGNORECASE | re.MULTILINE)
_TURN_END = re.compile(r"</(?:user|assistant)>\s*\Z", re.IGNORECASE)
_OPENED = re.compile(r"<([A-Za-z][\w-]{0,40})>\s*\Z")
# What may stand below a conversation without asking anything: headings, and blocks in tags.
_BELOW = re.compile(r"^[ \t]*#[^\n]*$|<([A-Za-z][\w-]{0,40})>[^<]*</\1>", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Turn:
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _HandedOver:
    """A conversation in a message, and what was said above it; whether it stands in a tag of its own."""

    above: str
    turns: tuple[_Turn, ...]
    is_enclosed: bool

    @property
    def is_finished(self) -> bool:
        """Whether its last question has its answer."""
        return self.turns[-1].role == "assistant" and bool(self.turns[-1].text)


def reply_to_task(body: CompletionBody) -> str | None:
    """What a request gets that only wants something of a conversation; None for all others."""
    last = body.messages[-1]
    if last.role in _INSTRUCTING:
        return _summary(body.messages)
    orders = "\n".join(one.written for one in body.messages if one.role in _INSTRUCTING)
    handed_over = _handed_over(last.written) if last.role == "user" else None
    if handed_over is None or not f"{orders}{handed_over.above}".strip():
        return None
    form = _form(handed_over.above) or _form(orders) or _form_of_schema(body.response_format)
    if not handed_over.is_finished and not (form and handed_over.is_enclosed):
        return None
    title = _title(handed_over.turns)
    return title if form is None else json.dumps(_filled(form, title), ensure_ascii=False)


def _summary(messages: Sequence[Message]) -> str | None:
    """What was asked in a conversation that ends with an answer and an order of the client, in one line."""
    *before, order = messages
    if not before or before[-1].role != "assistant" or not (before[-1].text and order.written.strip()):
        return None
    asked = [on_one_line(one.text) for one in before if one.role == "user" and one.text.strip()]
    return shortened(" ".join(asked), _LONGEST_SUMMARY) or None


def _handed_over(text: str) -> _HandedOver | None:
    """The conversation that a text ends with, in a tag of its own or as all of the text."""
    first = _TURN.search(text)
    if first is None:
        return None
    above, end = text[: first.start()], len(text)
    if opened := _OPENED.search(above):
        end = text.rfind(f"</{opened[1]}>")
        if end < first.end() or _BELOW.sub("", text[end:].partition(">")[2]).strip():
            return None  # something is asked below it
        above = above[: opened.start()]
    elif above.strip():
        return None
    turns = tuple(_turns(text[first.start() : end]))
    if not any(turn.role == "user" for turn in turns):
        return None
    return _HandedOver(above=above, turns=turns, is_enclosed=bool(opened))


def _turns(conversation: str) -> Iterator[_Turn]:
    begun = list(_TURN.finditer(conversation))
    ends = [*(turn.start() for turn in begun[1:]), len(conversation)]
    for turn, end in zip(begun, ends, strict=True):
        said = _TURN_END.sub("", conversation[turn.end() : end])
        yield _Turn((turn[1] or turn[2]).lower(), said.strip())


def _title(turns: Sequence[_Turn]) -> str:
    """The first question that has words, as short as a title."""
    asked = (on_one_line(without_additions(turn.text)) for turn in turns if turn.role == "user")
    words = next((text for text in asked if text), turns[0].text)
    return shortened(words.strip("\"' ").rstrip("？?。. "), _LONGEST_TITLE) or "…"


def _form(instructions: str) -> dict[str, object] | None:
    """The first JSON object that instructions show as an example of what they want."""
    decoder, instructions = json.JSONDecoder(), instructions[:_LONGEST_INSTRUCTIONS]
    for brace in islice(re.finditer(r"\{", instructions), _MOST_TRIED):
        try:
            shown, _ = decoder.raw_decode(instructions, brace.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(shown, dict) and shown:
            return shown
    return None


def _form_of_schema(wanted: object) -> dict[str, object] | None:
    """An example of what a ``response_format`` with a JSON Schema wants."""
    for name in ("json_schema", "schema", "properties"):
        wanted = wanted.get(name) if isinstance(wanted, dict) else None
    if not isinstance(wanted, dict):
        return None
    kinds = {name: one.get("type") for name, one in wanted.items() if isinstance(one, dict)}
    return {name: [] if kind == "array" else "" for name, kind in kinds.items()} or None


def _filled(form: dict[str, object], title: str) -> dict[str, object]:
    """The form with its title, and nothing else in it: no tags, no next questions, nothing to search for."""
    return {
        name: title if name == "title" else [] if isinstance(value, list) else ""
        for name, value in form.items()
    }
