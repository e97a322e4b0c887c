"""What ``make quick`` runs: the style, and every test that nobody has to wait for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SLOW_FILES

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"


def said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def test_what_it_does_is_told_by_help_and_done_in_order() -> None:
    planned = said("make", "--dry-run", "quick")

    told = said("make", "help")
    assert all(f"make {name}" in told for name in ("quick", "test", "check", "gate"))
    assert len(told.splitlines()) < 8, "only the first comment is for users"
    assert planned.index("format --check") < planned.index("ruff check") < planned.index("pytest --quick")


def test_tests_over_what_is_built_for_several_are_left_out_and_pure_ones_stay() -> None:
    listed = said(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quick", "--collect-only", "-q"),
        *("tests/vectorstore/test_text.py", "tests/assistant/asking/test_desk.py", "tests/assistant/history"),
    )

    assert "tests/vectorstore/test_text.py::" in listed
    assert "history/test_wording.py::" in listed
    assert "deselected" in listed
    assert "test_desk.py::" not in listed, "a desk stands on the library of the seeds"
    assert "history/test_sqlite.py::" not in listed, "it is listed as slow"


@pytest.mark.parametrize("name", SLOW_FILES)
def test_what_is_listed_as_slow_is_there(name: str) -> None:
    assert (TESTS / name).exists()
