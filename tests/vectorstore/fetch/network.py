"""A network for tests: names and public addresses that lead to servers on the loopback, or nowhere."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from vectorstore.errors import UnreadableFile
from vectorstore.fetch import fetch

PUBLIC, PUBLIC_TOO = "93.184.216.34", "8.8.8.8"

_Address = tuple[str, int]
_Resolved = tuple[socket.AddressFamily, socket.SocketKind, int, str, _Address]


class Network:
    """Between the code and the sockets; nothing is sent beyond the loopback.

    ``names`` gives for a host what it resolves to at first, then, and so on;
    ``routes`` the port here that a public address leads to. ``connected`` are the
    addresses to which a connection was tried.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.routes: dict[_Address, int] = {}
        self.connected: list[_Address] = []
        resolve = cast("Callable[..., list[_Resolved]]", socket.getaddrinfo)
        connect = socket.socket.connect

        def getaddrinfo(host: str, port: int, *args: int, **options: int) -> list[_Resolved]:
            if host in self.names:
                return self._resolve(host, port)
            flags = 0 if host == "localhost" else socket.AI_NUMERICHOST  # asks no server
            return resolve(host, port, *args, **(options | {"flags": flags}))

        def connect_here(made: socket.socket, address: _Address) -> None:
            self.connected.append(address[:2])
            connect(made, self._lead(address))

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", connect_here)

    def _resolve(self, host: str, port: int) -> list[_Resolved]:
        answers = self.names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def _lead(self, address: _Address) -> _Address:
        if address[:2] in self.routes:
            return "127.0.0.1", self.routes[address[:2]]
        if address[0] not in ("127.0.0.1", "::1"):
            raise ConnectionRefusedError
        return address


def fetched(url: str, folder: Path) -> bytes:
    """What is downloaded from there."""
    return fetch(url, folder).path.read_bytes()


def refusal(url: str, folder: Path) -> UnreadableFile:
    """What is said instead of a file, of which nothing is left."""
    with pytest.raises(UnreadableFile) as caught:
        fetch(url, folder)
    assert not list(folder.iterdir())
    for message in (caught.value.message, caught.value.hint):
        assert message.zh.endswith("。")
        assert message.en.endswith(".")
        assert len(message.zh) < 300
        assert "Error" not in message.zh + message.en
    return caught.value
