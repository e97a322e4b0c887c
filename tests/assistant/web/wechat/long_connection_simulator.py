"""WeCom's side of an AI bot's long connection: a real WebSocket server on the loopback, as strict as WeCom.

    with Wecom() as wecom:
        ...  # the server with ``wecom.url``, BOT_ID and SECRET in its settings
        asked = wecom.say(text("学生午餐每人每天补助多少元？"))
        wecom.answer(asked)

Whatever it does not understand is in ``complaints``, which are raised at its end. That it speaks as WeCom's
own client expects is tried by that client: ``test_long_connection_judged``.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from itertools import count
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

BOT_ID = "aib-tests"
SECRET = "s3cret-of-the-tests-own-bot"
MOST_BYTES = 20_480
NOT_KNOWN, EXPIRED, NOT_SUBSCRIBED, WRONG_SECRET, WRONG_FORM = 846605, 846608, 846609, 853000, 40008
_SECONDS = 60  # that anything may take here before it is taken to be missing

Json = dict[str, Any]


class Wecom:
    """Listens from construction to the end of its ``with``. Thread-safe."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.frames: list[Json] = []
        """All that clients sent, in order."""
        self.complaints: list[str] = []
        self.connections = 0
        """How many have come, let in or not."""
        self.subscriptions = 0
        self.secret = SECRET
        self.remembers = False
        """Whether a message is still known on another connection than the one that it went to."""
        self.answers_heartbeats = True
        self.forgets_next = False
        """Whether the next reply is told that its connection is not subscribed."""
        self.redirects_to = ""
        self.drops_after_subscription = 0
        """How many connections are cut as soon as they are let in."""
        self.closed_with: list[int | None] = []
        """The codes by which connections ended."""
        self._changed = threading.Condition()
        self._bot: ServerConnection | None = None
        self._asked: dict[str, ServerConnection] = {}
        self._numbers = count(1)
        self._scheme = "wss" if tls else "ws"
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            ssl=tls,
            process_request=self._before,
            max_size=None,
            compression=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="wecom")
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._scheme}://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._server.shutdown()
        self._thread.join()
        assert self.complaints == []

    def say(self, message: Json) -> str:
        """Deliver a message to the bot, which must be there soon; the id of this request."""
        return self.push("aibot_msg_callback", message)

    def tell(self, event: Json) -> str:
        """Deliver an event."""
        return self.push("aibot_event_callback", event)

    def push(self, command: str, body: Json) -> str:
        """Deliver a frame."""
        request_id = f"req-{next(self._numbers)}"
        with self._changed:
            bot = self._connected()
            self._asked[request_id] = bot
        bot.send(json.dumps({"cmd": command, "headers": {"req_id": request_id}, "body": body}))
        return request_id

    def push_raw(self, sent: str | bytes) -> None:
        """Deliver anything."""
        with self._changed:
            bot = self._connected()
        bot.send(sent)

    def streams(self, request_id: str) -> list[Json]:
        """All states of the stream that answers this message, to its end."""
        self.until(lambda: any(one["finish"] for one in self.shown(request_id)))
        return self.shown(request_id)

    def answer(self, request_id: str) -> str:
        """What is shown of it in the end."""
        content: str = self.streams(request_id)[-1]["content"]
        return content

    def shown(self, request_id: str) -> list[Json]:
        """The states of the stream that answers this message, so far."""
        sent = self.sent("aibot_respond_msg")
        return [one["body"]["stream"] for one in sent if one["headers"]["req_id"] == request_id]

    def sent(self, command: str) -> list[Json]:
        """The frames with this command, so far."""
        return [one for one in list(self.frames) if one.get("cmd") == command]

    def until(self, wanted: Callable[[], bool]) -> None:
        """Wait for something that a client does."""
        with self._changed:
            assert self._changed.wait_for(wanted, _SECONDS), "it did not happen"

    def until_subscribed(self, times: int = 1) -> None:
        """Wait until clients were let in so often, and one is there."""
        self.until(lambda: self.subscriptions >= times and self._bot is not None)

    def take_over(self) -> None:
        """Do what another program's connection does to the one that there is."""
        with self._changed:
            bot = self._connected()
        self._end_for_another(bot)

    def close(self, code: int = 1000) -> None:
        """Close the connection in order."""
        with self._changed:
            bot = self._connected()
            self._bot = None
        bot.close(code)

    def cut(self) -> None:
        """Break the connection that there is, if any, without a word."""
        with self._changed:
            bot, self._bot = self._bot, None
        if bot is not None:
            bot.socket.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> ServerConnection:
        assert self._changed.wait_for(lambda: self._bot is not None, _SECONDS), "no bot is connected"
        assert self._bot is not None
        return self._bot

    def _before(self, connection: ServerConnection, _: Request) -> Response | None:
        with self._changed:
            self.connections += 1
            self._changed.notify_all()
        if not self.redirects_to:
            return None
        response = connection.respond(HTTPStatus.FOUND, "")
        response.headers["Location"] = self.redirects_to
        return response

    def _serve(self, connection: ServerConnection) -> None:
        try:
            for sent in connection:
                self._take(connection, json.loads(sent))
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                if self._bot is connection:
                    self._bot = None
                self.closed_with.append(connection.close_code)
                self._changed.notify_all()

    def _take(self, connection: ServerConnection, frame: Json) -> None:
        code = self._code(connection, frame)
        with self._changed:
            if code in (0, None):
                self.frames.append(frame)
            self._changed.notify_all()
        if code is not None:
            told = {"headers": frame["headers"], "errcode": code, "errmsg": "ok" if code == 0 else "refused"}
            connection.send(json.dumps(told))
        if frame["cmd"] == "aibot_subscribe" and code == 0:
            self._let_in(connection)

    def _let_in(self, connection: ServerConnection) -> None:
        with self._changed:
            before, self._bot = self._bot, connection
            self.subscriptions += 1
            dropped = self.drops_after_subscription > 0
            self.drops_after_subscription -= dropped
            self._changed.notify_all()
        if before is not None:
            self._end_for_another(before)
        if dropped:
            self.cut()

    def _end_for_another(self, connection: ServerConnection) -> None:
        """As WeCom does with a bot's connection when there is a newer one."""
        event = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
        headers = {"req_id": f"req-{next(self._numbers)}"}
        connection.send(json.dumps({"cmd": "aibot_event_callback", "headers": headers, "body": event}))
        connection.close()

    def _code(self, connection: ServerConnection, frame: Json) -> int | None:
        """What a frame is acknowledged with; None where it is not."""
        if not (isinstance(frame.get("headers", {}).get("req_id"), str) and isinstance(frame["cmd"], str)):
            self.complaints.append(f"no frame: {frame}")
            return WRONG_FORM
        command, body = frame["cmd"], frame.get("body", {})
        if command == "aibot_subscribe":
            return 0 if body == {"bot_id": BOT_ID, "secret": self.secret} else WRONG_SECRET
        if self._bot is not connection or self._forgets():
            return NOT_SUBSCRIBED
        if command == "ping":
            return 0 if self.answers_heartbeats else None
        return self._code_of_reply(connection, command, frame["headers"]["req_id"], body)

    def _forgets(self) -> bool:
        forgets, self.forgets_next = self.forgets_next, False
        return forgets

    def _code_of_reply(self, connection: ServerConnection, command: str, request_id: str, body: Json) -> int:
        if command == "aibot_send_msg":
            return self._checked(body["msgtype"] == "markdown" and bool(body["chatid"]), body["markdown"])
        if not (self._asked.get(request_id) is connection or (self.remembers and request_id in self._asked)):
            return NOT_KNOWN
        if command == "aibot_respond_welcome_msg":
            return self._checked(body["msgtype"] == "text", body["text"])
        if command != "aibot_respond_msg":
            self.complaints.append(f"a command that is none: {command}")
            return WRONG_FORM
        before = self.shown(request_id)
        if before and (before[-1]["finish"] or before[-1]["id"] != body["stream"]["id"]):
            self.complaints.append(f"more after the end, or another stream: {body}")
            return EXPIRED
        return self._checked(body["msgtype"] == "stream", body["stream"])

    def _checked(self, proper: bool, told: Json) -> int:
        """Whether a reply is of the right kind, and has words, and not too many."""
        content = told["content"]
        if not proper or not content.strip() or len(content.encode()) > MOST_BYTES:
            self.complaints.append(f"not to be shown: {told}")
            return WRONG_FORM
        return 0
