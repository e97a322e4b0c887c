"""What stands under the title of a statute: when it was adopted, published and amended, and by which order.

In brackets or as lines of their own, in one line or several:
"2004年9月13日 国务院第64次常务会议通过", "（1995年3月18日…通过　根据2021年4月29日…修正）".
When it came into force is another matter, and no date of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import NamedTuple

from vectorstore.lines import Line

OFFICIAL_NUMBER = r"[\u4e00-\u9fff]{1,12}[〔\[［(（]\d{4}[〕\]］)）]\s*第?\s*\d+\s*号"
_NEAR = 14  # lines under the title
_LONGEST = 2_000  # characters of a line: a law that was amended often has all of it in one
_OPENS = re.compile(r"\s*第\s?[一1]\s?[条條章编]|目\s*[录錄次]\s*$")
_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_BEGINS = re.compile(r"[（(\s]*(?:根据|经)?\s*\d{4}\s*年")
_ACT = re.compile(r"通过|公布|发布|颁布|印发|批准|修正|修订|修改")
_IN_FORCE = re.compile(r"施行|生效|实施")
_ORDER = re.compile(rf"({OFFICIAL_NUMBER})|([\u4e00-\u9fff]{{2,20}}?[令告]\s*(?:第\s*)?\d+\s*号)")


class Adoption(NamedTuple):
    """The day of the version at hand, and the number under which it, or else the first one, was published."""

    on: date | None = None
    number: str = ""


class _Act(NamedTuple):
    day: date
    number: str


def read_adoption(lines: Sequence[Line]) -> Adoption:
    """What the first lines of a text say of its adoption; nothing where they are no statute's."""
    acts = [
        act
        for line in takewhile(lambda line: not _OPENS.match(line.text), lines[:_NEAR])
        if _BEGINS.match(line.text)
        for act in _acts(line.text[:_LONGEST])
    ]
    if not acts:
        return Adoption()
    last = max(acts, key=lambda act: act.day)
    numbers = [act.number for act in acts if act.number]
    return Adoption(last.day, last.number or (numbers[-1] if numbers else ""))


def _acts(text: str) -> Iterator[_Act]:
    """Each date of a line with what was done on it, up to the next date."""
    days = list(_DAY.finditer(text))
    for index, day in enumerate(days):
        end = days[index + 1].start() if index + 1 < len(days) else len(text)
        done = text[day.end() : end]
        is_act = _ACT.search(done) and not _IN_FORCE.match(done.lstrip("起自 \u3000"))
        if is_act and (when := _date(*map(int, day.groups()))):
            order = _ORDER.search(done)
            yield _Act(when, (order.group(1) or order.group(2)) if order else "")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
