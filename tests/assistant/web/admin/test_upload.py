"""From a file in a browser to an answer: looked at, corrected, saved, replaced and removed again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from assistant.setup.settings import Settings
from tests.assistant.web.admin.papers import BUS, DORMITORY
from tests.assistant.web.admin.person import Person
from vectorstore.disk.lock import sole_writer

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


def of_file(source: str, at: int = 1, changed: Mapping[str, str] = {}) -> dict[str, str]:
    """The fields of one of the files on the page of an upload."""
    return {f"{at}.{name}": value for name, value in {"source": source, **FIELDS, **changed}.items()}


def save(person: Person, name: str, text: str) -> httpx.Response:
    return person.save(person.upload((name, text.encode())))


def test_an_uploaded_document_answers_after_preview_correction_and_saving(
    person: Person, admin_settings: Settings
) -> None:
    preview = person.upload(("校车.txt", BUS.encode("gb18030")))
    for shown in ("云山市校车安全管理细则", "云教发〔2025〕9号", "一条或一段，完整", "2025-02-03", "已印发"):
        assert shown in preview.text
    assert not documents(admin_settings).exists()

    corrected = person.wait(person.post(f"{preview.url.path}/correct", **of_file("校车.txt")))
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
    corrected = of_file("两份.zip/甲/校车.txt", changed={"title": "平湖市校车安全管理细则"})
    preview = person.wait(person.post(f"{preview.url.path}/correct", **corrected))
    assert "新增 2 份" in person.save(preview).text

    page = person.get(f"/admin/documents/{person.id_of('两份.zip/甲/校车.txt')}")
    assert "征求意见稿" in page.text
    confirm = person.get(f"{page.url.path}/remove")
    assert "其他文件会一并移除" in confirm.text
    assert "移除 2 份" in person.wait(person.post(confirm.url.path)).text


def test_saving_takes_every_field_on_the_page_whether_or_not_it_was_corrected_before(
    person: Person, admin_settings: Settings
) -> None:
    preview = person.upload(("车甲.txt", BUS.encode()), ("车乙.txt", DORMITORY.encode()))
    fields = of_file("车甲.txt", 1, {"title": "甲县校车细则", "number": ""}) | of_file(
        "车乙.txt", 2, {"title": "乙县宿舍规定", "number": ""}
    )
    assert "新增 2 份" in person.wait(person.post(f"{preview.url.path}/save", **fields)).text
    kept = (documents(admin_settings) / "catalog.toml").read_text(encoding="utf-8")
    assert "甲县校车细则" in kept
    assert "乙县宿舍规定" in kept


def test_saving_with_a_field_that_can_not_be_kept_saves_nothing(
    person: Person, admin_settings: Settings
) -> None:
    preview = person.upload(("车丙.txt", BUS.encode()))
    page = person.post(f"{preview.url.path}/save", **of_file("车丙.txt", changed={"title": " "}))
    assert page.status_code == 422
    assert "标题不能是空的" in page.text
    assert not (documents(admin_settings) / "车丙.txt").exists()
    assert "保存入库" in person.get(preview.url.path).text
    person.post(f"{preview.url.path}/discard")


@pytest.mark.parametrize("name", [".source", "source", "1.source", "x.source", "1.2.source"])
def test_fields_of_no_file_are_passed_over(person: Person, name: str) -> None:
    preview = person.upload(("车丁.txt", BUS.encode()))
    assert (
        person.post(f"{preview.url.path}/correct", **{name: "别的.txt", "1.title": "别的"}).status_code == 200
    )
    assert "别的" not in person.wait(person.get(preview.url.path)).text
    person.post(f"{preview.url.path}/discard")


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
    page = person.post(f"{preview.url.path}/correct", **of_file("校车二.txt", changed={field: value}))

    assert page.status_code == 422
    assert said in page.text
    assert person.wait(person.get(preview.url.path)).text.count("已印发</small>") == 1


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
