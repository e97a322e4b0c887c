"""The assistant over the documents of invented counties, with the built-in embedding."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.build import build_embedder
from assistant.setup.settings import Settings
from tests.assistant.drafting.counties import DOCUMENTS
from tests.invented import assistant_over


@pytest.fixture(scope="session")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Answers about the counties."""
    folder = tmp_path_factory.mktemp("counties")
    embedder = build_embedder(Settings(data_dir=folder / "data", openai_api_key=None, openai_model=None))
    with assistant_over(folder, DOCUMENTS, embedder) as assistant:
        yield assistant
