"""Follow-ups made self-contained by a chat model, kept to what was said in the conversation."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from assistant.checking.anew import said_anew
from assistant.errors import ModelUnavailable
from assistant.model.endpoint.llm import ChatModel
from assistant.model.prompts import REWRITE_PLACEHOLDERS, load_prompt
from assistant.types import Turn, Usage
from vectorstore.text import search_terms

_LOG = logging.getLogger(__name__)
_SECONDS = 6.0  # a question that is not rewritten by then is read by rules
_TURNS = 6
_TURN_CHARS = 400  # of one turn: enough for the items that "the second one" may mean
_LONGEST = 200
_NAMES = {"user": "用户", "assistant": "助手"}
_MARKS = re.compile(r"[\[［【]\s*\d+\s*[\]］】]")  # labels of an answer mean nothing in a question
_AROUND = "“”\"'「」` \t"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a model made of a follow-up; no ``text`` where it is not to be used."""

    text: str
    usage: Usage


class Rewriter:
    """Rewrites follow-ups with one chat model. Raises PromptInvalid if its prompt does not fit."""

    def __init__(self, chat_model: ChatModel, prompts_dir: Path) -> None:
        self._chat_model = chat_model
        self._prompt = load_prompt(prompts_dir, "rewrite", REWRITE_PLACEHOLDERS)

    def rewrite(self, question: str, history: Sequence[Turn]) -> Rewritten:
        """The question as it reads without the history, within six seconds.

        No text where the model fails or is late, writes more than one line,
        brings in a figure or a name that nobody in the conversation said, or
        writes mostly other words, as a model does that answers or declines.
        """
        turns = [_MARKS.sub("", turn.content) for turn in history[-_TURNS:]]
        shown = "\n".join(
            f"{_NAMES[turn.role]}：{' '.join(text[:_TURN_CHARS].split())}"
            for turn, text in zip(history[-_TURNS:], turns, strict=True)
        )
        messages = self._prompt.format_messages(history=shown, question=question, fence=token_hex(6))
        reply, usage = "", Usage()
        try:
            with closing(self._chat_model.stream(messages, at_most=_SECONDS)) as pieces:
                for piece in pieces:
                    reply += piece.text
                    usage = piece.usage or usage
        except ModelUnavailable as error:
            _LOG.warning("A follow-up was not rewritten by the model: %s", error.message.en)
            return Rewritten("", usage)
        text = reply.strip().strip(_AROUND)
        if not _keeps_to(text, (question, *turns)):
            _LOG.info("A rewritten follow-up was not used: %.80r", text)
            return Rewritten("", usage)
        return Rewritten(text, usage)


def _keeps_to(text: str, said: Sequence[str]) -> bool:
    """Whether a text is one line of what was said: no new figure or name, and half of its words at least."""
    if not text or "\n" in text or len(text) > _LONGEST or said_anew(text, said):
        return False
    words = set(search_terms(text))
    return 2 * len(words & set(search_terms(" ".join(said)))) >= len(words)
