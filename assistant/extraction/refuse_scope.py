"""Why what a question names is not in the library: a place, an issue, a year, an item, a hidden name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Reason
from vectorstore.about import asks_own_number
from vectorstore.marks import find_redactions
from vectorstore.named import Mentions
from vectorstore.numbered import numbers_of
from vectorstore.text import read_number
from vectorstore.types import Chunk, Head, Mark, SectionKind, Status

_ISSUE = re.compile(r"第\s*([零〇一二两三四五六七八九十百\d]+)\s*期")
_TITLES_ASKED = re.compile(
    r"标题|题目|题名|名称|叫什么|叫啥|第几[条章项部]|哪几?[条章]讲|目录|提纲|几[条章]|几页"
)
_WHICH_PLACE = re.compile(
    r"(?:是|在|属于|写的|指的|说的)[^，。？?]{0,4}哪个?(?:省|市|县|区|地方|地区)(?:的|[？?]|$)|"
    r"哪个?(?:省|市|县|区)的(?:文件|方案|要点)"
)
_UNHIDE = re.compile(r"真实的?(?:数|名|地名|情况)|(?:隐去|打码|遮住|遮掉|隐藏|抹掉|没写出来)[的了]")
_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_TITLE = re.compile(r"《[^《》]*》")  # what another document is called says nothing of this one
_ANY_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


def refuse_mentions(question: str, mentions: Mentions, chunks: Sequence[Chunk]) -> Reason | None:
    """Why what the question names is not in the library. ``chunks`` are all of what it names."""
    if mentions.unknown or mentions.foreign or mentions.uncollected:
        return Reason.NOT_FOUND
    if len(mentions.targets) == 1:
        (target,) = mentions.targets
        if asks_own_number(question) and not target.head.number:
            return Reason.NOT_FOUND
        if _asks_hidden_name(question, target.head, chunks):
            return Reason.REDACTED
    if not mentions.groups:
        return None
    heads = [target.head for target in mentions.targets]
    if _other_issue(question, heads) or _outside_years(question, heads, chunks):
        return Reason.NOT_FOUND
    return _refuse_clauses(question, mentions, chunks) if mentions.clauses else None


def _refuse_clauses(question: str, mentions: Mentions, chunks: Sequence[Chunk]) -> Reason | None:
    """Why the items that the question gives by number have no text to answer from."""
    holders = [chunk for chunk in chunks if numbers_of(chunk) & set(mentions.clauses)]
    if not holders:
        return Reason.NOT_FOUND
    if all(c.kind is SectionKind.OUTLINE for c in holders) and not _TITLES_ASKED.search(question):
        return Reason.TRUNCATED
    if len(mentions.clauses) == 1 and all(_cut_off(c) for c in holders):
        return Reason.TRUNCATED
    return None


def _outside_years(question: str, heads: Sequence[Head], chunks: Sequence[Chunk]) -> bool:
    """The question names only years before the first or after the last that what it names speaks of."""
    asked = [int(year) for year in _YEAR.findall(_TITLE.sub("", question))]
    texts = [*(f"{head.title} {head.period} {head.issued_on}" for head in heads), *(c.text for c in chunks)]
    told = [int(year) for text in texts for year in _ANY_YEAR.findall(_TITLE.sub("", text))]
    return bool(asked and told) and (max(asked) < min(told) or min(asked) > max(told))


def _asks_hidden_name(question: str, head: Head, chunks: Sequence[Chunk]) -> bool:
    """The question asks what stands behind xx, or which place an anonymised document is of."""
    hidden = any(find_redactions(chunk.text) for chunk in chunks)
    asked = find_redactions(question) and re.search(r"什么|啥|哪|谁", question)
    if hidden and (asked or _UNHIDE.search(question)):
        return True
    return head.status is Status.ANONYMISED and bool(_WHICH_PLACE.search(question))


def _cut_off(chunk: Chunk) -> bool:
    return Mark.TRUNCATED in chunk.marks


def _other_issue(question: str, heads: Sequence[Head]) -> bool:
    """The question names an issue of a periodical, and the library has only others."""
    asked = {read_number(n) for n in _ISSUE.findall(question)}
    known = {read_number(n) for head in heads for n in _ISSUE.findall(f"{head.title} {head.period}")}
    return bool(asked and known and not asked & known)
