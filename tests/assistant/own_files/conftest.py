"""The small library with documents that people bring, in this process, by a clock that the tests turn."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.asking.desk import Desk
from assistant.asking.sessions import Sessions
from assistant.asking.suggest import Suggester
from assistant.build import build_assistant
from assistant.history.history import History
from assistant.own_files.files import OwnFiles
from assistant.own_files.types import Holder, OwnFile
from assistant.setup.settings import Settings
from assistant.web.delivery.continued import Continued
from assistant.web.dependencies import Parts
from tests.own_files import SCHOOL


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def brought(files: OwnFiles, holder: Holder, text: str = SCHOOL) -> OwnFile:
    return files.bring("细则.txt", io.BytesIO(text.encode()), holder).result(60)


@pytest.fixture(scope="module")
def assistant(settings: Settings) -> Iterator[Assistant]:
    with closing(build_assistant(settings)) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(assistant: Assistant, clock: Clock, tmp_path: Path) -> Iterator[OwnFiles]:
    with closing(OwnFiles(tmp_path, assistant, clock)) as opened:
        yield opened


@pytest.fixture
def parts(assistant: Assistant, files: OwnFiles, tmp_path: Path) -> Iterator[Parts]:
    with ExitStack() as opened:
        history = opened.enter_context(closing(History(tmp_path)))
        desk = opened.enter_context(closing(Desk(assistant, history, lend=files.lend)))
        yield Parts(
            assistant=assistant,
            desk=desk,
            history=history,
            suggester=Suggester(assistant),
            sessions=Sessions(desk, history),
            continued=Continued(history.shared, 30),
            own_files=files,
        )
