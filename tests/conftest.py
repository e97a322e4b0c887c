"""What all tests share: the library of the seed documents, and a small one, built once, all real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import hypothesis
import pytest

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.setup.settings import Settings
from assistant.upkeep.library import prepare_library
from vectorstore.library.live import LiveLibrary
from vectorstore.search.searcher import Searcher

if TYPE_CHECKING:
    from tests.postgres import Postgres

# What `make quick` leaves out. What is shared by several tests (a fixture of a module or of the session) is
# shared because it is dear: a library that is built, a server, a browser, a model. So a test that uses such a
# fixture is not quick; whoever writes one need not mark it. Listed are only files and folders that are slow
# without: they measure time, fill disks, start processes, or read thousands of sentences.
SLOW_FILES = (
    "assistant/web/admin",
    "assistant/web/chat_completions",
    "assistant/drafting/test_state.py",
    "assistant/for_langchain",
    "assistant/history/test_history.py",
    "assistant/history/test_sqlite.py",
    "assistant/web/test_server.py",
    "assistant/upkeep/test_start_and_disk.py",
    "assistant/checking/test_support_seeds.py",
    "browser",
    "eval/test_baselines.py",
    "eval/benchmarks/test_check.py",
    "eval/test_broken_systems.py",
    "eval/test_commands.py",
    "eval/reports/test_compare.py",
    "eval/test_run.py",
    "test_quick.py",
    "vectorstore/readers",
    "vectorstore/index/test_chroma.py",
    "vectorstore/store/test_database.py",
    "vectorstore/embeddings/test_embeddings.py",
    "vectorstore/test_guarantees.py",
    "vectorstore/index/test_lent.py",
    "vectorstore/library/test_live.py",
    "vectorstore/disk/test_space.py",
    "vectorstore/search/test_words_alone.py",
)
_TESTS = Path(__file__).resolve().parent
_EXAMPLES_WHEN_QUICK = 10  # that hypothesis tries, instead of 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take ``--quick``."""
    parser.addoption("--quick", action="store_true", help="only the fast tests, as `make quick` runs them")


def pytest_configure(config: pytest.Config) -> None:
    """No test depends on a clock: an example that loads a table first is slow, and right."""
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.register_profile("quick", deadline=None, max_examples=_EXAMPLES_WHEN_QUICK)
    hypothesis.settings.load_profile("quick" if config.getoption("--quick") else "untimed")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``--quick`` listed files are not even imported, since that alone takes seconds."""
    listed = {_TESTS / name for name in SLOW_FILES}
    return True if config.getoption("--quick") and collection_path in listed else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--quick`` only tests stay that use nothing which is built once for several."""
    if config.getoption("--quick"):
        slow = [item for item in items if _shares_a_fixture(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not _shares_a_fixture(item)]


def _shares_a_fixture(item: pytest.Item) -> bool:
    """Whether a test uses a fixture of this repository that is made for more than one test."""
    if not isinstance(item, pytest.Function):
        return False
    used = item._fixtureinfo.name2fixturedefs.values()
    return any(
        fixture.scope != "function" and fixture.baseid.startswith("tests")
        for fixtures in used
        for fixture in fixtures
    )


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL."""
    from tests.postgres import running_postgres

    with running_postgres() as running:
        yield running


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    """An HTTP client of the server."""
    with httpx.Client(base_url=server, timeout=30) as opened:
        yield opened
