"""The assistant over the small library, and what runs async tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.setup.settings import Settings


@pytest.fixture(scope="package")
def assistant(settings: Settings) -> Iterator[Assistant]:
    opened = build_assistant(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    return "asyncio"
