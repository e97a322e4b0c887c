"""What all tests share: the library of the seed documents, built once, with everything real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.library import prepare_library
from assistant.settings import Settings
from vectorstore.live import LiveLibrary
from vectorstore.search import Searcher


@pytest.fixture(scope="session")
def seed_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library of the seed documents, built already."""
    chosen = Settings(
        data_dir=tmp_path_factory.mktemp("seed-library"), openai_api_key=None, openai_model=None
    )
    prepare_library(chosen, lambda *_: None)
    return chosen


@pytest.fixture(scope="session")
def seed_assistant(seed_settings: Settings) -> Iterator[Assistant]:
    """The assistant over the seed documents, without a chat model."""
    assistant = build_assistant(seed_settings)
    yield assistant
    assistant.close()


@pytest.fixture(scope="session")
def seed_searcher(seed_settings: Settings) -> Iterator[Searcher]:
    """The searcher over the seed documents."""
    from assistant.build import build_embedder

    library = LiveLibrary(seed_settings.data_dir, build_embedder(seed_settings))
    with library.searcher() as searcher:
        yield searcher
    library.close()
