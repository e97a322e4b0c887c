"""A server with a scripted chat model, and one that lets in nobody without a key."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from assistant.asking.keys import Keys
from assistant.setup.settings import Settings
from tests.assistant.web.chat_completions.talking import QUICK, PacedModel, modelled, server_with


@pytest.fixture(scope="module")
def model_behind() -> Iterator[PacedModel]:
    paced = PacedModel()
    with paced.server:
        yield paced


@pytest.fixture(scope="module")
def modelled_server(
    settings: Settings, model_behind: PacedModel, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("modelled") / "data"
    with server_with(settings, folder, **modelled(model_behind)) as (_, address):
        yield address


@pytest.fixture
def model(model_behind: PacedModel) -> Iterator[PacedModel]:
    """The model, quick and never asked so far."""
    model_behind.server.requests.clear()
    yield model_behind
    model_behind.seconds = QUICK


@pytest.fixture
def modelled_client(modelled_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=modelled_server, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def keyed_server(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, str]]:
    """Its address, and two keys."""
    folder = tmp_path_factory.mktemp("keyed") / "data"
    with server_with(settings, folder) as (changed, address):
        keys = Keys(changed.data_dir)
        yield address, keys.create("one"), keys.create("other")
