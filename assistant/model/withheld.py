"""What a chat model was told or given and no reader may see: the rules of our prompts, and the key.

A model that obeys whoever writes to it recites its rules. It is held against them word for word, whatever
stands between the words; what it translates or encodes is not known again, and is checked as any claim is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING

from assistant.model.prompts import NO_ANSWER
from vectorstore.text import fold

if TYPE_CHECKING:
    from langchain_core.prompts import ChatPromptTemplate

_RUN = 14  # characters of a rule that nobody writes by chance; what rules want to be said is shorter
_LEAST = 7  # of a sentence or a heading that is recited whole
_LEAST_SECRET = 8
_ENDS = re.compile(r"[。：:？！\n]|\.\s")
_BETWEEN = re.compile(r"[\W_]+")
_FENCE = re.compile(r"\b[0-9a-f]{12}\b")
_PUT_IN = {"no_answer": NO_ANSWER, "language": "中文", "fence": ""}  # in the middle of a sentence
_NUMBER = re.compile(r"^\s*(?:[-•·*#>]+|\d{1,2}[.、）)](?!\d)|[一二三四五六七八九十]{1,3}、)\s*")


class Withheld:
    """Knows the words of prompts, and secrets, when it sees them."""

    def __init__(self, prompts: Iterable[ChatPromptTemplate], secrets: Iterable[str] = ()) -> None:
        rules = [text for prompt in prompts for text in _texts(prompt)]
        wholes = (_bare(piece) for text in rules for piece in _ENDS.split(text))
        self._wholes = frozenset(whole for whole in wholes if len(whole) >= _LEAST)
        self._runs = frozenset(run for text in rules for run in _runs(_bare(text)))
        self._secrets = tuple(bare for one in secrets if len(bare := _bare(one)) >= _LEAST_SECRET)

    def is_in(self, words: str, known: str) -> bool:
        """Whether a sentence recites a rule that does not stand in what is ``known``, or has a secret."""
        bare = _bare(words)
        if any(secret in bare for secret in self._secrets):
            return True
        recited = [run for run in _runs(bare) if run in self._runs]
        recited += [whole for whole in {bare, _bare(_NUMBER.sub("", words))} if whole in self._wholes]
        if not recited:
            return False
        read = _bare(known)
        return any(run not in read for run in recited)


def _texts(prompt: ChatPromptTemplate) -> Iterator[str]:
    """What each message of a prompt says itself, without what is put in for its placeholders."""
    for message in prompt.messages:
        template = str(getattr(getattr(message, "prompt", None), "template", ""))
        pieces = Formatter().parse(template)
        yield "".join(text + _PUT_IN.get(name or "", "\n") for text, name, *_ in pieces)


def _bare(text: str) -> str:
    return _BETWEEN.sub("", _FENCE.sub("", _NUMBER.sub("", fold(text))))


def _runs(bare: str) -> Iterator[str]:
    return (bare[start : start + _RUN] for start in range(len(bare) - _RUN + 1))
