"""From the best sentences to a short answer: which to take, how much of each, in what order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extraction.intent import Ask, Kind, holds
from assistant.extraction.select import Span
from assistant.extraction.weigh import Matter
from assistant.types import Statement
from assistant.wording import STATUS_NAMES
from vectorstore.types import Head, Status

_MOST = 3  # sentences in the answer about one thing
_ADDS = 0.1  # share of the matter that another sentence must add to be worth its length
_LOOKED_AT = 8  # best sentences among which more is looked for
_ONE_OF_SEVERAL = re.compile(r"哪一?[所家位]")
_LONG = 150  # characters from which on a sentence is cut to the clauses that matter
_LISTING = 80  # the same, where one of several is asked for: the others of its list are no answer


@dataclass(frozen=True, slots=True)
class Measure:
    """How good a further sentence must be, of the best score: ``close`` if it adds, ``alike`` if not."""

    close: float
    alike: float


ONE = Measure(close=0.65, alike=0.8)
JOINED = Measure(close=0.5, alike=0.8)  # several things in one document: each has sentences of its own
SIDE = Measure(close=0.55, alike=0.75)  # one of several documents or places: it must not fall short


def choose(spans: Sequence[Span], matter: Matter, asks: Sequence[Ask], measure: Measure = ONE) -> list[Span]:
    """The best sentence, one for each thing asked that it does not hold, what adds, what is as good."""
    if not spans:
        return []
    best = spans[0]
    others = [span for span in spans[1:_LOOKED_AT] if not _is_other_row(span, best, asks)]
    close = [span for span in others if span.score >= measure.close * best.score]
    chosen = [best]
    for ask in asks:
        if len(chosen) < _MOST and not any(holds(ask.kind, span.text, ask.units) for span in chosen):
            beside = (s for s in others if s in close or s.passage.chunk.id == best.passage.chunk.id)
            other = next((s for s in beside if s.score > 0 and holds(ask.kind, s.text, ask.units)), None)
            if other is not None and other not in chosen:
                chosen.append(other)
    covered = frozenset().union(*(span.terms for span in chosen))
    for span in close:
        gain = matter.share(covered | span.terms) - matter.share(covered)
        if _told(chosen) < _MOST and span not in chosen and gain >= _ADDS:
            chosen.append(span)
            covered |= span.terms
    for span in others:
        if _told(chosen) < _MOST and span not in chosen and span.score >= measure.alike * best.score:
            chosen.append(span)
    return sorted(chosen, key=lambda span: (chosen[0].passage.chunk.id != span.passage.chunk.id, span.start))


def _is_other_row(span: Span, best: Span, asks: Sequence[Ask]) -> bool:
    """Whether a row says of another thing what the best row says of the one that is meant."""
    rows = bool(span.passage.chunk.cells and best.passage.chunk.cells)
    lists = any(ask.kind is Kind.LIST for ask in asks)
    return rows and not lists and span.passage.chunk.id != best.passage.chunk.id and span.share < best.share


def _told(chosen: Sequence[Span]) -> int:
    """How many statements they make: the cells of a row make one."""
    rows = {span.passage.chunk.id for span in chosen if span.passage.chunk.cells}
    return len(rows) + sum(not span.passage.chunk.cells for span in chosen)


def state(span: Span, matter: Matter, asks: Sequence[Ask]) -> Statement:
    """A sentence as a statement: whole, or cut to its telling clauses if it is long."""
    start, end = _telling(span, matter, asks)
    text = span.text[start:end]
    return Statement(text=tidy(text), passage=span.passage, start=span.start + start, end=span.start + end)


def tidy(text: str) -> str:
    """The words of a span as they are said: no line breaks, bullets or emphasis marks, a stop at the end."""
    text = re.sub(r"\s*\n\s*", "", text).strip()
    text = re.sub(r"^(?:[★☆●■◆▲\s]|\*\*(?!\*))+|(?<!\*)\*\*(?!\*)", "", text).strip()
    text = re.sub(r"[，,；;、：:]$", "", text)
    return text if text.endswith(("。", "！", "？", "；", "…", "”")) else text + "。"


def name_source(head: Head, *, among_alike: bool = False) -> str:
    """How an answer names a document: title, and the place if the title does not say it.

    ``among_alike`` of the same place that say something too, also by date and
    status: readers have to know which of them counts.
    """
    title = f"《{head.title}》"
    place = head.region
    parts = [] if not place or says_place(head.title, place) else [place]
    if among_alike:
        day = head.issued_on
        parts += [f"{day.year}年{day.month}月{day.day}日"] if day else []
        parts += [STATUS_NAMES[head.status].zh] if head.status is not Status.ISSUED else []
    return f"{title}（{'，'.join(parts)}）" if parts else title


def says_place(title: str, region: str) -> bool:
    """Whether a title names the place, or the smallest part of it."""
    last = re.findall(r"[\u4e00-\u9fff]{2,}?(?:省|市|地区|县|区)", region)[-1:]
    return any(part in title for part in last)


def _telling(span: Span, matter: Matter, asks: Sequence[Ask]) -> tuple[int, int]:
    text = span.text
    one = any(_ONE_OF_SEVERAL.search(ask.text) for ask in asks)
    if len(text) <= (_LISTING if one else _LONG):
        return 0, len(text)
    from vectorstore.text import search_terms

    ends = [match.end() for match in re.finditer(r"[，,；;：:]", text)] + [len(text)]
    starts = [0, *ends[:-1]]
    worth = [
        matter.share(search_terms(text[a:b]))
        + 0.1 * any(holds(ask.kind, text[a:b], ask.units) for ask in asks)
        for a, b in zip(starts, ends, strict=True)
    ]
    line = max(worth) * 0.5
    kept = [index for index, value in enumerate(worth) if value >= line and value > 0]
    if not kept:
        return 0, len(text)
    if one:
        best = max(range(len(worth)), key=worth.__getitem__)
        return starts[best], ends[best]
    first, last = max(0, kept[0] - 1), min(len(worth) - 1, kept[-1] + 1)
    return starts[first], ends[last]
