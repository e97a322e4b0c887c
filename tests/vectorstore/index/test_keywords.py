"""The keyword index: ranks by BM25, takes no term for an operator, and never fails on odd input."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore.errors import IndexMismatch, StorageUnusable
from vectorstore.index.keywords import KeywordIndex
from vectorstore.text import search_terms

TEXTS = {
    "a-0": "到2025年，全市新建公办幼儿园30所",
    "a-1": "教师工资不低于当地公务员平均工资水平，工资按月发放",
    "a-2": "义务教育阶段教师轮岗交流",
    "b-0": "第三十条 违反规定收费的，由教育行政部门责令退还",
    "b-1": "每生每年补助标准提高到650元，比例为3.5%",
    "b-2": "教育经费",
}


def make(texts: dict[str, str]) -> list[tuple[str, str, list[str]]]:
    return [(key, key.partition("-")[0], search_terms(text)) for key, text in texts.items()]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    folder = tmp_path_factory.mktemp("keywords") / "index"
    KeywordIndex.build(folder, make(TEXTS))
    return KeywordIndex.open(folder)


def bm25(texts: dict[str, str], terms: Sequence[str], key: str) -> float:
    cut = {name: search_terms(text) for name, text in texts.items()}
    average = sum(map(len, cut.values())) / len(cut)
    score = 0.0
    for term in set(terms):
        having = sum(term in words for words in cut.values())
        if having:
            frequency = Counter(cut[key])[term]
            weight = math.log(1 + (len(cut) - having + 0.5) / (having + 0.5))
            length = 1.2 * (1 - 0.75 + 0.75 * len(cut[key]) / average)
            score += weight * frequency * 2.2 / (frequency + length)
    return score


@pytest.mark.parametrize("question", ["教师的工资", "第30条", "3.5%", "幼儿园有多少所", "教育"])
def test_scores_are_bm25_with_term_frequencies(index: KeywordIndex, question: str) -> None:
    terms = search_terms(question)
    hits = index.search(terms, 10)
    expected = {key: score for key in TEXTS if (score := bm25(TEXTS, terms, key)) > 0}
    assert {hit.chunk_id for hit in hits} == expected.keys()
    for hit in hits:
        # the engine keeps a document's length in one byte
        assert hit.score == pytest.approx(expected[hit.chunk_id], rel=0.1)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_search_stays_within_the_documents_named(index: KeywordIndex) -> None:
    terms = search_terms("教育")
    assert {hit.chunk_id for hit in index.search(terms, 10)} == {"a-1", "a-2", "b-0", "b-2"}
    scores = dict(index.search(terms, 10))
    assert dict(index.search(terms, 10, ("a",))) == {key: scores[key] for key in ("a-1", "a-2")}
    assert dict(index.search(terms, 10, ("a", "b", "unknown"))) == pytest.approx(scores)
    assert index.search(terms, 10, ("unknown",)) == []


def test_the_limit_is_kept(index: KeywordIndex) -> None:
    terms = search_terms("教育")
    assert [hit.chunk_id for hit in index.search(terms, 1)] == ["b-2"]
    assert index.search(terms, 0) == []
    assert len(index.search(terms, 10**12)) == 4


def test_no_terms_or_unknown_terms_find_nothing(index: KeywordIndex) -> None:
    assert index.search([], 10) == []
    assert index.search(["zzz"], 10) == []


def test_operators_are_only_terms(index: KeywordIndex) -> None:
    plain = index.search(["教育"], 10)
    for odd in (
        "AND",
        "OR",
        "NOT",
        "-教育",
        "+",
        "*",
        "terms:教育",
        "chunk_id:a-0",
        '"',
        "(",
        "[* TO *]",
        "\\",
    ):
        assert index.search([odd], 10) == []
        assert index.search(["教育", odd], 10) == plain


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms=st.lists(st.text(st.characters(exclude_categories=()))), documents=st.lists(st.text(max_size=5)))
def test_no_term_makes_a_search_fail(index: KeywordIndex, terms: list[str], documents: list[str]) -> None:
    for hit in index.search(terms, 5, documents):
        assert hit.chunk_id in TEXTS
    for term in terms:
        assert index.document_frequency(term) >= 0


def test_a_term_counts_once_however_often_it_is_asked(index: KeywordIndex) -> None:
    assert index.search(["教育"] * 100_000, 10) == index.search(["教育"], 10)


def test_of_very_many_terms_the_rarest_count(tmp_path: Path) -> None:
    common = [f"common{i}" for i in range(600)]
    entries: list[tuple[str, str, Sequence[str]]] = [(f"c-{i}", "c", common) for i in range(3)]
    entries.append(("rare", "r", ["rare"]))
    KeywordIndex.build(tmp_path / "index", entries)
    index = KeywordIndex.open(tmp_path / "index")
    assert index.search([*common, "rare"], 10)[-1].chunk_id == "rare"
    assert len(index.search(common, 10)) == 3


def test_odd_terms_are_indexed_and_found(tmp_path: Path) -> None:
    odd = ["\x00", "\n", "a b", "\ud800", "😀", "ﬁ", "长" * 1000, "x" * 70_000, ""]
    KeywordIndex.build(tmp_path / "index", [(f"c-{i}", "c", [term, "shared"]) for i, term in enumerate(odd)])
    index = KeywordIndex.open(tmp_path / "index")
    assert index.document_frequency("shared") == len(odd)
    for number, term in enumerate(odd[:7]):
        assert [hit.chunk_id for hit in index.search([term], 5)] == [f"c-{number}"]


def test_document_frequency_counts_chunks(index: KeywordIndex) -> None:
    assert index.document_frequency("教育") == 3
    assert index.document_frequency("工资") == 1
    assert index.document_frequency("zzz") == 0
    assert index.size == len(TEXTS)


def test_the_same_entries_give_the_same_ranks_and_ties_go_by_id(tmp_path: Path) -> None:
    entries = [(f"c-{i:03d}", "c", ["same"]) for i in range(300)]
    found = []
    for name in ("one", "two"):
        KeywordIndex.build(tmp_path / name, entries)
        found.append(KeywordIndex.open(tmp_path / name).search(["same"], 50))
    assert found[0] == found[1]
    assert [hit.chunk_id for hit in found[0]] == [f"c-{i:03d}" for i in range(50)]


def test_an_empty_index_opens_and_finds_nothing(tmp_path: Path) -> None:
    KeywordIndex.build(tmp_path / "index", [])
    index = KeywordIndex.open(tmp_path / "index")
    assert index.size == 0
    assert index.search(["教育"], 10) == []
    assert index.document_frequency("教育") == 0


def test_a_chunk_without_terms_is_held_all_the_same(tmp_path: Path) -> None:
    KeywordIndex.build(tmp_path / "index", [("c-0", "c", []), ("c-1", "c", ["x"]), ("c-1", "c", ["y"])])
    index = KeywordIndex.open(tmp_path / "index")
    assert index.lost(["c-0", "c-1", "c-2"]) == ("c-1", "c-2")


def test_opening_what_is_no_index_names_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch) as caught:
        KeywordIndex.open(tmp_path / "absent")
    assert "policy-assistant ingest" in caught.value.hint.en


def test_a_folder_that_can_not_be_is_storage_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnusable):
        KeywordIndex.build(tmp_path / "file" / "index", [])


def test_scores_are_those_of_the_engine_that_others_use(tmp_path: Path) -> None:
    """Lengths are rounded as there: the reader was fitted on passages in that order."""
    chance = random.Random(3)
    words = [f"w{int(chance.paretovariate(0.6)) % 400}" for _ in range(40_000)]
    cuts = [chance.choices(words, k=chance.choice([3, 30, 90, 300, 700])) for _ in range(300)]
    KeywordIndex.build(tmp_path / "index", ((f"c{i:03d}", "d", cut) for i, cut in enumerate(cuts)))
    index = KeywordIndex.open(tmp_path / "index")
    builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    schema = builder.add_text_field("terms", tokenizer_name="raw", index_option="freq").build()
    engine = tantivy.Index(schema)
    writer = engine.writer(num_threads=1)
    for i, cut in enumerate(cuts):
        writer.add_document(tantivy.Document(id=f"c{i:03d}", terms=cut))
    writer.commit()
    writer.wait_merging_threads()
    engine.reload()
    searcher = engine.searcher()
    for _ in range(20):
        terms = sorted(set(chance.choices(words, k=8)))
        found = [tantivy.Query.term_query(schema, "terms", term, index_option="freq") for term in terms]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in found])
        hits = searcher.search(query, len(cuts), count=False).hits
        expected = {searcher.doc(address)["id"][0]: score for score, address in hits}
        assert dict(index.search(terms, len(cuts))) == pytest.approx(expected, rel=1e-5)
