"""LlamaIndex's starter example: ``VectorStoreIndex.from_documents`` and the nearest two.

All defaults of the framework: chunks of 1,024 tokens overlapping by 200, cut at
sentences (its rules know 。？！), an index in memory, cosine similarity, and its
own prompt for questions. File names are not embedded, as with its directory reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.baselines.errors import require
from eval.baselines.pipeline import Baseline, Material
from eval.systems.systems import Found

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.messages import BaseMessage
    from llama_index.core.base.embeddings.base import BaseEmbedding

NAME = "llama-index"
_TOP = 2  # as_query_engine's default
_FILE = "file_name"


def build(material: Material) -> Baseline:
    """The starter example's index. Raises BaselineUnavailable and what the embedding raises."""
    require(NAME, "llama_index.core")
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.schema import MetadataMode

    index = VectorStoreIndex.from_documents(
        [
            Document(
                text=text,
                metadata={_FILE: file},
                excluded_embed_metadata_keys=[_FILE],
                excluded_llm_metadata_keys=[_FILE],
            )
            for file, text in material.texts.items()
        ],
        embed_model=_adapt(material.embedder),
    )

    def find(question: str, limit: int) -> list[Found]:
        hits = index.as_retriever(similarity_top_k=limit).retrieve(question)
        return [
            Found(file=hit.node.metadata[_FILE], text=hit.node.get_content(MetadataMode.NONE)) for hit in hits
        ]

    return Baseline(
        NAME,
        find=find,
        top=_TOP,
        write_prompt=_write_prompt,
        chat_model=material.chat_model,
        packages=("llama-index-core",),
    )


def _adapt(embedder: Embeddings) -> BaseEmbedding:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Adapter(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return embedder.embed_documents([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed_documents(texts)

    return Adapter()


def _write_prompt(question: str, found: Sequence[Found]) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage
    from llama_index.core.prompts.chat_prompts import CHAT_TEXT_QA_PROMPT

    context = "\n\n".join(passage.text for passage in found)
    system, user = CHAT_TEXT_QA_PROMPT.format_messages(context_str=context, query_str=question)
    return [SystemMessage(system.content or ""), HumanMessage(user.content or "")]
