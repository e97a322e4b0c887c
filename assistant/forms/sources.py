"""A citation in one line, and what all forms say around an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message, PolicyAssistantError
from vectorstore.glossary import is_foreign
from vectorstore.types import Status

Json = Mapping[str, Any]

SOURCES = Message("依据：", "Sources:")
NEAREST = Message("相近内容：", "Nearest:")
SHORTENED = Message("（内容较长，只列出前面的部分。）", "(Long; only its beginning is given.)")
LABEL = re.compile(r"\[(\d{1,3})\]")
# A line, or a sentence of one, with the marks after it.
UNIT = re.compile(r"[^\n。！？；]*[。！？；]?(?:\s*\[\d{1,3}\])*\n*")
# What ends an answer's own text where a bot sends it back as part of the conversation.
_APPENDED = re.compile(r"\n+(?:依据：|Sources:|相近内容：|Nearest:|ⓘ |> ⓘ ).*", re.DOTALL)
_PATH_SHOWN = 24  # characters of each heading
_STATUS = {status.value: name for status, name in STATUS_NAMES.items()}


def language_of(answer: Json, settled: Language) -> Language:
    """The language that an answer is in: its question's where that is English, else the settled one."""
    return "en" if is_foreign(answer["question"]) else settled


def source_line(citation: Json, language: Language, *, longest_title: int) -> str:
    """Title, number, status unless it is in force, and where in the document; the last two headings of it."""
    document = citation["document"]
    named = f"《{shortened(document['title'], longest_title)}》{document['number']}"
    if document["status"] != Status.ISSUED.value:
        named += f"（{_STATUS[document['status']].in_language(language)}）"
    path = " › ".join(shortened(heading, _PATH_SHOWN) for heading in citation["path"][-2:])
    return on_one_line("，".join(part for part in (named, path) if part))


def shortened(text: str, longest: int) -> str:
    """The beginning of a text, marked where it goes on."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def on_one_line(text: str) -> str:
    """White space of any kind as single blanks."""
    return " ".join(text.split())


def without_sources(reply: str) -> str:
    """What an answer said, without the notices and sources that a form put below it."""
    return _APPENDED.sub("", reply)


def apology(error: PolicyAssistantError, language: Language) -> str:
    """An error as a sentence in a chat: what happened, and what to do."""
    between = " " if language == "en" else ""
    return between.join((error.message.in_language(language), error.hint.in_language(language)))
