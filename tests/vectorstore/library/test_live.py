"""A running process and the generations that appear beside it."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event

import pytest

from tests.fakes import HashedEmbedder
from tests.vectorstore.stored_library import articles, run, write
from vectorstore.errors import IndexMissing
from vectorstore.index.generations import Generation, open_current
from vectorstore.library import live
from vectorstore.library.live import LiveLibrary


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK_EVERY", 0.0)


def test_nothing_is_opened_before_the_first_search(tmp_path: Path) -> None:
    library = LiveLibrary(tmp_path, HashedEmbedder())
    assert library.generation_name is None
    with pytest.raises(IndexMissing), library.searcher():
        pass


def test_what_another_process_publishes_is_seen_and_the_old_one_closed_after_its_last_search(
    tmp_path: Path,
) -> None:
    data, files = tmp_path / "data", tmp_path / "files"
    run(data, write(files, a=articles("甲")))
    library = LiveLibrary(data, HashedEmbedder())
    with library.searcher() as before:
        run(data, write(files, b=articles("乙")))
        wait_for_documents(library, 2)
        assert len(before.holdings.documents) == 1
        assert before.holdings.chunks[0].text == "第一条 甲"
    with library.searcher() as searcher:
        assert len(searcher.holdings.documents) == 2
    library.close()
    assert library.generation_name is None


def test_the_old_generation_answers_while_the_new_one_is_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, library = tmp_path / "data", behind(tmp_path)
    opened, may_open = [], Event()

    def open_late(*wanted: object) -> Generation:
        opened.append(wanted)
        assert may_open.wait(20)
        return open_current(data, HashedEmbedder().model)

    monkeypatch.setattr(live, "open_current", open_late)
    for _ in range(5):
        with library.searcher() as searcher:
            assert len(searcher.holdings.documents) == 1
    may_open.set()
    wait_for_documents(library, 2)
    library.close()
    assert len(opened) == 1


def test_a_library_closed_while_a_generation_is_being_opened_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, library = tmp_path / "data", behind(tmp_path)
    may_open, generations = Event(), []

    def open_late(*_: object) -> Generation:
        assert may_open.wait(20)
        generations.append(open_current(data, HashedEmbedder().model))
        return generations[0]

    monkeypatch.setattr(live, "open_current", open_late)
    with library.searcher():
        pass
    library.close()
    may_open.set()
    library._opening.join(20)
    assert library.generation_name is None
    assert generations[0].exact.search([1.0] * 8, 1, ["x"]) == []  # closed
    assert not list((data / "index").glob(".private-*"))


def behind(folder: Path) -> LiveLibrary:
    """A library opened with one document, after which another was published."""
    data, files = folder / "data", folder / "files"
    run(data, write(files, a=articles("甲")))
    library = LiveLibrary(data, HashedEmbedder())
    with library.searcher():
        pass
    run(data, write(files, b=articles("乙")))
    return library


def wait_for_documents(library: LiveLibrary, count: int) -> None:
    """Until a search sees so many documents; fails after ten seconds."""
    patience = time.monotonic() + 10
    while True:
        with library.searcher() as searcher:
            if len(searcher.holdings.documents) == count:
                return
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_a_library_that_was_closed_opens_again_when_asked(tmp_path: Path) -> None:
    run(tmp_path / "data", write(tmp_path / "files", a=articles("甲")))
    library = LiveLibrary(tmp_path / "data", HashedEmbedder())
    for _ in range(2):
        with library.searcher() as searcher:
            assert len(searcher.holdings.chunks) == 1
        library.close()
