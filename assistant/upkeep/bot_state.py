"""How the AI bot's long connection stands, as the server last kept it for other processes to read.

Nobody else may try it out: WeCom has one connection for a bot, so that a second
one, made to see whether the secret is right, would end the server's own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vectorstore.disk.storage import replace_file
from vectorstore.errors import Message, PolicyAssistantError

_LOG = logging.getLogger(__name__)

FILE = "wecom-bot.json"
_REASONS = {
    853000: Message("ID 或 Secret 有误", "the id or the secret is wrong"),
    93019: Message("ID 有误", "the id is wrong"),
}


class State(StrEnum):
    """What became of the connection."""

    CONNECTED = "connected"
    LOST = "lost"
    """There is none now; another try is coming."""
    REFUSED = "refused"
    """WeCom does not take the id and the secret; another try comes much later."""
    TAKEN_OVER = "taken_over"
    """Another program has connected as the same bot; none is tried until the server starts anew."""
    STOPPED = "stopped"
    """The server has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotState:
    """A state of that bot since a time. ``code`` is WeCom's for a refusal; ``cause`` names a loss."""

    bot_id: str
    state: State
    at: datetime
    code: int = 0
    cause: str = ""


_KEPT = TypeAdapter(BotState)


def keep_state(data_dir: Path, state: BotState) -> None:
    """Keep it for others. Where it can't be written, a line in the log says so: nothing depends on it."""
    try:
        replace_file(data_dir / FILE, _KEPT.dump_json(state).decode())
    except OSError as error:
        _LOG.warning("The state of the AI bot's long connection could not be kept: %s", error.strerror)


def kept_state(data_dir: Path, bot_id: str) -> BotState | None:
    """What was last kept of that bot; None where nothing that can be read was."""
    try:
        kept = _KEPT.validate_json((data_dir / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return kept if kept.bot_id == bot_id else None


def told_state(kept: BotState | None) -> Message:
    """One line on it. Raises PolicyAssistantError, with what to do, where it is not as it should be."""
    if kept is None:
        return Message("已设置，启动服务后连接", "set up; the server connects when it starts")
    since = kept.at.astimezone().strftime("%Y-%m-%d %H:%M")
    match kept.state:
        case State.CONNECTED:
            return Message(f"已连接（服务 {since} 所记）", f"connected (as the server noted at {since})")
        case State.STOPPED:
            return Message(f"服务已停止（{since}）", f"the server has stopped ({since})")
        case State.REFUSED:
            raise refused(kept.code)
        case State.TAKEN_OVER:
            raise taken_over()
        case _:
            raise _lost(kept.cause, since)


def refused(code: int) -> PolicyAssistantError:
    """The error for an id and a secret that WeCom does not take."""
    reason = _REASONS.get(code, Message("原因见企业微信的错误码说明", "see WeCom's list of error codes"))
    return PolicyAssistantError(
        Message(
            f"企业微信没有接受智能机器人的长连接：错误码 {code}，{reason.zh}。",
            f"WeCom refused the AI bot's long connection: error {code}, {reason.en}.",
        ),
        Message(
            "请在企业微信里核对 Bot ID 和 Secret，并确认机器人的 API 模式是“长连接”；改了设置要重启服务。",
            "Compare bot id and secret in WeCom, and see that the bot's API mode is 长连接; a changed setting"
            " needs a restart.",
        ),
    )


def taken_over() -> PolicyAssistantError:
    """The error for a connection that another program has taken over."""
    return PolicyAssistantError(
        Message(
            "另一个程序用同一个智能机器人连上了企业微信，这里的长连接已让出。",
            "Another program has connected to WeCom as the same AI bot, and has its connection now.",
        ),
        Message(
            "一个机器人只能有一个连接：请停掉另一个程序，再重启本服务。",
            "A bot has one connection: stop the other program, then restart this server.",
        ),
    )


def _lost(cause: str, since: str) -> PolicyAssistantError:
    return PolicyAssistantError(
        Message(
            f"智能机器人的长连接断了（{since}，{cause}），服务会自己重连。",
            f"The AI bot's long connection is lost ({since}, {cause}); the server connects anew by itself.",
        ),
        Message(
            "若一直连不上，请确认本机能访问 openws.work.weixin.qq.com 的 443 端口。",
            "If it stays so, see that this machine reaches port 443 of openws.work.weixin.qq.com.",
        ),
    )
