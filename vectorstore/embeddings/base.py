"""What every source of vectors promises to the library."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from vectorstore.text import normalise

if TYPE_CHECKING:
    from vectorstore.endpoints.breaker import Breaker
    from vectorstore.errors import Message


class Embedder(Embeddings):
    """LangChain's Embeddings with a name, a dimension and notices.

    Every vector has unit length and ``dimension`` numbers. Text is cleaned
    first; a blank text has a vector too, the same for every blank text. A
    text's vector does not depend on what else is in the call. Calls may come
    from several threads. Nothing is loaded and no connection is opened before
    the first call, so an embedder made before a fork works after it.
    All methods and ``dimension`` raise EmbeddingUnavailable.
    """

    breaker: Breaker | None = None
    """What leaves an endpoint alone that fails; None where there is no endpoint."""

    @property
    @abstractmethod
    def model(self) -> str:
        """The name that the index records: vectors of one name may be compared."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def notices(self) -> tuple[Message, ...]:
        """What users must know of how vectors are made; known after the first call."""
        return ()


def clean(text: str) -> str:
    """The text as it is embedded: without NUL, lone surrogates, invisible marks and outer white space."""
    return normalise(text).strip()
