"""From what a person names to files: folders, archives, web addresses, and the catalog next to them."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from vectorstore.documents.catalog import Catalog
from vectorstore.errors import CatalogInvalid, UnreadableFile
from vectorstore.library.sources import Gathered, gather


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """甲.txt, two archives, a folder with 乙.txt, and what is no document."""
    root = tmp_path / "library"
    (root / "sub").mkdir(parents=True)
    for name in ("甲.txt", "sub/乙.txt", "README.md", ".hidden.txt", "catalog.toml", "questions.toml"):
        (root / name).write_text("" if name.endswith("toml") else "第一条 内容。", encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "丙.txt").write_text("第一条 内容。", encoding="utf-8")
    with ZipFile(root / "all.zip", "w") as archive:
        archive.writestr("内/丁.txt", "第一条 内容。")
        archive.writestr("../out.txt", "第一条 内容。")
    return root


def gathered(tmp_path: Path, *places: str | Path, catalog: Catalog | None = None) -> Gathered:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return gather(places, scratch=scratch, catalog=catalog or Catalog())


def test_a_folder_gives_its_documents_by_their_path_below_it(folder: Path, tmp_path: Path) -> None:
    found = gathered(tmp_path, folder)
    assert [file.source for file in found.files] == ["all.zip/内/丁.txt", "甲.txt", "sub/乙.txt"]
    assert [file.origin for file in found.files] == [
        str(folder / "all.zip") + "/内/丁.txt",
        str(folder / "甲.txt"),
        str(folder / "sub" / "乙.txt"),
    ]
    assert {file.place for file in found.files} == {str(folder)}
    assert all(file.path.read_text(encoding="utf-8") == "第一条 内容。" for file in found.files)
    assert found.listed == (str(folder / "all.zip"), str(folder))
    assert [failure.source for failure in found.failed] == ["all.zip/../out.txt"]


def test_a_file_gives_itself_and_lists_nothing(folder: Path, tmp_path: Path) -> None:
    found = gathered(tmp_path, folder / "sub" / "乙.txt")
    (file,) = found.files
    assert (file.source, file.place, found.listed) == ("乙.txt", str(folder / "sub" / "乙.txt"), ())


def test_a_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nothing"):
        gathered(tmp_path, tmp_path / "nothing")


def test_a_broken_archive_is_reported_and_the_other_files_are_there(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "all.zip").read_bytes()
    (folder / "all.zip").write_bytes(whole[: len(whole) // 2])
    found = gathered(tmp_path, folder)
    assert [file.source for file in found.files] == ["甲.txt", "sub/乙.txt"]
    assert [failure.source for failure in found.failed] == ["all.zip"]
    assert found.listed == (str(folder),)


def test_a_folder_that_can_not_be_opened_is_reported_and_nothing_counts_as_gone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def refuse(place: str) -> object:  # permissions alone would not stop a test that runs as root
        if Path(place).name == "sub":
            raise PermissionError(13, "Permission denied", place)
        return scan(place)

    monkeypatch.setattr(os, "scandir", refuse)
    found = gathered(tmp_path, folder)
    assert str(folder) not in found.listed
    assert any("sub" in failure.source for failure in found.failed)


def test_the_nearest_catalog_with_an_entry_counts_up_to_the_folder_that_was_given(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "catalog.toml").write_text('[[document]]\nsource = "library/甲.txt"\nregion = "外省"\n')
    (folder / "catalog.toml").write_text(
        '[[document]]\nsource = "sub/乙.txt"\nregion = "上层"\n'
        '[[document]]\nsource = "all.zip/内/丁.txt"\nregion = "档案"\n',
        encoding="utf-8",
    )
    general = Catalog.model_validate({"document": [{"source": "甲.txt", "region": "总目录"}]})
    found = gathered(tmp_path, folder, catalog=general)
    regions = {file.source: entry.region for file in found.files if (entry := found.entries.get(file.origin))}
    assert regions == {"甲.txt": "总目录", "sub/乙.txt": "上层", "all.zip/内/丁.txt": "档案"}
    (folder / "sub" / "catalog.toml").write_text(
        '[[document]]\nsource = "乙.txt"\nregion = "近处"\n', encoding="utf-8"
    )
    found = gathered(tmp_path, folder, catalog=general)
    assert found.entries[str(folder / "sub" / "乙.txt")].region == "近处"


def test_a_catalog_with_a_mistake_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "catalog.toml").write_text("[[document]]\n", encoding="utf-8")
    with pytest.raises(CatalogInvalid):
        gathered(tmp_path, folder)


def test_links_out_of_the_folder_are_refused_and_links_within_are_followed(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("第一条 内容。", encoding="utf-8")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "in.txt").symlink_to(folder / "甲.txt")
    (folder / "again").symlink_to(folder / "sub")
    found = gathered(tmp_path, folder)
    assert {failure.source for failure in found.failed} == {"all.zip/../out.txt", "out.txt", "up"}
    assert "in.txt" in {file.source for file in found.files}
    assert not any(file.source.startswith("again") for file in found.files)
    (alone,) = gathered(tmp_path, folder / "out.txt").files  # named by the one who may
    assert alone.source == "out.txt"


def test_names_that_can_not_be_stored_are_refused_by_what_they_mean(folder: Path, tmp_path: Path) -> None:
    (folder / os.fsdecode("公文.txt".encode("gbk"))).write_text("第一条 内容。", encoding="utf-8")
    (folder / "a\nb.txt").write_text("第一条 内容。", encoding="utf-8")
    (folder / "全角　空格.txt").write_text("第一条 内容。", encoding="utf-8")
    found = gathered(tmp_path, folder)
    assert {"公文.txt", "ab.txt"} <= {failure.source for failure in found.failed}
    assert "全角　空格.txt" in {file.source for file in found.files}


def test_an_empty_file_is_left_to_the_one_who_reads(folder: Path, tmp_path: Path) -> None:
    (folder / "empty.txt").touch()
    assert "empty.txt" in {file.source for file in gathered(tmp_path, folder).files}
