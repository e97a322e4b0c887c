"""The frames of the AI bot's long connection: a command, the id of a request, and a body, as JSON.

An acknowledgement has no command but an error code, and the id of the request that it is for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

SUBSCRIBE = "aibot_subscribe"
HEARTBEAT = "ping"
RESPOND = "aibot_respond_msg"
RESPOND_WELCOME = "aibot_respond_welcome_msg"
SEND = "aibot_send_msg"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What WeCom sent. ``code`` is None where it is no acknowledgement, and 0 where all is well."""

    command: str
    request_id: str
    body: object
    code: int | None


def read_frame(sent: str | bytes) -> Frame | None:
    """The frame in a message; None where there is none."""
    try:
        # As WeCom's own client does: control characters inside of texts are let through.
        read = json.loads(sent, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    headers, command, code = read.get("headers"), read.get("cmd"), read.get("errcode")
    request_id = headers.get("req_id") if isinstance(headers, dict) else None
    return Frame(
        command=command if isinstance(command, str) else "",
        request_id=request_id if isinstance(request_id, str) else "",
        body=read.get("body"),
        code=code if isinstance(code, int) else None,
    )


def write_frame(command: str, request_id: str, body: Json | None = None) -> str:
    """A frame of ours. Halves of characters, which JSON can hold and no message can, become ``?``."""
    frame: dict[str, Any] = {"cmd": command, "headers": {"req_id": request_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace").decode()


def new_request_id(command: str) -> str:
    """An id for a request of our own, which begins with its command as those of WeCom's own client do."""
    return f"{command}_{uuid4().hex}"
