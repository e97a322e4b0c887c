"""What the tools do, each for one call: a question, a search, the list of documents, a place in one."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcp.types import CallToolResult, TextContent

from assistant.answer import Assistant
from assistant.saying.answer_json import head_json, passages_json, to_json
from assistant.saying.forms.markdown import to_markdown
from assistant.saying.forms.sources import source_line
from assistant.types import Answer, Question
from vectorstore.errors import DocumentUnknown, Language, Message
from vectorstore.types import EVERYWHERE, Document, Scope

Json = dict[str, Any]

MOST_LISTED = 100
MOST_CHARACTERS = 4000
_LONGEST_TITLE = 80

_NOTHING = Message("没有找到。", "Nothing found.")
_LISTED = Message("共 {} 份，以下是第 {} 至 {} 份：", "{} documents; these are {} to {}:")
_NONE_LISTED = Message("共 {} 份，从这里起没有了。", "{} documents; none from here on.")
_UNKNOWN = Message("库中没有这份文件。", "There is no such document in the library.")
_SEE_LIST = Message("编号见工具 list_documents。", "The tool list_documents tells the ids.")
_READ = Message("全文 {} 字，start={} end={}：", "{} characters, start={} end={}:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls a tool, as far as the tools need to know: what may be seen, and how to get at it.

    ``ask`` answers a question, ``work`` runs what blocks. ``base`` is the server's address for links.
    """

    assistant: Assistant
    language: Language
    visible: Scope
    base: str
    ask: Callable[[Question], Awaitable[Answer]]
    work: Callable[[Callable[[], CallToolResult]], Awaitable[CallToolResult]]

    def scope(self, region: str, documents: Sequence[str] = ()) -> Scope:
        """Where to look, within what may be seen."""
        wanted = Scope(documents=tuple(documents), regions=(region,) if region else ())
        return wanted if self.visible == EVERYWHERE else replace(wanted, within=self.visible)


async def ask(call: Call, question: str, region: str, documents: Sequence[str]) -> CallToolResult:
    """The checked answer in Markdown, and where ``read_document`` finds what it cites."""
    answer = await call.ask(Question(text=question, scope=call.scope(region, documents), face="mcp"))
    told = to_json(answer)
    text = to_markdown(told, base=call.base, language=call.language)
    places = (f"[{one['label']}] {_place(one)}" for one in _items(told, "citations"))
    return _told("\n\n".join((text, "\n".join(places))).strip(), told)


async def search(call: Call, question: str, region: str, limit: int) -> CallToolResult:
    """The passages found, best first."""
    asked = Question(text=question, scope=call.scope(region))

    def found() -> CallToolResult:
        started = time.perf_counter()
        searched, passages = call.assistant.search(asked, limit)
        told = passages_json(searched, passages, time.perf_counter() - started)
        shown = [
            f"{one['rank']}. {_named(one, call.language)}\n{_place(one)}\n{one['text']}"
            for one in _items(told, "passages")
        ]
        return _told("\n\n".join(shown) or _NOTHING.in_language(call.language), told)

    return await call.work(found)


async def list_documents(call: Call, region: str, offset: int) -> CallToolResult:
    """The documents that may be seen, so many at a time."""
    scope = call.scope(region)

    def listed() -> CallToolResult:
        allowed = [one for one in call.assistant.documents() if any(_allowed(scope, one))]
        page = allowed[offset : offset + MOST_LISTED]
        heads = [head_json(one.id, one.source, one.head) | {"characters": len(one.text)} for one in page]
        heading = (_LISTED if page else _NONE_LISTED).in_language(call.language)
        heading = heading.format(len(allowed), offset + 1, offset + len(page))
        told = {"total": len(allowed), "offset": offset, "documents": heads}
        return _told("\n".join((heading, *(_listed(head, call.language) for head in heads))), told)

    return await call.work(listed)


async def read_document(call: Call, document_id: str, start: int, end: int | None) -> CallToolResult:
    """The text from ``start`` on, so much at a time. Raises DocumentUnknown, also for one out of sight."""

    def read() -> CallToolResult:
        document = call.assistant.document(document_id)
        if document is None or not any(_allowed(call.visible, document)):
            raise DocumentUnknown(_UNKNOWN, _SEE_LIST)
        first, last = _readable(document, call.visible, start)
        last = max(first, min(last, first + MOST_CHARACTERS, last if end is None else end))
        head = head_json(document.id, document.source, document.head)
        told = {
            "document": head,
            "characters": len(document.text),
            "start": first,
            "end": last,
            "text": document.text[first:last],
        }
        heading = _READ.in_language(call.language).format(len(document.text), first, last)
        return _told(f"{_listed(head, call.language)}\n{heading}\n\n{told['text']}", told)

    return await call.work(read)


def _told(text: str, told: Json) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=told)


def _items(told: Json, name: str) -> list[Json]:
    items: list[Json] = told[name]
    return items


def _named(item: Json, language: Language) -> str:
    return source_line(item, language, longest_title=_LONGEST_TITLE)


def _place(item: Json) -> str:
    """What ``read_document`` takes."""
    return f"document_id={item['document']['id']} start={item['start']} end={item['end']}"


def _listed(head: Json, language: Language) -> str:
    named = _named({"document": head, "path": ()}, language)
    facts = (head["id"], named, head["issuer"], head["region"], head["issued_on"])
    return " · ".join(fact for fact in facts if fact)


def _allowed(scope: Scope, document: Document) -> list[bool]:
    """Of the document and each part of it, whether the scope allows it."""
    return [scope.allows(document.id, head) for head in (document.head, *document.parts)]


def _readable(document: Document, visible: Scope, start: int) -> tuple[int, int]:
    """From where to where may be read, beginning at ``start``.

    Of a compilation that may be seen in part only, that is the rest of a part that may be.
    """
    whole = len(document.text)
    allowed = _allowed(visible, document)
    if all(allowed):
        return min(start, whole), whole
    ranges = ((one.start, one.end) for one in document.sections if allowed[one.part] and one.end > start)
    first, last = next(ranges, (whole, whole))
    return max(first, start), last
