"""What a question names: documents, parts of a compilation, places, numbered clauses.

Everything is recognised against the library itself: its catalog (titles,
regions) and its texts (a quoted name that stands in one document only), never
against a list of names in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from vectorstore.named import (
    Mention,
    Mentions,
    Target,
    combine,
    ends_place_name,
    extends_place_name,
    is_matter_of_place,
    narrow,
    scope_words,
)
from vectorstore.named_titles import TitleIndex
from vectorstore.places import (
    bare_name,
    find_homophones,
    find_places,
    names_in_pinyin,
    names_of_region,
    sounds_of,
)
from vectorstore.text import fold, read_number
from vectorstore.types import Document, Scope

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{2,24})[”\"」』》]")
_CLAUSE = re.compile(r"第\s*([零〇一二两三四五六七八九十百千\d]+)\s*(条|项|点|款)")
_ORDINAL = r"[一二三四五六七八九十\d]{1,3}"
_ORDINAL_PARTS = re.compile(
    rf"第\s*({_ORDINAL}(?:\s*[、，,和与及]\s*第?\s*{_ORDINAL})*)\s*(?:份|篇|个文件|部分)"
)
_ALL_PARTS = re.compile(r"(?:这|那|全部|所有|汇编的?)\s*([一二三四五六七八九十两\d]{1,3})\s*[份篇]")
_FIRST_PARTS = re.compile(r"前\s*([一二三四五六七八九十两\d]{1,2})\s*(?:份|篇)")
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[(]\d{4}[〕\])]\s*\d+\s*号")
_INTO_TITLE = re.compile(r"《([^》]{4,60})》(?:里|中|第|规定|要求|写|说|怎么|一共|有多少|的第)")
_INTO_LAW = re.compile(r"([\u4e00-\u9fff]{2,8}(?:法|条例))[里中]?的?(?:第|哪)[^，。？?]{0,4}条")
_UNDERTAKING = re.compile(
    r"[“\"「『]([^”\"」』》]{1,16}?)[”\"」』]?(计划|工程|行动|项目|品牌)(?:[”\"」』]|(?<=[”\"」』]..))"
)
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{4,}(?![\d年.%])")
_PHRASE = 4  # characters of a phrase that names a matter
_PIECE = 3  # characters of it that, elsewhere, show that the matter is there in other words
_HAN = re.compile(r"[\u4e00-\u9fff]")
_COMPARES = re.compile(
    r"各|分别|谁|比|差|一样|相同|不同|哪个|哪份|对照|和|与|跟|\bcompare|\band\b|\bboth\b|versus"
)
_YEAR_ONLY = re.compile(r"[\d年月日\s]+")


class MentionReader:
    """Reads questions against one library."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._targets = tuple(_targets(documents))
        by_id = {document.id: document for document in documents}
        self._texts = {t: fold(_text_of(by_id[t.document_id], t)) for t in self._targets}
        self._titles = {target: _title_of(target) for target in self._targets}
        self._title_index = TitleIndex(self._titles)
        self._numbers = {re.sub(r"\W", "", fold(target.head.number)) for target in self._targets}
        self._places = _regions(self._targets)
        self._sounds = sounds_of(self._places)
        self._compilations = {d.id: d for d in documents if d.parts}
        self.names_in_pinyin = names_in_pinyin(document.text for document in documents)

    def read(self, question: str) -> Mentions:
        """What ``question`` names."""
        text = fold(question)
        places = list(self._read_places(text))
        titles = [
            mention
            for mention in self._read_titles(text)
            if not (
                ends_place_name(mention, places)
                or extends_place_name(mention, places)
                or is_matter_of_place(mention, places, text)
            )
        ]
        parts = list(self._read_parts(text))
        quoted = list(self._read_distinctive(text))
        named = [m for m in (*places, *parts, *titles) if m.targets]
        groups = combine(named)
        compares = bool(_COMPARES.search(text))
        groups, foreign = narrow(groups, quoted, compares)
        return Mentions(
            groups=tuple(self._widen(group) for group in groups),
            unknown=tuple(dict.fromkeys(m.words for m in places if not m.targets)),
            uncollected=tuple(self._read_uncollected(text)),
            foreign=foreign,
            clauses=_clauses(text),
            words=tuple(dict.fromkeys(m.words for m in (*named, *quoted))),
            scope_words=scope_words(named, quoted),
            places=tuple(dict.fromkeys(m.words for m in places)),
            within=tuple(bare_name(m.words) for m in places if m.in_text and m.targets),
        )

    def targets_in(self, scope: Scope) -> frozenset[Target]:
        """All documents and parts that the scope allows."""
        return frozenset(t for t in self._targets if scope.allows(t.document_id, t.head))

    def absent_matter(self, question: str, targets: frozenset[Target]) -> str | None:
        """A phrase of the question that other documents have and these do not, not even in part; or None.

        It shows that the question is about a matter of another document.
        """
        text = fold(question)
        inside = "".join(self._texts[target] + self._titles[target] for target in targets)
        others = [self._texts[target] for target in self._targets if target not in targets]
        strange = _strange(text, inside)
        if not any(words in other for words in strange for other in others):
            return None
        for start, end in _phrases(text, others):
            phrase = text[start:end]
            pieces = [phrase[i : i + _PIECE] for i in range(len(phrase) - _PIECE + 1)]
            words = [phrase[i : i + 2] for i in range(0, len(phrase) - 1, 2)]
            if not any(piece in inside for piece in pieces) and not all(word in inside for word in words):
                return phrase
        return None

    def _widen(self, group: frozenset[Target]) -> frozenset[Target]:
        """A compilation that is meant as a whole is all its documents."""
        whole = {t.document_id for t in group if not t.part and t.document_id in self._compilations}
        return group | {t for t in self._targets if t.document_id in whole} if whole else group

    def _read_places(self, text: str) -> Iterable[Mention]:
        taken = [False] * len(text)
        for start, end in _spans_among(text, self._places):
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                name = text[start:end]
                yield Mention(name, start, end, self._places[name], stands_alone=True)
        for start, end, name in find_homophones(text, self._sounds):
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                yield Mention(text[start:end], start, end, self._places[name], stands_alone=True)
        for start, end in find_places(text):
            if any(taken[start:end]):
                continue
            word = text[start:end]
            bare = bare_name(word)
            holders = frozenset(t for t in self._targets if bare in self._texts[t] or bare in self._titles[t])
            if len(holders) < len(self._targets) / 2:
                yield Mention(word, start, end, holders, stands_alone=True, in_text=True)

    def _read_titles(self, text: str) -> Iterable[Mention]:
        most = max(1, len(self._targets) // 2)
        for mention in self._title_index.shared(text):
            if len(mention.targets) <= most and not _YEAR_ONLY.fullmatch(mention.words):
                yield mention

    def _read_parts(self, text: str) -> Iterable[Mention]:
        for match in _ORDINAL_PARTS.finditer(text):
            for ordinal in re.findall(_ORDINAL, match.group(1)):
                yield from self._parts(match, {read_number(ordinal) or 0})
        for match in _ALL_PARTS.finditer(text):
            number = read_number(match.group(1)) or 0
            whole = {d.id for d in self._compilations.values() if len(d.parts) == number}
            hit = frozenset(t for t in self._targets if t.document_id in whole and not t.part)
            if hit:
                yield Mention(match.group(), *match.span(), hit, stands_alone=True)
        for match in _FIRST_PARTS.finditer(text):
            number = read_number(match.group(1)) or 0
            for part in range(1, number + 1):
                yield from self._parts(match, {part})

    def _parts(self, match: re.Match[str], numbers: set[int]) -> Iterable[Mention]:
        hit = frozenset(t for t in self._targets if t.part in numbers and t.part)
        if hit:
            yield Mention(match.group(), *match.span(), hit, stands_alone=True)

    def _read_uncollected(self, text: str) -> Iterable[str]:
        for match in _DOCUMENT_NUMBER.finditer(text):
            if re.sub(r"\W", "", match.group()) not in self._numbers:
                yield match.group()
        for match in (*_INTO_TITLE.finditer(text), *_INTO_LAW.finditer(text)):
            if not any(match.group(1) in title or title in match.group(1) for title in self._titles.values()):
                yield match.group(1)
        for match in _UNDERTAKING.finditer(text):
            if not any(match.group(1) in other for other in (*self._texts.values(), *self._titles.values())):
                yield "".join(match.groups())

    def _read_distinctive(self, text: str) -> Iterable[Mention]:
        """Quoted names and long numbers that stand in few documents: they say which one is meant."""
        spans = [match.span(1) for match in _QUOTED.finditer(text)] + [
            m.span() for m in _LONG_NUMBER.finditer(text)
        ]
        for start, end in spans:
            word = text[start:end]
            if any(word in title for title in self._titles.values()):
                continue  # a title, or part of one, that _read_titles has found
            holders = frozenset(t for t in self._targets if word in self._texts[t])
            if holders and len(holders) <= max(1, len(self._targets) // 3):
                yield Mention(word, start, end, holders, stands_alone=word.isdigit())


def _targets(documents: Sequence[Document]) -> Iterable[Target]:
    for document in documents:
        yield Target(document.id, 0, document.head)
        for part, head in enumerate(document.parts, start=1):
            yield Target(document.id, part, head)


def _text_of(document: Document, target: Target) -> str:
    """A target's own text: a compilation itself has just what belongs to none of its parts."""
    if not document.parts:
        return document.text
    return "\n".join(
        document.text[s.start : s.end] for s in document.sections if s.part == target.part and s.part
    )


def _title_of(target: Target) -> str:
    return fold(" ".join((target.head.title, *target.head.aliases)))


def _strange(text: str, inside: str) -> list[str]:
    """Phrases of four characters of ``text`` no piece of which is in ``inside``; longer ones hold such."""
    known = [text[i : i + _PIECE] in inside for i in range(len(text))]
    return [
        text[i : i + _PHRASE]
        for i in range(len(text) - _PHRASE + 1)
        if not any(known[i : i + _PHRASE - _PIECE + 1]) and all(map(_HAN.match, text[i : i + _PHRASE]))
    ]


def _phrases(text: str, texts: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Maximal runs of Chinese characters of ``text``, four and more, that stand in one of ``texts``."""
    position = 0
    while position < len(text):
        end = position
        while (
            end < len(text)
            and _HAN.match(text[end])
            and any(text[position : end + 1] in other for other in texts)
        ):
            end += 1
        if end - position >= _PHRASE:
            yield position, end
        position = max(end, position + 1)


def _regions(targets: Sequence[Target]) -> dict[str, frozenset[Target]]:
    """Every name of every region, and what lies in it."""
    places: dict[str, set[Target]] = {}
    for target in targets:
        for name in names_of_region(target.head.region):
            places.setdefault(name, set()).add(target)
    return {name: frozenset(group) for name, group in places.items()}


def _spans_among(text: str, names: Mapping[str, object]) -> Iterable[tuple[int, int]]:
    """Where names stand in the text, the longest first."""
    for length in sorted({len(name) for name in names}, reverse=True):
        for start in range(len(text) - length + 1):
            if text[start : start + length] in names:
                yield start, start + length


def _clauses(text: str) -> tuple[int, ...]:
    numbers = [read_number(match.group(1)) for match in _CLAUSE.finditer(text)]
    return tuple(number for number in numbers if number is not None)
