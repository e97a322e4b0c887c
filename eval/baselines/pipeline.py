"""What the baselines share: they search, then show the passages or have a chat model answer from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.types import Outcome
from eval.judging.absence import says_absent
from eval.judging.replies import Cited, Reply
from eval.questions.cases import Case
from eval.questions.seeds import load_seeds
from eval.systems.systems import Found
from vectorstore.readers import read_file

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from assistant.model.endpoint.llm import ChatModel
    from vectorstore.embeddings import Embedder

SHOWN = 4  # passages that stand for an answer where no chat model writes one: the same for all

Find = Callable[[str, int], Sequence[Found]]
"""The best passages for a question, at most so many. Called from several threads."""

WritePrompt = Callable[[str, Sequence[Found]], "Sequence[BaseMessage]"]
"""What a chat model is asked: the framework's usual prompt, from the question and the passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What every baseline is built from: texts by file name, the embedding, the chat model if any."""

    texts: Mapping[str, str]
    embedder: Embedder
    chat_model: ChatModel | None = None


def read_texts(folder: Path) -> dict[str, str]:
    """The seeds as the assistant itself reads them, by file name. Raises CasesInvalid, UnreadableFile."""
    return {name: read_file(folder / name).text for name in load_seeds(folder)}


class Baseline:
    """A pipeline that searches the question as it stands: earlier turns are not looked at.

    Without a chat model the answer is the text of the best four passages, and
    they are its citations. With one it is what the model writes from the best
    ``top`` passages, which are the citations too, and a refusal where it says
    that the answer is not there. ``packages`` are the distributions that its
    numbers depend on, ``notes`` what a reader of them must know.
    """

    def __init__(
        self,
        name: str,
        *,
        find: Find,
        top: int,
        write_prompt: WritePrompt,
        chat_model: ChatModel | None,
        packages: tuple[str, ...],
        notes: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.packages = packages
        self.notes = notes
        self._find = find
        self._top = top
        self._write_prompt = write_prompt
        self._chat_model = chat_model

    def ask(self, case: Case) -> Reply:
        """The reply. Raises what the embedding and the chat model raise."""
        started = time.perf_counter()
        model = self._chat_model
        found = tuple(self._find(case.question, self._top if model else SHOWN))
        if model:
            answer = write(model, self._write_prompt(case.question, found))
        else:
            answer = "\n\n".join(passage.text for passage in found)
        return Reply(
            answer=answer,
            outcome=outcome_of(answer) if model else Outcome.GROUNDED,
            citations=tuple(Cited(file=passage.file, quote=passage.text) for passage in found),
            seconds=time.perf_counter() - started,
        )

    def search(self, case: Case, limit: int) -> tuple[Found, ...] | None:
        """The best passages for the question. Raises what the embedding raises."""
        return tuple(self._find(case.question, limit))


def write(model: ChatModel, messages: Sequence[BaseMessage]) -> str:
    """What the model replies. Raises ModelUnavailable, ModelRefused or ModelReplyUnusable."""
    return "".join(delta.text for delta in model.stream(messages)).strip()


def outcome_of(answer: str) -> Outcome:
    """Whether a model's answer is a refusal: such pipelines have no other sign of one than its words."""
    return Outcome.REFUSED if says_absent(answer) else Outcome.GROUNDED
