"""Rows of tables in an answer: cards where the answer says just what the cells hold, sentences elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.web.page.html import answer_html
from assistant.web.page.row_cards import RowCard, cut_cards
from tests.assistant.kept_answers import answered, citation

CELLS = [
    {"header": "项目", "text": "饮水\n改善"},
    {"header": "主要任务", "text": "改造；扩建。"},
    {"header": "责任科室", "text": ""},
    {"header": "", "text": "无列名"},
]
CITED: list[dict[str, Any]] = [{"label": 1, "cells": CELLS}, {"label": 2, "cells": []}, {"label": 3}]


def test_a_row_is_a_card_of_its_name_and_its_columns() -> None:
    assert list(cut_cards("饮水改善——主要任务：改造；扩建；责任科室：原表此格为空；无列名。[1]", CITED)) == [
        RowCard(
            "",
            "饮水改善",
            (("主要任务", "改造；扩建。"), ("责任科室", "原表此格为空"), ("", "无列名")),
            "[1]",
        )
    ]


def test_what_stands_before_and_behind_a_row_stays_text() -> None:
    line = "《某县方案》（某县）：饮水改善——责任科室：原表此格为空。[1]又一句。[2]末尾"
    before, behind = list(cut_cards(line, CITED))
    assert isinstance(before, RowCard)
    assert before.before == "《某县方案》（某县）："
    assert behind == "又一句。[2]末尾"


@pytest.mark.parametrize(
    "line",
    [
        "饮水改善——主要任务：改造。[1]",
        "饮水改善——主要任务：改造；扩建。[2]",
        "饮水改善——主要任务：改造；扩建。[3]",
        "饮水改善——主要任务：改造；扩建。",
        "饮水改善由某科负责。[1]",
        "——某县方案",
        "[1]",
        "",
    ],
)
def test_what_is_not_just_the_cells_of_the_cited_row_stays_a_sentence(line: str) -> None:
    assert list(cut_cards(line, CITED)) == ([line] if line else [])


def test_the_page_shows_the_card_and_every_word_of_it_as_text() -> None:
    hostile = [{"header": "<b>列</b>", "text": "名<i>"}, {"header": "任务*", "text": "<script>x</script>"}]
    answer = answered("名<i>——任务*：<script>x</script>。[1]", citation(1))
    answer["citations"] = [{**answer["citations"][0], "cells": hostile}]
    html = answer_html(answer, "问", "zh")
    assert 'class="row-card"' in html
    assert "<script" not in html
    assert "<i>" not in html
