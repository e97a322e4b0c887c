"""Things that a question names side by side within one document: 午餐、饮水、教室亮化三项都归谁管."""

from __future__ import annotations

import re

_JOINT = re.compile(r"、|和|跟|(?<!参)与|以及")
_EACH = re.compile(r"[两二三四五六]?[项个者种类件]?(?:都|均|各|分别)")
_BEFORE = re.compile(r".*(?:[里内的在把对]|第\d+[条项])")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LONGEST, _MOST = 14, 5  # characters of a thing; things


def things_of(question: str) -> tuple[str, ...]:
    """The things, as the question words them; none where it asks of one alone, or of all of them together."""
    for clause in re.split(r"[，,；;：:。？?！!]", question):
        each = _EACH.search(clause)
        if not each:
            continue
        first, *others = _JOINT.split(clause[: each.start()])
        things = (_BEFORE.sub("", first), *others)
        if 1 < len(things) <= _MOST and all(_HAN.search(t) and len(t) <= _LONGEST for t in things):
            return things
    return ()
