"""The benchmark of the page: its readers ask the real server, and its table says what was measured."""

from __future__ import annotations

import threading
import time

import pytest

from eval.benchmarks import page as benchmark_page
from eval.benchmarks.page import Reader, row


def test_a_row_has_median_and_95th_percentile() -> None:
    assert row("x", [0.3, 0.1, 0.2]) == "| x | 0.20 | 0.30 | 3 |"
    assert row("x", [float(n) for n in range(1, 101)]) == "| x | 50.50 | 95.00 | 100 |"


def test_a_reader_asks_until_told_to_leave(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark_page, "_READING", (0.0, 0.01))
    leave = threading.Event()
    reader = Reader(server, ["云山市的午餐补助由哪个部门负责？"], 1, leave)
    reader.start()
    while len(reader.seconds) < 2 and reader.is_alive():
        time.sleep(0.05)
    leave.set()
    reader.join(timeout=30)
    assert not reader.is_alive()
    assert len(reader.seconds) >= 2
