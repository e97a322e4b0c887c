"""Haystack's short pipelines: split, embed, write; then embed the question and retrieve ten.

Its splitter counts words between spaces by default, which Chinese has not: a whole
document would be one chunk. So the splitter is the recursive one of the framework,
given Chinese marks and the windows of LangChain's tutorial, 500 characters and 50.
The very first example of its documentation has no embedding, only a BM25 that takes
a run of Chinese for one word; the pipeline with embeddings is the next one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from eval.baselines.errors import require
from eval.baselines.pipeline import Baseline, Find, Material
from eval.systems.systems import Found

if TYPE_CHECKING:
    from haystack import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.messages import BaseMessage

NAME = "haystack"
_SIZE = 500
_OVERLAP = 50
_SEPARATORS = ("\n\n", "\n", "。", "！", "？", "；", "，", "、")  # it cuts by characters after the last
_TOP = 10  # the retriever's default
_TEMPLATE = """Given these documents, answer the question.
Documents:
{% for doc in documents %}
    {{ doc.content }}
{% endfor %}
Question: {{query}}
Answer:
"""


def build(material: Material) -> Baseline:
    """The two pipelines. Raises BaselineUnavailable and what the embedding raises."""
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")  # it would report to its makers
    require(NAME, "haystack")
    return Baseline(
        NAME,
        find=_open(_chunks(material), material.embedder),
        top=_TOP,
        write_prompt=_write_prompt,
        chat_model=material.chat_model,
        packages=("haystack-ai",),
    )


def _chunks(material: Material) -> list[Document]:
    from haystack import Document
    from haystack.components.preprocessors import RecursiveDocumentSplitter

    splitter = RecursiveDocumentSplitter(
        split_length=_SIZE, split_overlap=_OVERLAP, split_unit="char", separators=list(_SEPARATORS)
    )
    documents = [Document(content=text, meta={"file": file}) for file, text in material.texts.items()]
    chunks = splitter.run(documents)["documents"]
    vectors = material.embedder.embed_documents([chunk.content or "" for chunk in chunks])
    return [replace(chunk, embedding=vector) for chunk, vector in zip(chunks, vectors, strict=True)]


def _open(chunks: list[Document], embedder: Embeddings) -> Find:
    from haystack import Pipeline, component
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    @component
    class TextEmbedder:
        @component.output_types(embedding=list[float])
        def run(self, text: str) -> dict[str, list[float]]:
            return {"embedding": embedder.embed_query(text)}

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(chunks)
    pipeline = Pipeline()
    pipeline.add_component("text_embedder", TextEmbedder())
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store))
    pipeline.connect("text_embedder.embedding", "retriever.query_embedding")

    def find(question: str, limit: int) -> list[Found]:
        done = pipeline.run({"text_embedder": {"text": question}, "retriever": {"top_k": limit}})
        return [Found(file=hit.meta["file"], text=hit.content) for hit in done["retriever"]["documents"]]

    return find


def _write_prompt(question: str, found: Sequence[Found]) -> list[BaseMessage]:
    from haystack import Document
    from haystack.components.builders import ChatPromptBuilder
    from haystack.dataclasses import ChatMessage
    from langchain_core.messages import HumanMessage

    builder = ChatPromptBuilder([ChatMessage.from_user(_TEMPLATE)], required_variables="*")
    documents = [Document(content=passage.text) for passage in found]
    (message,) = builder.run(documents=documents, query=question)["prompt"]
    return [HumanMessage(message.text or "")]
