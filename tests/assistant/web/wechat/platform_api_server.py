"""A stand-in of the platforms' API over real HTTP, on the loopback: gives tokens, takes messages.

What it is sent is in ``messages``, and whom it shows that somebody types in ``typing``. ``refuse`` gives the
next messages these error codes.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_TOKENS = {"/cgi-bin/stable_token": ("appid", "secret"), "/cgi-bin/gettoken": ("corpid", "corpsecret")}
_MESSAGES = ("/cgi-bin/message/custom/send", "/cgi-bin/message/send")
_TYPING = "/cgi-bin/message/custom/typing"
_NO_SUCH_TOKEN = 40001


class PlatformApiServer:
    """The server, listening from construction to the end of its ``with``."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.tokens: list[str] = []
        self.bodies: list[bytes] = []
        self.tried = threading.Semaphore(0)
        """Released at every message, whether it is taken or refused."""
        self.typing: list[str] = []
        self.shown = threading.Event()
        """Set once somebody is shown as typing."""
        self._refusals: deque[int] = deque()
        self._numbers = count(1)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="platform-api")
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that it took, in order."""
        return [json.loads(body) for body in self.bodies]

    def refuse(self, *codes: int) -> None:
        """Refuse the next messages."""
        self._refusals.extend(codes)

    def forget_tokens(self) -> None:
        """Whatever token was given is valid no more."""
        self.tokens.append("")

    def reply(self, path: str, query: dict[str, str], body: bytes) -> dict[str, Any]:
        """What is said to a request."""
        if names := _TOKENS.get(path):
            given = query or json.loads(body)
            if given.get(names[1]) != self.secret or not given.get(names[0]):
                return {"errcode": 40125, "errmsg": f"invalid secret {given}"}
            self.tokens.append(f"token-{next(self._numbers)}")
            return {"access_token": self.tokens[-1], "expires_in": 7200}
        if path == _TYPING:
            assert query.get("access_token") == self.tokens[-1]
            asked = json.loads(body)
            assert asked == {"touser": asked["touser"], "command": "Typing"}
            self.typing.append(asked["touser"])
            self.shown.set()
            return {"errcode": 0, "errmsg": "ok"}
        assert path in _MESSAGES
        try:
            if query.get("access_token") != self.tokens[-1]:
                return {"errcode": _NO_SUCH_TOKEN, "errmsg": f"invalid {query['access_token']}"}
            if self._refusals:
                return {"errcode": self._refusals.popleft(), "errmsg": "refused"}
            self.bodies.append(body)
            return {"errcode": 0, "errmsg": "ok"}
        finally:
            self.tried.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler(owner: PlatformApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:  # the name that http.server asks for
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self, body: bytes) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            told = json.dumps(owner.reply(address.path, query, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    return Handler
