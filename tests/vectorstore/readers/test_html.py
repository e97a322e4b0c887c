"""Saved web pages: the document without the site around it."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from vectorstore.errors import UnreadableFile
from vectorstore.readers import ReadFile, read_file

PROSE = "为进一步规范义务教育招生入学工作，切实保障适龄儿童少年平等接受教育的权利，现就有关事项通知如下。"
TITLE = "关于做好2025年义务教育招生入学工作的通知"
PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{TITLE}_临江市教育局</title>
<meta name="ArticleTitle" content="{TITLE}">
<script>var 统计 = "不要读我，谢谢。";</script><style>.a{{color:red}}</style></head>
<body>
<div class="header"><a href="/">首页</a><a href="/zw">政务公开</a><a href="/jy">教育资讯</a></div>
<ul class="nav-list"><li><a href="/1">机构职能</a></li><li><a href="/2">政策文件</a></li>
<li><a href="/3">办事服务</a></li></ul>
<div class="dqwz">您现在的位置：<a href="/">首页</a> &gt; <a href="/zw">通知公告</a></div>
<div class="main">
 <h1>{TITLE}</h1>
 <table class="info"><tr><td>发文字号</td><td>临教基〔2025〕6号</td></tr>
 <tr><td>发布日期</td><td>2025-05-20</td></tr></table>
 <div class="share bdsharebuttonbox">分享到：<a href="#">微信</a><a href="#">微博</a></div>
 <div id="zoom" class="TRS_Editor">
  <p>　　各县（市、区）教育局：</p>
  <p>　　{PROSE}</p>
  <p><b>一、明确招生</b><span>原则</span></p>
  <p>（一）免试就近入学。{PROSE}<br>（二）公民同招。{PROSE}</p>
  <p style="display:none">隐藏的推广文字，请勿阅读。</p>
  <ol><li>3月底前公布方案。</li><li>4月底前完成摸底。</li></ol>
  <table border="1">
   <tr><th>学段</th><th colspan="2">报名时间</th></tr>
   <tr><td rowspan="2">小学</td><td>线上</td><td>6月1日</td></tr>
   <tr><td>现场</td><td>6月5日</td></tr>
  </table>
  <p>附件：<a href="/files/plan.docx">1.招生计划表.docx</a></p>
  <p align="right">临江市教育局<br>2025年5月20日</p>
 </div>
 <div class="fj"><a href="/files/list.xlsx">2.学区划分一览表.xlsx</a></div>
</div>
<div class="related"><a href="/a">相关新闻一</a><a href="/b">相关新闻二</a><a href="/c">相关新闻三</a></div>
<div class="footer">主办单位：临江市教育局　网站标识码：1234567890　联系电话：0000-1234567</div>
</body></html>"""
LINES = [
    TITLE,
    "发文字号",
    "临教基〔2025〕6号",
    "发布日期",
    "2025-05-20",
    "各县（市、区）教育局：",
    PROSE,
    "一、明确招生原则",
    f"（一）免试就近入学。{PROSE}",
    f"（二）公民同招。{PROSE}",
    "1. 3月底前公布方案。",
    "2. 4月底前完成摸底。",
    *("学段", "报名时间", "小学", "线上", "6月1日", "现场", "6月5日"),
    "附件：1.招生计划表.docx",
    "临江市教育局",
    "2025年5月20日",
    "2.学区划分一览表.xlsx",
]


def read(folder: Path, page: str, name: str = "page.html", encoding: str = "utf-8") -> ReadFile:
    path = folder / name
    path.write_bytes(page.encode(encoding))
    return read_file(path)


def lines(file: ReadFile) -> list[str]:
    return [line for line in file.text.split("\n") if line]


def test_the_document_is_read_and_the_site_is_not(tmp_path: Path) -> None:
    assert lines(read(tmp_path, PAGE)) == LINES


def test_merged_cells_stand_once_and_each_row_has_them(tmp_path: Path) -> None:
    table = read(tmp_path, PAGE).tables[-1]
    assert table.header == ("学段", "报名时间", "报名时间")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["小学", "线上", "6月1日"],
        ["小学", "现场", "6月5日"],
    ]


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030"])
def test_the_encodings_of_chinese_sites_are_read(tmp_path: Path, declared: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{declared}"')
    assert lines(read(tmp_path, page, encoding="gb18030")) == LINES


def test_a_wrong_declaration_of_the_encoding_is_noticed(tmp_path: Path) -> None:
    assert lines(read(tmp_path, PAGE, encoding="gb18030")) == LINES


def test_a_web_archive_gives_the_same_as_the_page(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "saved"
    message["MIME-Version"] = "1.0"
    message.set_content(PAGE, subtype="html", cte="quoted-printable")
    message.make_related()
    message.add_related(b"\x89PNG", "image", "png")
    path = tmp_path / "page.mht"
    path.write_bytes(bytes(message))
    assert lines(read_file(path)) == LINES


@pytest.mark.parametrize(
    "name", ["notice", "notice.doc", "notice.html", "notice.mht", "notice.txt", "notice.md"]
)
@pytest.mark.parametrize(("cte", "charset"), [("base64", "gb18030"), ("quoted-printable", "utf-8")])
def test_a_web_archive_is_known_by_its_content(tmp_path: Path, name: str, cte: str, charset: str) -> None:
    page = PAGE.replace('<meta charset="utf-8">', "")
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message.set_content("only the frame", subtype="html")
    message.make_related()
    message.add_related(page.encode(charset), "text", "html", cte=cte, params={"charset": charset})
    path = tmp_path / name
    path.write_bytes(b"\r\n" + message.as_bytes(policy=SMTP))
    assert lines(read_file(path)) == LINES


def test_a_web_archive_of_one_part_and_without_its_end_is_read(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content(PAGE, subtype="html", cte="quoted-printable")
    path = tmp_path / "page.doc"
    path.write_bytes(bytes(message))
    assert lines(read_file(path)) == LINES
    message.make_mixed()
    path.write_bytes(bytes(message).rstrip().rpartition(b"\n")[0])
    assert lines(read_file(path)) == LINES


def test_a_workbook_that_is_a_web_archive_has_all_of_its_sheets(tmp_path: Path) -> None:
    message = EmailMessage()
    message["MIME-Version"] = "1.0"
    message.set_content("<html><frameset rows='*,39'><frame src='s1.htm'></frameset></html>", subtype="html")
    message.make_related()
    for sheet in ("城区", "乡镇"):
        table = "".join(f"<tr><td>{sheet}{n}小</td><td>{n}</td></tr>" for n in range(1, 4))
        page = f"<html><body><table><tr><td>学校</td><td>班级数</td></tr>{table}</table></body></html>"
        message.add_related(page.encode(), "text", "html")
    path = tmp_path / "classes.xls"
    path.write_bytes(bytes(message))
    rows = [row.cells[0].text for table in read_file(path).tables for row in table.rows]
    assert rows == ["城区1小", "城区2小", "城区3小", "乡镇1小", "乡镇2小", "乡镇3小"]


def test_a_text_that_names_a_content_type_is_a_text(tmp_path: Path) -> None:
    text = "标题:接口说明\n\ncontent-type: multipart/form-data 的请求由学校办公室处理。\n"
    assert read(tmp_path, text, name="a.txt").text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_with_a_few_broken_bytes_is_read_and_the_loss_told(tmp_path: Path, encoding: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{encoding}"')
    data = page.encode(encoding).replace("附件：".encode(encoding), "附件：".encode(encoding) + b"\xff")
    path = tmp_path / "page.html"
    path.write_bytes(data)
    file = read_file(path)
    assert lines(file) == LINES
    assert [notice.zh for notice in file.notices] == ["网页中有 1 处字符已损坏，没有读入。"]


def test_what_a_missing_byte_makes_of_the_sentence_behind_it_is_not_read(tmp_path: Path) -> None:
    data = PAGE.replace('charset="utf-8"', 'charset="gbk"').encode("gb18030")
    at = data.index("进一步".encode("gb18030")) + 1
    path = tmp_path / "page.html"
    path.write_bytes(data[:at] + data[at + 1 :])
    file = read_file(path)
    assert lines(file) == [line for line in LINES if line != PROSE]
    assert [notice.zh for notice in file.notices] == ["网页中有 1 处字符已损坏，没有读入。"]


def test_a_page_with_many_broken_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.encode().replace("的".encode(), b"\xff\xff\xfe" * 40))
    with pytest.raises(UnreadableFile):
        read_file(path)


def test_a_page_that_a_web_system_calls_doc_is_read_as_a_page(tmp_path: Path) -> None:
    assert lines(read(tmp_path, PAGE, name="notice.doc")) == LINES


def test_lines_that_the_source_breaks_in_chinese_words_are_joined(tmp_path: Path) -> None:
    page = "<html><body><p>推进教育\n    均衡发展，see\n    also 附件。</p></body></html>"
    assert read(tmp_path, page).text == "推进教育均衡发展，see also 附件。\n"


def test_a_table_that_arranges_the_page_is_no_table(tmp_path: Path) -> None:
    menu = "".join(f'<a href="/{i}">栏目{i}</a><br>' for i in range(6))
    body = "".join(f"<p>{number}、{PROSE}</p>" for number in "一二三四")
    page = f"<html><body><table><tr><td>{menu}</td><td>{body}</td></tr></table></body></html>"
    file = read(tmp_path, page)
    assert file.tables == ()
    assert lines(file) == [f"{number}、{PROSE}" for number in "一二三四"]


def test_a_long_part_is_kept_whatever_its_class_is_called(tmp_path: Path) -> None:
    body = f'<div class="nav">首页</div><div class="page header">{f"<p>{PROSE}</p>" * 3}</div>'
    page = f"<html><body>{body}</body></html>"
    assert lines(read(tmp_path, page)) == [PROSE] * 3


def test_the_title_of_the_window_stands_in_for_one_that_the_page_lacks(tmp_path: Path) -> None:
    page = f"<html><head><title>{TITLE} - 临江市教育局</title></head><body><p>{PROSE}</p></body></html>"
    assert lines(read(tmp_path, page)) == [TITLE, PROSE]


def test_chinese_numbers_of_ordered_lists_are_those_that_the_browser_shows(tmp_path: Path) -> None:
    items = "<li>甲</li><li value='5'>乙</li><li>3.自带编号</li>"
    page = f"<html><body><ol start='2' style='list-style-type: cjk-ideographic'>{items}</ol></body></html>"
    assert lines(read(tmp_path, page)) == ["二、甲", "五、乙", "3.自带编号"]


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "utf-16", "unicode_escape", "hex", "x"])
def test_a_charset_that_no_page_is_in_is_not_believed(tmp_path: Path, charset: str) -> None:
    page = tmp_path / "page.html"
    for encoding in ("utf-8", "gb18030"):
        words = "<p>第一条 学校应当做好教师培训工作。</p>"
        page.write_text(f'<html><meta charset="{charset}"><body>{words}', encoding=encoding)
        assert read_file(page).text == "第一条 学校应当做好教师培训工作。\n"


def test_a_table_in_a_cell_stays_with_its_row(tmp_path: Path) -> None:
    inner = "<table><tr><td>核载</td><td>照管员</td></tr><tr><td>45座</td><td>{}</td></tr></table>"
    rows = "".join(
        f"<tr><td>{line}</td><td>{inner.format(who)}</td></tr>"
        for line, who in (("1号线", "周老师"), ("2号线", "吴老师"))
    )
    page = f"<h1>云山县校车线路</h1><table><tr><th>线路</th><th>配备</th></tr>{rows}</table>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (table,) = read_file(tmp_path / "page.html").tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0][0] == "1号线"
    assert "周老师" in cells[0][1]
    assert "吴老师" not in cells[0][1]
