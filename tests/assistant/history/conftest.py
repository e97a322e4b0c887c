"""One contract for both stores: every test that takes ``history`` is run with each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.history.history import History
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def history(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[History]:
    """A real and empty history, in ``tmp_path`` or in a PostgreSQL."""
    database = postgres.new_database() if request.param == "postgresql" else None
    with closing(History(tmp_path, database)) as opened:
        yield opened
