"""Checks of the installation, one line each: what is right, what is not, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from vectorstore.errors import Message

PACKAGES = ("chromadb", "fastapi", "gradio", "langchain-core", "langchain-openai", "tantivy", "tiktoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line: what was looked at, what was found; with a hint where it is not as it should be."""

    name: Message
    found: Message
    hint: Message | None = None
