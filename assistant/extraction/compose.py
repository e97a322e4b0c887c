"""From the best sentences to a short answer: which to take, how much of each, in what order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.intent import Ask, holds
from assistant.extraction.select import Span
from assistant.extraction.weigh import Matter
from assistant.types import Statement
from vectorstore.types import Head

_MOST = 3  # sentences in the answer about one thing
_ADDS = 0.1  # share of the matter that another sentence must add to be worth its length
_CLOSE = 0.5  # of the best score
_NEARLY = 0.75
_LONG = 150  # characters from which on a sentence is cut to the clauses that matter


def choose(
    spans: Sequence[Span], matter: Matter, asks: Sequence[Ask], *, most: int = _MOST, generous: bool = False
) -> list[Span]:
    """The best sentence, one for each thing asked that it does not hold, and what adds matter close by.

    ``generous`` also takes what is nearly as good: sides of a comparison need more than one sentence.
    """
    if not spans:
        return []
    chosen = [spans[0]]
    for ask in asks:
        if len(chosen) < most and not any(holds(ask.kind, span.text, ask.units) for span in chosen):
            other = next((s for s in spans[1:8] if _stands_beside(s, spans[0], ask)), None)
            if other is not None and other not in chosen:
                chosen.append(other)
    covered = frozenset().union(*(span.terms for span in chosen))
    for span in spans[1:8]:
        if len(chosen) >= most:
            break
        gain = matter.share(covered | span.terms) - matter.share(covered)
        worth_it = gain >= _ADDS and span.score >= _CLOSE * spans[0].score
        if span not in chosen and (worth_it or (generous and span.score >= _NEARLY * spans[0].score)):
            chosen.append(span)
            covered |= span.terms
    return sorted(chosen, key=lambda span: (chosen[0].passage.chunk.id != span.passage.chunk.id, span.start))


def _stands_beside(span: Span, best: Span, ask: Ask) -> bool:
    """Whether a sentence holds what is asked and is about the same as the best one."""
    near = span.score >= _CLOSE * best.score or span.passage.chunk.id == best.passage.chunk.id
    return near and span.score > 0 and holds(ask.kind, span.text, ask.units)


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


def name_source(head: Head) -> str:
    """How an answer names a document: title, and the place if the title does not say it."""
    title = f"《{head.title}》"
    place = head.region
    shown = place and not any(
        part in head.title for part in re.findall(r"[\u4e00-\u9fff]{2,}?(?:省|市|地区|县|区)", place)[-1:]
    )
    return f"{title}（{place}）" if shown else title


def _telling(span: Span, matter: Matter, asks: Sequence[Ask]) -> tuple[int, int]:
    text = span.text
    if len(text) <= _LONG:
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
    first, last = max(0, kept[0] - 1), min(len(worth) - 1, kept[-1] + 1)
    return starts[first], ends[last]
