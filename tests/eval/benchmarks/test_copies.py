"""Sentences copied from documents, true and wrong."""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks.copies import copies, is_marked, row_claims

NOTICE = """青禾县校车通知

一、收费

小学生乘车每月交费60元，由班主任代收并开具收据。
初中生乘车每月交费85元，由县公交公司直接收取。
"""
FARES = "学校,每月收费（元）,校车（辆）\n青禾小学,60,3\n石桥小学,85,5\n"


def test_copied_sentences_are_not_marked_and_those_with_anothers_figure_are(tmp_path: Path) -> None:
    (tmp_path / "青禾县校车通知.txt").write_text(NOTICE, encoding="utf-8")
    found = list(copies(tmp_path))
    assert {is_marked(words, passages) for words, _, passages in found if words} == {False}
    assert {is_marked(wrong, passages) for _, wrong, passages in found if wrong} == {True}


def test_cells_are_told_of_their_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "青禾县校车收费表.csv").write_text(FARES, encoding="utf-8")
    found = list(row_claims(tmp_path))
    assert found
    assert not any(is_marked(right, passages) for right, _, passages in found)
    assert any(is_marked(wrong, passages) for _, wrong, passages in found)
