"""Plain text in the encodings of Chinese offices, and Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.errors import UnreadableFile
from vectorstore.readers import ReadFile, read_file

PROSE = "一、总体要求\n为加强教师队伍建设，推进学校高质量发展，现就有关工作通知如下。\n2025年3月8日\n"
TRADITIONAL = "一、總體要求\n為加強教師隊伍建設，推進學校發展，現就有關工作通知如下。\n2025年3月8日\n"


def read(folder: Path, data: bytes, name: str = "policy.txt") -> ReadFile:
    path = folder / name
    path.write_bytes(data)
    return read_file(path)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_chinese_text_is_read_in_whatever_encoding_it_was_saved(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, PROSE.encode(encoding)).text == PROSE


@pytest.mark.parametrize("encoding", ["big5", "cp950", "utf-16-le"])
def test_traditional_text_is_read_too(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize(("encoding", "cut"), [("utf-8", 2), ("gb18030", 2), ("utf-16-le", 1)])
def test_a_text_that_breaks_off_inside_a_character_loses_only_that(
    tmp_path: Path, encoding: str, cut: int
) -> None:
    whole = (PROSE + "终").encode(encoding)
    assert read(tmp_path, whole[: -cut + (encoding == "gb18030")]).text == PROSE


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 40, b"\x00\x01\x02\x03" * 1000, "日本語テキスト".encode("euc-jp") * 9]
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="编码"):
        read(tmp_path, data)


def test_markdown_loses_its_marks_and_keeps_its_tables(tmp_path: Path) -> None:
    text = """# 关于**课后服务**的通知

1\\. 时间安排见[附表](https://example.invalid/a.xlsx)。
> ## （二）保障措施
---
| 序号 | 任务 | 单位 |
|:---:|------|------|
| 1 | **托管**服务 | 基教科 |
| 2 | 上好\\|用好<br>课程 | |

```
# 原样 **保留**
```
"""
    file = read(tmp_path, text.encode(), "notice.md")
    lines = file.text.split("\n")
    assert lines[:3] == ["关于课后服务的通知", "1. 时间安排见附表。", "（二）保障措施"]
    assert lines[-2] == "# 原样 **保留**"
    (table,) = file.tables
    assert table.header == ("任务", "单位")
    assert [(row.number, *(cell.text for cell in row.cells)) for row in table.rows] == [
        ("1", "托管服务", "基教科"),
        ("2", "上好|用好\n课程", ""),
    ]


def test_tables_in_markdown_without_outer_bars_are_tables(tmp_path: Path) -> None:
    (table,) = read(tmp_path, "任务 | 单位\n--- | ---\n托管 | 基教科\n".encode(), "a.md").tables
    assert [cell.text for cell in table.rows[0].cells] == ["托管", "基教科"]
