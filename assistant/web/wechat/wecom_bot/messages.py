"""What the AI bot of WeCom is sent, read from whatever JSON it is: what is not as documented is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.asking.callers import Caller
from assistant.history.types import Complaint, Verdict

_CLIENT = "\0wecom-bot"  # no key of the API can be called so: its people are none of the bot's
_MENTION = re.compile(r"\s*(?:@\S+(?:\s+|$))+")
_LONGEST_QUOTE = 300  # characters
_LIKED, _DISLIKED, _TAKEN_BACK = 1, 2, 3
_REASONS: Mapping[int, Complaint] = {
    1: Complaint.NOT_ANSWERED,  # 与问题无关
    2: Complaint.OTHER,  # 内容不完整
    3: Complaint.WRONG,  # 内容有错误
    4: Complaint.WRONG,  # 数据分析错误
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody thinks of an answer; without a verdict, they take back what they thought."""

    question_id: str
    verdict: Verdict | None
    complaint: Complaint | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessage:
    """One message, event or request for the rest of an answer.

    ``kind`` and ``event`` are the platform's names for it, ``text`` is what the person says in words,
    ``quoted`` the beginning of what they quote, and ``chat`` the platform's name for where they say it.
    """

    kind: str
    event: str
    id: str
    caller: Caller
    chat: str
    text: str
    quoted: str
    stream_id: str
    feedback: Feedback | None


def read_message(posted: object) -> BotMessage:
    """The message in some JSON."""
    return BotMessage(
        kind=_words(posted, "msgtype"),
        event=_words(posted, "event", "eventtype"),
        id=_words(posted, "msgid"),
        caller=_caller(posted),
        chat=_words(posted, "chatid") if _in_group(posted) else _words(posted, "from", "userid"),
        text=_said(posted),
        quoted=_quoted(posted),
        stream_id=_words(posted, "stream", "id"),
        feedback=_feedback(_at(posted, "event", "feedback_event")),
    )


def _caller(posted: object) -> Caller:
    """Who asks. In a group everybody has a conversation of their own, apart from that with the bot alone."""
    person, chat = _words(posted, "from", "userid"), _words(posted, "chatid")
    if person and _in_group(posted):
        person = f"{chat}\0{person}"
    return Caller(key=_CLIENT, person=person)


def _in_group(posted: object) -> bool:
    return _words(posted, "chattype") == "group"


def _said(posted: object) -> str:
    """The person's own words: not what they quote, nor the name by which a group calls the bot."""
    text = _all_words(posted)
    return _without_mention(text) if _in_group(posted) else text


def _quoted(posted: object) -> str:
    """What a message answers to, where it has words: the beginning says what it is about."""
    text = _all_words(_at(posted, "quote"))
    return (_without_mention(text) if _in_group(posted) else text)[:_LONGEST_QUOTE].strip()


def _all_words(part: object) -> str:
    items = _at(part, "mixed", "msg_item")
    parts = [part, *(items if isinstance(items, list) else ())]
    texts = [_words(one, kind, "content") for one in parts for kind in ("text", "voice")]
    return "\n".join(text for text in texts if text.strip())


def _without_mention(text: str) -> str:
    return _MENTION.sub("", text, count=1) if _MENTION.match(text) else text


def _feedback(event: object) -> Feedback | None:
    given, reasons = _at(event, "type"), _at(event, "inaccurate_reason_list")
    if given not in (_LIKED, _DISLIKED, _TAKEN_BACK):
        return None
    complaint = None
    if given == _DISLIKED and isinstance(reasons, list) and reasons:
        first = reasons[0]
        complaint = _REASONS.get(first, Complaint.OTHER) if isinstance(first, int) else Complaint.OTHER
    verdicts = {_LIKED: Verdict.UP, _DISLIKED: Verdict.DOWN}
    return Feedback(
        question_id=_words(event, "id"),
        verdict=verdicts.get(given),
        complaint=complaint,
        text=_words(event, "content"),
    )


def _at(value: object, *names: str) -> Any:  # noqa: ANN401  # any JSON
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _words(value: object, *names: str) -> str:
    """The text there, without halves of characters, which JSON can hold and nothing can store."""
    found = _at(value, *names)
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""
