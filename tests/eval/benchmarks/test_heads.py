"""Counting the titles that are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.heads import is_right, main

BODY = "第一条 为规范校车管理，制定本办法。\n第二条 校车由中心校调度，学校每学期公布一次路线和站点。\n"


@pytest.mark.parametrize(
    ("title", "name", "expected"),
    [
        ("青禾县校车管理办法", "青禾县校车管理办法", True),
        ("青禾县校车管理办法（试行）", "青禾县校车管理办法", True),
        ("青禾县校车管理办法", "青禾县校车管理办法2019", True),
        ("校车管理", "青禾县校车管理办法", False),
        ("", "青禾县校车管理办法", False),
    ],
)
def test_a_title_is_right_that_is_the_files_name_or_nearly(title: str, name: str, expected: bool) -> None:
    assert is_right(title, name) is expected


def test_each_folder_is_told_with_and_without_the_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "青禾县校车管理办法.txt").write_text(f"青禾县校车管理办法\n{BODY}", encoding="utf-8")
    (folder / "校车补充规定全文.txt").write_text(BODY, encoding="utf-8")
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7 nothing")
    main([folder])
    told = capsys.readouterr()
    assert "rules: 2 files, title right 2, without its name 1" in told.out
    assert "damaged.pdf" in told.err
