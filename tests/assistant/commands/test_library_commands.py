"""The commands that handle the library: what goes in, what is shown of it, what leaves it."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest

from assistant.setup.settings import Settings
from assistant.web.api.replies import OutlineEntry
from tests.assistant.command_line import Command, Run
from tests.small_library import LUNCH, READING
from tests.vectorstore.readers.printing import FONT, SIZE, canvas, draw, paragraph

TASKS = """<html><body><h1>云山市教育局重点任务分工</h1><table>
<tr><th>序号</th><th>类别</th><th>任务</th><th>责任科室</th></tr>
<tr><td>1</td><td rowspan=2>学前教育</td><td>新建幼儿园12所</td><td rowspan=2>学前教育科</td></tr>
<tr><td>2</td><td>培训园长300人</td></tr>
<tr><td>3</td><td>职业教育</td><td>建设实训基地2个</td><td>职成科</td></tr></table></body></html>"""


@pytest.fixture
def library(command: Command, settings: Settings, tmp_path: Path) -> Command:
    """Commands over a library of their own, whose seeds are the lunch document."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(settings.data_dir / "cache")  # the embedding model, built once
    seeds = tmp_path / "own-seeds"
    seeds.mkdir()
    (seeds / "lunch.txt").write_text(LUNCH, encoding="utf-8")
    return partial(
        command, POLICY_ASSISTANT_DATA_DIR=str(tmp_path / "var"), POLICY_ASSISTANT_SEEDS_DIR=str(seeds)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents of the user's own."""
    place = tmp_path / "mine"
    place.mkdir()
    (place / "reading.txt").write_text(READING, encoding="utf-8")
    (place / "tasks.html").write_text(TASKS, encoding="utf-8")
    return place


def listed(library: Command) -> dict[str, dict[str, object]]:
    return {one["source"]: one for one in json.loads(library("list", "--json").out)["documents"]}


def test_a_folder_goes_in_once_and_what_leaves_it_leaves_the_library(library: Command, folder: Path) -> None:
    first = library("ingest", str(folder))
    assert (first.code, "新增 2 份" in first.err) == (0, True)
    assert set(listed(library)) == {"lunch.txt", "reading.txt", "tasks.html"}
    again = library("ingest", str(folder))
    assert "新增 0 份、更新 0 份、移除 0 份文件，2 份没有变化" in again.err
    (folder / "reading.txt").unlink()
    assert "移除 1 份" in library("ingest", str(folder)).err
    assert set(listed(library)) == {"lunch.txt", "tasks.html"}


def test_an_archive_goes_in_document_by_document(library: Command, folder: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"2025/{path.name}")
        archive.writestr("empty.txt", "")
    done = library("ingest", str(tmp_path / "all.zip"))
    assert done.code == 1
    assert "all.zip/empty.txt" in done.err
    assert {"all.zip/2025/reading.txt", "all.zip/2025/tasks.html"} <= set(listed(library))


def test_show_is_the_outline_as_a_tree(library: Command, folder: Path) -> None:
    library("ingest", str(folder))
    shown = library("show", "reading").out
    assert "《河口县中小学阅读行动方案（征求意见稿）》" in shown
    assert "意见征集到 2025-05-10" in shown
    heading = next(line for line in shown.splitlines() if "建设班级图书角" in line)
    above = next(line for line in shown.splitlines() if "主要任务" in line)
    assert len(heading) - len(heading.lstrip()) > len(above) - len(above.lstrip())
    rows = library("show", "tasks.html").out
    assert re.search(
        r"培训园长300人.*\n\s+类别：学前教育\n\s+任务：培训园长300人\n\s+责任科室：学前教育科", rows
    )


def test_show_gives_json_and_takes_an_id(library: Command, folder: Path) -> None:
    library("ingest", str(folder))
    name = str(listed(library)["tasks.html"]["id"])
    shown = json.loads(library("show", name, "--json").out)
    assert shown["source"] == "tasks.html"
    entries = [OutlineEntry.model_validate(entry) for entry in shown["outline"]]
    assert entries[0].children[-1].children[-1].cells[-1].text == "职成科"


@pytest.mark.parametrize(
    "arguments", [("show", "nothing"), ("remove", "nothing"), ("remove", "lunch.txt", "x")]
)
def test_a_name_that_the_library_does_not_have_is_told_and_nothing_changes(
    library: Command, arguments: tuple[str, ...]
) -> None:
    library("list")
    done = library(*arguments)
    assert done.code == 3
    assert "policy-assistant list" in done.err
    assert set(listed(library)) == {"lunch.txt"}


def test_remove_takes_a_document_out_and_says_if_it_will_come_back(library: Command, folder: Path) -> None:
    library("ingest", str(folder))
    gone = library("remove", "reading.txt", "tasks.html")
    assert (gone.code, "移除 2 份" in gone.err, "own-seeds" in gone.err) == (0, True, False)
    assert set(listed(library)) == {"lunch.txt"}
    assert "own-seeds" in library("remove", "lunch.txt").err


def test_a_dry_run_shows_chunks_with_reasons_and_stores_nothing(
    library: Command, folder: Path, tmp_path: Path
) -> None:
    (folder / "empty.txt").write_bytes(b"")
    done = library("ingest", "--dry-run", str(folder))
    assert done.code == 1
    assert "empty.txt" in done.err
    assert "表格的一行，完整" in done.out
    assert "一条或一段，完整" in done.out
    assert not (tmp_path / "var" / "library.sqlite").exists()


def test_reindex_reads_what_changed_and_leaves_what_is_gone(library: Command, folder: Path) -> None:
    library("ingest", str(folder))
    (folder / "reading.txt").write_text(READING.replace("100册", "150册"), encoding="utf-8")
    (folder / "tasks.html").unlink()
    (folder / "new.txt").write_text(LUNCH, encoding="utf-8")
    done = library("reindex")
    assert (done.code, "更新 1 份" in done.err) == (0, True)
    assert set(listed(library)) == {"lunch.txt", "reading.txt", "tasks.html"}
    assert "150册" in library("search", "图书角不少于多少册").out


def test_the_catalog_next_to_documents_corrects_them_and_a_change_in_it_reads_only_them(
    library: Command, folder: Path
) -> None:
    library("ingest", str(folder))
    (folder / "catalog.toml").write_text(
        '[[document]]\nsource = "reading.txt"\nregion = "某省河口县"\nstatus = "superseded"\n'
        'superseded_by = "河口县阅读方案（2026年）"\n',
        encoding="utf-8",
    )
    done = library("ingest", str(folder))
    assert "更新 1 份、移除 0 份文件，1 份没有变化" in done.err
    reading = listed(library)["reading.txt"]
    assert (reading["region"], reading["status"]) == ("某省河口县", "superseded")


def test_what_a_reader_leaves_out_is_told(library: Command, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["任务", "单位"])
    book.active.append(["建校", "教育局"])
    book.create_sheet("隐藏").append(["秘密", "x"])
    book["隐藏"].sheet_state = "hidden"
    book.save(tmp_path / "tasks.xlsx")
    done: Run = library("ingest", str(tmp_path / "tasks.xlsx"))
    assert "ⓘ tasks.xlsx" in done.err
    assert "ⓘ" in library("show", "tasks.xlsx").out


def test_a_citation_names_the_page_that_it_stands_on(library: Command, tmp_path: Path) -> None:
    pdf = canvas(tmp_path / "rules.pdf")
    draw(pdf, paragraph("白水县校车管理办法", indent=9))
    draw(pdf, paragraph("第一条 为规范校车管理，制定本办法。"), top=700)
    pdf.showPage()
    pdf.setFont(FONT, SIZE)
    draw(pdf, paragraph("第二条 校车每半年检验一次，由县公安局负责。"))
    pdf.save()
    library("ingest", str(tmp_path / "rules.pdf"))
    answer = json.loads(library("ask", "白水县校车多久检验一次？", "--json").out)
    assert [(one["page"], "每半年" in one["quote"]) for one in answer["citations"]] == [(2, True)]
    assert "第 2 页" in library("ask", "白水县校车多久检验一次？").out
