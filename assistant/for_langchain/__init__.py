"""The assistant as parts of a LangChain program: a retriever, a runnable and a loader.

They call what page, API and command line call: there is no second way to search, answer or read. Nothing
else of the product imports this package, as LangChain's base classes take half a second to load.
"""

from __future__ import annotations

from assistant.for_langchain.loader import PolicyLoader
from assistant.for_langchain.retriever import PolicyRetriever
from assistant.for_langchain.runnable import PolicyAssistant

__all__ = ["PolicyAssistant", "PolicyLoader", "PolicyRetriever"]
