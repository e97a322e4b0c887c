"""LangChain's own tests of retrievers and embeddings, over the small library."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from assistant.answer import Assistant
from assistant.build import build_embedder
from assistant.for_langchain import PolicyRetriever
from assistant.setup.settings import Settings
from vectorstore.embeddings.builtin.embedder import BuiltinEmbedder

pytestmark = pytest.mark.anyio


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _over_the_library(self, assistant: Assistant) -> None:
        self.assistant = assistant

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PolicyRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"assistant": self.assistant}

    @property
    def retriever_query_example(self) -> str:
        return "午餐补助每人每天多少元？"


class _Builtin:
    """Whatever embeds on this platform, as ``build_embedder`` chooses it."""

    @pytest.fixture(autouse=True)
    def _of_the_settings(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return type(build_embedder(self.settings))

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        kept = {"cache_dir": self.settings.data_dir / "cache"}
        return kept if issubclass(self.embeddings_class, BuiltinEmbedder) else {}


class TestEmbedder(_Builtin, EmbeddingsIntegrationTests):
    pass


class TestEmbedderAlone(_Builtin, EmbeddingsUnitTests):
    pass
