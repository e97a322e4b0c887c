"""A server whose administration has a password, over a small library that its tests may change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assistant.setup.settings import Settings
from tests.assistant.web.admin.person import Person
from tests.small_library import build_library, running_server

PASSWORD = "正确的 horse 8"


@pytest.fixture(scope="package")
def admin_settings(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library of its own, with a password, a chat model's key and nothing that answers."""
    folder = tmp_path_factory.mktemp("admin-seeds")
    shutil.copytree(seeds, folder, dirs_exist_ok=True)
    built = build_library(folder, tmp_path_factory.mktemp("admin-data"))
    return built.model_copy(
        update={
            "admin_password": SecretStr(PASSWORD),
            "openai_api_key": SecretStr("sk-very-secret-0123456789"),
            "rerank_api_key": SecretStr("rerank-very-secret"),
        }
    )


@pytest.fixture(scope="package")
def address(admin_settings: Settings) -> Iterator[str]:
    """The address of that server."""
    with running_server(admin_settings) as address:
        yield address


@pytest.fixture
def visitor(address: str) -> Iterator[httpx.Client]:
    """Someone without a session, who is not led on."""
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def person(address: str) -> Iterator[Person]:
    """The administrator, logged in."""
    with httpx.Client(base_url=address, timeout=30, follow_redirects=True) as client:
        yield Person(client, PASSWORD)
