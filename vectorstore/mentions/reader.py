"""What a question names: documents, parts of a compilation, places, numbered clauses.

Everything is recognised against the library itself: its catalog (titles,
regions, file names) and its texts (a quoted name that stands in few documents),
and the national list of places. What is named is ranked higher and nothing is
left out for it, so that a wrong guess costs ranks and not the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath

from vectorstore.mentions.named import Mention, Mentions, Target, combine
from vectorstore.mentions.named_titles import TitleIndex
from vectorstore.places import (
    bare_name,
    find_homophones,
    find_places,
    names_in_pinyin,
    names_of_region,
    places_in,
    sounds_of,
)
from vectorstore.text import YEAR, fold, read_number
from vectorstore.types import Document, Scope

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{2,24})[”\"」』》]")
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{4,}(?![\d年.%])")
_CLAUSE = re.compile(r"第\s*([零〇一二两三四五六七八九十百千\d]+)\s*(条|项|点|款)")
_ORDINAL = r"[一二三四五六七八九十\d]{1,3}"
_PARTS = re.compile(rf"第\s*({_ORDINAL}(?:\s*[、，,和与及]\s*第?\s*{_ORDINAL})*)\s*(?:份|篇|个文件|部分)")
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[(]\d{4}[〕\])]\s*\d+\s*号")
_YEAR_ONLY = re.compile(r"[\d年月日\s]+")
_FIRST_LINES = 200  # characters of a text in which it says whose it is
_BEGINS_WITH_PLACE = re.compile(
    r"\W*(?:\d{4}年)?([\u4e00-\u9fff]{2,5}?(?:省|市|自治州|盟|县|区|旗))(?![\u4e00-\u9fff]?级)"
)
_ISSUED_BY = re.compile(
    r"\W*([\u4e00-\u9fff]{2,14}?[部委厅局院府会])(?:等[^关]{1,8})?(?:办公[厅室])?(?:关于|印发)"
)
_FEW = 3  # a third of the documents: a quoted name that more of them have says nothing


class MentionReader:
    """Reads questions against one library."""

    def __init__(self, documents: Sequence[Document], before: MentionReader | None = None) -> None:
        """What ``before``, a reader of another library, has found in texts that are the same is shared."""
        self._targets = tuple(_targets(documents))
        by_id = {document.id: document for document in documents}
        self._texts = {t: fold(_text_of(by_id[t.document_id], t)) for t in self._targets}
        self._titles = {t: _title_of(t, by_id[t.document_id].source) for t in self._targets}
        self._title_index = TitleIndex(self._titles)
        self._numbers = {t: re.sub(r"\W", "", fold(t.head.number)) for t in self._targets}
        self._places = _regions(self._targets, by_id)
        self._sounds = sounds_of(self._places)
        self._compilations = {document.id for document in documents if document.parts}
        known: Mapping[str, frozenset[str]] = before._spoken_of if before else {}
        self._spoken_of: dict[str, frozenset[str]] = {
            one.digest: known[one.digest] if one.digest in known else places_in(one.text) for one in documents
        }
        self.names_in_pinyin = names_in_pinyin(chain.from_iterable(self._spoken_of.values()))

    def read(self, question: str) -> Mentions:
        """What ``question`` names."""
        text = fold(question)
        places = list(self._read_places(text))
        numbers = list(self._read_numbers(text))
        titles = list(self._read_titles(text))
        quoted = list(self._read_distinctive(text))
        named = [m for m in (*places, *numbers, *self._read_parts(text), *titles, *quoted) if m.targets]
        years = list(dict.fromkeys(YEAR.findall(text)))
        whole = [m for m in named if len(years) < 2 or not YEAR.search(m.words)]
        groups = self._of_years(combine(whole), years)
        return Mentions(
            groups=tuple(self._widen(group) for group in groups),
            unknown=tuple(dict.fromkeys(m.words for m in (*places, *numbers) if not m.targets)),
            clauses=_clauses(text),
            words=tuple(dict.fromkeys(m.words for m in named)),
            places=tuple(dict.fromkeys(m.words for m in places)),
            certain=any(mention.certain for mention in named),
        )

    def targets_in(self, scope: Scope) -> frozenset[Target]:
        """All documents and parts that the scope allows."""
        return frozenset(t for t in self._targets if scope.allows(t.document_id, t.head))

    def _widen(self, group: frozenset[Target]) -> frozenset[Target]:
        """A compilation that is meant as a whole is all its documents."""
        whole = {t.document_id for t in group if not t.part and t.document_id in self._compilations}
        return group | {t for t in self._targets if t.document_id in whole} if whole else group

    def _of_years(
        self, groups: tuple[frozenset[Target], ...], years: Sequence[str]
    ) -> tuple[frozenset[Target], ...]:
        """One thing of several years ("2018年的…和2024年的") is as many things, by the years in the names."""
        if len(groups) != 1 or len(years) < 2:
            return groups
        of_year = [frozenset(t for t in groups[0] if year in self._titles[t]) for year in years]
        apart = all(of_year) and not frozenset.intersection(*of_year)
        return tuple(of_year) if apart else groups

    def _read_places(self, text: str) -> Iterable[Mention]:
        taken = [False] * len(text)

        def is_free(start: int, end: int) -> bool:
            free = not any(taken[start:end])
            taken[start:end] = [True] * (end - start)
            return free

        for start, end in _spans_among(text, self._places):
            if is_free(start, end):
                yield Mention(text[start:end], start, end, self._places[text[start:end]], certain=True)
        for start, end, name in find_homophones(text, self._sounds):
            if is_free(start, end):
                yield Mention(text[start:end], start, end, self._places[name], certain=True)
        for start, end in find_places(text):
            if is_free(start, end):
                bare = bare_name(text[start:end])
                holders = frozenset(
                    t for t in self._targets if bare in self._texts[t] or bare in self._titles[t]
                )
                if len(holders) < len(self._targets) / 2:
                    yield Mention(text[start:end], start, end, holders, certain=True)

    def _read_titles(self, text: str) -> Iterable[Mention]:
        most = max(1, len(self._targets) // 2)
        for mention in self._title_index.shared(text):
            if len(mention.targets) <= most and not _YEAR_ONLY.fullmatch(mention.words):
                yield mention

    def _read_parts(self, text: str) -> Iterable[Mention]:
        for match in _PARTS.finditer(text):
            for number in map(read_number, re.findall(_ORDINAL, match.group(1))):
                hit = frozenset(t for t in self._targets if t.part and t.part == number)
                yield Mention(match.group(), *match.span(), hit, certain=True)

    def _read_numbers(self, text: str) -> Iterable[Mention]:
        """Numbers of documents; one that only a text cites means that text."""
        for match in _DOCUMENT_NUMBER.finditer(text):
            bare = re.sub(r"\W", "", match.group())
            own = frozenset(t for t, number in self._numbers.items() if number and bare.endswith(number))
            citing = frozenset(t for t in self._targets if match.group() in self._texts[t])
            yield Mention(match.group(), *match.span(), own or citing, certain=True)

    def _read_distinctive(self, text: str) -> Iterable[Mention]:
        """Quoted names and long numbers that stand in few documents: they say which one is meant."""
        spans = [m.span(1) for m in _QUOTED.finditer(text)] + [m.span() for m in _LONG_NUMBER.finditer(text)]
        for start, end in spans:
            word = text[start:end]
            holders = frozenset(t for t in self._targets if word in self._titles[t] or word in self._texts[t])
            if len(holders) <= max(1, len(self._targets) // _FEW):
                yield Mention(word, start, end, holders, certain=len(holders) == 1)


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


def _title_of(target: Target, source: str) -> str:
    """Everything that a target is called, folded: its title, aliases, and the file's name."""
    stem = "" if target.part else PurePosixPath(source).stem
    return fold(" ".join((target.head.title, *target.head.aliases, stem)))


def _regions(targets: Sequence[Target], documents: Mapping[str, Document]) -> dict[str, frozenset[Target]]:
    """Every name of every place that a target is of, or of the body that issued it.

    That is its region, what its names and first lines begin with, which tells places that no dictionary has,
    and whoever stands before 关于 in its title.
    """
    places: dict[str, set[Target]] = {}
    for target in targets:
        document = documents[target.document_id]
        lines = [target.head.title, target.head.issuer]
        if not target.part:
            lines += [PurePosixPath(document.source).stem, *document.text[:_FIRST_LINES].split("\n")]
        begun = (match.group(1) for line in lines if (match := _BEGINS_WITH_PLACE.match(line)))
        names = names_of_region(target.head.region).union(*map(names_of_region, set(begun)))
        if issuer := _ISSUED_BY.match(fold(target.head.title)):
            names.add(issuer.group(1))
        for name in names:
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
