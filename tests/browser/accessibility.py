"""axe-core's verdict on a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "best-practice"]


def serious_violations(page: Page) -> list[str]:
    """The serious and critical violations, each with the elements that have it.

    Skips the test where axe-core is not installed.
    """
    if not _AXE.is_file():
        pytest.skip("axe-core is not installed: run `npm ci --prefix tests/browser`")
    page.evaluate(_AXE.read_text(encoding="utf-8"))  # in this way no policy of the page forbids it
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _TAGS)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
