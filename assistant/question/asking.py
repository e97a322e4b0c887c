"""Where a question asks, by the question words of Chinese and English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.question.words import WORDS
from vectorstore.text import fold

_ASKING, _PARTICLES = WORDS["asks"].pattern, WORDS["particles"].pattern
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_CLAUSE = re.compile(r"[^，,、。！？!?；;：:]+[，,、。！？!?；;：:]*")
_LETTERHEAD = ("asks_number", "asks_issuer", "asks_issued")
_MOST = 8  # parts of one question; the rest goes with the last
_LEAST = 2  # letters that a clause must have to ask by itself


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks: the words that ask it, and those it leans on."""

    focus: str
    context: str = ""


def asks(text: str) -> bool:
    """Whether a clause asks something; "我家孩子今年六岁" does not."""
    return bool(_ASKING.search(fold(text).strip()))


def asking_part(question: str) -> str:
    """The words of a question from where it begins to ask ("…哪年完成？" gives 哪年完成？)."""
    text = fold(question)
    for clause in reversed(_CLAUSE.findall(text)):
        if match := _ASKING.search(clause):
            return str(clause[match.start() :])
    return ""


def content_of(text: str) -> str:
    """The words of a text without those that ask, and without particles."""
    return _PARTICLES.sub(" ", _ASKING.sub(" ", fold(text)))


def asking_words(text: str) -> list[tuple[int, int]]:
    """Where words stand that ask, and particles."""
    found = (*_ASKING.finditer(text), *_PARTICLES.finditer(text))
    return sorted(match.span() for match in found)


def letterhead_fields(text: str) -> tuple[tuple[str, ...], str]:
    """Which fields of a letterhead a question asks for, and the question without the words that do.

    "某办法的文号是多少" gives (("asks_number",), "某办法的 ").
    """
    rest = fold(text)
    asked = tuple(field for field in _LETTERHEAD if WORDS[field].holds(rest))
    for field in asked:
        rest = WORDS[field].pattern.sub(" ", rest)
    return asked, rest


def cut(question: str) -> tuple[Part, ...]:
    """What a question asks, one by one; the whole question where it asks one thing, or in no known way.

    "文号是什么，哪天印的" asks two things. A story around a question is what it leans on.
    """
    sentences = _SENTENCE.findall(question)
    asking = [sentence for sentence in sentences if asks(sentence)]
    story = "".join(sentence for sentence in sentences if not asks(sentence))
    parts: list[Part] = []
    for sentence in asking:
        before = story + "".join(part.focus for part in parts[:1])
        parts.extend(_cut_sentence(sentence, before))
    if not parts:
        return (Part(question),)
    if len(parts) > _MOST:
        rest = "".join(part.focus for part in parts[_MOST - 1 :])
        parts = [*parts[: _MOST - 1], Part(rest, parts[-1].context)]
    return tuple(parts)


def _cut_sentence(sentence: str, before: str) -> list[Part]:
    """The clauses of one sentence that ask, each with those before it that do not."""
    focuses: list[str] = []
    gathered = ""
    for clause in _CLAUSE.findall(sentence):
        gathered += clause
        if asks(clause) and sum(map(str.isalnum, clause)) >= _LEAST:
            focuses.append(gathered)
            gathered = ""
    if not focuses:
        return [Part(sentence, before)]
    focuses[-1] += gathered
    return [Part(focus, before + ("" if at == 0 else focuses[0])) for at, focus in enumerate(focuses)]
