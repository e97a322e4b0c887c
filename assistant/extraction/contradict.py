"""What a sentence says of something else than was asked: another level, stage of schooling, area, time."""

from __future__ import annotations

import re

from vectorstore.text import fold, read_number

_LEVEL = re.compile(r"国家|部级|[省市县区校](?=[省市县区]{0,2}级)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_ASKS_DAY = re.compile(r"哪(?:一|几)?天|几号|几月|何时|什么时(?:候|间)|截[止至]|多久")
_NTH = re.compile(
    r"第([一二三四五六七八九十\d]{1,3})((?:[\u4e00-\u9fff]{2,4}?)?(?:幼儿园|小学|中学|学校|实验学校|高中|"
    r"职业学校))"
)
_TOTAL = re.compile(r"一共|总共|总数|总计|合计")
_EACH = re.compile(r"每[一个位名所校县市区人班镇乡]")
_FUTURE = re.compile(r"明年|后年|下一步|接下来|将来|今后|未来|下个?学[年期]|明后年")
_PLANNED = re.compile(r"将|拟|计划|力争|争取|打算|下一步|继续|推进|(?:到|至)?20\d{2}年|要|达到|确保|实现")
# What excludes one another: words of each, by the axis that they lie on. A word can be of several (中小学).
_AXES: tuple[tuple[re.Pattern[str], ...], ...] = (
    (
        re.compile(r"幼儿|学前|托育|幼小|[办惠]园"),
        re.compile(r"小学|义务教育|九年"),
        re.compile(r"初中|中学|中小学|义务教育|九年|中考"),
        re.compile(r"高中|中学|中小学|高考"),
        re.compile(r"中职|高职|职业|技工"),
        re.compile(r"大学|高校|本科|学院"),
    ),
    (re.compile(r"城区|市区|城里|城镇|城乡"), re.compile(r"乡村|农村|乡镇|乡下|村小|城乡")),
    (re.compile(r"公办|公民办"), re.compile(r"民办")),
)


def contradicts(question: str, text: str, *, clause: str = "", headings: str = "", before: str = "") -> bool:
    """The sentence is of another level, kind of school, area, year, day or number in a series.

    ``clause`` is the part of it that answers, if not any with a figure; ``headings`` stand
    over it and count where it does not say itself; ``before`` it the day may stand that it is of.
    """
    question, text = fold(question), fold(text)
    return (
        _other_level(question, fold(clause) or text)
        or bool(_TOTAL.search(question) and _EACH.search(fold(clause)))
        or _excludes(question, text, headings)
        or _other_year(question, text)
        or _other_day(question, fold(before) + text)
        or _other_number(question, text)
        or bool(_FUTURE.search(question) and not _PLANNED.search(text))
    )


def _other_year(question: str, text: str) -> bool:
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(text))
    return bool(asked and told and not asked & told and min(asked) > max(told))


def _other_day(question: str, text: str) -> bool:
    """The question names days, asks for none, and only others are told."""
    asked = {(int(month), int(day)) for month, day in _DAY.findall(question)}
    told = {(int(month), int(day)) for month, day in _DAY.findall(text)}
    return bool(asked and told and not asked & told and not _ASKS_DAY.search(question))


def _other_number(question: str, text: str) -> bool:
    """ "第一幼儿园" where the sentence has only "第二幼儿园"."""
    for number, thing in _NTH.findall(question):
        told = {read_number(other) for other, same in _NTH.findall(text) if same == thing}
        if told and read_number(number) not in told:
            return True
    return False


def _other_level(question: str, text: str) -> bool:
    """The question asks of one level (省级) and the figure's clause is of another (市级)."""
    asked = set(_LEVEL.findall(question))
    clauses = [c for c in re.split(r"[，,；;。]", text) if re.search(r"\d", c)]
    told = {level for clause in clauses for level in _LEVEL.findall(clause)}
    return bool(len(asked) == 1 and told and not asked & told)


def _excludes(question: str, text: str, headings: str) -> bool:
    """On one axis the question names something, and the sentence, or else what is over it, only others."""
    question, text, headings = fold(question), fold(text), fold(headings)
    for axis in _AXES:
        asked = {value for value, words in enumerate(axis) if words.search(question)}
        told = {value for value, words in enumerate(axis) if words.search(text)}
        told = told or {value for value, words in enumerate(axis) if words.search(headings)}
        if asked and told and not asked & told:
            return True
    return False
