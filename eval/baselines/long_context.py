"""Long context: no search, all documents in one prompt. It needs a chat model."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from eval.baselines.errors import needs_model
from eval.baselines.pipeline import Material, outcome_of, write
from eval.judging.replies import Reply
from eval.questions.cases import Case
from eval.systems.systems import Found
from vectorstore.text import count_tokens

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from assistant.model.endpoint.llm import ChatModel

NAME = "long-context"
BUDGET = 100_000  # cl100k tokens of documents: models of today take 128,000 and more
_SYSTEM = (
    "请只根据下面的文件回答问题，答得简短，并说明出自哪份文件。文件里没有的，就说没有找到，不要推测。\n\n"
)


class LongContext:
    """Asks a chat model with all documents, and earlier turns as turns. It cites nothing that can be checked.

    Whole documents, in the order of their names, as long as they fit into
    ``budget`` tokens; ``left_out`` names the others.
    """

    packages = ("tiktoken",)

    def __init__(self, texts: Mapping[str, str], chat_model: ChatModel, budget: int = BUDGET) -> None:
        self.name = NAME
        self._chat_model = chat_model
        kept: list[str] = []
        left_out: list[str] = []
        for file, text in texts.items():
            part = f"《{file}》\n{text}"
            tokens = count_tokens(part)
            if tokens <= budget:
                kept.append(part)
                budget -= tokens
            else:
                left_out.append(file)
        self.left_out = tuple(left_out)
        self._system = _SYSTEM + "\n\n".join(kept)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which documents did not fit."""
        return tuple(f"{file} does not fit into the prompt and is left out." for file in self.left_out)

    def ask(self, case: Case) -> Reply:
        """The model's reply. Raises ModelUnavailable, ModelRefused or ModelReplyUnusable."""
        started = time.perf_counter()
        answer = write(self._chat_model, self._messages(case))
        return Reply(answer=answer, outcome=outcome_of(answer), seconds=time.perf_counter() - started)

    def search(self, case: Case, limit: int) -> tuple[Found, ...] | None:
        """None: it retrieves nothing."""
        return None

    def _messages(self, case: Case) -> list[BaseMessage]:
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        kinds: dict[str, type[BaseMessage]] = {"user": HumanMessage, "assistant": AIMessage}
        earlier = [kinds[turn.role](content=turn.content) for turn in case.history]
        return [SystemMessage(self._system), *earlier, HumanMessage(case.question)]


def build(material: Material) -> LongContext:
    """The baseline over all texts. Raises BaselineUnavailable without a chat model."""
    if material.chat_model is None:
        raise needs_model(NAME)
    return LongContext(material.texts, material.chat_model)
