"""What is no question about policies as a whole: a greeting, thanks, or a request to do something else.

Only where the whole question is that: "伪造入学证明怎么处理" asks about a policy.
"""

from __future__ import annotations

from assistant.question.asking import asks
from assistant.question.courtesies import is_only_courtesy
from assistant.question.words import WORDS
from assistant.types import Reason
from vectorstore.text import fold


def reason_of(question: str) -> Reason | None:
    """Why the question as a whole is told what this is instead of an answer; None for all others."""
    text = fold(question).strip()
    if WORDS["greets"].holds(text) or is_only_courtesy(text):
        return Reason.SMALL_TALK
    is_request = WORDS["writes"].holds(text) and not asks(text.rstrip("吗？? "))
    return Reason.OUT_OF_SCOPE if is_request or WORDS["changes_rules"].holds(text) else None
