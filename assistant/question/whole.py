"""What is no question about policies as a whole: a greeting, thanks, or a request to do something else.

Only where the whole question is that: "伪造入学证明怎么处理" asks about a policy.
"""

from __future__ import annotations

from assistant.question.asking import asks
from assistant.question.courtesies import is_only_courtesy
from assistant.question.words import WORDS
from assistant.types import Reason
from vectorstore.errors import Message
from vectorstore.text import fold

_REPLIES = {
    "acknowledges": Message(
        "好的。有别的问题，直接问就行。", "All right. Ask whenever you have another question."
    ),
    "only_thanks": Message(
        "不客气。有别的问题，直接问就行。", "You are welcome. Ask whenever you have another question."
    ),
    "goes_on": Message(
        "没有可以接着看的了：上一个回答已经完整。可以追问其中一点，或者点开依据看原文。",
        "There is nothing more: the last answer was whole. Ask about one point of it, or open its sources.",
    ),
    "disagrees": Message(
        "请告诉我哪里不对，或者换个说法再问一次；原文可以点开引用核对。",
        "Tell me what is wrong, or ask in other words; each citation opens the source.",
    ),
    "wants_person": Message(
        "这里没有人工：我依据库中的政策文件自动回答，并注明出处。拿不准的，请咨询文件的印发单位。",
        "Nobody sits here: I answer from the policy documents by myself, with citations."
        " Where in doubt, ask the office that issued the document.",
    ),
}


def reply_to(question: str) -> Message | None:
    """What is said to who asks nothing: that it is all right, what is wrong, that nobody sits here."""
    text = fold(question).strip()
    return next((said for name, said in _REPLIES.items() if WORDS[name].holds(text)), None)


def reason_of(question: str) -> Reason | None:
    """Why the question as a whole is told what this is instead of an answer; None for all others."""
    text = fold(question).strip()
    if WORDS["greets"].holds(text) or is_only_courtesy(text) or reply_to(question):
        return Reason.SMALL_TALK
    is_request = WORDS["writes"].holds(text) and not asks(text.rstrip("吗？? "))
    return Reason.OUT_OF_SCOPE if is_request or WORDS["changes_rules"].holds(text) else None
