"""A scripted server that speaks OpenAI's chat completions over real HTTP, on the loopback only.

    with ModelServer() as server:
        server.queue(says("答案[1]。"), refuses(429, retry_after=1))
        ...  # with OPENAI_BASE_URL = server.base_url
        server.questions[0].body["messages"]

Each question takes the next queued reply of tests.chat_model.replies.
``ModelServer(script)`` asks a function instead, which sees the request: so a test
can play a model that does whatever it is told. Leaving the ``with`` ends every
reply and every thread, and raises what went wrong in a script.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.chat_model.replies import Reply, Request, refuses, says, sends

_LOOK_EVERY = 0.01  # seconds between two looks at whether the client has left

_COMPLETIONS = "/v1/chat/completions"

Script = Callable[[Request], Reply | str]


class ModelServer:
    """The server, listening from construction to the end of its ``with``.

    ``left`` is set when a client goes away before the end of a reply.
    """

    def __init__(self, script: Script | None = None, *, models: tuple[str, ...] = ("scripted",)) -> None:
        self.requests: list[Request] = []
        self.left = threading.Event()
        self.closing = threading.Event()
        self.failures: list[BaseException] = []
        self._script = script
        self._models = models
        self._replies: deque[Reply | str] = deque()
        self._http = _Server(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="model-server")
        self._thread.start()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL must be."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def questions(self) -> list[Request]:
        """The requests for a completion, without those for the list of models."""
        return [request for request in self.requests if urlsplit(request.path).path == _COMPLETIONS]

    def queue(self, *replies: Reply | str) -> None:
        """Replies to the next requests; a text is a reply that says it."""
        self._replies.extend(replies)

    def reply_to(self, request: Request) -> Reply:
        """The reply that is due. Without one, the test has gone wrong and ends as failed."""
        path = urlsplit(request.path).path  # whole where the server plays a proxy
        if path == "/v1/models":
            listed = [{"id": name, "object": "model"} for name in self._models]
            return sends(json.dumps({"object": "list", "data": listed}), content_type="application/json")
        if path != _COMPLETIONS:
            return refuses(404, message=f"no such path: {path}")
        if self._script is None and not self._replies:
            raise AssertionError("the server was asked once more than it has replies")
        reply = self._replies.popleft() if self._script is None else self._script(request)
        return says(reply) if isinstance(reply, str) else reply

    def close(self) -> None:
        """End all replies and connections and stop listening."""
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self.failures:
            raise self.failures[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def __init__(self, owner: ModelServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)


class _Left(Exception):  # nothing is wrong: the client left, or the test is over
    pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10  # seconds for a request to come in
    server: _Server

    def do_GET(self) -> None:  # the name that http.server asks for
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, body: dict[str, Any]) -> None:
        owner = self.server.owner
        self.close_connection = True
        request = Request(
            path=self.path, headers={name.lower(): value for name, value in self.headers.items()}, body=body
        )
        owner.requests.append(request)
        try:
            self._send(owner.reply_to(request), request)
        except (_Left, ConnectionError, TimeoutError):
            if not owner.closing.is_set():
                owner.left.set()
        except BaseException as failure:  # noqa: BLE001  # raised again where the test sees it
            owner.failures.append(failure)

    def _send(self, reply: Reply, request: Request) -> None:
        self._wait(reply.wait)
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        for step in reply.body(request):
            if isinstance(step, bytes):
                self._stay()
                if step:  # an empty chunk would be the end
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(step), step))
            else:
                self._wait(step)
        if not reply.cut:
            self.wfile.write(b"0\r\n\r\n")

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._stay()
            time.sleep(min(_LOOK_EVERY, left))

    def _stay(self) -> None:
        """Raise once there is nobody left to talk to."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if self.server.owner.closing.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
            raise _Left
