"""CONTRIBUTING.md leads to what is there, and its first change works as it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MADE_LATER = {"eval/cases/reported.jsonl", "issue.md"}  # by whoever follows the page


def test_every_path_of_the_page_is_there() -> None:
    named = set(
        re.findall(
            r"(?<![\w/.])(?!\.venv|/)[\w.-]*(?:/[\w.-]+)+/?|(?<![\w/.-])\.?[\w-]+\.(?:md|py|toml|yaml)\b",
            PAGE,
        )
    )
    inside = {"answer.py", "build.py", "web/"}  # of assistant/, as the sentence says

    missing = [
        path
        for path in named - MADE_LATER
        if not (ROOT / path).exists() and not (path in inside and (ROOT / "assistant" / path).exists())
    ]

    assert len(named) > 20
    assert not missing


def test_the_first_change_finds_its_test_and_its_list() -> None:
    """Without tying anybody's hands: the word may have been added since, and nothing else is assumed."""
    tests = (ROOT / "tests/assistant/reading/test_signs.py").read_text(encoding="utf-8")
    units = tomllib.loads((ROOT / "assistant/figures/units.toml").read_text(encoding="utf-8"))

    assert "def test_a_figure_shows_what_it_measures(" in tests
    assert '"thing"' in PAGE
    assert "个" in units["measures"]["thing"]


def test_hooks_at_a_commit_are_of_this_folder_and_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")

    assert re.findall(r"repo: (.+)", hooks) == ["local"]
    assert set(re.findall(r"language: (.+)", hooks)) == {"system"}
    assert all(entry.startswith(".venv/bin/ruff ") for entry in re.findall(r"entry: (.+)", hooks))
