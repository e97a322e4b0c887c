"""What a question wants reckoned, by its grammar alone: a sum, a mean, a count, the most or the least."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from assistant.drafting.reckoning.columns import Column
from assistant.figures.units import measured_by
from assistant.question.words import WORDS
from vectorstore.text import read_number

_HOW_MANY = re.compile(r"多少|几")
_MEASURE = "[" + "".join(sorted(word for word in measured_by() if len(word) == 1)) + "]"


class Ask(Enum):
    """What a question wants of a table."""

    TOTAL = auto()
    AVERAGE = auto()
    MOST = auto()
    LEAST = auto()
    COUNT = auto()


EXTREMES = (Ask.MOST, Ask.LEAST)
_WORDS = {Ask.AVERAGE: "asks_average", Ask.TOTAL: "asks_total", Ask.COUNT: "asks_count"}
# The noun behind 哪所, 每个, 几名: what the rows are told by, or what they are counted as.
_WHICH = re.compile(rf"(?:哪|什么)[一几]?{_MEASURE}?(\w{{0,2}})")
_HOW_MANY_OF = re.compile(rf"(?:多少|几){_MEASURE}?(\w{{0,2}})")
_OF_TOP = re.compile(rf"{_MEASURE}?(\w{{0,2}})")
_NOUN = {
    Ask.MOST: _WHICH,
    Ask.LEAST: _WHICH,
    Ask.AVERAGE: re.compile(rf"每一?({_MEASURE}?)(\w{{0,2}})"),
    Ask.COUNT: _HOW_MANY_OF,
    Ask.TOTAL: _HOW_MANY_OF,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be reckoned: of what the ``noun`` says, ``top`` of them where several are wanted.

    ``each`` is the measure word behind 每, which can be what a mean is taken over: 每班.
    """

    ask: Ask
    noun: str = ""
    each: str = ""
    top: int = 1

    def is_per(self, column: Column) -> bool:
        """Whether a column counts what a mean is taken over: 班级数 for 平均每班多少人."""
        by_noun = len(self.noun) > 1 and column.name.startswith(self.noun)
        return by_noun or bool(self.each and column.name.startswith(self.each))


def wish_of(text: str) -> Wish | None:
    """What a folded question wants reckoned; None where that is nothing, or several things."""
    asked = [ask for ask, name in _WORDS.items() if WORDS[name].holds(text)]
    extreme = WORDS["asks_extreme"].pattern.search(text)
    if extreme:
        asked.append(Ask.LEAST if extreme["least"] else Ask.MOST)
    if Ask.COUNT in asked and len(asked) > 1:
        asked.remove(Ask.COUNT)
    if len(asked) != 1 or (asked[0] in (Ask.TOTAL, Ask.AVERAGE) and not _HOW_MANY.search(text)):
        return None
    several = next((name for name in ("some", "top") if extreme and extreme[name]), "")
    if extreme and several:
        noun = _OF_TOP.match(text, extreme.end(several))
        return Wish(asked[0], _content(noun), top=read_number(extreme[several]) or 1)
    found = _NOUN[asked[0]].search(text)
    each = found[1] if found and asked[0] is Ask.AVERAGE else ""
    return Wish(asked[0], _content(found) or each, each)


def _content(found: re.Match[str] | None) -> str:
    """The noun that was found, without words of grammar."""
    return WORDS["says_no_row"].pattern.sub("", found[found.re.groups]) if found else ""
