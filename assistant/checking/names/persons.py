"""Whether the person that a sentence names for an office is the one that its source names.

All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# The commonest by 2020年全国姓名报告 of the Ministry of Public Security, more of 百家姓, and compound ones.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文季祁樊屈谷华左齐申柳"
    "鲁韦施陶洪翟安颜倪严牛温芦俞葛伍章毕聂焦向柴蒙庞裴耿关沙盛牟穆卓兰路纪欧"
)
_COMPOUND = "欧阳|上官|司马|诸葛|申屠|皇甫|尉迟|公孙|慕容|令狐|司徒|东方"
_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
_OFFICE = (
    "(?:局长|校长|院长|书记|主任|组长|科长|县长|市长|区长|处长|厅长|部长|园长|所长|会长|站长|主席|秘书长|督学|"
    "教研员|照管员|班主任|联系人|负责人|专家)"
)
_OFFICE_THEN_NAME = re.compile(rf"(?P<deputy>副?)(?P<office>{_OFFICE})(?:是|为|:|：)?(?P<name>{_NAME})")
_NAME_THEN_OFFICE = re.compile(
    rf"(?P<name>{_NAME})(?:同志|老师)?(?:是|为|任|担任)[^,，。；;]{{0,20}}?(?P<deputy>副?)(?P<office>{_OFFICE})"
)
_NAME_THEN_NUMBER = re.compile(rf"(?P<name>{_NAME})[^\d。；;]{{0,12}}?(?P<number>\d{{7,}})")
_ENDS = re.compile(r"$|[,，。、；;)）]|一行|同志|老师|介绍|主持|表示|带队|出席|参加")
_PART = re.compile(r"[^。；;\n]+")


def wrong_person(text: str, bodies: Sequence[str]) -> str:
    """Who is named for an office or a number for which the bodies name another; empty if nobody is."""
    parts = [match[0] for body in bodies for match in _PART.finditer(body)]
    for names, sign, whole in _named(text):
        for name in names:
            with_name = [part for part in parts if name in part]
            if with_name and not any(sign.search(part) for part in with_name):
                return name
        if whole and not any(name in part for name in names for part in parts):
            return names[0]
    return ""


def _named(text: str) -> Iterator[tuple[Sequence[str], re.Pattern[str], bool]]:
    """Names, at both lengths that they can have, what must stand beside them, whether they end for sure."""
    for pattern in (_OFFICE_THEN_NAME, _NAME_THEN_OFFICE):
        for match in pattern.finditer(text):
            sign = match["office"] if match["deputy"] else f"(?<!副){match['office']}"
            whole = pattern is _OFFICE_THEN_NAME and bool(_ENDS.match(text, match.end()))
            yield _lengths(match["name"]), re.compile(sign), whole
    for match in _NAME_THEN_NUMBER.finditer(text):
        yield _lengths(match["name"]), re.compile(match["number"]), False


def _lengths(name: str) -> Sequence[str]:
    return (name, name[:-1]) if len(name) > 2 else (name,)
