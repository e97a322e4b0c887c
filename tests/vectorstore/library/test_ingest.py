"""Ingest: incremental, one writer, and killed at any moment it loses nothing."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from tests.fakes import HashedEmbedder
from tests.vectorstore.stored_library import MODEL, articles, contents, run, texts_found, understand, write
from vectorstore.documents import chunking
from vectorstore.errors import (
    EmbeddingUnavailable,
    IndexMismatch,
    Message,
)
from vectorstore.index.generations import open_current
from vectorstore.library.ingest import ProgressEvent
from vectorstore.library.intake import Failure, Notice, SourceFile
from vectorstore.store.database import Database
from vectorstore.types import Document


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return tmp_path / "seeds"


def library(data_dir: Path) -> tuple[Document, ...]:
    with closing(Database(data_dir / "library.sqlite", read_only=True)) as database:
        return database.documents()


def test_files_go_in_and_are_found(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("教师每五年轮岗一次"), b=articles("食堂每周公布食谱", "家长可以陪餐"))
    report = run(data_dir, files)
    assert (report.added, report.chunks, report.failed) == (("a.txt", "b.txt"), 3, ())
    assert report.seconds > 0
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == report.generation
        assert texts_found(generation, "食堂公布食谱") == ("第一条 食堂每周公布食谱",) * 2
        assert generation.database.documents() == library(data_dir)


def test_a_second_run_changes_nothing_and_reads_nothing(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"), b=articles("乙"))
    first = run(data_dir, files)
    before = contents(data_dir)

    def must_not_run(file: SourceFile) -> Document:
        raise AssertionError(file.source)

    embedder = HashedEmbedder()
    second = run(data_dir, files, embedder=embedder, understand=must_not_run)
    assert second.unchanged == ("a.txt", "b.txt")
    assert (second.added, second.replaced, second.removed, second.failed) == ((), (), (), ())
    assert (second.generation, second.chunks) == (first.generation, first.chunks)
    assert contents(data_dir) == before
    assert embedder.embedded == []


def test_only_a_changed_file_is_read_and_only_its_new_text_is_embedded(data_dir: Path, seeds: Path) -> None:
    run(data_dir, write(seeds, a=articles("甲", "乙"), b=articles("丙")))
    embedder = HashedEmbedder()
    report = run(data_dir, write(seeds, a=articles("甲", "丁")), embedder=embedder)
    assert (report.replaced, report.unchanged) == (("a.txt",), ("b.txt",))
    assert len(embedder.embedded) == 1
    assert "丁" in embedder.embedded[0]
    with open_current(data_dir, MODEL) as generation:
        assert {chunk.text for chunk in generation.database.chunks()} == {
            "第一条 甲",
            "第二条 丁",
            "第一条 丙",
        }
        assert generation.keywords.document_frequency("乙") == 0


def test_a_text_that_comes_back_is_not_embedded_again(data_dir: Path, seeds: Path) -> None:
    for text, expected in (("甲", 1), ("乙", 1), ("甲", 0)):
        embedder = HashedEmbedder()
        run(data_dir, write(seeds, a=articles(text)), embedder=embedder)
        assert len(embedder.embedded) == expected


def test_all_is_read_anew_when_the_understanding_has_another_version(
    data_dir: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(seeds, a=articles("甲"))
    first = run(data_dir, files, version="1")
    assert run(data_dir, files, version="1").unchanged == ("a.txt",)
    second = run(data_dir, files, version="2")
    assert second.replaced == ("a.txt",)
    assert second.generation == first.generation  # it came out the same
    monkeypatch.setattr(chunking, "VERSION", "another")
    third = run(data_dir, files, version="2")
    assert third.replaced == ("a.txt",)
    assert third.generation != first.generation


def test_files_that_are_gone_are_removed_only_when_asked(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"), b=articles("乙"))
    run(data_dir, files)
    kept = [file for file in files if file.source == "a.txt"]
    assert run(data_dir, kept).removed == ()
    assert len(library(data_dir)) == 2
    report = run(data_dir, kept, remove=["b.txt", "never there.txt"])
    assert (report.removed, report.chunks) == (("b.txt",), 1)
    with open_current(data_dir, MODEL) as generation:
        assert generation.keywords.document_frequency("乙") == 0
        assert generation.exact.size == 1


def test_the_order_of_the_files_does_not_matter(tmp_path: Path, seeds: Path) -> None:
    files = write(seeds, **{f"f{i}": articles(f"内容{i}", "相同的一条") for i in range(6)})
    libraries, hits = [], []
    for number in range(3):
        random.Random(number).shuffle(files)
        data_dir = tmp_path / f"data{number}"
        run(data_dir, files)
        with open_current(data_dir, MODEL) as generation:
            libraries.append((generation.database.documents(), generation.database.chunks()))
            vector = HashedEmbedder().embed_query("相同的一条")
            hits.append((generation.keywords.search(["相同"], 9), generation.vectors.search(vector, 9)))
    assert libraries[0] == libraries[1] == libraries[2]
    assert hits[0] == hits[1] == hits[2]


def test_a_file_that_can_not_be_read_is_reported_and_the_rest_goes_in(data_dir: Path, seeds: Path) -> None:
    files = [
        *write(seeds, a=articles("甲"), b="broken"),
        SourceFile(path=seeds / "absent.txt", source="absent.txt"),
        SourceFile(path=seeds, source="folder"),
    ]
    report = run(data_dir, files)
    assert report.added == ("a.txt",)
    assert [failure.source for failure in report.failed] == ["absent.txt", "b.txt", "folder"]
    assert report.failed[1].message == Message("文件已损坏。", "Broken.")
    assert report.failed[1].hint.zh == "请更换文件。"
    assert "absent.txt" in report.failed[0].message.en


def test_a_file_that_breaks_later_leaves_what_the_library_had(data_dir: Path, seeds: Path) -> None:
    run(data_dir, write(seeds, a=articles("甲")))
    report = run(data_dir, write(seeds, a="broken"))
    assert [failure.source for failure in report.failed] == ["a.txt"]
    assert (report.removed, report.chunks) == ((), 1)
    assert [document.text for document in library(data_dir)] == ["第一条 甲"]


def test_of_two_files_of_one_name_the_second_is_reported(data_dir: Path, seeds: Path) -> None:
    files = [
        SourceFile(path=file.path, source="same") for file in write(seeds, a=articles("甲"), b=articles("乙"))
    ]
    report = run(data_dir, files)
    assert (report.added, len(report.failed)) == (("same",), 1)
    assert [document.text for document in library(data_dir)] == ["第一条 甲"]


@pytest.mark.parametrize("texts", [{}, {"a": "broken", "b": "broken"}, {"a": ""}])
def test_a_library_with_nothing_in_it_is_published_all_the_same(
    data_dir: Path, seeds: Path, texts: dict[str, str]
) -> None:
    report = run(data_dir, write(seeds, **texts))
    assert report.chunks == 0
    with open_current(data_dir, MODEL) as generation:
        assert generation.vectors.search(HashedEmbedder().embed_query("甲"), 5) == []
        assert generation.keywords.search(["甲"], 5) == []
        assert generation.database.chunks() == ()


def test_odd_text_and_odd_names_go_in_and_are_found(data_dir: Path, seeds: Path) -> None:
    odd = "\x00零\ud800宽\u200b\U000e0041 \u202e倒 😀 " + "长" * 3000
    (path,) = (file.path for file in write(seeds, a=articles(odd, "", " ", "）AND（")))
    name = "文\udcff件\n.txt"
    report = run(data_dir, [SourceFile(path=path, source=name)])
    assert report.added == (name,)
    with open_current(data_dir, MODEL) as generation:
        assert generation.database.documents()[0].source == name
        assert "零宽" in texts_found(generation, "零宽")[1]


def test_progress_counts_files_characters_and_chunks_to_the_end(data_dir: Path, seeds: Path) -> None:
    events: list[ProgressEvent] = []
    texts = {f"f{i}": articles(*(f"{i}{j}" for j in range(9))) for i in range(9)}
    embedder = HashedEmbedder()
    run(data_dir, write(seeds, **texts), embedder=embedder, on_progress=events.append)
    assert list(dict.fromkeys(event.stage for event in events)) == ["read", "embed", "index"]
    last = {event.stage: (event.done, event.total) for event in events}
    characters = sum(map(len, embedder.embedded))
    assert last == {"read": (9, 9), "embed": (characters, characters), "index": (81, 81)}
    embedded = [event.done for event in events if event.stage == "embed"]
    assert embedded == sorted(embedded)
    assert len(embedded) == 2


def test_another_embedding_model_embeds_everything_and_the_old_vectors_stay(
    data_dir: Path, seeds: Path
) -> None:
    files = write(seeds, a=articles("甲"), b=articles("乙"))
    run(data_dir, files)
    other = HashedEmbedder(model="other", dimension=16)
    assert run(data_dir, files, embedder=other).unchanged == ("a.txt", "b.txt")
    assert len(other.embedded) == 2
    with pytest.raises(IndexMismatch):
        open_current(data_dir, MODEL)
    back = HashedEmbedder()
    run(data_dir, files, embedder=back)
    assert back.embedded == []
    open_current(data_dir, MODEL).close()


class FailingEmbedder(HashedEmbedder):
    """Fails after some calls, or gives vectors that can't be used."""

    def __init__(self, calls: int, vector: list[float] | None = None) -> None:
        super().__init__()
        self.calls = calls
        self.vector = vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:  # type: ignore[override]
        self.calls -= 1
        if self.calls >= 0:
            return super().embed_documents(texts)
        if self.vector is not None:
            return [self.vector] * len(texts)
        raise EmbeddingUnavailable(Message("不可用。", "Down."), Message("稍后再试。", "Try later."))


def test_vectors_made_before_a_failure_are_not_made_again(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, **{f"f{i}": articles(*(f"{i}{j}" for j in range(9))) for i in range(9)})
    failing = FailingEmbedder(calls=1)
    with pytest.raises(EmbeddingUnavailable):
        run(data_dir, files, embedder=failing)
    assert len(library(data_dir)) == 9
    resumed = HashedEmbedder()
    report = run(data_dir, files, embedder=resumed)
    assert len(report.unchanged) == 9
    assert len(failing.embedded) + len(resumed.embedded) == 81
    assert set(failing.embedded).isdisjoint(resumed.embedded)
    with open_current(data_dir, MODEL) as generation:
        assert generation.exact.size == 81


@pytest.mark.parametrize("vector", [[float("nan")] * 64, [0.0] * 64, [1.0] * 3, []])
def test_a_vector_that_can_not_be_used_is_not_stored(
    data_dir: Path, seeds: Path, vector: list[float]
) -> None:
    files = write(seeds, a=articles("甲"))
    with pytest.raises(EmbeddingUnavailable) as caught:
        run(data_dir, files, embedder=FailingEmbedder(calls=0, vector=vector))
    assert MODEL in caught.value.message.en
    run(data_dir, files)
    open_current(data_dir, MODEL).close()


def test_a_damaged_index_is_built_anew_without_embedding(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"))
    first = run(data_dir, files)
    (data_dir / "index" / first.generation / "keywords" / "entries.json").write_bytes(b"{}")
    embedder = HashedEmbedder()
    second = run(data_dir, files, embedder=embedder)
    assert second.unchanged == ("a.txt",)
    assert second.generation != first.generation
    assert embedder.embedded == []
    with open_current(data_dir, MODEL) as generation:
        assert generation.notices == ()


def test_a_rebuild_begins_anew_and_sets_the_old_library_aside(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"))
    run(data_dir, files)
    for number in (1, 2):
        (data_dir / "library.sqlite").write_bytes(f"damaged {number}".encode() * 500)
        report = run(data_dir, files, rebuild=True)
        assert (report.added, report.chunks) == (("a.txt",), 1)
        assert (
            (data_dir / f"library-old-{number}.sqlite").read_bytes().startswith(f"damaged {number}".encode())
        )


def placed(folder: Path, files: list[SourceFile]) -> list[SourceFile]:
    """The files as they come when the folder is named."""
    return [replace(file, origin=str(file.path), place=str(folder)) for file in files]


def test_what_has_gone_from_a_folder_that_was_listed_leaves_the_library(data_dir: Path, seeds: Path) -> None:
    files = placed(seeds, write(seeds, a=articles("甲"), b=articles("乙")))
    elsewhere = placed(seeds / "other", write(seeds / "other", c=articles("丙")))
    run(data_dir, files, listed=[str(seeds)])
    run(data_dir, elsewhere, listed=[str(seeds / "other")])
    kept = [file for file in files if file.source == "a.txt"]
    assert run(data_dir, kept).removed == ()
    assert run(data_dir, kept, listed=[f"{seeds}-not"]).removed == ()
    assert run(data_dir, [*kept, *elsewhere], listed=[str(seeds)]).removed == ("b.txt",)
    assert [document.source for document in library(data_dir)] == ["a.txt", "c.txt"]


def test_members_of_an_archive_that_is_broken_now_stay(data_dir: Path, seeds: Path) -> None:
    (file,) = write(seeds, a=articles("甲"))
    member = replace(file, source="all.zip/a.txt", origin=f"{seeds}/all.zip/a.txt")
    run(data_dir, [member], listed=[f"{seeds}/all.zip"])
    broken = Failure(
        source="all.zip", message=Message("坏。", "Broken."), hint=Message("换。", "Replace it.")
    )
    report = run(data_dir, [], failed=[broken], listed=[str(seeds)])
    assert (report.removed, report.failed) == ((), (broken,))
    assert run(data_dir, [], listed=[str(seeds)]).removed == ("all.zip/a.txt",)


def test_what_fails_stays_also_where_the_library_has_another_name_for_it(data_dir: Path, seeds: Path) -> None:
    (file,) = placed(seeds, write(seeds, a=articles("甲")))
    run(data_dir, [replace(file, source="alone.txt")], listed=[])
    broken = Failure(
        source="sub/a.txt",
        message=Message("坏。", "Broken."),
        hint=Message("换。", "Replace it."),
        origin=file.origin,
    )
    assert run(data_dir, [], failed=[broken], listed=[str(seeds)]).removed == ()
    assert run(data_dir, [], listed=[str(seeds)]).removed == ("alone.txt",)


def test_another_file_of_a_name_that_is_taken_is_refused_unless_the_first_is_gone(
    data_dir: Path, tmp_path: Path
) -> None:
    one, other = (
        placed(tmp_path / name, write(tmp_path / name, 方案=articles(f"{name}县"))) for name in ("甲", "乙")
    )
    run(data_dir, one)
    report = run(data_dir, other)
    assert [failure.source for failure in report.failed] == ["方案.txt"]
    assert str(one[0].path) in report.failed[0].message.zh
    assert [document.text for document in library(data_dir)] == ["第一条 甲县"]
    one[0].path.unlink()
    assert run(data_dir, other).replaced == ("方案.txt",)


def test_the_same_file_somewhere_else_is_not_read_again(data_dir: Path, tmp_path: Path) -> None:
    one, other = (placed(tmp_path / name, write(tmp_path / name, a=articles("甲"))) for name in ("x", "y"))
    run(data_dir, one)
    assert run(data_dir, other).unchanged == ("a.txt",)
    assert run(data_dir, [], listed=[str(tmp_path / "x")]).removed == ()
    assert run(data_dir, [], listed=[str(tmp_path / "y")]).removed == ("a.txt",)


def test_a_file_that_comes_in_through_another_folder_keeps_its_name(data_dir: Path, tmp_path: Path) -> None:
    files = placed(tmp_path, write(tmp_path / "sub", a=articles("甲")))
    run(data_dir, [replace(files[0], source="sub/a.txt")])
    assert run(data_dir, files).unchanged == ("sub/a.txt",)
    assert len(library(data_dir)) == 1


def test_a_document_that_the_program_fails_on_is_reported_and_the_rest_goes_in(
    data_dir: Path, seeds: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(file: SourceFile) -> Document:
        return understand(file) if file.source != "b.txt" else [][0]

    report = run(data_dir, write(seeds, a=articles("甲"), b="乙", c=articles("丙")), understand=fail)
    assert report.added == ("a.txt", "c.txt")
    assert [failure.source for failure in report.failed] == ["b.txt"]
    assert "IndexError" in caplog.text


def test_several_files_are_read_at_once(data_dir: Path, seeds: Path) -> None:
    both = Barrier(2, timeout=20)

    def wait(file: SourceFile) -> Document:
        both.wait()
        return understand(file)

    report = run(data_dir, write(seeds, a=articles("甲"), b=articles("乙")), understand=wait)
    assert report.added == ("a.txt", "b.txt")


def test_what_a_reader_left_out_is_in_the_report_and_with_the_document(data_dir: Path, seeds: Path) -> None:
    left_out = Message("隐藏的文字没有读。", "Hidden text was left out.")

    def noticed(file: SourceFile) -> Document:
        return replace(understand(file), notices=(left_out,), pages=(0, 4))

    report = run(data_dir, write(seeds, a=articles("甲")), understand=noticed)
    assert report.notices == (Notice(source="a.txt", message=left_out),)
    (document,) = library(data_dir)
    assert (document.notices, document.pages) == ((left_out,), (0, 4))


def test_an_index_is_built_anew_only_when_asked(data_dir: Path, seeds: Path) -> None:
    files = write(seeds, a=articles("甲"))
    first = run(data_dir, files)
    assert run(data_dir, files).generation == first.generation
    embedder = HashedEmbedder()
    second = run(data_dir, files, reindex=True, embedder=embedder)
    assert second.generation != first.generation
    assert (second.unchanged, embedder.embedded) == (("a.txt",), [])
