"""Whether a text tells a figure as planned or as done: 力争建成12所 is not 已建成12所.

All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from datetime import date

_SENTENCE_ENDS = "。;！!?？\n★"
_CLAUSE_ENDS = f"{_SENTENCE_ENDS},，:"
_HEDGE = re.compile(
    r"力争|力求|原则上|预计|预期|有望|争取(?![到了过资经项政支上])|(?<![模虚比草])拟(?![定订合态])|"
    r"(?<![动养持育展划训师作该此项的生二三])计划(?![》”]|生育|单列)|"
    r"将(?=[于在达新建]|实现|完成|累计|增|有)|确保|目标|"
    r"(?:到|至)“?十[四五六]五”?末|(?:aim|plan|target|strive|expect|hope|will|shall|by20\d\d|goal|intend)"
)
_IN_FORCE = re.compile(
    r"正式(?:印发|发布|实施|施行|公布|生效)|已经?.{0,14}(?:印发|发布|实施|施行|公布|生效)|正在执行|遵照执行"
)
_ENDED = re.compile(r"已经?.{0,4}(?:废止|失效|取消|过期|过了|列|纳入|明确|规定|要求|提出)")
_COMPLETED = re.compile(r"竣工|完工|完成|建成|投入使用|交付|到位|实现|达标|做到")
_DRAFT = re.compile(r"征求意见|草案|拟|尚未|还没|没有|不是|未")
_UNTIL_YEAR = re.compile(r"(?<![截达])[到至在](20\d\d)年(?!以来|为止)")
_DONE = re.compile(
    r"(?<![而得])已(?!知|满)|(?:[达得]到|完成|实现|建成|新增|覆盖|提高|提升|增加|减少|降低|改造|培训|招聘|评选|发放|建|招|有)了|"
    r"累计|目前|现有|截至目前|already|(?:has|have|had)(?:been|now|reached|achieved|completed|built)|"
    r"(?<![a-z])(?:achieved|completed|reached|built)(?![a-z])"
)


def told_as_done(text: str, start: int) -> bool:
    """Whether the clause says that the figure at ``start`` has been reached, and no hedge takes it back.

    >>> told_as_done("已建成12所", 3), told_as_done("力争建成12所", 4)
    (True, False)
    """
    clause = _before(text, start, _CLAUSE_ENDS)
    return bool(_DONE.search(clause)) and not (_HEDGE.search(clause) or _UNTIL_YEAR.search(clause))


def tells_done(text: str) -> bool:
    """Whether a text says of anything that it has been done or reached, or is in force."""
    return not _ENDED.search(text) and (bool(_DONE.search(text)) or tells_in_force(text))


def tells_completion(text: str) -> bool:
    """Whether a text says of works or tasks that they are completed."""
    return bool(_COMPLETED.search(text))


def without_done(text: str) -> str:
    """A text without the words for what has been done (已, 建成了, 累计): for comparing it with a plan."""
    return _DONE.sub("", text)


def tells_in_force(clause: str) -> bool:
    """Whether a clause says that something is issued or in force, and not that it is a draft."""
    return bool(_IN_FORCE.search(clause)) and not _DRAFT.search(clause)


def told_as_planned(text: str, start: int, issued_on: date | None = None) -> bool:
    """Whether the sentence hedges the figure at ``start`` or puts it into the future, and says no 已.

    ``issued_on`` is the date of the document: a year before it is no future.

    >>> told_as_planned("到2027年建成12所", 9), told_as_planned("到2021年建成12所", 9, date(2024, 3, 8))
    (True, False)
    """
    before = _before(text, start, _SENTENCE_ENDS)
    after = re.split(f"[{_SENTENCE_ENDS}]", text[start:], maxsplit=1)[0]
    if _DONE.search(before + after):
        return False
    years = (int(year) for year in _UNTIL_YEAR.findall(before))
    future = any(issued_on is None or year >= issued_on.year for year in years)
    return future or bool(_HEDGE.search(before))


def _before(text: str, start: int, ends: str) -> str:
    return text[max(text.rfind(mark, 0, start) for mark in ends) + 1 : start]
