"""What stands behind the pages: one job at a time, a catalog that is read again, uploads at the start."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from assistant.setup.settings import Settings
from assistant.upkeep.library import prepare_library
from assistant.web.admin.corrections import write_catalog
from assistant.web.admin.staging.jobs import Jobs
from tests.assistant.web.admin.papers import BUS, DORMITORY
from vectorstore.documents.catalog import Catalog, load_catalog
from vectorstore.errors import LibraryBusy, Message
from vectorstore.library.ingest import IngestReport


def test_a_job_is_refused_while_another_runs_and_an_unforeseen_end_is_told() -> None:
    jobs, going_on = Jobs(), Event()

    def fail(_: object) -> IngestReport:
        going_on.wait(10)
        raise ZeroDivisionError

    jobs.start(Message("甲", "a"), fail)
    with pytest.raises(LibraryBusy):
        jobs.start(Message("乙", "b"), fail)
    going_on.set()
    ends = time.monotonic() + 10
    while jobs.last and not jobs.last.over:
        assert time.monotonic() < ends
        time.sleep(0.01)
    assert jobs.last
    assert jobs.last.error
    assert "日志" in jobs.last.error[1].zh


def test_what_was_uploaded_is_taken_in_at_the_start(tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    (seeds / "校车.txt").write_text(BUS, encoding="utf-8")
    (data / "documents").mkdir(parents=True)
    (data / "documents" / "宿舍.txt").write_text(DORMITORY, encoding="utf-8")

    report = prepare_library(Settings(seeds_dir=seeds, data_dir=data), lambda _: None)

    assert report
    assert report.added == ("宿舍.txt", "校车.txt")


def test_a_written_catalog_is_read_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    entries = Catalog.model_validate(
        {
            "document": [
                {
                    "source": '甲"乙\\丙.pdf',
                    "title": "\x7f\U00020000\t",
                    "number": "",
                    "issued_on": date(2026, 3, 8),
                    "status": "repealed",
                    "aliases": ["一", "二"],
                    "reason": "why",
                    "part": [{"region": "某县"}, {"deadline": date(2026, 4, 1)}],
                },
                {"source": "[[document]]"},
            ]
        }
    ).document

    write_catalog(path, entries)

    assert load_catalog(path).document == entries
