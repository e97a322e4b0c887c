"""OFD by the letter of the standard, and as programs write it in fact."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from vectorstore.errors import UnreadableFile
from vectorstore.readers import ReadFile, read_file

ROOT = "<DocBody><DocInfo/><DocRoot>{root}</DocRoot></DocBody>"


def element(name: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{name} xmlns:ofd="http://www.ofdspec.org/2016">{_prefixed(inner)}</ofd:{name}>'


def _prefixed(xml: str) -> str:
    return xml.replace("</", "</ofd:").replace("<", "<ofd:").replace("<ofd:/ofd:", "</ofd:")


def text(words: str, x: float, y: float, *, extra: str = "", delta: str = "") -> str:
    return (
        f'<TextObject Font="1" Size="5" Boundary="{x} {y} 150 8"{extra}>'
        f'<TextCode X="0" Y="5" DeltaX="{delta}">{words}</TextCode></TextObject>'
    )


def save(
    path: Path,
    pages: list[str],
    *,
    root: str = "Doc_0/Document.xml",
    base: str = "Pages/{}.xml",
    template: str = "",
) -> ReadFile:
    listed = "".join(f'<Page ID="{n}" BaseLoc="{base.format(n)}"/>' for n in range(len(pages)))
    common = "<CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea>"
    common += '<TemplatePage ID="t" BaseLoc="Tpls/T.xml"/></CommonData>' if template else "</CommonData>"
    with ZipFile(path, "w") as package:
        package.writestr("OFD.xml", element("OFD", ROOT.format(root=root)))
        package.writestr("Doc_0/Document.xml", element("Document", f"{common}<Pages>{listed}</Pages>"))
        if template:
            package.writestr(
                "Doc_0/Tpls/T.xml", element("Page", f"<Content><Layer>{template}</Layer></Content>")
            )
        for number, drawn in enumerate(pages):
            used = '<Template TemplateID="t"/>' if template else ""
            content = element("Page", f"{used}<Content><Layer>{drawn}</Layer></Content>")
            package.writestr(f"Doc_0/Pages/{number}.xml", content)
    return read_file(path)


def test_text_is_read_by_its_place_and_not_by_its_order_in_the_file(tmp_path: Path) -> None:
    page = text("第二行。", 20, 60) + text("第一行。", 20, 40) + text("右边", 60, 60)
    assert save(tmp_path / "a.ofd", [page]).text == "第一行。\n第二行。 右边\n"


def test_blocks_templates_and_absolute_places_are_followed(tmp_path: Path) -> None:
    page = f"<PageBlock><PageBlock>{text('正文', 20, 100)}</PageBlock></PageBlock>"
    file = save(
        tmp_path / "a.ofd",
        [page],
        root="/Doc_0/Document.xml",
        base="/Doc_0/Pages/{}.xml",
        template=text("临江市教育局文件", 60, 30),
    )
    assert file.text == "临江市教育局文件\n正文\n"


def test_a_matrix_moves_and_enlarges(tmp_path: Path) -> None:
    page = text("下面", 20, 40, extra=' CTM="2 0 0 2 0 100"') + text("上面", 20, 60)
    assert save(tmp_path / "a.ofd", [page]).text == "上面\n下面\n"


def test_steps_may_be_written_in_short(tmp_path: Path) -> None:
    page = text("关于课后服务", 20, 40, delta="g 5 5") + text("的通知", 51, 40)
    assert save(tmp_path / "a.ofd", [page]).text == "关于课后服务的通知\n"


def test_a_table_of_stroked_lines_is_a_table(tmp_path: Path) -> None:
    rules = "".join(
        f'<PathObject Boundary="0 0 210 297"><AbbreviatedData>{data}</AbbreviatedData></PathObject>'
        for data in (
            *(f"M 20 {y} L 120 {y}" for y in (40, 50, 60)),
            *(f"S {x} 40 L {x} 60" for x in (20, 70, 120)),
        )
    )
    words = (("任务", 21, 42), ("单位", 71, 42), ("托管", 21, 52), ("基教科", 71, 52))
    (table,) = save(tmp_path / "a.ofd", [rules + "".join(text(*word) for word in words)]).tables
    assert table.header == ("任务", "单位")
    assert [cell.text for cell in table.rows[0].cells] == ["托管", "基教科"]


def test_pages_that_are_pictures_are_told_or_refused(tmp_path: Path) -> None:
    picture = '<ImageObject Boundary="0 0 210 297" ResourceID="1"/>'
    file = save(tmp_path / "a.ofd", [text("正文", 20, 40), picture])
    assert len(file.pages) == 2
    assert "1 页只有图像" in file.notices[0].zh
    with pytest.raises(UnreadableFile, match="没有文字"):
        save(tmp_path / "b.ofd", [picture])


def test_a_page_that_is_missing_makes_the_file_damaged(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="损坏"):
        save(tmp_path / "a.ofd", [text("正文", 20, 40)], base="Elsewhere/{}.xml")
