"""Whether the server can answer questions now, and what is missing where it can't."""

from __future__ import annotations

from typing import Any

from assistant.web.dependencies import Parts
from vectorstore.errors import Message, PolicyAssistantError

STARTING = Message("服务正在启动", "the server is starting")
STOPPING = Message("服务正在停止", "the server is stopping")
NO_INDEX = Message("已发布的索引打不开", "the published index can't be opened")
NO_HISTORY = Message("对话记录写不了", "conversations can't be written")


class NotReady(PolicyAssistantError):
    """The server runs, and can't answer questions as it should."""

    code = "not_ready"
    status = 503

    def __init__(self, lacking: tuple[Message, ...]) -> None:
        zh, en = "；".join(one.zh for one in lacking), "; ".join(one.en for one in lacking)
        super().__init__(
            Message(f"现在不能照常回答问题：{zh}。", f"Questions can't be answered as usual: {en}."),
            Message(
                "原因见日志，或运行 policy-assistant doctor。", "See the log, or run policy-assistant doctor."
            ),
        )


def missing(state: Any) -> tuple[Message, ...]:  # noqa: ANN401  # Starlette's state has any attribute
    """What an app lacks to answer questions; nothing where it can. Of its ``state``.

    Cheap while all is well. Where the last writing of a conversation failed, one is tried: it may wait.
    """
    parts: Parts | None = getattr(state, "parts", None)
    if parts is None:
        return (STARTING,)
    if state.stopping or parts.desk.stopping:
        return (STOPPING,)
    lacking = (
        (NO_INDEX, parts.assistant.generation is None or parts.assistant.unopened is not None),
        (NO_HISTORY, not parts.history.writable),
    )
    return tuple(message for message, is_lacking in lacking if is_lacking)
