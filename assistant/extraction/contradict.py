"""What a sentence says of something else than was asked: another level, year, number in a series, time."""

from __future__ import annotations

import re

from vectorstore.text import read_number

_LEVEL = re.compile(r"国家级|省级|市级|县级|区级|校级|国家|部级")
_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_NTH = re.compile(
    r"第([一二三四五六七八九十\d]{1,3})((?:[\u4e00-\u9fff]{2,4}?)?(?:幼儿园|小学|中学|学校|实验学校|高中|"
    r"职业学校))"
)
_FUTURE = re.compile(r"明年|后年|下一步|接下来|将来|今后|未来|下个?学[年期]|明后年")
_PLANNED = re.compile(r"将|拟|计划|力争|争取|打算|下一步|继续|推进|(?:到|至)?20\d{2}年|要|达到|确保|实现")


def contradicts(question: str, text: str) -> bool:
    """The sentence is of another level, another year or another in a numbered series than was asked for."""
    return (
        _other_level(question, text)
        or _other_year(question, text)
        or _other_number(question, text)
        or bool(_FUTURE.search(question) and not _PLANNED.search(text))
    )


def _other_year(question: str, text: str) -> bool:
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(text))
    return bool(asked and told and not asked & told and min(asked) > max(told))


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
