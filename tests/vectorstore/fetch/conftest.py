"""Servers and a network for the tests of downloads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vectorstore.fetch.network import Network
from tests.vectorstore.fetch.web_server import WebServer, answer


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as running:
        yield running


@pytest.fixture
def inside() -> Iterator[WebServer]:
    """A second server, which a redirect from the first must not reach."""
    with WebServer({"/": answer(b"secret")}) as running:
        yield running


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)
