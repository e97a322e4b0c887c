from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.history.history import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A real and empty history in ``tmp_path``."""
    with closing(History(tmp_path)) as opened:
        yield opened
