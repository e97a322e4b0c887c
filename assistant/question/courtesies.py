"""A question without the greeting before it and the thanks after it: they ask for nothing.

Left in, they do: "能不能告诉我" would be a question for yes or no, and 工作 in "祝您工作顺利"
stands in every document.
"""

from __future__ import annotations

import re

from assistant.question.words import WORDS

_CLAUSE = re.compile(r"[^，,。.！!？?：:；;~～…、\s]+")
_ENGLISH_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")
_MARKS = re.compile(r"[。.！!？?；;]*")
_LEAST = 3  # characters that a question must keep: "可以咨询吗" is one itself
_HAN = re.compile(r"[\u3400-\u9fff]")


def without_courtesies(question: str) -> str:
    """The question alone; as it is where courtesies are all there is."""
    text = WORDS["thanks"].pattern.sub("", question) if _HAN.search(question) else question
    clauses = _clauses(text)
    while clauses and _is_courtesy(clauses[0].group()):
        clauses.pop(0)
    while clauses and _is_courtesy(clauses[-1].group()):
        clauses.pop()
    if not clauses:
        return question
    # What stood behind the last clause, such as its question mark, stays with it.
    end = clauses[-1].end()
    marks = _MARKS.match(text, end)
    kept = text[clauses[0].start() : marks.end() if marks else end].strip()
    request = WORDS["request"].pattern.match(kept)
    bare = kept[request.end() :].lstrip(" ，,：:") if request else kept
    return bare if len(re.sub(r"\W", "", bare)) >= _LEAST else kept


def is_only_courtesy(question: str) -> bool:
    """Whether it greets, thanks or begs to ask, and asks nothing."""
    clauses = _clauses(question)
    return bool(clauses) and all(_is_courtesy(clause.group()) for clause in clauses)


def _clauses(text: str) -> list[re.Match[str]]:
    pieces = (_CLAUSE if _HAN.search(text) else _ENGLISH_SENTENCE).finditer(text)
    return [piece for piece in pieces if re.search(r"\w", piece.group())]


def _is_courtesy(clause: str) -> bool:
    text = clause.strip().lower()
    is_english = WORDS["courtesy_in_english"].holds(text)
    if is_english or (not _HAN.search(text) and " " in text):
        return is_english
    return WORDS["courtesy"].holds(text) and WORDS["courtesy_sign"].holds(text)
