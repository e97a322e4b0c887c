"""What a document is called: lines, the name of its file, and what both say."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.documents.naming import name_in
from vectorstore.documents.understand import understand

TITLE = "青禾县校车管理办法"
BODY = "第一条 为规范校车管理，制定本办法。\n第二条 校车由中心校调度，学校每学期公布一次路线和站点。\n"


def title_of(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return understand(path, name, None).head.title


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("doc.txt", f"{TITLE}\n{BODY}", TITLE),
        # what frames a printed page or an entry of a database is outvoted
        (
            "青禾县校车管理办法.txt",
            f"某某数据库 〖引证码〗 AB.12.345\n{TITLE}\n{BODY}",
            TITLE,
        ),
        (f"{TITLE}2019.txt", f"窗体顶端\n{TITLE}\n{BODY}", TITLE),
        (
            "青禾县校车管理办法(1).txt",
            f"青禾县信息网\n网站首页\n{TITLE}\n{BODY}",
            TITLE,
        ),
        (
            "青禾县校车管理办法.txt",
            f"青禾县人民政府令\n第68号\n{TITLE}\n{BODY}",
            TITLE,
        ),
        # the file's name alone says it
        (f"{TITLE}.txt", f"---\n{BODY}", TITLE),
        (f"{TITLE}.txt", BODY, TITLE),
        # a notice that carries what it announces
        (
            "关于印发校车管理办法的通知.txt",
            f"青禾县教育局关于印发《青禾县校车管理办法》的通知\n各学校：\n现将办法印发给你们，请遵照执行。\n"
            f"青禾县教育局\n2024年5月6日\n{TITLE}\n{BODY}",
            TITLE,
        ),
        # a name that says nothing, and one that says something else
        ("新建文本文档 (3).txt", f"{TITLE}\n{BODY}", TITLE),
        ("IMG_20240506.txt", f"{TITLE}\n{BODY}", TITLE),
        ("school bus rules.txt", f"{TITLE}\n{BODY}", TITLE),
        ("上半年学习材料汇总.txt", f"{TITLE}\n{BODY}", TITLE),
        # marks around it are none of it
        ("doc.txt", f"■ 青禾县校车管理办法\n{BODY}", TITLE),
        ("doc.txt", f"（此件主动公开）青禾县校车管理办法\n{BODY}", TITLE),
        # a text in one line
        ("doc.txt", "青禾县校车检查说明。第1号车乘坐12人。第2号车乘坐15人。" * 9, "青禾县校车检查说明"),
    ],
)
def test_a_document_is_called_by_what_most_evidence_backs(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    assert title_of(tmp_path, name, text) == expected


def test_a_table_without_a_title_is_called_by_its_file(tmp_path: Path) -> None:
    assert title_of(tmp_path, "津贴.csv", "学校,月补贴\n东关小学,900\n西关小学,700\n") == "津贴"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("甲/乙/校车管理办法2016.docx", "校车管理办法"),
        ("sz-校车管理办法_20230105(终稿).docx", "校车管理办法"),
        ("2023_校车管理办法-副本.pdf", "校车管理办法"),
        ("IMG_0012.jpg", ""),
        ("doc(3).txt", ""),
        ("通知.txt", ""),
        ("school bus rules.txt", ""),
    ],
)
def test_a_files_name_says_what_is_in_it_or_nothing(source: str, expected: str) -> None:
    assert name_in(source, "第一条 制定本办法。") == expected


def test_a_latin_name_speaks_of_a_latin_text() -> None:
    assert name_in("school bus rules.txt", "Article 1. Buses are run by the county.") == "school bus rules"
