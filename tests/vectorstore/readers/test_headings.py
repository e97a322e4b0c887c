"""What files mark up as headings, and that a policy has one outline whatever it was saved as."""

from __future__ import annotations

from pathlib import Path

import docx
import pptx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from pptx.util import Cm

from tests.vectorstore.outlines import expected, outline
from tests.vectorstore.readers import word, writers
from vectorstore.readers import ReadFile, read_file

BODY = "各地要健全工作机制，把任务分解到年度、落实到岗位、明确到责任人。"
Lines = tuple[tuple[int, str], ...]
# A level and words; 0 is a paragraph.
UNNUMBERED: Lines = (
    (1, "云山市中小学生作业管理办法"),
    (0, BODY),
    (2, "总体要求"),
    (3, "指导思想"),
    (0, BODY),
    (3, "工作目标"),
    (0, f"1.小学。{BODY}"),
    (0, f"2.初中。{BODY}"),
    (2, "保障措施"),
    (0, BODY),
)
MIXED: Lines = (
    (0, "云山市中小学生作业管理办法"),
    (0, BODY),
    (1, "一、总体要求"),
    (2, "指导思想"),
    (0, BODY),
    (2, "工作目标"),
    (0, f"1.小学。{BODY}"),
    (1, "二、重点任务"),
    (2, "（一）提高质量"),
    (0, BODY),
    (2, "改进评价"),
    (0, BODY),
    (1, "附则"),
    (0, BODY),
)
OUTLINES = {
    UNNUMBERED: expected("""
        heading 云山市中小学生作业管理办法
          heading 总体要求
            heading 指导思想
            heading 工作目标
              item 1. 小学
              item 2. 初中
          heading 保障措施
        """),
    MIXED: expected("""
        heading 云山市中小学生作业管理办法
          heading 一、 总体要求
            heading 指导思想
            heading 工作目标
              item 1. 小学
          heading 二、 重点任务
            heading （一） 提高质量
            heading 改进评价
          heading 附则
        """),
}
FORMS = (
    "md",
    "underlined.md",
    "html",
    "docx",
    "chinese.docx",
    "direct.docx",
    "doc",
    "chinese.doc",
    "direct.doc",
)


def as_markdown(lines: Lines, *, underlined: bool = False) -> str:
    def written(level: int, text: str) -> str:
        if underlined and 0 < level <= 2:
            return f"{text}\n{'=-'[level - 1] * 4}"
        return f"{'#' * level} {text}" if level else text

    return "\n\n".join(written(level, text) for level, text in lines)


def as_html(lines: Lines) -> str:
    tags = (f"<h{level}>\n <b>{text}</b></h{level}>" if level else f"<p>{text}</p>" for level, text in lines)
    return f"<html><body><div>{''.join(tags)}</div></body></html>"


def with_heading_styles(lines: Lines) -> Document:
    document = docx.Document()
    for level, text in lines:
        document.add_paragraph(text, style=f"Heading {level}" if level else None)
    return document


def with_chinese_styles(lines: Lines) -> Document:
    """As offices in China have them: styles of their own, by numbers, that are based on each other."""
    document = docx.Document()
    for level, based, properties in (
        (1, "a", '<w:outlineLvl w:val="0"/>'),
        (2, "Style1", '<w:outlineLvl w:val="1"/>'),
        (3, "Style2", '<w:outlineLvl w:val="2"/>'),
    ):
        document.styles.element.append(
            parse_xml(
                f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="Style{level}">'
                f'<w:name w:val="标题{level} 公文"/><w:basedOn w:val="{based}"/><w:pPr>{properties}</w:pPr>'
                "</w:style>"
            )
        )
        inherits = f'<w:name w:val="小标题{level}"/><w:basedOn w:val="Style{level}"/>'
        document.styles.element.append(
            parse_xml(
                f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="Sub{level}">'
                f"{inherits}</w:style>"
            )
        )
    for level, text in lines:
        document.add_paragraph(text, style=f"小标题{level}" if level else None)
    return document


def with_direct_levels(lines: Lines) -> Document:
    """The level is the paragraph's own, as in Word's dialogue for paragraphs."""
    document = docx.Document()
    for level, text in lines:
        set_level(document.add_paragraph(text), level - 1 if level else 9)
    return document


def set_level(paragraph: Paragraph, value: int) -> None:
    element = f'<w:outlineLvl {nsdecls("w")} w:val="{value}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(element))


def save(lines: Lines, folder: Path) -> dict[str, Path]:
    """The lines in every format."""
    files = {form: folder / f"policy.{form}" for form in FORMS}
    files["md"].write_text(as_markdown(lines), encoding="utf-8")
    files["underlined.md"].write_text(as_markdown(lines, underlined=True), encoding="utf-8")
    files["html"].write_text(as_html(lines), encoding="utf-8")
    word.save(with_heading_styles(lines), files["docx"])
    word.save(with_chinese_styles(lines), files["chinese.docx"])
    word.save(with_direct_levels(lines), files["direct.docx"])
    writers.convert(folder, "doc", *(files[form] for form in FORMS if form.endswith("docx")))
    return files


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Lines, str], Path]:
    return {
        (lines, form): path
        for lines in OUTLINES
        for form, path in save(lines, tmp_path_factory.mktemp("headings")).items()
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lines", OUTLINES, ids=["unnumbered", "mixed"])
def test_the_same_headings_give_the_same_outline_in_every_format(
    saved: dict[tuple[Lines, str], Path], lines: Lines, form: str
) -> None:
    file = read_file(saved[lines, form])
    assert headings(file) == [(level, text) for level, text in lines if level]
    assert outline(file.text, file.headings) == OUTLINES[lines]


def headings(file: ReadFile) -> list[tuple[int, str]]:
    return [(heading.level, file.text[heading.start : heading.end]) for heading in file.headings]


def test_word_knows_headings_by_the_names_of_their_styles(tmp_path: Path) -> None:
    document = docx.Document()
    for name in ("Heading 1", "Heading 2"):
        properties = document.styles[name].element.pPr
        properties.remove(properties.find(qn("w:outlineLvl")))
    document.styles["Heading 2"].name = "标题 2"
    document.add_paragraph("总体要求", style="Heading 1")
    document.add_paragraph("目标", style="标题 2")
    file = read_file(word.save(document, tmp_path / "names.docx"))
    assert headings(file) == [(1, "总体要求"), (2, "目标")]


def test_headings_of_word_are_single_lines_outside_of_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("", style="Heading 1")
    set_level(document.add_paragraph("正文", style="Heading 1"), 9)
    broken = document.add_paragraph("第一行", style="Heading 3")
    broken.add_run().add_break()
    broken.add_run("第二行")
    table = document.add_table(rows=2, cols=2)
    for cell in (*table.rows[0].cells, *table.rows[1].cells):
        cell.text = "单元格"
        cell.paragraphs[0].style = "Heading 1"
    path = word.save(document, tmp_path / "lines.docx")
    (old,) = writers.convert(tmp_path, "doc", path)
    for file in (read_file(path), read_file(old)):
        assert headings(file) == [(3, "第一行")]


def test_automatic_numbers_are_of_the_heading(tmp_path: Path) -> None:
    path = word.save(word.rich_document(), tmp_path / "rich.docx")
    (old,) = writers.convert(tmp_path, "doc", path)
    for file in (read_file(path), read_file(old)):
        assert headings(file) == [(1, "1.样式编号"), (2, "2.继承的编号")]


def test_headings_of_markdown_are_told_from_rules_lists_quotes_and_code(tmp_path: Path) -> None:
    path = tmp_path / "notice.md"
    path.write_text(
        "---\ntitle: 通知\n---\n# 关于**课后服务**的通知 #\n时间安排\n===\n#\n####### 七\n\n"
        "第一段，\n第二段。\n---\n"
        "- 一项\n---\n    代码\n---\n> ## 引文\n\n| a |\n---\n\n正文\n***\n```\n# 原样\n```\n保障\n- - -\n",
        encoding="utf-8",
    )
    assert headings(read_file(path)) == [(1, "关于课后服务的通知"), (1, "时间安排"), (2, "引文")]


def test_headings_of_a_page_are_told_outside_of_its_tables(tmp_path: Path) -> None:
    rows = "<tr><th>甲</th><th>乙</th></tr><tr><td><h3>丙</h3></td><td>丁</td></tr>"
    page = tmp_path / "page.html"
    page.write_text(
        f"<html><head><title>关于课后服务工作的通知 - 云山市</title></head><body><p>{BODY}</p>"
        "<h2> <br>时间<br>安排</h2>"
        f"<h3><div>地点</div><div>不限</div></h3><h4><img src=a></h4><ol><li><h5>报名</h5>{BODY}</li></ol>"
        f"<table border=1>{rows}</table></body></html>",
        encoding="utf-8",
    )
    file = read_file(page)
    assert headings(file) == [(2, "时间"), (3, "地点"), (5, "1.报名")]
    assert file.text.startswith("关于课后服务工作的通知\n")


def test_titles_of_slides_are_headings_below_that_of_the_first(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for layout, title, words in (
        (0, "云山市作业管理政策解读", "云山市教育局"),
        (1, "总体要求", f"{BODY}\n{BODY}"),
        (1, "一、重点任务", f"{BODY}\n{BODY}"),
        (1, "", BODY),
        (1, "保障措施", BODY),
    ):
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        slide.shapes.title.text, slide.placeholders[1].text = title, words
    slide.shapes.add_textbox(Cm(1), Cm(1), Cm(2), Cm(2)).text_frame.text = "框"
    deck.save(str(tmp_path / "deck.pptx"))
    file = read_file(tmp_path / "deck.pptx")
    assert headings(file) == [
        (1, "云山市作业管理政策解读"), (2, "总体要求"), (2, "一、重点任务"), (2, "保障措施"),
    ]  # fmt: skip
    assert outline(file.text, file.headings) == expected("""
        heading 云山市作业管理政策解读
          heading 总体要求
          heading 一、 重点任务
          heading 保障措施
        """)
