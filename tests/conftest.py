"""What all tests share: the library of the seed documents, and a small one, built once, all real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.library import prepare_library
from assistant.settings import Settings
from vectorstore.live import LiveLibrary
from vectorstore.search import Searcher

# No test depends on a clock: an example that loads a table first is slow, and right.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


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


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two documents of the small library."""
    from tests.small_library import LUNCH, READING

    folder = tmp_path_factory.mktemp("seeds")
    (folder / "lunch.txt").write_text(LUNCH, encoding="utf-8")
    (folder / "reading.txt").write_text(READING, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def settings(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the small library, built already, on a port that is free."""
    from tests.small_library import build_library

    return build_library(seeds, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[str]:
    """The address of the server over the small library."""
    from tests.small_library import running_server

    with running_server(settings) as address:
        yield address
