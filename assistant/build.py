"""The one place where settings become objects."""

from __future__ import annotations

from assistant.answer import Assistant
from assistant.errors import SettingsInvalid
from assistant.history.history import History
from assistant.model.endpoint.llm import build_chat_model
from assistant.reading.cross_encoder import CrossEncoder
from assistant.reading.read import Reader
from assistant.setup.limits import Limits
from assistant.setup.settings import Settings
from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.errors import Message
from vectorstore.library.live import LiveLibrary
from vectorstore.search.rerank import Reranker


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


def build_reranker(settings: Settings) -> Reranker | None:
    """What puts passages in order, or None: then their own scores do. Raises SettingsInvalid."""
    if settings.rerank_url is None:
        return None
    if settings.rerank_model is None:
        raise SettingsInvalid(
            Message("没有设置重排模型的名称。", "The name of the rerank model is not set."),
            Message("请设置 POLICY_ASSISTANT_RERANK_MODEL。", "Set POLICY_ASSISTANT_RERANK_MODEL."),
        )
    key = settings.rerank_api_key
    return Reranker(
        url=settings.rerank_url,
        model=settings.rerank_model,
        api_key=key.get_secret_value() if key else None,
    )


def build_cross_encoder(settings: Settings) -> CrossEncoder | None:
    """What reads passages beside the question, or None where that is switched off. Loads nothing yet."""
    return CrossEncoder(settings.data_dir / "cache") if settings.reader == "on" else None


def build_assistant(settings: Settings) -> Assistant:
    """The assistant over the library in ``data_dir``, opened already.

    Raises IndexMissing, IndexMismatch, PromptInvalid, SettingsInvalid or EmbeddingUnavailable.
    """
    library = LiveLibrary(settings.data_dir, build_embedder(settings), build_reranker(settings))
    assistant = Assistant(
        library=library,
        reader=Reader(cross_encoder=build_cross_encoder(settings)),
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
        looks_again=settings.look_again == "on",
        small_model=settings.model_size == "small",
    )
    with library.searcher():  # what is wrong with the index is told now and not to the first who asks
        return assistant


def build_history(settings: Settings) -> History:
    """Where conversations are kept: in the data folder, whatever its disk says now, or in a database.

    Raises HistoryUnusable where a database does not answer, SettingsInvalid where it can't be one.
    """
    return History(settings.data_dir, settings.database, patient=True)
