"""Whether what a sentence says stands in the passages that it cites.

Figures, dates, numbers of documents, departments, places and quoted words must
stand there. A figure must stand in a passage that also fits the place, the
title or the department that its clause names: a figure of one document told
beside another's name is wrong, however right each is. The wording between them
is not judged, beyond that it must share words with a passage; of a sentence in
another language than the passages only figures and names can be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from assistant.checking.cited import Source
from assistant.checking.figures import (
    DATE,
    ITEM,
    Figure,
    comparable,
    is_difference,
    read_figures,
    stands_among,
)
from assistant.checking.names import (
    find_departments,
    find_places,
    find_quotes,
    is_department_of,
    is_place_of,
)
from assistant.checking.planned import told_as_done, told_as_planned
from assistant.types import Evidence, Tongue
from vectorstore.text import search_terms

_CLAUSE = re.compile(r"[^,，;；。!！?？:：\n]+")
_EACH = re.compile(r"分别|各为|依次|respectively")
_LEAST_TITLE = 6  # characters of a title that name a document without 《》
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-zA-Z][a-zA-Z0-9.@_+-]*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[\w./?=&%#~-]+", re.ASCII)


class _Kind(StrEnum):
    FIGURE = "figure"
    QUOTE = "quote"
    TITLE = "title"
    PLACE = "place"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class _Claim:
    """A figure or a name where it stands in a sentence (comparable)."""

    kind: _Kind
    text: str
    start: int
    figure: Figure | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_amount(self) -> bool:
        """Whether it is a figure and no date."""
        return self.figure is not None and self.figure.unit != DATE

    def stands_in(self, source: Source) -> bool:
        """Whether the source says it."""
        if self.figure:
            return stands_among(self.figure, source.figures)
        if self.kind is _Kind.DEPARTMENT:
            return is_department_of(self.text, source.body)
        if self.kind is _Kind.PLACE:
            return is_place_of(self.text, source.body) or self.text in source.region_names
        return self.text in source.body


class Support:
    """What the passages of one answer bear. ``tongue`` is what replies are wanted in."""

    def __init__(self, evidence: Evidence, tongue: Tongue) -> None:
        self.sources = tuple(Source(passage) for passage in evidence.passages)
        self._question = comparable(evidence.question)
        self._foreign = tongue == "en" or is_foreign(evidence.question)
        self._places = frozenset(name for source in self.sources for name in source.region_names)
        titles = (comparable(passage.head.title) for passage in evidence.passages)
        self._titles = frozenset(title for title in titles if len(title) >= _LEAST_TITLE)

    def lacking(self, words: str, cited: Sequence[Source], heading: str = "") -> list[str]:
        """Why the cited passages do not bear a sentence, each reason in a few words; empty if they do.

        ``heading`` stands over the sentence: it may say whose the figures are.
        """
        if not self._foreign and _is_unreadable(words, cited):
            return ["不是中文，无法与资料核对"]
        whole = f"{heading}：{words}" if heading else words
        text = comparable(whole)
        start = len(comparable(whole[: len(whole) - len(words)]))
        names = self._names(whole, text)
        figures = [claim for claim in _figures_of(text) if claim.start >= start]
        told = [claim for claim in figures if any(map(claim.stands_in, cited))]
        own = [*figures, *(name for name in names if name.start >= start)]
        missing = [
            claim.text
            for claim in own
            if claim not in told and not _sets_apart(claim, told) and not any(map(claim.stands_in, cited))
        ]
        if missing:
            return [f"{'、'.join(dict.fromkeys(missing))} 不在所引的资料里"]
        reasons = [_of_another(text, claim, names, cited) for claim in told]
        reasons += [_only_planned(text, claim, cited) for claim in told]
        if not own and not _shares_words(words, cited):
            reasons.append("没有一个词见于所引的资料")
        return [reason for reason in reasons if reason]

    def unknown(self, words: str, *, amounts_as_asked: bool = False) -> list[str]:
        """Figures and names of a sentence that no passage has, nor the question; amounts that this lacks."""
        text = comparable(words)
        return [
            claim.text
            for claim in (*_figures_of(text), *self._names(words, text))
            if not self._is_asked(claim)
            and not (any(map(claim.stands_in, self.sources)) and not (amounts_as_asked and claim.is_amount))
        ]

    def _is_asked(self, claim: _Claim) -> bool:
        figure = claim.figure
        return claim.text in self._question or bool(
            figure and stands_among(figure, read_figures(self._question))
        )

    def _names(self, words: str, text: str) -> list[_Claim]:
        """Quoted words, addresses, departments, places, and titles of the documents at hand."""
        found: list[_Claim] = []
        for start, end in find_quotes(text):
            # Words that are quoted in translation can't be compared one by one.
            if _HAN.search(text, start, end) or not is_foreign(words):
                kind = _Kind.TITLE if text[start - 1] == "《" else _Kind.QUOTE
                found.append(_Claim(kind, text[start:end], start))
        found += [_Claim(_Kind.QUOTE, text[a:b], a) for a, b in _squeezed(words, _ADDRESS.finditer(words))]
        found += [_Claim(_Kind.DEPARTMENT, text[a:b], a) for a, b in find_departments(text)]
        found += [_Claim(_Kind.TITLE, text[a:b], a) for a, b in _known(text, self._titles)]
        latin = (word for word in _WORD.finditer(words) if word[0].lower() in self._places)
        places = {*find_places(text), *_known(text, self._places), *_squeezed(words, latin)}
        found += [_Claim(_Kind.PLACE, text[a:b], a) for a, b in places if not _is_within(places, a, b)]
        return found


def _figures_of(text: str) -> list[_Claim]:
    return [_Claim(_Kind.FIGURE, f.text, f.start, f) for f in read_figures(text) if f.unit != ITEM]


def _sets_apart(claim: _Claim, told: Sequence[_Claim]) -> bool:
    """Whether a figure is by how much two others of the sentence differ, which stand in its passages."""
    return claim.figure is not None and any(
        is_difference(claim.figure, one.figure, other.figure)
        for one, other in combinations(told, 2)
        if one.figure and other.figure
    )


def _of_another(text: str, claim: _Claim, names: Sequence[_Claim], cited: Sequence[Source]) -> str:
    """That the passages which have a figure are of other names than its clause, kind by kind."""
    holders = {source.document for source in cited if claim.stands_in(source)}
    told = [source for source in cited if source.document in holders]
    for kind in (_Kind.PLACE, _Kind.TITLE, _Kind.DEPARTMENT):
        scope = _scope(text, claim, [name for name in names if name.kind is kind])
        if scope and not any(name.stands_in(source) for name in scope for source in told):
            return f"{claim.text} 在所引的资料里不是“{'、'.join(name.text for name in scope)}”的"
    return ""


def _scope(text: str, claim: _Claim, names: Sequence[_Claim]) -> Sequence[_Claim]:
    """The names of the last clause up to the figure's own that has any; with 分别 the one in its turn."""
    for clause in reversed([match for match in _CLAUSE.finditer(text) if match.start() <= claim.start]):
        inside = [name for name in names if clause.start() <= name.start < clause.end()]
        inside = [n for n in inside if all(n.end != other.start for other in inside)]  # 某省 of 某省某市
        if not inside:
            continue
        last = max(name.end for name in inside)
        listed = [figure.start for figure in _figures_of(text) if figure.start >= last]
        if _EACH.search(text, clause.start()) and len(listed) == len(inside) and claim.start in listed:
            ordered = sorted(inside, key=lambda name: name.start)
            return [ordered[listed.index(claim.start)]]
        return inside
    return ()


def _only_planned(text: str, claim: _Claim, cited: Sequence[Source]) -> str:
    """That a figure is told as reached of which the passages only say that it is to be."""
    figure = claim.figure
    if figure is None or figure.unit == DATE or not told_as_done(text, claim.start):
        return ""
    told = [
        told_as_planned(source.body, other.start, source.passage.head.issued_on)
        for source in cited
        for other in source.told
        if stands_among(figure, (other,))
    ]
    return f"{claim.text} 在资料里是计划或目标，不是已经做到的" if told and all(told) else ""


def _shares_words(words: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence has a Chinese word in common with what it cites; True if it has none at all."""
    terms = {term for term in search_terms(words) if len(term) > 1 and _HAN.search(term)}
    return not terms or any(not terms.isdisjoint(source.terms) for source in cited)


def is_foreign(text: str) -> bool:
    """Whether a text has more letters of another script than Chinese characters."""
    return sum(map(str.isalpha, text)) > 2 * len(_HAN.findall(text))


def _is_unreadable(words: str, cited: Sequence[Source]) -> bool:
    """Whether a sentence is in another language, and not in words of the passages."""
    words = _ADDRESS.sub("", words)
    own = _WORD.sub(lambda m: "" if any(comparable(m[0]) in s.body for s in cited) else m[0], words)
    return is_foreign(own)


def _is_within(ranges: set[tuple[int, int]], start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in ranges - {(start, end)})


def _known(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        if not name.isascii():
            yield from (match.span() for match in re.finditer(re.escape(name), text))


def _squeezed(words: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Where matches in the words stand in the comparable text, in which Latin words run together."""
    for match in matches:
        start = len(comparable(words[: match.start()]))
        yield start, start + len(comparable(match[0]))
