"""What to look at after documents were taken in: what is not known of them, and what they are to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from vectorstore.documents.versions import Versions
from vectorstore.errors import Language, Message
from vectorstore.types import Document, Status

_SHORT = 50  # characters of a text that hardly says anything
_NAMED = 5  # documents that a line names
_HEADING = Message("请看一眼（可在 catalog.toml 里更正）：", "Worth a look (catalog.toml corrects):")
_KINDS = {
    "short": Message("几乎没有文字", "hardly any text"),
    "undated": Message("没有读到日期", "no date found"),
    "nowhere": Message("没有读到地区和发文单位", "neither place nor issuer found"),
    "copy": Message("与另一份文件内容相同", "the same text as another"),
    "older": Message("库中已有新版，或已被废止", "a newer version is there, or it is void"),
}


class Need(NamedTuple):
    """One kind of thing to look at, and the documents, by source, that it is about."""

    kind: str
    sources: tuple[str, ...]


def needs_a_look(documents: Sequence[Document], taken_in: Collection[str]) -> Iterator[Need]:
    """What is to be looked at of the documents taken in, by source, among all of the library."""
    by_digest: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_digest[document.digest].append(document)
    found: dict[str, list[str]] = defaultdict(list)
    for document in Versions(documents).documents:
        if document.source in taken_in:
            for kind in _kinds_of(document, len(by_digest[document.digest]) > 1):
                found[kind].append(document.source)
    yield from (Need(kind, tuple(found[kind])) for kind in _KINDS if kind in found)


def told(needs: Sequence[Need], language: Language) -> Iterator[str]:
    """The lines that say so; none where there is nothing."""
    if needs:
        yield f"ⓘ {_HEADING.in_language(language)}"
    for need in needs:
        more = "…" if len(need.sources) > _NAMED else ""
        names = ("、" if language == "zh" else ", ").join(need.sources[:_NAMED])
        yield f"  {_KINDS[need.kind].in_language(language)} ({len(need.sources)})：{names}{more}"


def _kinds_of(document: Document, is_copy: bool) -> Iterator[str]:
    head = document.head
    if len(document.text.strip()) < _SHORT:
        yield "short"
    if head.issued_on is None and not head.years:
        yield "undated"
    if not head.region and not head.issuer:
        yield "nowhere"
    if is_copy:
        yield "copy"
    if head.status in (Status.SUPERSEDED, Status.REPEALED):
        yield "older"
