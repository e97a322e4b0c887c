"""One policy in every format, made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vectorstore.readers import policies, writers


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The policy of ``policies`` by format, as LibreOffice saves it."""
    folder = tmp_path_factory.mktemp("saved")
    policy, typed = folder / "policy.fodt", folder / "typed.fodt"
    policy.write_text(policies.as_flat_odt(), encoding="utf-8")
    typed.write_text(policies.as_flat_odt(typed=True), encoding="utf-8")
    files = {"txt": folder / "policy.txt", "md": folder / "policy.md"}
    for file in files.values():
        file.write_text(policies.as_text(), encoding="utf-8")
    files["docx"] = writers.convert(folder, "docx", policy)[0]
    files["doc"] = writers.convert(folder, "doc", policy)[0]
    files["pdf"] = writers.convert(folder, "pdf", policy)[0]
    # LibreOffice drops the style of automatic numbers when it writes HTML.
    files["html"] = writers.convert(folder, "html", typed)[0]
    files["ofd"] = writers.ofd_by_standard(files["pdf"], folder / "policy.ofd")
    return files
