"""What a span lacks though it is where the answer stands: figures hidden as xx, text that breaks off."""

from __future__ import annotations

import re

from assistant.drafting.choose import bare
from assistant.drafting.state import clauses_of, worth_of
from assistant.question.words import WORDS
from assistant.reading.read import Span
from assistant.reading.signs import signs_of, unit_kinds
from assistant.reading.wanted import Wanted
from assistant.types import Reason
from vectorstore.marks import find_redactions, hides_figure
from vectorstore.types import Mark

_ENDS = ("。", "！", "？", "；", "：", "”", "）")
_COUNTED = re.compile(r"(?:多少|几)([\u4e00-\u9fff%]{2})")
_CALLED = 3  # letters behind a hidden name that tell that it is the one that is asked for


def lacks(span: Span, wanted: Wanted) -> Reason | None:
    """Why the span does not give what it is about; None where it does."""
    marks = span.passage.chunk.marks
    if Mark.OUTLINE_ONLY in marks and not WORDS["asks_titles"].holds(wanted.text):
        return Reason.TRUNCATED
    if _hides_answer(span, wanted):
        return Reason.REDACTED
    text = span.passage.chunk.text
    is_last = span.end == span.passage.chunk.end and "。" in text  # a line of a list has no full stop to lack
    holds = bool(wanted.units & signs_of(span.text))
    if Mark.TRUNCATED in marks and is_last and not holds and not span.text.rstrip().endswith(_ENDS):
        return Reason.TRUNCATED
    return None


def _hides_answer(span: Span, wanted: Wanted) -> bool:
    """Whether the clause that holds most of the question hides the figure or the name that is asked for."""
    hidden = find_redactions(span.text)
    if not hidden:
        return False
    start, end = max(clauses_of(span.text), key=lambda one: worth_of(span.text[one[0] : one[1]], wanted))
    inside = [b for a, b in hidden if start <= a < end]
    if WORDS["asks_figure"].holds(wanted.text) and any(hides_figure(span.text, b) for b in inside):
        counted = any(_counts(span.text[b:], wanted.text) for b in inside)
        return counted or not _shows_figure(span.text[start:end], wanted)
    called = (bare(span.text[b : b + 2 * _CALLED])[:_CALLED] for _, b in hidden)
    return WORDS["asks_name"].holds(wanted.text) and any(
        len(n) == _CALLED and n in wanted.text for n in called
    )


def _counts(following: str, question: str) -> bool:
    """Whether the words behind a hidden figure are those behind the question word: 多少万人, xx万人."""
    return any(following.startswith(match.group(1)) for match in _COUNTED.finditer(question))


def _shows_figure(clause: str, wanted: Wanted) -> bool:
    """Whether a clause has a figure beside what it hides, of the unit that is asked for if one is."""
    for start, end in reversed(find_redactions(clause)):
        clause = clause[:start] + clause[end + 1 :]
    shown = signs_of(clause)
    return bool(shown & (wanted.units or frozenset(unit_kinds())))
