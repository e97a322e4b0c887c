"""Which documents of a library are versions of one rule, and which of them a newer one stands for.

Two kinds of evidence. A document says that another is void ("《…（2025年版）》同时废止"): that one is
repealed. Or two documents have one name but for words of versions (years, 试行, 修订), one place and no
different issuers, and are dated: the older has a newer version. A draft replaces nothing. What the catalog
says of a document's standing stays as it is, and copies are no versions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import date

from vectorstore.text import fold
from vectorstore.types import Document, Head, Status

_RELAYED = re.compile(r"(?:印发|发布|公布|下发|转发|颁布)[^《》]{0,8}《(.+)》[^《》]{0,12}$")
# What tells the versions of a rule apart and is no part of its name.
_VERSION = re.compile(
    r"[(\[【][^()\[\]【】]{0,12}(?:版|修订|修正|修改|试行|暂行|草案|稿|\d{4})[^()\[\]【】]{0,8}[)\]】]|"
    r"(?:19|20)\d{2}(?:\s*[-—–~至]\s*(?:19|20)?\d{2})?(?:年度?|学年度?|版)?|试行|暂行|新修订|修订版"
)
# In one sentence: names of rules, and then that they are void.
_VOID_WORDS = ("同时废止", "即行废止", "予以废止", "同时停止执行", "不再执行", "同时失效")
_VOID = re.compile("|".join(_VOID_WORDS))
_NAMED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》(?:\s*[(（]([^()（）]{4,24}号)[)）])?")
_SENTENCE = 400  # characters before the word that are looked through
_REPLACING = (Status.ISSUED, Status.ANONYMISED, Status.SUPERSEDED)
_LEAST = 4  # letters of a name that says which rule it is


def name_of_rule(title: str) -> str:
    """A title without what tells versions apart; the place at its beginning stays.

    "关于印发《学生资助办法（2025年修订）》的通知" → "学生资助办法"
    """
    text = fold(title)
    relayed = _RELAYED.search(text)
    return _letters(_VERSION.sub("", relayed.group(1) if relayed else text))


def voided_by(text: str) -> Iterator[tuple[str, str]]:
    """The titles, and numbers where they are given, of what a text says to be void."""
    if not any(word in text for word in _VOID_WORDS):  # ten times as fast as the pattern, on every start
        return
    for void in _VOID.finditer(text):
        before = text[max(0, void.start() - _SENTENCE) : void.start()]
        sentence = re.split(r"[。\n;；]", before)[-1]
        for named in _NAMED.finditer(sentence):
            yield named.group(1), fold(named.group(2) or "")


class Versions:
    """The documents of a library with their standing towards each other. Immutable."""

    def __init__(self, documents: Sequence[Document]) -> None:
        rules, void = _rules(documents), _void(documents)
        newer = _outdated(rules) | void
        self.documents = tuple(_marked(one, newer.get(one.id), is_void=one.id in void) for one in documents)
        self._newer = {document_id: one.id for document_id, one in newer.items()}
        self._years = {document.id: document.head.years for document in documents}
        self._order = {document.id: _order(document) for document in documents}
        self._versions = _connected([[one.id for one in rule] for rule in rules], self._newer.items())

    def newest(self, document_id: str) -> str:
        """The id of the document that stands for that one now; its own where none replaces it."""
        seen = [document_id]
        while (newer := self._newer.get(seen[-1])) and newer not in seen:
            seen.append(newer)
        return seen[-1]

    def is_meant(self, document_id: str, years: Set[int]) -> bool:
        """Whether a question that names these years means that version: the newest, or one of just these."""
        newest = self.newest(document_id)
        return newest == document_id or bool(years & (self._years[document_id] - self._years[newest]))

    def of(self, document_id: str) -> tuple[str, ...]:
        """The ids of all versions of a document's rule, that one among them, the newest first."""
        versions = self._versions.get(document_id, {document_id})
        return tuple(sorted(versions, key=lambda one: (self._order[one], one), reverse=True))


def _connected(rules: Iterable[Sequence[str]], newer: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """All ids that belong together, by each of them."""
    families: dict[str, set[str]] = {}
    for together in (*rules, *newer):
        joined = {other for one in together for other in families.get(one, {one})}
        families |= dict.fromkeys(joined, joined)
    return families


def _letters(text: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, text))


def _dated(head: Head) -> date | None:
    """When a version is of: its date, or the year that it names."""
    year = max(head.years, default=0)
    return head.issued_on or (date(year, 1, 1) if year else None)


def _order(document: Document) -> tuple[int, date]:
    """Versions in time: by the year that the title says, as a plan may be issued in the year before."""
    dated = _dated(document.head) or date.min
    years = {int(year) for year in re.findall(r"(?:19|20)\d{2}", document.head.title)}
    return (max(years, default=dated.year), dated)


def _rules(documents: Sequence[Document]) -> list[list[Document]]:
    """The documents of each rule that has several versions, the newest first; of copies one."""
    named: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        name = name_of_rule(document.head.title)
        if len(name) >= _LEAST and _dated(document.head) and document.head.status is not Status.BULLETIN:
            named[name, document.head.region].append(document)
    rules: list[list[Document]] = []
    for same in named.values():
        versions: dict[tuple[int, date], Document] = {}
        for document in sorted(same, key=_order, reverse=True):
            if all(_may_be_one(document, other) for other in versions.values()):
                versions.setdefault(_order(document), document)
        if len(versions) > 1:
            rules.append(list(versions.values()))
    return rules


def _may_be_one(one: Document, other: Document) -> bool:
    """Whether two documents of one name and place may be versions of one rule, and are no copies."""
    issuers = {one.head.issuer, other.head.issuer} - {""}
    return one.digest != other.digest and len(issuers) < 2


def _outdated(rules: Iterable[Sequence[Document]]) -> dict[str, Document]:
    """The newest issued version by the id of each older one."""
    newer: dict[str, Document] = {}
    for rule in rules:
        issued = [one for one in rule if one.head.status in _REPLACING]
        if issued:
            older = rule[rule.index(issued[0]) + 1 :]
            newer |= {one.id: issued[0] for one in older}
    return newer


def _void(documents: Sequence[Document]) -> dict[str, Document]:
    """The document that says so by the id of each that is void. Of two that void each other, the older is."""
    titled: dict[str, list[Document]] = defaultdict(list)
    numbered: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        titled[_letters(fold(document.head.title))].append(document)
        numbered[_letters(fold(document.head.number))].append(document)
    newer: dict[str, Document] = {}
    for document in documents:
        if document.head.status not in _REPLACING:
            continue
        for title, number in voided_by(document.text):
            named = numbered.get(_letters(number), []) if number else titled.get(_letters(fold(title)), [])
            newer |= {old.id: document for old in named if old is not document and _may_void(document, old)}
    return newer


def _may_void(new: Document, old: Document) -> bool:
    """Whether a document can have made another void: of one place, and later or under another title."""
    places = sorted((new.head.region, old.head.region), key=len)
    if not places[1].startswith(places[0]):  # a title may be that of other places' rules too
        return False
    dates = _dated(old.head), _dated(new.head)
    if None in dates:
        return _letters(old.head.title) != _letters(new.head.title)
    return _order(old) < _order(new)


def _marked(document: Document, newer: Document | None, *, is_void: bool) -> Document:
    """The document with what replaces it, unless the catalog has said so already."""
    head = document.head
    if newer is None or head.superseded_by or head.status in (Status.SUPERSEDED, Status.REPEALED):
        return document
    replaced = Status.REPEALED if is_void else Status.SUPERSEDED
    status = Status.DRAFT if head.status is Status.DRAFT else replaced
    return replace(document, head=replace(head, status=status, superseded_by=newer.head.title))
