"""Counting what is read of statutes: days, articles, versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.statutes import main

STATUTE = "云山市{name}条例\n{day} 云山市人民代表大会通过\n第一条 为了学校，制定本条例。\n第二条 每年检验。\n"


def test_days_articles_and_versions_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "statutes"
    folder.mkdir()
    void = "第三条 《云山市校舍条例》同时废止。\n"
    for name, text in {
        "校车条例(2019-03-05)": STATUTE.format(name="校车", day="2019年3月5日"),
        "校车条例(2024-03-05)": STATUTE.format(name="校车", day="2024年3月5日") + "第三条 学校每年演练。\n",
        "校舍条例(2018-01-01)": STATUTE.format(name="校舍", day="2018年2月1日"),
        "校园条例(2025-01-01)": STATUTE.format(name="校园", day="2025年1月1日") + void,
        "食堂条例": "第一条 食堂每日留样。\n",
        "食堂条例(2020-01-01)": STATUTE.format(name="食堂", day="2020年1月1日"),
    }.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7 nothing")
    main(folder)
    told = capsys.readouterr()
    assert "of 5 with a day in the name 5 are dated,\n4 by that day" in told.out
    assert "articles as in the text in 6\nof 6; versions: 1 of 2 by name,\n1 more" in told.out
    assert "not read as versions: 食堂条例 → 食堂条例(2020-01-01)" in told.out
    assert "versions by their texts: 校舍条例(2018-01-01) → 校园条例(2025-01-01)" in told.out
    assert "damaged.pdf" in told.err
