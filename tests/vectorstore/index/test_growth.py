"""A small change goes beside the index that is there, and answers are those of an index built anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.fakes import HashedEmbedder
from tests.vectorstore.stored_library import (
    MODEL,
    articles,
    current,
    run,
    texts_found,
    write,
)
from vectorstore.index.generations import intact_recipe, open_current
from vectorstore.library.intake import SourceFile
from vectorstore.library.live import LiveLibrary
from vectorstore.search.searcher import Searcher
from vectorstore.text import search_terms
from vectorstore.types import EVERYWHERE, Scope

SENTENCES = (
    "经费由县级财政承担。",
    "每学年安排一次；",
    "教师工资按月发放。",
    "每生补助650元。",
    "课后服务自愿参加。",
    "",
)
BASE = {
    f"b{i:02d}": articles(f"第{i}所学校，每生补助{i}元。经费由县级财政承担。", f"{i}年一次。")
    for i in range(30)
}
QUESTIONS = ("经费由谁承担？", "每生补助多少元？", "b03 第3所学校", "教师工资按月发放", "安排一次")
texts = st.lists(st.lists(st.sampled_from(SENTENCES), max_size=3).map("".join), max_size=4).map(
    lambda contents: articles(*contents)
)
changes = st.lists(
    st.tuples(st.sampled_from([*BASE, "n1", "n2", "n3"]), st.none() | texts), min_size=1, max_size=4
)
questions = st.lists(
    st.sampled_from([*"学校经费教师补助元年一次第3自愿", *SENTENCES]), min_size=1, max_size=5
).map("".join)


@pytest.fixture
def library(tmp_path: Path) -> tuple[Path, Path]:
    """A data folder and that of its files: thirty documents, in an index without anything beside it."""
    run(tmp_path / "data", write(tmp_path / "files", **BASE))
    return tmp_path / "data", tmp_path / "files"


def change(library: tuple[Path, Path], name: str, text: str | None) -> str:
    """Take one document in, or out where there is no text; the generation that is published then."""
    data, folder = library
    path = folder / f"{name}.txt"
    if text is None:
        return run(data, [], remove=[path.name]).generation
    path.write_text(text, encoding="utf-8")
    return run(data, [SourceFile(path=path, source=path.name)]).generation


def has_side(data: Path) -> bool:
    return (current(data) / "side").is_dir()


def answers(data: Path, asked: tuple[str, ...]) -> Iterator[object]:
    """All that can be learned from the published index, with scores."""
    embedder = HashedEmbedder()
    with open_current(data, MODEL) as generation:
        documents, chunks = generation.database.documents(), generation.database.chunks()
        yield documents
        yield chunks
        yield generation.database.states() == generation.manifest.recipe.documents
        yield generation.manifest.chunks, generation.keywords.size, generation.exact.size
        some = [document.id for document in documents[::3]]
        searcher = Searcher(generation, embedder)
        for question in asked:
            vector, terms = embedder.embed_query(question), search_terms(question)
            yield [generation.keywords.document_frequency(term) for term in terms]
            for limit in (3, 400):
                yield generation.keywords.search(terms, limit)
                yield generation.keywords.search(terms, limit, some)
                yield generation.exact.search(vector, limit, some)
            # All there are: where a graph stops, it is free to choose among what is equally near.
            yield generation.vectors.search(vector, 400)
            yield searcher.search(question, scope=EVERYWHERE, limit=10)
            yield searcher.search(question, scope=Scope(documents=tuple(some)), limit=10)


@settings(max_examples=10, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # shrinking takes minutes
@given(changes=changes, more=changes, asked=st.lists(questions, max_size=3).map(tuple))
def test_after_any_changes_answers_are_those_of_an_index_built_anew(
    changes: list[tuple[str, str | None]], more: list[tuple[str, str | None]], asked: tuple[str, ...]
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        library = Path(folder) / "data", Path(folder) / "files"
        patch.setattr("vectorstore.index.building._MOST_BESIDE", 1.0)
        run(library[0], write(library[1], **BASE))
        for some in (changes, more):
            for name, text in some:
                change(library, name, text)
            grown = list(answers(library[0], (*QUESTIONS, *asked)))
            with ExitStack() as kept:
                before = kept.enter_context(open_current(library[0], MODEL))
                run(library[0], [], reindex=True)
                assert not has_side(library[0])
                assert list(answers(library[0], (*QUESTIONS, *asked))) == grown
                assert before.database.documents() == grown[0]


def test_a_small_change_leaves_the_files_of_the_base_and_a_larger_one_builds_anew(
    library: tuple[Path, Path],
) -> None:
    data, first = library[0], current(library[0])
    change(library, "n1", articles("新学校"))
    second = current(data)
    assert has_side(data)
    for path in (path for path in first.rglob("*") if path.is_file() and path.name != "manifest.json"):
        assert path.samefile(second / path.relative_to(first)), path
    for number in range(9):
        change(library, f"m{number}", articles("又一所", "再一所"))
    with open_current(data, MODEL) as generation:
        assert len(BASE) + 1 < len(generation.manifest.base.documents) < len(BASE) + 10
        assert has_side(data)  # what came after that


def test_what_is_removed_is_gone_with_the_next_question(library: tuple[Path, Path]) -> None:
    data = library[0]
    with open_current(data, MODEL) as generation:
        (gone,) = [document for document in generation.database.documents() if document.source == "b07.txt"]
        chunks = generation.database.chunks()
    change(library, "b07", None)
    with open_current(data, MODEL) as generation:
        assert (current(data) / "chroma").is_dir()
        assert not has_side(data)  # there is nothing to hold
        assert gone not in generation.database.documents()
        assert len(generation.database.chunks()) == len(chunks) - 2 == generation.keywords.size
        vector = HashedEmbedder().embed_query("第7所学校，每生补助7元。")
        for hits in (
            generation.vectors.search(vector, 400),
            generation.exact.search(vector, 400, [gone.id]),
            generation.keywords.search(search_terms("第7所学校"), 400),
        ):
            assert all(not hit.chunk_id.startswith(gone.id) for hit in hits)


def test_taking_back_a_change_needs_nothing_beside(library: tuple[Path, Path]) -> None:
    change(library, "b03", articles("另一份"))
    assert has_side(library[0])
    change(library, "b03", BASE["b03"])
    assert not has_side(library[0])
    with open_current(library[0], MODEL) as generation:
        assert generation.manifest.recipe.documents == generation.manifest.base.documents
        assert texts_found(generation, "第3所学校")[1].startswith("第一条 第3所学校")


def test_a_damaged_base_is_built_anew_and_never_linked_to_again(library: tuple[Path, Path]) -> None:
    data = library[0]
    change(library, "n1", articles("新学校"))
    (current(data) / "exact" / "vectors.npy").write_bytes(b"")
    assert intact_recipe(data) is None
    change(library, "n2", articles("又一所"))
    assert not has_side(data)
    with open_current(data, MODEL) as generation:
        assert generation.notices == ()
        assert generation.keywords.document_frequency("又") == 1


def test_damage_beside_the_base_is_noticed_and_the_generation_before_answers(
    library: tuple[Path, Path],
) -> None:
    data, first = library[0], current(library[0]).name
    change(library, "n1", articles("新学校"))
    for path in sorted((current(data) / "side").rglob("*")):
        if path.is_file():
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
            assert intact_recipe(data) is None, path
            with open_current(data, MODEL) as generation:
                assert generation.name == first
            path.write_bytes(whole)
    assert intact_recipe(data) is not None


def test_where_a_disk_knows_no_links_files_are_copied(
    library: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("vectorstore.disk.storage.os.link", no_links)
    change(library, "n1", articles("新学校"))
    assert has_side(library[0])
    assert current(library[0]).joinpath("library.sqlite").stat().st_nlink == 1
    assert intact_recipe(library[0]) is not None


def test_a_running_library_opens_the_base_once_and_reads_only_what_changed(
    library: tuple[Path, Path],
) -> None:
    live = LiveLibrary(library[0], HashedEmbedder())
    with live.searcher() as before:
        generation = change(library, "n1", articles("望星湖小学"))
        patience = time.monotonic() + 60
        while live.generation_name != generation:
            assert time.monotonic() < patience
            time.sleep(0.01)
        with live.searcher() as after:
            assert after is not before
            assert {id(chunk) for chunk in before.holdings.chunks} < {
                id(chunk) for chunk in after.holdings.chunks
            }
            assert [p.chunk.text for p in after.search("望星湖小学", scope=EVERYWHERE, limit=1)] == [
                "第一条 望星湖小学"
            ]
        assert before.search("望星湖小学", scope=EVERYWHERE, limit=50)[0].source != "n1.txt"
    with live.searcher() as after:  # the first one is closed by now, what both read from is not
        assert after.search("第3所学校", scope=EVERYWHERE, limit=1)[0].source == "b03.txt"
    assert len(list((library[0] / "index").glob(".private-*"))) == 1
    live.close()
    assert not list((library[0] / "index").glob(".private-*"))
