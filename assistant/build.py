"""The one place where settings become objects."""

from __future__ import annotations

from assistant.answer import Assistant, Limits
from assistant.model.llm import build_chat_model
from assistant.settings import Settings
from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.live import LiveLibrary


def build_embedder(settings: Settings) -> Embedder:
    """Whatever makes vectors. Nothing is loaded before its first call. Raises EmbeddingUnavailable."""
    key = settings.embedding_api_key
    return make_embedder(
        kind=settings.embedding,
        cache_dir=settings.data_dir / "cache",
        model=settings.embedding_model,
        base_url=settings.embedding_base_url,
        api_key=key.get_secret_value() if key else None,
    )


def build_assistant(settings: Settings) -> Assistant:
    """The assistant over the library in ``data_dir``, opened already.

    Raises IndexMissing, IndexMismatch, PromptInvalid, SettingsInvalid or EmbeddingUnavailable.
    """
    library = LiveLibrary(settings.data_dir, build_embedder(settings))
    assistant = Assistant(
        library=library,
        chat_model=build_chat_model(settings),
        prompts_dir=settings.prompts_dir,
        limits=Limits(
            passages=settings.passages,
            evidence_tokens=settings.evidence_tokens,
            question_chars=settings.question_chars,
            history_turns=settings.history_turns,
        ),
        language=settings.language,
        unverified=settings.unverified,
    )
    with library.searcher():  # what is wrong with the index is told now and not to the first who asks
        return assistant
