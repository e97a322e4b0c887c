"""Invented conversations, as the history gives them."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.history.types import Conversation, KeptTurn, TurnState
from tests.assistant.kept_answers import NOON, answered, citation
from vectorstore.errors import Message

TODAY = date(2024, 5, 6)
HOSTILE = [
    "# 标题 #",
    "**粗** _斜_ ~~删~~ `码` ==亮== $x$",
    "[链接](https://example.com) ![图](x.png) [1]: https://example.com",
    "<script>alert(1)</script> <b>粗</b> <!-- --> <https://example.com> &amp; &#60;",
    "https://example.com www.example.com someone@example.com //localhost ftp://a.cn/b_c_d",
    "www.1.cn/*a* www.[甲](乙) www._~~b~~_ http.cn(www.*甲*)",
    "- 一\n- 二\n+ 三\n* 四\n1. 五\n2) 六\n> 七",
    "标题\n===\n标题\n---\n***\n___",
    "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |",
    "```\n代码\n```\n~~~\n代码",
    "    缩进\n\t缩进",
    "反斜线 \\ \\* \\[ 行尾\\\n://x",
    "[^1] [^1]: 注 :smile: @someone #123",
    "行尾有空格  \n下一行\n\n\n另一段",
    "甲\x00乙\x1b[31m丙\x0b丁\u202e戊\ud800\ufffe己",
]


def turn(
    question: str = "补助多少？",
    state: TurnState = TurnState.ANSWERED,
    answer: dict[str, Any] | None = None,
    shown: str = "",
    failure: tuple[Message, Message] | None = None,
) -> KeptTurn:
    if state is TurnState.ANSWERED and answer is None:
        answer = answered()
    return KeptTurn(
        question_id="1",
        question=question,
        asked_at=NOON,
        state=state,
        answer=answer,
        shown=shown,
        failure=failure,
    )


def conversation(*turns: KeptTurn, title: str = "午餐补助") -> Conversation:
    return Conversation(id="c", title=title, started_at=NOON, asked_at=NOON, turns=turns or (turn(),))


def said(text: str) -> Conversation:
    """A conversation in which everything that can be anything is ``text``."""
    cited = citation(1, text, title=text, quote=text)
    return conversation(turn(text, answer=answered(text, cited, notices=(text,))), title=text)


UNFINISHED = conversation(
    turn("停下的", TurnState.STOPPED, shown="每人每天"),
    turn("出错的", TurnState.FAILED, failure=(Message("忙。", "Busy."), Message("请再试。", "Try again."))),
    turn("没答的", TurnState.PENDING),
)
