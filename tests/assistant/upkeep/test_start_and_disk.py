"""Starting on a full disk, on one only to be read, or without an endpoint: what is published answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assistant.asking.keys import Keys
from assistant.commands import startup
from assistant.errors import HistoryUnusable
from assistant.history.history import FILE, History
from assistant.setup.logs import log_file, start_logging
from assistant.setup.settings import Settings
from assistant.upkeep import library
from assistant.upkeep.doctor import Check, examine_waiting
from tests.assistant.command_line import Command
from tests.assistant.kept_answers import ask as remember
from tests.assistant.web.admin.person import Person
from tests.disks import fill, read_only, small_disk
from tests.fakes import HashedEmbedder
from tests.small_library import running_server, with_settings
from tests.vectorstore.stored_library import contents
from vectorstore.disk.lock import sole_writer
from vectorstore.errors import EmbeddingUnavailable, LibraryBusy, Message, StorageUnusable
from vectorstore.index.published import current_name

LUNCH = "云山市的午餐补助由哪个部门负责？"
NEW = "青禾县校车管理办法\n\n第一条 校车补助每生每年300元，由县教育局负责。\n"
ROOM = 100  # MB: the library with the converted models


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """A copy of the small library and its seeds, to be changed."""
    shutil.copytree(settings.seeds_dir, tmp_path / "own-seeds")
    shutil.copytree(settings.data_dir, tmp_path / "own", ignore=shutil.ignore_patterns("history*", "keys*"))
    moved = settings.model_copy(update={"data_dir": tmp_path / "own", "seeds_dir": tmp_path / "own-seeds"})
    startup.prepare(moved)
    return moved


@pytest.fixture
def hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A library of one document with hashed vectors, whose start has a second one to take in."""
    monkeypatch.setattr(library, "build_embedder", lambda _: HashedEmbedder())
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "bus.txt").write_text(NEW, encoding="utf-8")
    made = Settings(data_dir=tmp_path / "data", seeds_dir=tmp_path / "seeds", openai_model=None)
    startup.prepare(made)
    (tmp_path / "seeds" / "more.txt").write_text(NEW.replace("青禾", "河口"), encoding="utf-8")
    return made


class Away(HashedEmbedder):
    """An embedding endpoint that does not answer."""

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        raise EmbeddingUnavailable(Message("向量接口不通。", "It is away."), Message("请检查。", "Check it."))


def environment(settings: Settings) -> dict[str, str]:
    return {
        "POLICY_ASSISTANT_DATA_DIR": str(settings.data_dir),
        "POLICY_ASSISTANT_SEEDS_DIR": str(settings.seeds_dir),
    }


# A start that can't bring the library up to date


def test_with_the_endpoint_away_what_is_published_answers_and_what_waits_is_told(
    hashed: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = current_name(hashed.data_dir)
    assert examine_waiting(hashed).hint is None
    monkeypatch.setattr(library, "build_embedder", lambda _: Away())
    capsys.readouterr()
    startup.prepare(hashed)
    told = capsys.readouterr().err
    assert told.count("ⓘ") == 1
    assert "向量接口不通。" in told
    assert current_name(hashed.data_dir) == before
    found = examine_waiting(hashed)
    assert "more.txt" in found.found.zh
    assert "1 documents that are stored" in found.found.en
    assert found.hint
    assert "policy-assistant ingest" in found.hint.en
    monkeypatch.setattr(library, "build_embedder", lambda _: HashedEmbedder())
    startup.prepare(hashed)
    assert examine_waiting(hashed).hint is None


def test_a_document_that_is_removed_and_still_answered_from_waits_too(
    hashed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup.prepare(hashed)
    (hashed.seeds_dir / "more.txt").unlink()
    (hashed.seeds_dir / "bus.txt").write_text(NEW + "第二条 自2026年起施行。\n", encoding="utf-8")
    monkeypatch.setattr(library, "build_embedder", lambda _: Away())
    startup.prepare(hashed)
    assert "has 1 that are removed: bus.txt" in examine_waiting(hashed).found.en


def test_another_writer_is_told_and_what_is_published_answers(
    hashed: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with sole_writer(hashed.data_dir):
        startup.prepare(hashed)
        assert str(os.getpid()) in capsys.readouterr().err
        nothing = hashed.model_copy(update={"data_dir": hashed.data_dir / "new"})
        with sole_writer(nothing.data_dir), pytest.raises(LibraryBusy):
            startup.prepare(nothing)


def test_with_nothing_published_the_error_stays(hashed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "build_embedder", lambda _: Away())
    with pytest.raises(EmbeddingUnavailable):
        startup.prepare(hashed.model_copy(update={"data_dir": hashed.data_dir / "new"}))


def test_on_a_full_disk_every_command_answers_from_what_is_published(
    own: Settings, command: Command, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", ROOM) as disk:
        full = own.model_copy(update={"data_dir": disk / "data"})
        shutil.copytree(own.data_dir, full.data_dir)
        before = contents(full.data_dir / "index")
        (full.seeds_dir / "bus.txt").write_text(NEW, encoding="utf-8")
        fill(disk)
        for arguments in (("search", LUNCH), ("ask", LUNCH)):
            done = command(*arguments, **environment(full))
            assert done.code == 0, done.err
            assert "市教育局" in done.out
            assert "资料库这次没有更新" in done.err
        assert command("list").out.count("lunch.txt") == 1
        refused = command("ingest", str(full.seeds_dir))
        assert refused.code == 3
        assert contents(full.data_dir / "index") == before
        with running_server(full) as address:
            got = httpx.post(f"{address}/api/ask", json={"question": LUNCH, "user": "甲"}, timeout=60).json()
            assert "市教育局" in got["answer"]
            assert any("没有存下来" in notice for notice in got["notices"])
            (disk / "filler").unlink()  # what is asked after this is kept, without a new start
            asked = {"question": "每个班级的图书角不少于多少册？", "user": "甲"}
            got = httpx.post(f"{address}/api/ask", json=asked, timeout=60).json()
            assert not any("没有存下来" in notice for notice in got["notices"])
        assert command("ingest", str(full.seeds_dir)).code == 0
        assert "300元" in command("search", "校车补助每生每年多少元").out


# A folder only to be read


def test_a_folder_only_to_be_read_is_listed_searched_asked_and_served(
    own: Settings, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(own.data_dir)
    with read_only(own.data_dir):
        for arguments, expected in (
            (("list",), "lunch.txt"),
            (("show", "lunch"), "第三条"),
            (("search", LUNCH), "市教育局"),
            (("ask", LUNCH), "市教育局"),
        ):
            done = command(*arguments, **environment(own))
            assert done.code == 0, done.err
            assert expected in done.out
            assert "日志写不进文件" in done.err
        doctor = command("doctor")
        assert "✗ 数据目录" in doctor.out
        assert "✓ 索引" in doctor.out
        with running_server(own) as address:
            capsys.readouterr()
            for person, told in (({"user": "甲"}, True), ({}, False)):
                body = {"question": LUNCH, **person}
                got = httpx.post(f"{address}/api/ask", json=body, timeout=60)
                assert got.status_code == 200
                assert "市教育局" in got.json()["answer"]
                assert any("没有存下来" in notice for notice in got.json()["notices"]) is told
            chat = {
                "model": "edu-policy",
                "messages": [{"role": "user", "content": LUNCH}],
                "user": "乙",
            }
            got = httpx.post(f"{address}/v1/chat/completions", json=chat, timeout=60)
            assert any("没有存下来" in notice for notice in got.json()["notices"])
            assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
    assert contents(own.data_dir) == before


def test_a_history_that_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(History(tmp_path / "data")) as history:
        remember(history, "1")
    with read_only(tmp_path / "data"), closing(History(tmp_path / "data")) as history:
        assert len(history.conversations("甲")) == 1  # what is there can be read
        with pytest.raises(HistoryUnusable):
            remember(history, "2")
    (tmp_path / "data" / FILE).unlink()
    with read_only(tmp_path / "data"):
        with pytest.raises(HistoryUnusable):
            History(tmp_path / "data")
        patient = History(tmp_path / "data", patient=True)
        assert patient.unopened
        with pytest.raises(HistoryUnusable):
            patient.conversations("甲")
    with closing(patient):
        remember(patient, "3")
        assert patient.unopened is None
        assert len(patient.conversations("甲")) == 1


# The administration's page


@pytest.fixture
def person(hashed: Settings, settings: Settings, tmp_path: Path) -> Iterator[Person]:
    """The administrator of a library in which one document waits."""
    served = with_settings(settings, tmp_path / "served", admin_password=SecretStr("long enough 9"))
    (tmp_path / "served" / "library.sqlite").unlink()
    shutil.copy(hashed.data_dir / "library.sqlite", tmp_path / "served" / "library.sqlite")
    with running_server(served) as address, httpx.Client(base_url=address, follow_redirects=True) as client:
        yield Person(client, "long enough 9")


def test_the_systems_page_tells_what_waits_and_what_to_do(person: Person) -> None:
    page = person.get("/admin/system").text
    assert "待发布" in page
    assert "索引里还缺 1 份已存下的文件" in page
    assert "policy-assistant ingest" in page


# Modes


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


def test_what_is_made_is_for_this_account_alone_and_what_was_there_keeps_its_mode(
    hashed: Settings, tmp_path: Path
) -> None:
    before = os.umask(0o022)
    try:
        given = tmp_path / "given"
        (given / "documents").mkdir(parents=True)
        (given / "documents" / "own.txt").write_text(NEW, encoding="utf-8")
        theirs = {given: 0o755, given / "documents": 0o750, given / "documents" / "own.txt": 0o640}
        for path, mode in theirs.items():
            path.chmod(mode)
        for data in (given, tmp_path / "deep" / "made"):
            start_logging(data)
            startup.prepare(hashed.model_copy(update={"data_dir": data}))
            Keys(data).create("bot")
            History(data).close()
            made = modes(data)
            assert {path.name for path in data.iterdir()} >= {"index", "logs", "library.sqlite", FILE}
            for name, mode in made.items():
                if data / name not in theirs:
                    assert mode == (0o700 if (data / name).is_dir() else 0o600), name
        assert {path: path.stat().st_mode & 0o777 for path in theirs} == theirs
        assert (tmp_path / "deep").stat().st_mode & 0o777 == 0o700
        assert log_file(given).stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_data_folder_that_can_not_be_made_is_told(hashed: Settings) -> None:
    with pytest.raises(StorageUnusable):
        startup.prepare(hashed.model_copy(update={"data_dir": hashed.seeds_dir / "bus.txt" / "data"}))
    assert isinstance(examine_waiting(hashed), Check)
