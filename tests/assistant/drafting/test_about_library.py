"""What the collection says of itself, and which questions it leaves to its documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.drafting.about_library import tell_library
from assistant.types import Outcome, Question
from tests.invented import assistant_over
from tests.vectorstore.guarantees import understood
from vectorstore.types import Document, Scope

BODY = "第一条 校车由中心校调度。\n第二条 每学期公布一次路线。\n"


def written(place: str, matter: str, day: str = "") -> Document:
    text = f"{place}{matter}管理办法\n{BODY}"
    return understood(f"{text}{place}教育局\n{day}\n" if day else text, f"{place}{matter}.txt")


LIBRARY = (
    written("青禾县", "校车", "2023年5月6日"),
    written("青禾县", "食堂", "2024年1月2日"),
    written("云岭市", "校车"),
)


@pytest.mark.parametrize(
    ("question", "said", "not_said"),
    [
        ("库里一共有多少份文件？", ["3份", "青禾县校车", "云岭市校车"], []),
        ("你们有多少文件", ["3份"], []),
        ("列出所有文件", ["青禾县校车", "青禾县食堂", "云岭市校车"], []),
        ("青禾县有几份文件", ["2份", "“青禾县”"], ["云岭市"]),
        ("关于校车的文件有哪些", ["青禾县校车", "云岭市校车"], ["食堂"]),
        ("2024年的文件有哪些", ["青禾县食堂"], ["校车"]),
        ("最新的文件是哪一份", ["青禾县食堂", "2024年1月2日", "1份没有注明日期"], ["校车管理"]),
        ("云岭市最新的文件是哪一份", ["没有注明日期"], []),
    ],
)
def test_what_the_catalog_knows_is_told(question: str, said: list[str], not_said: list[str]) -> None:
    told = tell_library(question, LIBRARY)
    assert told
    assert all(words in told.zh for words in said)
    assert not any(words in told.zh for words in not_said)


@pytest.mark.parametrize(
    "question",
    [
        "转学要准备哪些文件",
        "火星有几份文件",
        "关于航天的文件有哪些",
        "校车管理办法是哪一年的文件",
        "根据这些文件，校车由谁调度",
        "最新的补助标准是多少",
        "几份",
        "",
    ],
)
def test_all_else_is_left_to_the_documents(question: str) -> None:
    assert tell_library(question, LIBRARY) is None


def test_a_long_list_says_how_many_there_are_and_begins() -> None:
    told = tell_library("列出所有文件", LIBRARY * 40)
    assert told
    assert "120份" in told.zh
    assert told.zh.count("《") == 50
    assert told.en.count("《") == 50


def test_whoever_asks_is_told_of_what_they_may_see(tmp_path: Path) -> None:
    documents = {document.source: document.text for document in LIBRARY}
    with assistant_over(tmp_path, documents) as assistant:
        whole = assistant.ask(Question(text="一共有多少份文件"))
        part = assistant.ask(
            Question(text="一共有多少份文件", scope=Scope(within=Scope(regions=("云岭市",))))
        )
    assert "3份" in whole.text
    assert whole.outcome is Outcome.GROUNDED
    assert "1份" in part.text
    assert "青禾县" not in part.text
