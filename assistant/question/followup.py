"""A follow-up made self-contained: what the earlier question was about, and what is asked now.

What is carried is the thing and not the words: the row or section that answers
the earlier question is the subject until another one is named, however many
turns ago that was. It is found anew in the library; what the assistant said is
no evidence and not looked at. A place named alone ("那绍兴呢？") replaces the one
named before; a thing named alone ("那午餐呢？") replaces the thing, unless the
subject itself has it, as a column or in its text ("参与部门呢？").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.question.asking import asking_part, asks, content_of
from assistant.question.asking_words import in_standard_words
from assistant.question.courtesies import without_courtesies
from assistant.question.spelling import correct_slips
from assistant.question.whole import reason_of
from assistant.question.words import WORDS
from assistant.reading.read import Reader
from assistant.types import StandAlone, Turn
from vectorstore.mentions.named import Mentions
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold, plain
from vectorstore.types import EVERYWHERE, Chunk, Scope

_WHICH = re.compile(r"\d|第|[份篇期]")  # what tells one of several documents, such as 第7期
_TIME = re.compile(r"(?:[12]\d{3}年|[今明去前后]年)(?:[1-9]\d?月|[底初末]|[上下]半年)?")
_LABEL = re.compile(r"[\W\d第零〇一二三四五六七八九十百]*[编章节条款项]?\W*")  # 第三条 names nothing
_SELF_CONTAINED = 6  # characters of matter from which on a question leans on nothing but its place
_SELF_CONTAINED_NAMED = 4  # the same, where it names its place or document itself
_SHARED = 0.6  # of a thing's pairs of characters that a section must have to have the thing
_READ = 8  # passages among which the subject of an earlier question is found
_LONGEST_NAME = 30  # characters of a heading that names a subject


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a question was about: the row or section that answers it, and the words for it."""

    asked: StandAlone
    names: tuple[str, ...]  # places and documents, as the conversation last named them
    places: tuple[str, ...]  # those of them that are no words of a title
    chunk: Chunk | None = None

    @property
    def words(self) -> str:
        """The name of the row or section; empty where it has none, or one too long to name anything."""
        heading = self.chunk.path[-1] if self.chunk and self.chunk.path else ""
        return heading if len(heading) <= _LONGEST_NAME and not _LABEL.fullmatch(heading) else ""


def stand_alone(
    question: str,
    history: Sequence[Turn],
    searcher: Searcher,
    reader: Reader,
    scope: Scope = EVERYWHERE,
) -> StandAlone:
    """The question made self-contained; nothing is carried over where it leans on nothing.

    Its characters and question words are made standard, courtesies and slips go,
    and an English one has its words in Chinese behind it: the documents are Chinese.
    """
    subject: _Subject | None = None
    asked = StandAlone("", "")
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    texts = [_bare(text, searcher) for text in (*earlier, question)]
    for number, text in enumerate(texts):
        asked = _follow(text, subject, searcher, scope)
        if number < len(texts) - 1 and not reason_of(text):
            subject = _subject_of(asked, subject, searcher, reader, scope)
    return asked


def still_leans(question: str) -> bool:
    """Whether a question has words that mean something said before it."""
    return bool(WORDS["leans"].pattern.search(question))


def _bare(question: str, searcher: Searcher) -> str:
    text = in_standard_words(without_courtesies(plain(question.strip())))
    return text if reason_of(text) else correct_slips(text, searcher)


def _glossed(asked: StandAlone, searcher: Searcher) -> StandAlone:
    glossed = searcher.gloss(asked.text)
    if not glossed:
        return asked
    text, focus = f"{asked.text} {glossed}", f"{asked.focus} {glossed}"
    return replace(asked, text=text, focus=focus, foreign=asked.text)


def _subject_of(
    asked: StandAlone, before: _Subject | None, searcher: Searcher, reader: Reader, scope: Scope
) -> _Subject:
    """What the best passage for a question is; a question that leans on a subject keeps it."""
    mentions = searcher.read_mentions(asked.text, scope)
    names = mentions.words if mentions.groups else (before.names if before else ())
    places = tuple(word for word in names if word in mentions.places or _WHICH.search(word))
    if not mentions.groups and before:
        places = before.places
    if before and asked.around and before.chunk and asked.around == before.chunk.id:
        return replace(before, asked=asked, names=names, places=places)
    passages = searcher.search(asked.text, scope=scope, limit=_READ, around=asked.around)
    spans = reader.read(asked.focus, passages, searcher.weight, asked.context).spans
    return _Subject(asked, names, places, spans[0].passage.chunk if spans else None)


def _follow(question: str, before: _Subject | None, searcher: Searcher, scope: Scope) -> StandAlone:
    if before is None or reason_of(question):
        return _glossed(StandAlone(question, question), searcher)
    now = searcher.read_mentions(question, scope)
    named = bool(now.groups or now.unknown)
    names = "" if named else " ".join(before.names)
    if _stands_alone(question, now):
        return _glossed(_with(question, "" if named else " ".join(before.places)), searcher)
    matter = _matter(question, now)
    if now.places and not matter:
        return _elsewhere(before.asked, now, searcher)
    instead = WORDS["instead"].pattern.fullmatch(question)
    if instead and not named and not asks(instead["thing"]) and not _TIME.fullmatch(instead["thing"]):
        thing = instead["thing"]
        if not _has(before.chunk, thing):
            text = f"{thing}{asking_part(before.asked.focus)}"
            return replace(_with(text, names), leans=True)
    context = f"{names} {before.words}".strip()
    if not before.words or not matter:  # nothing else says what is meant: "那是什么时候？"
        old = before.asked.focus
        context = f"{context} {_TIME.sub('', old) if instead else old}".strip()
    around = before.chunk.id if before.chunk and not named else ""
    return StandAlone(f"{context}——{question}", question, context, leans=True, around=around)


def _with(question: str, names: str) -> StandAlone:
    """A question that says what it is about, of the place and document that were named before."""
    return StandAlone(f"{names} {question}".strip(), question, names, leans=bool(names))


def _has(chunk: Chunk | None, thing: str) -> bool:
    """Whether a row or section has a thing itself: as a column, or in its words."""
    if chunk is None:
        return False
    text = fold(" ".join((chunk.text, *(cell.header for cell in chunk.cells))))
    pairs = [thing[at : at + 2] for at in range(len(thing) - 1)]
    return thing in text or sum(pair in text for pair in pairs) >= _SHARED * max(1, len(pairs))


def _elsewhere(before: StandAlone, now: Mentions, searcher: Searcher) -> StandAlone:
    """The question before, asked of the places named now; a title with the old place in it goes."""
    new = "和".join(now.places)
    text = before.text
    for old in searcher.read_mentions(text).places:
        text = re.sub(rf"《[^》]*{re.escape(old)}[^》]*》|{re.escape(old)}", new, text, flags=re.IGNORECASE)
        new = ""
    return StandAlone(new + text, new + text, leans=True)


def _stands_alone(question: str, now: Mentions) -> bool:
    least = _SELF_CONTAINED_NAMED if now.groups or now.unknown else _SELF_CONTAINED
    return len(_matter(question, now)) >= least and not still_leans(question)


def _matter(question: str, now: Mentions) -> str:
    matter = re.sub(r"\W", "", content_of(question))
    for word in (*now.words, *now.unknown):
        matter = matter.replace(word, "")
    return matter
