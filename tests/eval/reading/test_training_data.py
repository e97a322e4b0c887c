"""Questions over a library become what an embedding is tuned on: entries, evidence, lures, sides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from eval.reading.cases import Question
from eval.reading.kin import alike, families, overlap, shingles_of
from eval.reading.training.mine import MINED, mine
from eval.reading.training.training_data import (
    ASIDE,
    ENTRIES,
    QUESTIONS,
    TRAIN,
    VECTORS,
    split_documents,
    write_entries,
    write_questions,
)
from tests.assistant.drafting.counties import DOCUMENTS
from tests.fakes import HashedEmbedder
from tests.invented import build
from vectorstore.library.live import LiveLibrary
from vectorstore.store.database import Database
from vectorstore.text import squeeze

EMBEDDER = HashedEmbedder()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    build(folder, DOCUMENTS, EMBEDDER)
    return folder / "data"


@pytest.fixture
def database(library: Path) -> Iterator[Database]:
    with closing(Database(library / "library.sqlite", read_only=True)) as opened:
        yield opened


def sentences(database: Database) -> tuple[str, str, str]:
    """The source of a document, and two sentences of it."""
    for document in database.documents():
        told = re.findall(r"(?<=[。\n])[^。；：\n]{10,60}。", document.text)
        if len(told) > 1:
            return document.source, told[0], told[1]
    raise AssertionError("no document has two sentences")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_chunk_and_sentence_is_written_with_its_vector(database: Database, tmp_path: Path) -> None:
    write_entries(database, EMBEDDER, tmp_path)
    entries, vectors = lines(tmp_path / ENTRIES), np.load(tmp_path / VECTORS)
    assert len(entries) == len(vectors) == len({entry["id"] for entry in entries})
    for entry, vector in list(zip(entries, vectors, strict=True))[::7]:
        assert vector @ EMBEDDER.embed_documents([str(entry["text"])])[0] > 0.999


def test_a_question_knows_what_answers_it_and_what_only_looks_so(
    library: Path, database: Database, tmp_path: Path
) -> None:
    source, evidence, lure = sentences(database)
    question = Question(
        id="1",
        doc=source,
        question="讲了什么？",
        kind="fact",
        answerable=True,
        evidence=(evidence,),
        answer="",
        distractors=(lure,),
    )
    write_entries(database, EMBEDDER, tmp_path)
    texts = {entry["id"]: str(entry["text"]) for entry in lines(tmp_path / ENTRIES)}
    live = LiveLibrary(library, EMBEDDER)
    with closing(live), live.searcher() as searcher:
        counts = write_questions([question], database, searcher, [], tmp_path)
    (row,) = lines(tmp_path / QUESTIONS)
    assert "no evidence found" not in counts
    for key, quote in (("units", evidence), ("lures", lure)):
        found = row[key]
        assert isinstance(found, list)
        assert found
        assert all(squeeze(quote)[0] in squeeze(texts[entry])[0] for entry in found)

    assert mine(tmp_path, library, EMBEDDER) == 1
    assert mine(tmp_path, library, EMBEDDER) == 0  # it goes on where it stopped
    (mined,) = lines(tmp_path / MINED)
    assert mined["chunks"]


def test_what_is_alike_to_a_text_that_is_kept_out_is_not_trained_on(database: Database) -> None:
    documents = database.documents()
    kept_out = documents[0]
    sides = split_documents(documents, [shingles_of(kept_out.text)])
    assert sides[kept_out.source] == ASIDE
    assert TRAIN in sides.values()
    assert split_documents(documents, []) == split_documents(documents, [])


LONG = "".join(f"第{number}条学校应当公布第{number}号收费清单并接受监督。" for number in range(60))


def test_copies_and_versions_are_of_one_family() -> None:
    texts = {"a": LONG, "b": f"转发如下：{LONG}", "c": LONG[::-1], "d": "短"}
    titles = {"a": "收费办法（2018年）", "b": "转发", "c": "另一", "d": "收费办法"}
    family = families(texts, titles)
    assert family["a"] == family["b"] == family["d"]  # b by its text, d by its title
    assert family["c"] == "c"


def test_short_texts_are_alike_to_nothing() -> None:
    assert overlap(shingles_of("短"), shingles_of("短")) == 0.0
    assert alike(LONG, [shingles_of(LONG)])
    assert not alike(LONG, [shingles_of(LONG[::-1])])
