"""Which program asks: its key, what it may see, how its answers look, and how often it may ask."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from assistant.asking.callers import Caller
from assistant.asking.kept_keys import Form
from assistant.asking.keys import Keys
from assistant.errors import KeyMissing, TooOften
from assistant.types import Sources
from vectorstore.types import EVERYWHERE, Scope

_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that asks, from a network's ``address``. ``key`` is the name of its key, empty where none is
    needed.
    """

    key: str = ""
    form: Form | None = None
    sources: Sources = "full"
    scope: Scope = EVERYWHERE
    per_minute: int | None = None
    address: str = ""

    def narrowed(self, scope: Scope) -> Scope:
        """What the request asks to search in, within what the client may see."""
        return scope if self.scope == EVERYWHERE else replace(scope, within=self.scope)

    def caller(self, person: str | None = None, conversation: str | None = None) -> Caller:
        """Whoever this client asks for."""
        return Caller(
            key=self.key, person=person or "", conversation=conversation or "", address=self.address
        )


class Gate:
    """Lets programs in. Without any key, and only where this machine alone can connect, everyone is."""

    def __init__(
        self, keys: Keys, *, open_to_all: bool, on_refused: Callable[[str], None] = lambda _: None
    ) -> None:
        """``on_refused`` hears the code of the error that each one gets who asks too often."""
        self._keys = keys
        self._on_refused = on_refused
        self._open_to_all = open_to_all
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    @property
    def needs_key(self) -> bool:
        """Whether nobody gets in without a key. Raises KeysUnusable."""
        return not self._open_to_all or bool(self._keys.all())

    def admit(self, authorization: str) -> Client:
        """Who sends that header. Raises KeyMissing or KeysUnusable."""
        if not self.needs_key:
            return Client()
        kind, _, token = authorization.partition(" ")
        key = self._keys.find(token.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise KeyMissing
        return Client(
            key=key.name,
            form=key.form,
            sources=key.sources,
            scope=key.scope,
            per_minute=key.per_minute,
        )

    def count(self, client: Client) -> None:
        """One more question. Raises TooOften where it is one too many within the last minute."""
        if client.per_minute is None:
            return
        now = time.monotonic()
        with self._lock:
            asked = self._asked.setdefault(client.key, deque())
            while asked and asked[0] <= now - _MINUTE:
                asked.popleft()
            if len(asked) >= client.per_minute:
                self._on_refused(TooOften.code)
                raise TooOften(client.per_minute)
            asked.append(now)


def the_gate(request: Request) -> Gate:
    """The gate of the server."""
    gate: Gate = request.app.state.gate
    return gate


# Only for the description: what a request carries is read by the gate.
_BEARER = HTTPBearer(auto_error=False, description="A key, where keys are needed.")


def _client(request: Request, _: Annotated[object, Security(_BEARER)]) -> Client:
    client = the_gate(request).admit(request.headers.get("authorization", ""))
    return replace(client, address=request.client.host if request.client else "")


def _asker(request: Request, client: Annotated[Client, Depends(_client)]) -> Client:
    the_gate(request).count(client)
    return client


TheGate = Annotated[Gate, Depends(the_gate)]
TheClient = Annotated[Client, Depends(_client)]
"""Who asks, on every route that tells anything of documents or conversations."""
TheAsker = Annotated[Client, Depends(_asker)]
"""The same, where it counts as a question."""
