"""The model that reads a question and a passage together, on its real weights."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ReaderUnavailable
from assistant.reading import cross_encoder as module
from assistant.reading.cross_encoder import FILE, CrossEncoder, Heads, compare, open_model
from assistant.reading.excerpts import Excerpt
from assistant.reading.read import Reader
from tests.invented import passages_of
from vectorstore.types import Passage

RULES = """青禾县校车管理办法

第一条 为加强校车安全管理，制定本办法。
第二条 校车由学校所在乡镇的中心校统一调度。
第三条 学生乘坐校车每人每学期交费一百二十元，低保家庭的学生免费。
第四条 校车驾驶人应当取得校车驾驶资格，每年体检一次。
第五条 路线变更的，学校应当提前五日告知家长。
第六条 随车照管人员由学校指派，上下车时清点人数。
"""
QUESTIONS = {
    "坐校车要交多少钱": "一百二十元",
    "司机多久做一次体检": "体检一次",
    "改路线要提前几天通知家长": "提前五日",
    "谁来安排校车的调度": "中心校",
    "上车时谁来数人头": "清点人数",
}


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "not there yet"


@pytest.fixture(scope="module")
def cross_encoder(cache_dir: Path) -> CrossEncoder:
    return CrossEncoder(cache_dir)


def whole(passages: Sequence[Passage]) -> list[Excerpt]:
    return [Excerpt(passage, tuple(range(len(passage.matches)))) for passage in passages]


def best_sentence(cross_encoder: CrossEncoder, question: str, passages: Sequence[Passage]) -> str:
    judged = cross_encoder.read(question, whole(passages))
    _, passage, match = max(
        (float(logit), passage, match)
        for one, passage in zip(judged, passages, strict=True)
        for logit, match in zip(one.sentences, passage.matches, strict=True)
    )
    return passage.chunk.text[match.start - passage.chunk.start : match.end - passage.chunk.start]


def test_the_sentence_that_answers_scores_highest(cross_encoder: CrossEncoder) -> None:
    passages = passages_of(RULES)
    right = [words in best_sentence(cross_encoder, asked, passages) for asked, words in QUESTIONS.items()]
    assert sum(right) >= len(right) - 1


def test_a_passage_that_answers_scores_above_one_of_another_matter(cross_encoder: CrossEncoder) -> None:
    own = passages_of(RULES)
    other = passages_of("捐赠倡议书\n\n第一条 倡议向乡村小学捐赠图书。\n第二条 图书由县图书馆登记。\n")
    for question in QUESTIONS:
        best, strange = (
            max(one.passage for one in cross_encoder.read(question, whole(some))) for some in (own, other)
        )
        assert best > strange


def test_without_passages_nothing_is_read(cross_encoder: CrossEncoder) -> None:
    assert cross_encoder.read("几天？", []) == []


@pytest.mark.parametrize(
    "text",
    [
        "甲县办法\n\n是\n",
        "甲县办法\n\n" + "学校应当按照规定开设课程并公布执行情况" * 600 + "。\n",
        "甲县办法\n\n" + "学校应当开设课程。" * 1000 + "\n",
        "甲县办法\n\n\U0001d11e\u0e01𠮷\n",
    ],
)
@pytest.mark.parametrize("question", ["几天？", "？", "😀", "公示" * 1000])
def test_odd_passages_and_questions_are_read_within_bounds(
    cross_encoder: CrossEncoder, text: str, question: str
) -> None:
    passages = passages_of(text)[:8]
    for one, passage in zip(cross_encoder.read(question, whole(passages)), passages, strict=True):
        assert len(one.sentences) == len(passage.matches)
        assert np.isfinite(one.passage)
        assert np.isfinite(one.sentences[0])


def test_of_a_very_long_row_the_cells_beyond_are_not_read(cross_encoder: CrossEncoder) -> None:
    header = "\n\n".join(f"指标{number}" for number in range(1, 201))
    rows = "\n\n".join(
        "\n\n".join([str(row), *(f"东关小学第{n}项数值{n * row}" for n in range(2, 201))]) for row in (1, 2)
    )
    passages = [p for p in passages_of(f"指标一览\n\n序号\n\n{header}\n\n{rows}\n") if len(p.matches) > 100]
    for one, passage in zip(cross_encoder.read("第150项是多少", whole(passages)), passages, strict=True):
        assert len(one.sentences) == len(passage.matches)
        assert np.isfinite(one.sentences[0])


def test_threads_read_what_one_reads(cross_encoder: CrossEncoder) -> None:
    excerpts = whole(passages_of(RULES))
    questions = [*QUESTIONS] * 2
    alone = [cross_encoder.read(question, excerpts)[2].sentences for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda asked: cross_encoder.read(asked, excerpts)[2].sentences, questions))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_later_start_uses_the_converted_file(
    cross_encoder: CrossEncoder, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cross_encoder.try_out()
    monkeypatch.setattr(module, "compare", None)
    open_model(cache_dir)


def test_a_model_that_says_something_else_than_where_it_was_made_is_refused(cache_dir: Path) -> None:
    layers, heads = open_model(cache_dir)
    with pytest.raises(module.Disagreement):
        compare(layers, heads, module.logits_of_samples(layers, heads) + 1)


@pytest.mark.parametrize("damage", [lambda whole: whole[: len(whole) // 2], lambda _: b"", None])
def test_with_a_damaged_or_missing_model_reading_goes_on_without_and_says_so(
    tmp_path: Path, damage: object
) -> None:
    file = tmp_path / "cross_encoder.npz"
    if callable(damage):
        file.write_bytes(damage(FILE.read_bytes()))
    broken = CrossEncoder(tmp_path / "cache", file)
    with pytest.raises(ReaderUnavailable) as raised:
        broken.read("几天？", whole(passages_of(RULES)))
    assert "POLICY_ASSISTANT_READER=off" in raised.value.hint.zh
    reader = Reader(cross_encoder=broken)
    found = reader.read("改路线要提前几天", passages_of(RULES), lambda _: 1.0, closely=8)
    plain = Reader().read("改路线要提前几天", passages_of(RULES), lambda _: 1.0)
    assert [span.score for span in found.spans] == [span.score for span in plain.spans]
    assert reader.notices


def test_so_many_passages_are_read_closely_as_are_asked_for(cross_encoder: CrossEncoder) -> None:
    passages = passages_of(RULES)
    reader = Reader(cross_encoder=cross_encoder)
    plain = reader.read("改路线要提前几天", passages, lambda _: 1.0)
    close = reader.read("改路线要提前几天", passages, lambda _: 1.0, closely=3)
    assert {span.start for span in plain.spans} == {span.start for span in close.spans}
    assert plain.spans[0].score != close.spans[0].score
    assert not reader.notices


def test_heads_need_what_they_were_exported_with(cache_dir: Path) -> None:
    from vectorstore.embeddings.builtin.engine import open_packed

    open_model(cache_dir)
    with pytest.raises(KeyError):
        Heads(open_packed())  # type: ignore[arg-type]  # the embedding's own file has no heads


def test_what_was_read_before_is_not_read_again(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = CrossEncoder(cache_dir)
    passages = passages_of(RULES)
    before = once.read("改路线要提前几天", whole(passages))
    monkeypatch.setattr(module, "_judge_all", None)  # nothing new to judge, so it is not called
    again = once.read("改路线要提前几天", whole(passages[::-1]))
    assert [one.passage for one in again] == [one.passage for one in before][::-1]
