"""A follow-up made self-contained by rules: what earlier turns were about, and what is asked now.

The words of the new question count in full; what is carried over from the last
question only helps to find the matter. A place or document named now replaces
the one named before; a thing named alone ("那午餐呢？") replaces the thing asked
about and keeps what was asked of it. History is never evidence: what the
assistant said is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.extraction.asking_words import in_standard_words
from assistant.extraction.courtesies import without_courtesies
from assistant.extraction.intent import asking_part, content_of
from assistant.extraction.off_topic import refuse_question
from assistant.extraction.spelling import correct_slips
from assistant.types import StandAlone, Turn
from vectorstore.named import Mentions
from vectorstore.search import Searcher
from vectorstore.text import plain

_LEANS = re.compile(
    r"^(?:那么?|它|这|其|再|还|另外|同样|具体|上面|前面|刚才)|呢[？?。]?$|[它其]|"
    r"这个|那个|这些|那些|前面|上面|刚才|第[一二三]个"
)
_INSTEAD = re.compile(
    r"^(?:那么?|那要是|换成|换做|要是)?[，,]?\s*(\S{2,14}?)"
    r"(?:那个|那块|那项|那边|这个|这块|方面|的话|的)?呢[？?。]*$"
)
_TIME = re.compile(r"(?:[12]\d{3}年|[今明去前后]年)(?:[1-9]\d?月|[底初末]|[上下]半年)?")
_WHICH = re.compile(r"\d|第|[份篇期]")
_EVERYWHERE = re.compile(
    r"各地|各省|各市|各县|全国|哪些(?:地方|省|市|县|区)|所有(?:地方|文件|方案)|几份|哪[几两三四]份"
)
_LEAST_MATTER = 4  # characters from which on an earlier question says what it is about
_SELF_CONTAINED_NAMED = 4  # the same, where it names its place or document itself
_SELF_CONTAINED = 6  # characters of matter from which on a question leans on nothing but its place


def stand_alone(question: str, history: Sequence[Turn], searcher: Searcher) -> StandAlone:
    """The question made self-contained; nothing is carried over where it leans on nothing.

    Its characters and question words are those that the rules know, courtesies and slips go,
    and an English one has its words in Chinese behind it: the documents are Chinese.
    """
    bare = _bare(question, searcher)
    asked = StandAlone(bare, bare) if refuse_question(bare) else _stand_alone(bare, history, searcher)
    glossed = searcher.gloss(asked.text)
    if not glossed:
        return asked
    return replace(asked, text=f"{asked.text} {glossed}", focus=f"{asked.focus} {glossed}")


def still_leans(question: str) -> bool:
    """Whether a question has words that mean something said before it."""
    return bool(_LEANS.search(question))


def _bare(question: str, searcher: Searcher) -> str:
    text = in_standard_words(without_courtesies(plain(question)))
    return text if refuse_question(text) else correct_slips(text, searcher)


def _stand_alone(question: str, history: Sequence[Turn], searcher: Searcher) -> StandAlone:
    """An earlier question without matter of its own is read with those before it: "那绍兴呢？" """
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    earlier: list[str] = []
    for text in (_bare(one, searcher) for one in asked):
        bare = len(_matter(text, searcher.read_mentions(text))) < _LEAST_MATTER
        earlier.append(_follow(text, earlier, searcher).text if bare else text)
    return _follow(question, earlier, searcher)


def _follow(question: str, earlier: Sequence[str], searcher: Searcher) -> StandAlone:
    if not earlier:
        return StandAlone(question, question)
    now = searcher.read_mentions(question)
    place = _last_named(earlier, searcher)
    named = bool(now.groups or now.unknown or now.uncollected)
    if _stands_alone(question, now):
        carried = () if named or _EVERYWHERE.search(question) else _carried(earlier, searcher)
        text = " ".join((*carried, question))
        return StandAlone(text, question, leans=bool(carried))
    before = earlier[-1]
    if now.places and set(now.words) <= set(now.places) and not _matter(question, now):
        text = _elsewhere(before, now, searcher)
        return StandAlone(text, text, leans=True)
    instead = _INSTEAD.match(question)
    if instead and not named and not _TIME.fullmatch(instead.group(1)):
        asked = asking_part(before)
        text = f"{' '.join(place)} {instead.group(1)}{asked}".strip()
        return StandAlone(text, f"{instead.group(1)}{asked}", leans=True)
    if instead and _TIME.fullmatch(instead.group(1)):
        before = _TIME.sub("", before)
    if named:
        for word in searcher.read_mentions(before).words:
            before = re.sub(re.escape(word), "", before, flags=re.IGNORECASE)
    elif not searcher.read_mentions(before).groups:
        before = " ".join((*place, before))
    before = re.sub(r"[“”\"「」\s]*[？?。]+\s*$", "", before).strip()
    return StandAlone(f"{before}——{question}" if before else question, question, before, leans=True)


def _elsewhere(before: str, now: Mentions, searcher: Searcher) -> str:
    """The question before, asked of the places named now; a title with the old place in it goes."""
    new = "和".join(now.places)
    for old in searcher.read_mentions(before).places:
        before = re.sub(
            rf"《[^》]*{re.escape(old)}[^》]*》|{re.escape(old)}", new, before, flags=re.IGNORECASE
        )
        new = ""
    return new + before


def _stands_alone(question: str, now: Mentions) -> bool:
    least = _SELF_CONTAINED_NAMED if now.groups or now.unknown else _SELF_CONTAINED
    return len(_matter(question, now)) >= least and not still_leans(question)


def _matter(question: str, now: Mentions) -> str:
    matter = re.sub(r"\W", "", content_of(question))
    for word in (*now.words, *now.unknown):
        matter = matter.replace(word, "")
    return matter


def _last_named(earlier: Sequence[str], searcher: Searcher) -> tuple[str, ...]:
    """The words that last named a document or place: "嘉兴…？" "多少个？" "给多少钱？" """
    for turn in reversed(earlier):
        mentions = searcher.read_mentions(turn)
        if mentions.groups:
            return mentions.scope_words
    return ()


def _carried(earlier: Sequence[str], searcher: Searcher) -> tuple[str, ...]:
    """What a question that leans on nothing takes over: the place or the document, but no matter.

    Words of a title are its matter too, unless they say what kind of document it is or which one.
    """
    words = _last_named(earlier, searcher)
    mentions = searcher.read_mentions(" ".join(words))
    kinds = {target.head.kind for target in mentions.targets if target.head.kind}
    return tuple(
        word
        for word in words
        if word in mentions.places or _WHICH.search(word) or any(kind in word for kind in kinds)
    )
