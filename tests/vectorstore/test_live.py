"""A running process and the generations that appear beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import HashedEmbedder
from tests.vectorstore.library import articles, run, write
from vectorstore import live
from vectorstore.errors import IndexMissing
from vectorstore.live import LiveLibrary


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
        with library.searcher() as after:
            assert len(after.documents) == 2
        assert len(before.documents) == 1
        assert before.chunks[0].text == "第一条 甲"
    with library.searcher() as searcher:
        assert len(searcher.documents) == 2
    library.close()
    assert library.generation_name is None


def test_a_library_that_was_closed_opens_again_when_asked(tmp_path: Path) -> None:
    run(tmp_path / "data", write(tmp_path / "files", a=articles("甲")))
    library = LiveLibrary(tmp_path / "data", HashedEmbedder())
    for _ in range(2):
        with library.searcher() as searcher:
            assert len(searcher.chunks) == 1
        library.close()
