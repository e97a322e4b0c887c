"""What a client of OpenAI's chat completions sends, read as real bots send it.

Tools, a system prompt and whatever else a bot adds are taken and ignored: the
question is the last thing that the user said.
"""

from __future__ import annotations

import math
import re
import time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assistant.saying.forms.sources import without_sources
from assistant.types import Question, Sources, Turn
from assistant.web.api.requests import Name, Text
from vectorstore.types import Scope

LONGEST_DEADLINE = 600
# Bots never cut their histories: no more of one is kept for an answer than helps to understand the question.
_MOST_TURNS = 200
_LONGEST_TURN = 2000
_LONGEST_LOOKED_AT = 20_000


# What bots put beside a person's words: blocks in tags (reminders, quotes, captions) and notes in brackets.
_ADDED = re.compile(
    r"<(?P<tag>[A-Za-z][\w -]{2,40})>.{0,4000}?</(?P=tag)>|"
    r"^\[(?:Image|File) Attachment[^\]\n]*\]|^\[Related Knowledge Base.*",
    re.DOTALL | re.MULTILINE,
)
_OF_A_PICTURE = re.compile(r"(?:请|帮我)?.{0,8}(?:图片|照片|图像|image|picture).{0,12}", re.IGNORECASE)


def without_additions(text: str) -> str:
    """A message's text without what a bot added; one that is too long for a question stays as it is."""
    if len(text) > _LONGEST_LOOKED_AT or not _ADDED.search(text):
        return text
    return _ADDED.sub("", text).strip()


def _as_name(value: object) -> object:
    """Some platforms have numbers for people."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Identity = Annotated[Name | None, BeforeValidator(_as_name)]


class Message(BaseModel):
    """One message. Content may be a list of parts, of which only texts are read."""

    model_config = ConfigDict(extra="ignore")

    role: Text
    content: Text | list[Any] | None = None

    @property
    def written(self) -> str:
        """All of its text, whoever wrote it."""
        if not isinstance(self.content, list):
            return self.content or ""
        texts = (part.get("text") for part in self.content if isinstance(part, dict))
        return "\n".join(one for one in texts if isinstance(one, str)).encode("utf-8", "ignore").decode()

    @property
    def text(self) -> str:
        """All that a person says in it; what a bot says of a picture is none of that."""
        text = without_additions(self.written)
        parts = self.content if isinstance(self.content, list) else []
        pictured = any(isinstance(part, dict) and part.get("type") == "image_url" for part in parts)
        return "" if pictured and _OF_A_PICTURE.fullmatch(text) else text


class StreamOptions(BaseModel):
    """Whether token counts are to follow a stream."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool | None = False


class CompletionBody(BaseModel):
    """Body of ``POST /v1/chat/completions``. What is not named here is ignored."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": "edu-policy-wechat",
                    "messages": [{"role": "user", "content": "学生午餐补助由哪个部门负责？"}],
                }
            ]
        },
    )

    model: Text
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int | None, Field(ge=1, le=1, description="1: there is one answer.")] = None
    temperature: Annotated[float | None, Field(ge=0, le=2, description="Has no effect.")] = None
    response_format: Annotated[
        Any, Field(description="Only looked at where a title or the like is wanted of a conversation.")
    ] = None
    deadline_s: Annotated[
        float | None,
        Field(
            gt=0,
            le=LONGEST_DEADLINE,
            allow_inf_nan=False,
            description="Seconds after which the answer is wanted.",
        ),
    ] = None
    sources: Annotated[
        Sources | None,
        Field(
            description="How the text tells its sources: `full` with links, `short` titles in one line, `off`"
            " not at all, and without marks. Else as the key says; `citations` are always whole."
        ),
    ] = None
    user: Annotated[Identity, Field(description="Who asks, of all people that the client serves.")] = None
    conversation_id: Annotated[Identity, Field(description="What is asked in.")] = None
    session_id: Annotated[Identity, Field(description="The same, as some clients call it.")] = None
    chatId: Annotated[Identity, Field(description="The same, as FastGPT calls it.")] = None  # noqa: N815

    @property
    def conversation(self) -> str | None:
        """The conversation by whichever of its names."""
        return self.conversation_id or self.session_id or self.chatId

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with token counts."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def to_question(self, scope: Scope, seconds: float | None) -> Question:
        """The last thing that the user said, and what was said before. Due after ``seconds``."""
        said = [message for message in self.messages if message.role in ("user", "assistant")]
        last = max((place for place, one in enumerate(said) if one.role == "user"), default=-1)
        turns = map(_turn, said[max(0, last - _MOST_TURNS) : max(0, last)])
        return Question(
            text=said[last].text if last >= 0 else "",
            history=tuple(turn for turn in turns if turn.content),
            scope=scope,
            due=math.inf if seconds is None else time.monotonic() + seconds,
            face="chat_completions",
        )


def _turn(message: Message) -> Turn:
    text = message.text[:_LONGEST_TURN]
    if message.role == "user":
        return Turn(role="user", content=text)
    return Turn(role="assistant", content=without_sources(text))
