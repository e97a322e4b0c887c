"""From spans to statements: how much of a sentence is told, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.reading.read import Span
from assistant.reading.signs import signs_of
from assistant.reading.wanted import Wanted
from assistant.types import Statement
from assistant.wording import STATUS_NAMES
from vectorstore.documents.chunking import units
from vectorstore.search.searcher import Searcher
from vectorstore.text import search_terms
from vectorstore.types import Chunk, Head, Match, Passage, SectionKind, Status

_LONG = 110  # characters from which on a sentence is cut to the clauses that matter
_KEPT = 0.5  # of the best clause's worth: which clauses matter
_UNIT_WORTH = 0.2  # of a clause that shows the unit asked for, beside the share of the question in it
_MOST_ITEMS = 200
_LONG_ITEM = 150  # characters of an item from which on only its first sentence, its heading, is told
_LONGEST_LIST = 1200  # characters of a list, from which on its items are told by their first clauses
_NUMBERED = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[①-⑳㈠-㈩]|[一二三四五六七八九十]是)"
)
_LEADS = ("：", ":")
_FIRST_ITEM = re.compile(rf"[：:]{_NUMBERED.pattern}")  # "二、不得报名的情形：（一）…；"
_PROVISO = re.compile(r"\s*但")  # 但书, by the usual name
# Probabilities that a list, or conditions, are wanted, from which on an item is told with its whole list.
_ASKS_LIST, _ASKS_CASES = 0.33, 0.65


def state(
    span: Span, wanted: Wanted, searcher: Searcher, *, with_others: bool = False
) -> Iterator[Statement]:
    """A sentence as a statement, whole or cut to its telling clauses; a lead with all of its items.

    ``with_others``: more of its passage is told, so that of a list all is.
    """
    listed: tuple[Statement, ...] = ()
    if lead := _lead_of(span, with_others or asks_list(wanted)):
        listed = tuple(_with_items(lead, span.passage, searcher))
    elif (above := _passage_of_lead(span, searcher)) and asks_list(wanted):
        listed = tuple(_with_items(above.matches[-1], above, searcher))
    if any(one.start <= span.start and span.end <= one.end for one in listed):
        yield from listed
        return
    # Else its item is told by its heading alone, which is not what answers.
    start, end = _telling(span, wanted)
    end = _proviso_end(span) if end == len(span.text) else span.start + end
    yield statement(span.passage, span.start + start, end)


def tidy(text: str) -> str:
    """The words of a span as they are said: no line breaks, bullets or emphasis marks, a stop at the end."""
    text = re.sub(r"\s*\n\s*", "", text).strip()
    text = re.sub(r"^(?:[★☆●■◆▲\s]|\*\*(?!\*))+|(?<!\*)\*\*(?!\*)", "", text).strip()
    text = re.sub(r"[，,；;、：:]$", "", text)
    return text if text.endswith(("。", "！", "？", "；", "…", "”")) else text + "。"


def statement(passage: Passage, start: int, end: int) -> Statement:
    """What stands between two offsets of the document as a statement."""
    chunk = passage.chunk
    text = chunk.text[start - chunk.start : end - chunk.start]
    return Statement(text=tidy(text), passage=passage, start=start, end=end)


def _lead_of(span: Span, is_list_told: bool) -> Match | None:
    """The sentence that leads the list which a span begins or, where the list is to be told, is in."""
    before = [match for match in span.passage.matches if match.start <= span.start]
    if _leads(before[-1], span.passage):
        return before[-1]
    if not is_list_told or not _is_item(before[-1], span.passage):
        return None
    for match in reversed(before[:-1]):
        if _leads(match, span.passage):
            return match
        if not _is_item(match, span.passage):
            break
    return None


def asks_list(wanted: Wanted) -> bool:
    """Whether a list, or conditions, are probably asked for."""
    return wanted.probability_of("list") >= _ASKS_LIST or wanted.probability_of("case") >= _ASKS_CASES


def _passage_of_lead(span: Span, searcher: Searcher) -> Passage | None:
    """The passage that ends in the lead of a list whose items are passages of their own, of an item of it."""
    chunk = span.passage.chunk
    if not _NUMBERED.match(chunk.text):
        return None
    for before in searcher.holdings.preceding(chunk):
        if before.text.rstrip().endswith(_LEADS) and before.path == chunk.path[: len(before.path)]:
            return searcher.passage(before)
        if len(before.path) < len(chunk.path) or not _NUMBERED.match(before.text):
            return None
    return None


def _leads(match: Match, passage: Passage) -> bool:
    """Whether a sentence ends in a colon, or has one before the first of several items."""
    text = _text(passage, match).rstrip()
    if text.endswith(_LEADS):
        return True
    following = next((m for m in passage.matches if m.start >= match.end), None)
    goes_on = text.endswith("；") or (following is not None and _is_item(following, passage))
    is_lead = bool(re.search(r"[：:]", text)) and not _NUMBERED.match(text)
    return goes_on and (is_lead or bool(_FIRST_ITEM.search(text)))


def _is_item(match: Match, passage: Passage) -> bool:
    text = _text(passage, match)
    return bool(_NUMBERED.match(text)) or text.rstrip().endswith("；")


def _text(passage: Passage, match: Match) -> str:
    chunk = passage.chunk
    return chunk.text[match.start - chunk.start : match.end - chunk.start]


def _proviso_end(span: Span) -> int:
    """Where a sentence ends with the proviso that limits it: the next sentence, if that begins with 但."""
    following = next((m for m in span.passage.matches if m.start >= span.end), None)
    if following and _PROVISO.match(_text(span.passage, following)):
        return following.end
    return span.end


def _with_items(lead: Match, passage: Passage, searcher: Searcher) -> Iterator[Statement]:
    """A lead and what it introduces: the sentences behind it in its passage, or the items below it."""
    chunk = passage.chunk
    end = _end_of_items(lead, passage)
    if end > lead.end:
        yield statement(passage, lead.start, end)
        return
    items = list(_items_below(chunk, searcher)) if lead.end == chunk.end else []
    total = f"（共{len(items)}项）" if len(items) > 1 else ""
    said = re.sub(r"[：:。]+$", "", tidy(_text(passage, lead)))
    yield Statement(
        text=f"{said}{total}：" if items else tidy(said), passage=passage, start=lead.start, end=lead.end
    )
    for item, (start, end) in zip(items, in_short(items), strict=True):
        yield replace(statement(searcher.passage(item), start, end), listed=True)


def in_short(items: Sequence[Chunk]) -> Sequence[tuple[int, int]]:
    """How much of each item is told: all of a short one, of a long one its first sentence, or only its
    first clause where the list would grow too long; a list is told to its end.
    """
    told = [(one.start, one.end) if len(one.text) <= _LONG_ITEM else units(one)[0] for one in items]
    if sum(end - start for start, end in told) <= _LONGEST_LIST:
        return told
    return [(one.start, one.start + clauses_of(one.text)[0][1]) for one in items]


def _end_of_items(lead: Match, passage: Passage) -> int:
    """Where the items behind a lead end in its own passage: while they are numbered, or go on after ；."""
    end = lead.end
    goes_on = True
    for match in passage.matches:
        if match.start < lead.end:
            continue
        text = _text(passage, match)
        if not (goes_on or _NUMBERED.match(text)) or match.end - lead.start > _LONGEST_LIST:
            break
        end = match.end
        goes_on = text.rstrip().endswith(("；", ";", "：", ":"))
    return end


def _items_below(chunk: Chunk, searcher: Searcher) -> Iterator[Chunk]:
    """The items that follow a passage that ends in a lead, as far as they are below its heading."""
    depth = len(chunk.path)
    for found, other in enumerate(searcher.holdings.following(chunk)):
        deeper = len(other.path) > depth and other.path[:depth] == chunk.path
        beside = other.path == chunk.path and bool(_NUMBERED.match(other.text))
        if not (deeper or beside) or other.kind is SectionKind.HEADING or found == _MOST_ITEMS:
            return
        yield other


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


def clauses_of(text: str) -> list[tuple[int, int]]:
    """Ranges of the clauses of a sentence."""
    ends = [match.end() for match in re.finditer(r"[，,；;：:。](?!\d)", text)]
    ends = [*(end for end in ends if end < len(text)), len(text)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def worth_of(clause: str, wanted: Wanted) -> float:
    """How much of the question a clause holds, and whether it shows the unit asked for."""
    return wanted.share(search_terms(clause)) + _UNIT_WORTH * bool(wanted.units & signs_of(clause))


def _telling(span: Span, wanted: Wanted) -> tuple[int, int]:
    text = span.text
    if len(text) <= _LONG:
        return 0, len(text)
    ranges = clauses_of(text)
    worth = [worth_of(text[a:b], wanted) for a, b in ranges]
    line = max(worth) * _KEPT
    kept: Sequence[int] = [at for at, value in enumerate(worth) if value >= line and value > 0]
    if not kept:
        return 0, len(text)
    first, last = max(0, kept[0] - 1), min(len(ranges) - 1, kept[-1] + 1)
    return ranges[first][0], ranges[last][1]
