"""Names that every system takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.saying.export.file_name import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("午餐补助多少？", "午餐补助多少？.md"),
        ('a/b\\c:d*e?f"g<h>i|j\nk', "a b c d e f g h i j k.md"),
        ("../../etc/passwd", "etc passwd.md"),
        (".hidden", "hidden.md"),
        ("-rf", "rf.md"),
        ("结尾. . ", "结尾.md"),
        ("", "对话.md"),
        ("\u200b...", "对话.md"),
        ("CON", "对话 CON.md"),
        ("nul.txt", "对话 nul.txt.md"),
        ("com1 .x", "对话 com1 .x.md"),
        ("console", "console.md"),
        ("gpj\u202eexe", "gpjexe.md"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert file_name(title, ".md") == name


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_title_becomes_a_name_that_fits(title: str) -> None:
    name = file_name(title, ".docx")
    assert len(name.encode()) <= 255
    assert Path(name).name == name
    assert not set(name) & set('<>:"/\\|?*')
    assert name.endswith(".docx")
    assert not name.startswith((".", "-", "~", " "))
    assert not name.removesuffix(".docx").endswith((".", " "))
