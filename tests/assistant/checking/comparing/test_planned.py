"""What is planned, and what is told as done."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checking.comparing.planned import told_as_done, told_as_planned


@pytest.mark.parametrize(
    "text", ["已建成12所", "已经有12所", "完成了12所", "覆盖率达到了12", "hasreached12", "累计新增12所"]
)
def test_a_figure_is_told_as_done(text: str) -> None:
    assert told_as_done(text, text.index("12"))


@pytest.mark.parametrize(
    "text", ["建成12所", "方案已经印发,新建12所", "已计划新建12所", "到2027年已建成12所", "willhavebuilt12"]
)
def test_a_figure_is_not_told_as_done(text: str) -> None:
    assert not told_as_done(text, text.index("12"))


@pytest.mark.parametrize(
    "text",
    [
        "力争新建12所",
        "拟建12所",
        "计划新建12所",
        "原则上达到12所",
        "预计12所",
        "到2027年,新建12所",
        "争取达到12所",
    ],
)
def test_a_figure_is_planned(text: str) -> None:
    assert told_as_planned(text, text.index("12"))


@pytest.mark.parametrize(
    "text",
    [
        "已建成12所",
        "力争提前,目前已有12所",
        "力争新建5所。现有12所",
        "实施强师计划,培训12名",
        "模拟演练12次",
        "争取资金12万元",
        "新建12所",
    ],
)
def test_a_figure_is_not_only_planned(text: str) -> None:
    assert not told_as_planned(text, text.index("12"))


@pytest.mark.parametrize(("issued_on", "planned"), [(date(2024, 3, 1), True), (date(2028, 3, 1), False)])
def test_a_year_before_the_documents_own_is_no_future(issued_on: date, planned: bool) -> None:
    text = "到2027年底,建成12所"
    assert told_as_planned(text, text.index("12"), issued_on) is planned
