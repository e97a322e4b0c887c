"""Which is more, by how much, which is earlier: only where both figures are there, and shown with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.question.words import WORDS
from assistant.reading.wanted import Wanted
from assistant.types import Statement
from vectorstore.errors import Message
from vectorstore.text import fold, search_terms

_SHARE = re.compile(r"\d+(?:\.\d+)?(?=\s*[%％])")
_DAY = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月)?(?:\s*(\d{1,2})\s*日)?")


def compare(question: str, told: Sequence[Sequence[Statement]], matter: Wanted) -> Message | None:
    """A sentence that sets two figures side by side, if the question wants that and both sides tell one."""
    if len(told) != 2 or not all(told):
        return None
    text = fold(question)
    first, second = ("".join(statement.text for statement in side) for side in told)
    if WORDS["asks_difference"].holds(text):
        return _difference(_share_in(first, matter), _share_in(second, matter))
    if WORDS["asks_order"].holds(text):
        return _order(_day_in(first), _day_in(second))
    return None


def _difference(first: str, second: str) -> Message | None:
    if not first or not second:
        return None
    gap = abs(Decimal(first) - Decimal(second)).normalize()
    if not gap:
        return Message(f"两者相同，都是{first}%。", f"Both are the same: {first}%.")
    first_is_more = Decimal(first) > Decimal(second)
    return Message(
        f"{'前者高' if first_is_more else '后者高'}，相差{gap:f}个百分点（{first}%与{second}%）。",
        f"The {'first' if first_is_more else 'second'} is higher, by {gap:f} percentage points "
        f"({first}% and {second}%).",
    )


def _order(first: tuple[int, ...], second: tuple[int, ...]) -> Message | None:
    """Compared only as far as both say it: whether "2025年" is before "2025年6月", nobody knows."""
    said = min(len(first), len(second))
    if first[:said] == second[:said]:
        return None
    if first < second:
        return Message("前者更早。", "The first is earlier.")
    return Message("后者更早。", "The second is earlier.")


def _share_in(text: str, matter: Wanted) -> str:
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
