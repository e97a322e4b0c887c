"""A follow-up made self-contained by rules: what earlier turns were about, and what is asked now.

The words of the new question count in full; what is carried over from the last
question only helps to find the matter. A place or document named now replaces
the one named before. History is never evidence: what the assistant said is not
looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.intent import content_of
from assistant.types import Turn
from vectorstore.search import Searcher

_LEANS = re.compile(
    r"^(?:那么?|它|这|其|再|还|另外|同样|具体|上面|前面|刚才)|呢[？?。]?$|[它其]|这个|那个|这些|那些|"
    r"前面|上面|刚才|第[一二三]个"
)
_SELF_CONTAINED = 10  # characters of matter from which on a question that names its document leans on nothing


@dataclass(frozen=True, slots=True)
class StandAlone:
    """``text`` is searched and shown; ``focus`` is the new question, ``context`` what was carried over."""

    text: str
    focus: str
    context: str = ""


def stand_alone(question: str, history: Sequence[Turn], searcher: Searcher) -> StandAlone:
    """The question made self-contained; as it is where there is no history or it leans on nothing."""
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not earlier:
        return StandAlone(question, question)
    now = searcher.read_mentions(question)
    matter = re.sub(r"\W", "", content_of(question))
    for word in now.words:
        matter = matter.replace(word, "")
    if now.groups and len(matter) >= _SELF_CONTAINED and not _LEANS.search(question):
        return StandAlone(question, question)
    before = earlier[-1]
    if now.groups:
        for word in searcher.read_mentions(before).words:
            before = re.sub(re.escape(word), "", before, flags=re.IGNORECASE)
    elif not searcher.read_mentions(before).groups:
        # The place was named further up: "聊城…？" "多少个？" "给多少钱？"
        named = next(
            (words for turn in reversed(earlier[:-1]) if (words := searcher.read_mentions(turn).words)), ()
        )
        before = " ".join((*named, before))
    before = re.sub(r"[“”\"「」\s]*[？?。]+\s*$", "", before).strip()
    return StandAlone(f"{before}——{question}" if before else question, question, before)
