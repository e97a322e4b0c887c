"""Which is more, by how much, which is earlier: only where both figures are there, and shown with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.extraction.weigh import Matter
from assistant.types import Statement
from vectorstore.text import fold, search_terms

_ASKS_DIFFERENCE = re.compile(
    r"差(?:多少|几|距)|相差|多(?:多少|几|出)|少(?:多少|几)|谁[^，。？?]{0,6}(?:高|低|多|少)|"
    r"哪个[^，。？?]{0,6}(?:高|低|多|少)"
)
_ASKS_ORDER = re.compile(r"(?:谁|哪个|哪一个|哪份|哪项)[^，。？?]{0,6}(?:早|晚|先|后)")
_SHARE = re.compile(r"\d+(?:\.\d+)?(?=\s*[%％])")
_DAY = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月)?(?:\s*(\d{1,2})\s*日)?")


def compare(question: str, told: Sequence[Sequence[Statement]], matter: Matter) -> str:
    """A sentence that sets two figures side by side, if the question wants that and both sides tell one."""
    if len(told) != 2 or not all(told):
        return ""
    text = fold(question)
    first, second = ("".join(statement.text for statement in side) for side in told)
    if _ASKS_DIFFERENCE.search(text):
        return _difference(_share_in(first, matter), _share_in(second, matter))
    if _ASKS_ORDER.search(text):
        return _order(_day_in(first), _day_in(second))
    return ""


def _difference(first: str, second: str) -> str:
    if not first or not second:
        return ""
    gap = abs(Decimal(first) - Decimal(second))
    if not gap:
        return f"两者相同，都是{first}%。"
    more = "前者高" if Decimal(first) > Decimal(second) else "后者高"
    return f"{more}，相差{gap.normalize():f}个百分点（{first}%与{second}%）。"


def _order(first: tuple[int, ...], second: tuple[int, ...]) -> str:
    """Compared only as far as both say it: whether "2025年" is before "2025年6月", nobody knows."""
    said = min(len(first), len(second))
    if first[:said] == second[:said]:
        return ""
    return "前者更早。" if first < second else "后者更早。"


def _share_in(text: str, matter: Matter) -> str:
    """The percentage in the clause that holds most of the question's matter; "" if there is none."""
    clauses = [clause for clause in re.split(r"[,，;；。]", text) if _SHARE.search(clause)]
    if not clauses:
        return ""
    best = max(clauses, key=lambda clause: matter.share(search_terms(clause)))
    found = _SHARE.search(best)
    return found.group() if found else ""


def _day_in(text: str) -> tuple[int, ...]:
    """Year, month and day of the first date, as far as it says them; empty if there is none."""
    found = _DAY.search(text)
    return tuple(int(part) for part in found.groups() if part) if found else ()
