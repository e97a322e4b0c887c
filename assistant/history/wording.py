"""Texts on their way into the history: bounded, storable anywhere, and the same for the same question."""

from __future__ import annotations

import re
from hashlib import sha256

from vectorstore.text import fold, normalise

LONGEST_TITLE = 200
_TITLE = 30  # characters of a title that is made from a question
_SHORTEST = 10  # characters of it that stand before a good place to cut
_BREAK = re.compile(r"[\s，。；：、？！,;:?!]")
_ENDING = "？?。！!.…"


def digest(text: str) -> str:
    """SHA-256 of a text, hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str, longest: int) -> str:
    """The text without what no database holds (NUL, half a surrogate pair), cut to its bound."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")[:longest]


def given_title(text: str) -> str:
    """A title as a person gives it: one line, without invisible characters. Empty if nothing is left."""
    return " ".join(normalise(text).split())[:LONGEST_TITLE]


def title_of(question: str) -> str:
    """The title of a conversation that begins with this question: its first words."""
    words = given_title(question)
    if len(words) <= _TITLE:
        return words
    breaks = [found.start() for found in _BREAK.finditer(words, _SHORTEST, _TITLE + 1)]
    return f"{words[: breaks[-1] if breaks else _TITLE]}…"


def wording(question: str) -> str:
    """What two questions have in common that are the same but for width, case, white space and their end."""
    folded = "".join(fold(question).split())
    return digest(folded.rstrip(_ENDING) or folded)
