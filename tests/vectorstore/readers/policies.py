"""A policy as its author wrote it, and how it is saved: the lines that every format must give back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

_SENTENCES = (
    "完善学校布局规划，统筹城乡教育资源配置，健全与常住人口变化相协调的基础教育资源配置机制。",
    "推动优质学校与薄弱学校结对帮扶，落实教师交流轮岗制度，切实缩小区域、城乡、校际差距。",
    "到2027年，新增公办学位12000个，学前教育普及普惠县（市、区）占比达到85%以上，让更多孩子在家门口上好学。",
    "健全“政府主导、部门协同、社会参与”的工作机制，把各项任务分解到年度、落实到岗位、明确到责任人。",
    "严格执行《中小学校建设标准》，新建小区同步配建幼儿园和中小学校，做到同步规划、同步建设、同步交付。",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph: its style, its words, and the label that automatic numbering prints."""

    style: str
    text: str
    label: str = ""
    level: int = 0


def _items() -> Iterator[Part]:
    for number, (han, title) in enumerate(zip("一二三", ("总体要求", "主要任务", "组织保障"), strict=True)):
        yield Part("Plain", title, f"{han}、", 1)
        yield Part("Body", "".join(_SENTENCES[: 3 + number]))
        for inner, (bracketed, topic) in enumerate(
            zip("一二", ("扩大优质资源", "加强队伍建设"), strict=True)
        ):
            yield Part("Plain", topic, f"（{bracketed}）", 2)
            for item in range(3):
                first = (number + inner + item) % len(_SENTENCES)
                words = (_SENTENCES * 2)[first : first + item + 1]
                yield Part("Plain", "".join(words), f"{item + 1}.", 3)


PARTS = (
    Part("Head", "临江市教育局关于印发《临江市基础教育扩优提质三年行动方案（2025—2027年）》的通知"),
    Part("Center", "临教发〔2025〕18号"),
    Part("Plain", "各县（市、区）教育局，市直各学校："),
    Part("Body", "现将《临江市基础教育扩优提质三年行动方案》印发给你们，请认真贯彻执行。" + _SENTENCES[0]),
    *_items(),
    Part("NewPage", "重点项目清单"),  # so that no page ends in the table, whatever fonts are there
)
ENDING = (
    Part("Body", "附件：1.任务分工表"),
    Part("Right", "临江市教育局"),
    Part("Right", "2025年3月8日"),
)
HEADER = ("序号", "项目名称", "牵头单位", "完成时限")
# The second and third project share their department; the last has no time limit.
ROWS = (
    ("1", "学位扩容工程", "基础教育科", "2025年12月"),
    ("2", "乡村学校改造提升与标准化建设工程", "教师工作科", "2026年6月"),
    ("3", "县域教师交流轮岗", "教师工作科", ""),
)
CELLS = (*HEADER, *ROWS[0], *ROWS[1], ROWS[2][0], ROWS[2][1])  # as written: a merged cell stands once
LINES = (*(part.label + part.text for part in PARTS), *CELLS, *(part.text for part in ENDING))


def as_text() -> str:
    """The policy as plain text."""
    return "\n".join(LINES) + "\n"


def as_flat_odt(*, typed: bool = False) -> str:
    """The policy as LibreOffice's flat XML, numbered automatically, or with the numbers typed."""
    content = "".join(_paragraph(part, typed) for part in PARTS) + _table()
    content += "".join(_paragraph(part, typed) for part in ENDING)
    return _FLAT_ODT.replace("@CONTENT@", content)


def _paragraph(part: Part, typed: bool) -> str:
    words = escape(part.label + part.text if typed else part.text)
    paragraph = f'<text:p text:style-name="{part.style}">{words}</text:p>'
    if typed or not part.level:
        return paragraph
    depth = part.level - 1
    inner = f"<text:list-item>{paragraph}</text:list-item>"
    nested = "<text:list-item><text:list>" * depth + inner + "</text:list></text:list-item>" * depth
    return f'<text:list text:style-name="L" text:continue-numbering="true">{nested}</text:list>'


def _table() -> str:
    rows = [HEADER, *ROWS]
    lines: list[str] = []
    for index, row in enumerate(rows):
        cells = [_cell(text) for text in row]
        if index == 2:
            cells[2] = _cell(row[2], rows=2)
        if index == 3:
            cells[2] = "<table:covered-table-cell/>"
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    columns = f'<table:table-column table:number-columns-repeated="{len(HEADER)}"/>'
    return f'<table:table table:style-name="T">{columns}{"".join(lines)}</table:table>'


def _cell(text: str, rows: int = 1) -> str:
    return (
        f'<table:table-cell table:style-name="Cell" table:number-rows-spanned="{rows}" '
        f'table:number-columns-spanned="1"><text:p text:style-name="Plain">{escape(text)}</text:p>'
        "</table:table-cell>"
    )


def _level(number: int, prefix: str, suffix: str, form: str) -> str:
    return (
        f'<text:list-level-style-number text:level="{number}" style:num-prefix="{prefix}" '
        f'style:num-suffix="{suffix}" style:num-format="{form}"><style:list-level-properties '
        'text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment '
        'text:label-followed-by="nothing" fo:text-indent="1.1cm" fo:margin-left="0cm"/>'
        "</style:list-level-properties></text:list-level-style-number>"
    )


_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = {
    "office": f"{_OASIS}:office:1.0",
    "style": f"{_OASIS}:style:1.0",
    "text": f"{_OASIS}:text:1.0",
    "table": f"{_OASIS}:table:1.0",
    "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}:svg-compatible:1.0",
}
_HAN = "一, 二, 三, ..."
_FLAT_ODT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {" ".join(f'xmlns:{name}="{value}"' for name, value in _NAMES.items())} office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="S" svg:font-family="'Noto Serif CJK SC'"/>
</office:font-face-decls>
<office:styles><style:default-style style:family="paragraph"><style:text-properties style:font-name="S"
 style:font-name-asian="S" fo:font-size="16pt" style:font-size-asian="16pt"
 style:language-asian="zh" style:country-asian="CN"/>
</style:default-style></office:styles>
<office:automatic-styles>
<style:style style:name="Head" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
<style:text-properties fo:font-size="22pt" style:font-size-asian="22pt"/></style:style>
<style:style style:name="Center" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
</style:style>
<style:style style:name="NewPage" style:family="paragraph">
<style:paragraph-properties fo:text-align="center" fo:break-before="page"/></style:style>
<style:style style:name="Right" style:family="paragraph"><style:paragraph-properties fo:text-align="end"/>
</style:style>
<style:style style:name="Plain" style:family="paragraph"/>
<style:style style:name="Body" style:family="paragraph">
<style:paragraph-properties fo:text-align="justify" fo:text-indent="1.13cm"/></style:style>
<style:style style:name="Cell" style:family="table-cell">
<style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
<style:style style:name="T" style:family="table"><style:table-properties style:width="16cm"/></style:style>
<text:list-style style:name="L">{_level(1, "", "、", _HAN)}{_level(2, "（", "）", _HAN)}
{_level(3, "", ".", "1")}</text:list-style>
<style:page-layout style:name="P"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"
 fo:margin-top="2cm" fo:margin-bottom="2cm" fo:margin-left="2.5cm" fo:margin-right="2.5cm"/>
<style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="P">
<style:header><text:p>教育政策选编</text:p></style:header>
<style:footer><text:p text:style-name="Center">- <text:page-number>1</text:page-number> -</text:p>
</style:footer>
</style:master-page></office:master-styles>
<office:body><office:text>@CONTENT@</office:text></office:body></office:document>
"""
