"""What people send through WeChat and WeCom, and how they are answered in text."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.saying.forms.sources import on_one_line, shortened
from assistant.web.wechat.xml import write_fields
from vectorstore.errors import Language, Message

LONGEST_REPLY = 2048  # bytes, of a text in either platform
_LONGEST_RECALLED = 40  # characters of a question that a late answer begins with
_MOST_BYTES_OF_ONE = 4  # of one character in UTF-8
_ASKED = Message("问：{}\n", "Asked: {}\n")


class Wish(StrEnum):
    """What a message is for."""

    ANSWER = "answer"
    WELCOME = "welcome"
    WORDS = "words"
    """It is something other than words, and is answered by asking for them."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message from one person. ``id`` is the platform's, the same in every try to deliver it."""

    person: str
    account: str
    id: str
    wish: Wish
    question: str = ""

    def reply(self, text: str) -> str:
        """The XML of a text that answers it."""
        return write_fields(
            {
                "ToUserName": self.person,
                "FromUserName": self.account,
                "CreateTime": int(time.time()),
                "MsgType": "text",
                "Content": within(text, LONGEST_REPLY),
            }
        )


def read_incoming(fields: Mapping[str, str]) -> Incoming:
    """What a message's fields mean. What nobody knows asks for nothing."""
    kind = fields.get("MsgType", "").strip().lower()
    happened = fields.get("Event", "").strip().lower()
    question = _asked(fields, kind, happened).strip()
    message_id = fields.get("MsgId", "").strip()
    if kind == "event":  # has no id: who sent it, when, and what happened tell it from all others
        message_id = " ".join(fields.get(name, "") for name in ("CreateTime", "Event", "EventKey"))
    person = fields.get("FromUserName", "").strip()
    return Incoming(
        person=person,
        account=fields.get("ToUserName", "").strip(),
        id=message_id,
        wish=_wish(kind, happened, question) if person else Wish.NOTHING,
        question=question,
    )


def recalled(question: str, text: str, language: Language) -> str:
    """A late answer with the question that it answers: another may have been asked since."""
    frame = _ASKED.in_language(language)
    room = LONGEST_REPLY - len(text.encode()) - len(frame.encode())
    longest = min(_LONGEST_RECALLED, room // _MOST_BYTES_OF_ONE)
    return frame.format(shortened(on_one_line(question), longest)) + text if longest > 1 else text


def within(text: str, most_bytes: int) -> str:
    """The beginning of a text in at most so many bytes, of whole characters."""
    return text.encode("utf-8", "ignore")[:most_bytes].decode("utf-8", "ignore")


def _asked(fields: Mapping[str, str], kind: str, happened: str) -> str:
    """The words of a message: written, recognised in speech, or behind a button of the menu."""
    if kind == "text":
        return fields.get("Content", "")
    if kind == "voice":
        return fields.get("Recognition", "")
    return fields.get("EventKey", "") if kind == "event" and happened == "click" else ""


def _wish(kind: str, happened: str, question: str) -> Wish:
    if question:
        return Wish.ANSWER
    if kind == "event":
        return Wish.WELCOME if happened == "subscribe" else Wish.NOTHING
    return Wish.WORDS if kind else Wish.NOTHING
