"""From a file in a browser to an answer: looked at, corrected, saved, replaced and removed again."""

from __future__ import annotations

import io
import socket
import time
import zipfile
from datetime import date
from pathlib import Path
from threading import Event

import httpx
import pytest

from assistant.library import prepare_library
from assistant.settings import Settings
from assistant.web.admin.corrections import write_catalog
from assistant.web.admin.jobs import Jobs
from tests.assistant.admin.person import Person
from vectorstore.catalog import Catalog, load_catalog
from vectorstore.errors import LibraryBusy, Message
from vectorstore.ingest import IngestReport
from vectorstore.lock import sole_writer

BUS = """云山市校车安全管理细则

云教发〔2025〕9号

云山市教育局 2025年2月3日

第一条 为保障校车安全，制定本细则。
第二条 每辆校车应当配备照管人员2名。
第三条 校车行驶速度不得超过每小时60公里。
"""
DORMITORY = """云山市学生宿舍管理规定

云山市教育局 2025年6月1日

第一条 宿舍每间不超过6人。
第二条 宿舍熄灯时间为晚上10点。
"""
FIELDS = {
    "title": "云山市校车安全管理细则",
    "issuer": "云山市教育局",
    "number": "云教发〔2025〕9号",
    "region": "浙江省云山市",
    "issued_on": "2025-02-03",
    "kind": "细则",
    "status": "draft for comments",
    "superseded_by": "",
}


def documents(settings: Settings) -> Path:
    return settings.data_dir / "documents"


def save(person: Person, name: str, text: str) -> httpx.Response:
    return person.save(person.upload((name, text.encode())))


def test_an_uploaded_document_answers_after_preview_correction_and_saving(
    person: Person, admin_settings: Settings
) -> None:
    preview = person.upload(("校车.txt", BUS.encode("gb18030")))
    for shown in ("云山市校车安全管理细则", "云教发〔2025〕9号", "一条或一段，完整", "2025-02-03", "已印发"):
        assert shown in preview.text
    assert not documents(admin_settings).exists()

    corrected = person.wait(person.post(f"{preview.url.path}/correct", source="校车.txt", **FIELDS))
    assert "征求意见稿</small>" in corrected.text
    assert "浙江省云山市" in corrected.text
    done = person.save(corrected)

    assert "新增 1 份" in done.text
    assert (documents(admin_settings) / "校车.txt").is_file()
    assert 'region = "浙江省云山市"' in (documents(admin_settings) / "catalog.toml").read_text(
        encoding="utf-8"
    )
    answer = person.ask_until("校车行驶速度不得超过多少？", "60公里")
    assert "征求意见稿" in str(answer)
    assert person.get(preview.url.path).status_code == 404


def test_a_document_in_the_library_is_shown_corrected_replaced_and_removed(
    person: Person, admin_settings: Settings
) -> None:
    save(person, "宿舍.txt", DORMITORY)
    page = person.get(f"/admin/documents/{person.id_of('宿舍.txt')}")
    assert "宿舍每间不超过6人" in page.text
    assert "一条或一段，完整" in page.text

    fields = {
        **FIELDS,
        "title": '学生"宿舍"规定\u0007\n[[document]]',
        "number": "",
        "issued_on": "2025-06-01",
    }
    person.wait(person.post(f"{page.url.path}/correct", **fields))
    page = person.get(page.url.path)
    assert "学生&#34;宿舍&#34;规定 [[document]]" in page.text
    assert "征求意见稿" in page.text

    preview = person.upload(("宿舍.txt", DORMITORY.replace("10点", "9点半").encode()))
    assert "保存后将替换旧版" in preview.text
    assert "更新 1 份" in person.save(preview).text
    person.ask_until("宿舍熄灯时间是几点？", "9点半")
    assert "云山市学生宿舍管理规定" in person.get(page.url.path).text

    confirm = person.get(f"{page.url.path}/remove")
    assert "无法恢复" in confirm.text
    assert "移除 1 份" in person.wait(person.post(confirm.url.path)).text
    assert not (documents(admin_settings) / "宿舍.txt").exists()
    assert person.get(page.url.path).status_code == 404


def test_a_document_of_the_seeds_is_told_to_come_back_and_is_corrected_elsewhere(
    person: Person, admin_settings: Settings
) -> None:
    page = person.get(f"/admin/documents/{person.id_of('reading.txt')}")

    assert "不是上传的" in page.text
    assert str(admin_settings.seeds_dir.resolve()) in page.text
    assert "下次启动会再收录" in person.get(f"{page.url.path}/remove").text
    assert person.post(f"{page.url.path}/correct", **FIELDS).status_code == 404
    assert "移除 1 份" in person.wait(person.post(f"{page.url.path}/remove")).text
    assert (admin_settings.seeds_dir / "reading.txt").is_file()


def test_files_of_an_archive_are_corrected_one_by_one_and_leave_together(person: Person) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲/校车.txt", BUS.replace("云山市", "平湖市"))
        archive.writestr("乙.txt", DORMITORY.replace("云山市", "平湖市"))
    preview = person.upload(("两份.zip", packed.getvalue()))
    corrected = {**FIELDS, "source": "两份.zip/甲/校车.txt", "title": "平湖市校车安全管理细则"}
    preview = person.wait(person.post(f"{preview.url.path}/correct", **corrected))
    assert "新增 2 份" in person.save(preview).text

    page = person.get(f"/admin/documents/{person.id_of('两份.zip/甲/校车.txt')}")
    assert "征求意见稿" in page.text
    confirm = person.get(f"{page.url.path}/remove")
    assert "其他文件会一并移除" in confirm.text
    assert "移除 2 份" in person.wait(person.post(confirm.url.path)).text


def test_what_can_not_be_read_is_told_and_not_saved(person: Person, admin_settings: Settings) -> None:
    preview = person.upload(("坏.docx", b"PK\x03\x04 broken"), ("好.txt", DORMITORY.encode()))
    assert "已损坏或不完整" in preview.text
    person.save(preview)
    assert not (documents(admin_settings) / "坏.docx").exists()

    only_bad = person.upload(("坏.docx", b"PK\x03\x04 broken"))
    assert "没有可以入库的文件" in only_bad.text
    assert "保存入库" not in only_bad.text
    assert person.post(f"{only_bad.url.path}/save").url.path == only_bad.url.path
    assert person.post(f"{only_bad.url.path}/discard").url.path == "/admin"
    assert person.get(only_bad.url.path).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("大.pdf", b"%PDF-" + bytes(60 * 1024 * 1024), "超过 50 MB"),
        ("程序.exe", b"MZ\x90\0", "是程序"),
        ("通知.docx", b"\x7fELF\x02\x01", "是程序"),
        ("脚本.txt", b"#!/bin/sh\nrm -r /", "是程序"),
        ("照片.jpg", b"\xff\xd8\xff\xe0", "格式不支持"),
        ("目录.toml", b"[[document]]", "格式不支持"),
        ("空.txt", b"", "是空的"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(
    person: Person, admin_settings: Settings, name: str, content: bytes, said: str
) -> None:
    page = person.upload((name, content))

    assert page.status_code == 422
    assert f"{name} " in page.text
    assert said in page.text
    assert not any((admin_settings.data_dir / "staging").glob("*/*"))


def test_no_file_and_far_too_much_are_told(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "没有选择文件" in person.upload(("", b"")).text

    monkeypatch.setattr("assistant.web.middleware.MAX_UPLOAD_BYTES", 1024)
    page = person.upload(("大.txt", bytes(4096)))
    assert page.status_code == 413
    assert "请分几次上传" in page.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\CON.txt", "_CON.txt"),
        ("/abs/a\u202egnp.txt", "agnp.txt"),
        ("README.md", "_README.md"),
        ("lunch.txt", "lunch-2.txt"),
        ("catalog.toml.txt", "catalog.toml.txt"),
        ("<b>&.txt", "_b_&amp;.txt"),
    ],
)
def test_names_are_only_names(person: Person, admin_settings: Settings, given: str, kept: str) -> None:
    preview = person.upload((given, BUS.encode()))
    if given != kept:
        assert f"将存为 {kept}" in preview.text
        preview = person.wait(person.get(preview.text.split('href="')[-2].split('"')[0]))

    assert f"<span>{kept}</span>" in preview.text
    folder = admin_settings.data_dir / "staging" / preview.url.path.rpartition("/")[2]
    assert len([path for path in folder.iterdir() if path.is_file()]) == 1
    person.post(f"{preview.url.path}/discard")
    assert not folder.exists()


def test_two_files_of_one_name_are_both_kept(person: Person) -> None:
    page = person.upload(("a.txt", BUS.encode()), ("A.txt", DORMITORY.encode()))

    assert "A.txt 将存为 A-2.txt" in page.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", " \n", "标题不能是空的"),
        ("issued_on", "2025-13-01", "日期应写成"),
        ("issued_on", "", "不能清空"),
        ("status", "secret", "没有这种状态"),
    ],
)
def test_a_correction_that_the_catalog_can_not_hold_is_told(
    person: Person, field: str, value: str, said: str
) -> None:
    preview = person.upload(("校车二.txt", BUS.encode()))
    page = person.post(f"{preview.url.path}/correct", source="校车二.txt", **{**FIELDS, field: value})

    assert page.status_code == 422
    assert said in page.text
    assert person.wait(person.get(preview.url.path)).text.count("已印发</small>") == 1


@pytest.mark.parametrize("number", ["nothing", "..", "%2e%2e", "0" * 16, "0" * 15 + "/../x"])
def test_an_upload_that_is_not_there_is_told(person: Person, number: str) -> None:
    for path in (f"/admin/uploads/{number}/save", f"/admin/uploads/{number}/discard"):
        assert person.post(path).status_code in (404, 405)


def test_the_index_is_built_anew_and_takes_in_what_lies_in_the_folder(
    person: Person, admin_settings: Settings
) -> None:
    documents(admin_settings).mkdir(exist_ok=True)
    (documents(admin_settings) / "放入.txt").write_text(DORMITORY, encoding="utf-8")

    assert "新增 1 份" in person.wait(person.post("/admin/reindex")).text
    assert person.id_of("放入.txt")


def test_while_another_process_writes_a_sentence_says_so(person: Person, admin_settings: Settings) -> None:
    preview = person.upload(("等等.txt", DORMITORY.encode()))
    with sole_writer(admin_settings.data_dir):
        page = person.save(preview)

    assert "正在写入资料库" in page.text
    assert "Traceback" not in page.text
    assert "新增 1 份" in person.save(preview).text  # nothing was lost


def test_documents_are_found_by_words_and_hostile_ones_are_text(person: Person) -> None:
    save(person, "恶意.txt", "<script>alert(1)</script>通知\n\n云山市教育局 2025年6月1日\n\n第一条 无。\n")

    page = person.get("/admin?q=恶意 云山")
    assert "1 份文件" in page.text
    assert "<script>alert" not in page.text
    for query in ("?page=-1", "?page=99", "?q=" + "长" * 500, "?page=²"):
        assert person.get(f"/admin{query}").status_code == 200
    assert "Upload and preview" in person.get("/admin?lang=en").text


def test_a_job_is_refused_while_another_runs_and_an_unforeseen_end_is_told() -> None:
    jobs, going_on = Jobs(), Event()

    def fail(_: object) -> IngestReport:
        going_on.wait(10)
        raise ZeroDivisionError

    jobs.start(Message("甲", "a"), fail)
    with pytest.raises(LibraryBusy):
        jobs.start(Message("乙", "b"), fail)
    going_on.set()
    ends = time.monotonic() + 10
    while jobs.last and not jobs.last.over:
        assert time.monotonic() < ends
        time.sleep(0.01)
    assert jobs.last
    assert jobs.last.error
    assert "日志" in jobs.last.error[1].zh


def test_nothing_is_read_of_an_upload_without_a_session(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    head = "POST /admin/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 403")


def test_what_was_uploaded_is_taken_in_at_the_start(tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    (seeds / "校车.txt").write_text(BUS, encoding="utf-8")
    (data / "documents").mkdir(parents=True)
    (data / "documents" / "宿舍.txt").write_text(DORMITORY, encoding="utf-8")

    report = prepare_library(Settings(seeds_dir=seeds, data_dir=data), lambda _: None)

    assert report
    assert report.added == ("宿舍.txt", "校车.txt")


def test_a_written_catalog_is_read_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    entries = Catalog.model_validate(
        {
            "document": [
                {
                    "source": '甲"乙\\丙.pdf',
                    "title": "\x7f\U00020000\t",
                    "number": "",
                    "issued_on": date(2026, 3, 8),
                    "status": "repealed",
                    "aliases": ["一", "二"],
                    "reason": "why",
                    "part": [{"region": "某县"}, {"deadline": date(2026, 4, 1)}],
                },
                {"source": "[[document]]"},
            ]
        }
    ).document

    write_catalog(path, entries)

    assert load_catalog(path).document == entries
