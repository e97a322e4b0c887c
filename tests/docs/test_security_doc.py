"""The page on security names tests that exist, for every risk of both lists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`\s]+)`", PAGE)))
_ROW = re.compile(r"^\| ((?:LLM|API)\d+) [^|]+\|[^|]+\|([^|]+)\|", re.MULTILINE)


@pytest.mark.parametrize("named", NAMED)
def test_what_the_page_names_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert (ROOT / file).is_file()
    if name:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_risk_of_both_lists_has_its_row_and_a_test() -> None:
    rows = dict(_ROW.findall(PAGE))
    wanted = [f"LLM{number:02d}" for number in range(1, 11)] + [f"API{number}" for number in range(1, 11)]
    assert list(rows) == wanted
    assert all("::test_" in tests for tests in rows.values())


def test_its_settings_are_the_servers() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(POLICY_ASSISTANT_[A-Z_]+|[a-z]+_[a-z_]+)[=`]", PAGE):
        assert f"`{name}`" in settings, name
