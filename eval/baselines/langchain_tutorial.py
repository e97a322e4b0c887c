"""LangChain's RAG tutorial: cut by characters, embed into Chroma, hand over the nearest four.

Windows of 500 characters overlapping by 50, cut at the strongest mark of Chinese
punctuation that they hold. The tutorial's own are 1,000 and 200, for English; its
page on writing without word boundaries adds Chinese marks, though after the space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from eval.baselines.errors import require
from eval.baselines.pipeline import Baseline, Material
from eval.systems.systems import Found

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

NAME = "langchain"
_SIZE = 500
_OVERLAP = 50
SEPARATORS = ("\n\n", "\n", "。", "！", "？", "；", "，", "、", " ", "")
_TOP = 4  # similarity_search's default
_PROMPT = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to "
    "answer the question. If you don't know the answer, just say that you don't know. Use three sentences "
    "maximum and keep the answer concise.\nQuestion: {question}\nContext: {context}\nAnswer:"
)


def cut(baseline: str, texts: Mapping[str, str]) -> list[Found]:
    """The windows of all texts, in order. Raises BaselineUnavailable."""
    require(baseline, "langchain_text_splitters")
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=list(SEPARATORS), chunk_size=_SIZE, chunk_overlap=_OVERLAP
    )
    return [Found(file=file, text=part) for file, text in texts.items() for part in splitter.split_text(text)]


def build(material: Material) -> Baseline:
    """The tutorial's pipeline. Raises BaselineUnavailable and what the embedding raises."""
    windows = cut(NAME, material.texts)
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma
    from langchain_core.documents import Document

    store = Chroma.from_documents(
        [Document(page_content=one.text, metadata={"source": one.file}) for one in windows],
        material.embedder,
        collection_name=f"tutorial-{uuid4().hex}",  # all clients in memory share one store
        client=chromadb.EphemeralClient(Settings(anonymized_telemetry=False)),
    )

    def find(question: str, limit: int) -> list[Found]:
        hits = store.similarity_search(question, k=min(limit, len(windows)))
        return [Found(file=hit.metadata["source"], text=hit.page_content) for hit in hits]

    return Baseline(
        NAME,
        find=find,
        top=_TOP,
        write_prompt=write_prompt,
        chat_model=material.chat_model,
        packages=("langchain-text-splitters", "langchain-chroma", "chromadb"),
    )


def write_prompt(question: str, found: Sequence[Found]) -> list[BaseMessage]:
    """The prompt that the tutorials use."""
    from langchain_core.messages import HumanMessage

    context = "\n\n".join(passage.text for passage in found)
    return [HumanMessage(_PROMPT.format(question=question, context=context))]
