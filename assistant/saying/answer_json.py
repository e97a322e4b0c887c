"""The JSON of answers, passages and documents: one stable shape for API, command line and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from assistant.types import Answer, Citation, Nearest
from vectorstore.mentions.named import Mentions
from vectorstore.types import EVERYWHERE, Document, Head, Mark, Passage, Scope, Section

Json = dict[str, object]

OWN_FILE = "own-"
"""What the id of a document begins with that is somebody's own and none of the library's."""

KEPT_FROM = "own_file"
"""Where a kept answer says from whose own document it is, by the id of that."""

_MOST_TARGETS = 50  # of what a question names; a province's name means hundreds of documents


def to_json(answer: Answer) -> Json:
    """The answer as JSON values. Keys are always all there; what is not known is empty or null."""
    refusal = answer.refusal
    return {
        "answer": answer.text,
        "outcome": answer.outcome.value,
        "refusal": refusal
        and {"reason": refusal.reason.value, "nearest": [_nearest_json(one) for one in refusal.nearest]},
        "citations": [_citation_json(citation) for citation in answer.citations],
        "notices": list(answer.notices),
        "question": answer.question,
        "scope": _scope_json(answer.mentions),
        "mode": answer.mode,
        "model": answer.model,
        "usage": {
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        },
        "seconds": {"search": answer.seconds.search, "answer": answer.seconds.answer},
        "conversation_id": answer.conversation_id,
        "answer_id": answer.answer_id,
    }


def passages_json(question: str, passages: Sequence[Passage], seconds: float) -> Json:
    """What retrieval found for ``question``, the question as searched, best first."""
    return {
        "question": question,
        "passages": [_passage_json(passage) for passage in passages],
        "seconds": seconds,
    }


def document_json(document: Document, chunks: int) -> Json:
    """One line of the list of documents; ``marks`` are all that its sections have."""
    marks = (mark for section in document.sections for one in section.walk() for mark in one.marks)
    return {
        **head_json(document.id, document.source, document.head),
        "chunks": chunks,
        "marks": _marks_json(marks),
    }


def outline_json(document: Document, scope: Scope = EVERYWHERE) -> list[Json]:
    """The sections of ``document`` that the scope allows as a tree, each with its range of characters."""
    allowed = (one for one in document.sections if scope.allows(document.id, document.head_of(one.part)))
    return [_section_json(section) for section in allowed]


def document_url(document_id: str, start: int, end: int) -> str:
    """Where a face shows that range of a document."""
    return f"/documents/{quote(document_id, safe='')}?start={start}&end={end}"


def own_document_id(token: str) -> str:
    """The id by which somebody's own document of that token is read. From it nobody can tell the token."""
    return f"{OWN_FILE}{sha256(token.encode()).hexdigest()[:32]}"


def to_kept_json(answer: Answer, own_file: str) -> Json:
    """As ``to_json``, for the history: from a document of one's own, by its token, it leads nowhere."""
    kept = to_json(answer)
    return {**_relinked(kept, lambda _: ""), KEPT_FROM: own_document_id(own_file)} if own_file else kept


def kept_from(answer: Mapping[str, Any]) -> str:
    """The id of the own document that a kept answer is from; empty for one of the library."""
    found: str = answer.get(KEPT_FROM, "")
    return found


def with_links(answer: Mapping[str, Any]) -> Json:
    """A kept answer from one's own document, its citations leading there again."""
    return _relinked(answer, lambda one: document_url(one["document"]["id"], one["start"], one["end"]))


def as_told(answer: Mapping[str, Any]) -> Json:
    """A kept answer as it was told to programs."""
    return {name: value for name, value in answer.items() if name != KEPT_FROM}


def _relinked(answer: Mapping[str, Any], link: Callable[[Mapping[str, Any]], str]) -> Json:
    refusal = answer["refusal"]
    return {
        **answer,
        "refusal": refusal and {**refusal, "nearest": [{**one, "url": ""} for one in refusal["nearest"]]},
        "citations": [{**one, "url": link(one)} for one in answer["citations"]],
    }


def _scope_json(mentions: Mentions) -> Json:
    """What the question was understood to be about; no document stands for the whole library."""
    targets = sorted(mentions.targets, key=lambda target: (target.document_id, target.part))
    return {
        "documents": [
            {
                "id": target.document_id,
                "part": target.part,
                "title": target.head.title,
                "region": target.head.region,
            }
            for target in targets[:_MOST_TARGETS]
        ],
        "clauses": list(mentions.clauses),
        "unknown": list(mentions.unknown),
    }


def _citation_json(citation: Citation) -> Json:
    passage = citation.passage
    chunk = passage.chunk
    return {
        "label": citation.label,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "document": head_json(chunk.document_id, passage.source, passage.head),
        "path": list(chunk.path),
        "page": passage.page_of(citation.start),
        "url": document_url(chunk.document_id, citation.start, citation.end),
        "cells": [{"header": cell.header, "text": cell.text} for cell in chunk.cells],
    }


def _passage_json(passage: Passage) -> Json:
    chunk = passage.chunk
    return {
        "rank": passage.rank,
        "document": head_json(chunk.document_id, passage.source, passage.head),
        "path": list(chunk.path),
        "page": passage.page_of(chunk.start),
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "score": passage.score,
    }


def _nearest_json(nearest: Nearest) -> Json:
    return {"title": nearest.title, "path": list(nearest.path), "url": nearest.url}


def _section_json(section: Section) -> Json:
    cells = {"cells": [{"header": cell.header, "text": cell.text} for cell in section.cells]}
    return {
        "kind": section.kind.value,
        "label": section.label,
        "title": section.title,
        "start": section.start,
        "end": section.end,
        "marks": _marks_json(section.marks),
        "children": [_section_json(child) for child in section.children],
        **(cells if section.cells else {}),
    }


def head_json(document_id: str, source: str, head: Head) -> Json:
    """What is known of a document; what is not is empty or null."""
    return {
        "id": document_id,
        "source": source,
        "title": head.title,
        "issuer": head.issuer,
        "number": head.number,
        "region": head.region,
        "issued_on": head.issued_on and head.issued_on.isoformat(),
        "status": head.status.value,
    }


def _marks_json(marks: Iterable[Mark]) -> list[str]:
    found = set(marks)
    return [mark.value for mark in Mark if mark in found]
