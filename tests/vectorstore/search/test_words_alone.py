"""While there are no vectors, questions are answered from the words of documents, with a notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.reading.read import Reader
from assistant.types import Outcome, Question
from tests.assistant.drafting.counties import DOCUMENTS
from tests.fakes import HashedEmbedder
from tests.invented import assistant_over, searcher_over
from vectorstore.errors import EmbeddingUnavailable, Message
from vectorstore.search.searcher import Searcher
from vectorstore.types import EVERYWHERE, Passage

ASKED = "青禾县小学生每人每天补助多少元？"


class Leaving(HashedEmbedder):
    """Vectors until it is told to go away, or to speak of something else."""

    is_away = False
    is_other = False

    def embed_query(self, text: str) -> list[float]:
        if self.is_away:
            raise EmbeddingUnavailable(Message("向量没有了。", "No vectors."), Message("等。", "Wait."))
        return [1.0] if self.is_other else super().embed_query(text)


def found(searcher: Searcher) -> tuple[Passage, ...]:
    return searcher.search(ASKED, scope=EVERYWHERE, limit=10)


@pytest.mark.parametrize("how", ["is_away", "is_other"])
def test_a_search_goes_on_by_words_and_says_so_until_vectors_are_back(tmp_path: Path, how: str) -> None:
    embedder = Leaving()
    with searcher_over(tmp_path, DOCUMENTS, embedder) as searcher:
        before = found(searcher)
        assert not searcher.notices
        setattr(embedder, how, True)
        by_words = found(searcher)
        assert by_words[0].chunk.id == before[0].chunk.id
        (notice,) = searcher.notices
        assert "按词语" in notice.zh
        assert "words alone" in notice.en
        setattr(embedder, how, False)
        assert found(searcher) == before
        assert searcher.notices == ()


def test_all_sentences_are_equally_near_then(tmp_path: Path) -> None:
    embedder = Leaving()
    with searcher_over(tmp_path, DOCUMENTS, embedder) as searcher:
        embedder.is_away = True
        passages = found(searcher)
        assert {match.similarity for passage in passages for match in passage.matches} == {0.0}
        best = Reader().read(ASKED, passages, searcher.weight).spans[0]
    assert "元" in best.text


def test_an_answer_by_words_alone_carries_the_notice(tmp_path: Path) -> None:
    embedder = Leaving()
    with assistant_over(tmp_path, DOCUMENTS, embedder) as assistant:
        before = assistant.ask(Question(text=ASKED))
        embedder.is_away = True
        answer = assistant.ask(Question(text=ASKED))
        english = assistant.ask(Question(text=ASKED, language="en"))
    assert answer.outcome is before.outcome is Outcome.GROUNDED
    assert answer.text == before.text
    assert "按词语" in answer.notices[0]
    assert "words alone" in english.notices[0]
