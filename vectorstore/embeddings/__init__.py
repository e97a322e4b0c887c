"""Vectors for texts: the built-in model, or any OpenAI-compatible endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vectorstore.embeddings.base import Embedder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Embedder", "make_embedder"]


def make_embedder(
    *,
    kind: Literal["builtin", "endpoint"],
    cache_dir: Path,
    model: str | None,
    base_url: str | None,
    api_key: str | None,
) -> Embedder:
    """The embedder that the settings ask for. Loads nothing yet.

    ``cache_dir`` keeps what the built-in model converts at its first use. The
    other three are the endpoint's. Raises EmbeddingUnavailable when a setting
    is missing, or when the built-in model does not exist for this platform.
    """
    if kind == "builtin":
        from vectorstore.embeddings.builtin import BuiltinEmbedder

        return BuiltinEmbedder(cache_dir=cache_dir)
    from vectorstore.embeddings.endpoint import EndpointEmbedder

    return EndpointEmbedder(model=model, base_url=base_url, api_key=api_key)
