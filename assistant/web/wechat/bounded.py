"""Answers within the bytes that a platform takes: fewer sentences, each with its sources."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from assistant.saying.forms.markdown import to_markdown
from assistant.saying.forms.sources import LABEL, SHORTENED, UNIT, Json, language_of
from assistant.types import Sources
from vectorstore.errors import Language

# Behind a character that is in no link and no mark [n].
_BREAK = re.compile(r"(?<=[^!-~])")


def bounded_markdown(
    answer: Json, *, base: str, language: Language, most_bytes: int, sources: Sources = "full"
) -> str:
    """``to_markdown``, of as much of the answer's beginning as there is room for with its sources.

    Says so where that is not all. Whole lines and sentences are taken; of a first one that is too long by
    itself, its beginning.
    """
    whole = to_markdown(answer, base=base, language=language, sources=sources)
    if len(whole.encode()) <= most_bytes:
        return whole
    said: str = answer["answer"]

    def begun(end: int) -> str:
        shown = _beginning_of(answer, said[:end].strip(), language)
        return to_markdown(shown, base=base, language=language, sources=sources).strip()

    def size(end: int) -> int:
        return len(begun(end).encode())

    first, *more = accumulate(len(unit) for unit in UNIT.findall(said))
    ends = [first, *more] if size(first) <= most_bytes else _breaks(said[:first])
    return begun(ends[max(0, bisect_right(ends, most_bytes, key=size) - 1)])


def beginning(text: str, most_bytes: int) -> str:
    """As many of its first lines and sentences as there is room for, without breaks behind them."""
    units = UNIT.findall(text)
    ends = accumulate(len(unit.encode()) for unit in units)
    sizes = [end - len(unit) + len(unit.rstrip("\n")) for end, unit in zip(ends, units, strict=True)]
    return "".join(units[: bisect_right(sizes, most_bytes)]).rstrip("\n")


def _beginning_of(answer: Json, said: str, language: Language) -> Json:
    labels = {int(label) for label in LABEL.findall(said)}
    return {
        **answer,
        "answer": said,
        "citations": [one for one in answer["citations"] if one["label"] in labels],
        "notices": [SHORTENED.in_language(language_of(answer, language)), *answer["notices"]],
    }


def _breaks(sentence: str) -> list[int]:
    return [0, *(found.start() for found in _BREAK.finditer(sentence))]
