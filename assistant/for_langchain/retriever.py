"""The product's search as a LangChain retriever."""

from __future__ import annotations

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field, PositiveInt

from assistant.answer import Assistant
from assistant.for_langchain.documents import to_ranked_document
from assistant.for_langchain.scoped import Scoped
from assistant.types import Question


class PolicyRetriever(Scoped, BaseRetriever):
    """Finds the passages that an answer would rest on, best first, as ``Assistant.search`` does.

    ``k`` is how many at most; ``invoke(question, k=3)`` changes it for one call. ``documents``, ``regions``,
    ``kinds`` and ``years`` say where to look. The assistant is not closed here: it may serve several
    retrievers, and several threads.

    Raises BadQuestion for an empty or endless question, IndexMissing and IndexMismatch where there is
    nothing to search.
    """

    # A misspelt filter would otherwise be no filter.
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    assistant: Assistant = Field(exclude=True, repr=False)
    k: PositiveInt = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return self._find(query, k)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return await run_in_executor(None, self._find, query, k)

    def _find(self, query: str, k: int | None) -> list[Document]:
        limit = self.k if k is None else k
        _, passages = self.assistant.search(Question(text=query, scope=self.scope()), limit)
        return [to_ranked_document(passage) for passage in passages]
