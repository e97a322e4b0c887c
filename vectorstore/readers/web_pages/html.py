"""Web pages, and what else is HTML inside (old .doc and .xls of web systems)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from vectorstore.readers.blocks.blocks import Block, Content, Grid, GridCell, Paragraph
from vectorstore.readers.numbering import format_number, labelled
from vectorstore.readers.packages import NO_REASON, Element
from vectorstore.readers.refusals import characters_left_out, damaged, too_demanding
from vectorstore.readers.web_pages.article import isolate_article, squeezed
from vectorstore.readers.web_pages.page_encoding import decode_page

# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "td",
    "th", "tr", "ul",
})
# fmt: on
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BREAK = "\x00"  # a line break of the author's, among white space that means nothing
_SPACE = re.compile("[ \t\r\n\f]+")
_OWN_NUMBER = re.compile(
    r"[（(]?[\d一二三四五六七八九十]{1,4}[）)、.．]|第[\d一二三四五六七八九十百]{1,6}[章条节]|[①-⑳★]"
)
_LIST_STYLES = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "lower-alpha": "lowerLetter", "upper-alpha": "upperLetter",
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCounting", "simp-chinese-informal": "chineseCounting", "none": "none",
}  # fmt: skip
_CHINESE_STYLE = "chineseCounting"
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")
_WIDEST, _TALLEST = 1_000, 10_000
_MOST_PLACES = 100_000
_MOST_OF_IT = 0.6  # of a table's text in one cell: the table only lays out the page
_SEVERAL = 3


def read_html(path: Path) -> Content:
    """The document in a web page: its title, paragraphs, tables, and the names of its attachments."""
    return read_page(path.read_bytes(), path.name)


def read_page(data: bytes, name: str) -> Content:
    """The document in the bytes of a page; a few that are broken are left out, with a notice."""
    text, lost = decode_page(data, name)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:  # the parser puts up with all else
        raise too_demanding(name) if NO_REASON in str(error) else damaged(name) from error
    if root is None:
        raise damaged(name)
    title, article, attachments = isolate_article(root)
    blocks: list[Block] = [Paragraph(title)]
    blocks.extend(_Walk().blocks(article))
    shown = squeezed(article)
    blocks.extend(Paragraph(text) for link in attachments if (text := _words(link)) and text not in shown)
    return Content(blocks=blocks, notices=(characters_left_out(lost),) if lost else ())


def _words(element: Element) -> str:
    return _collapse("".join(element.itertext()))


def _collapse(text: str) -> str:
    """White space as a browser shows it, but none where the source breaks a line in Chinese words."""

    def shown(match: re.Match[str]) -> str:
        before, behind = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        wide = before > "\u2e80" and behind > "\u2e80"
        return "" if wide and "\n" in match.group() else " "

    return _SPACE.sub(shown, text).replace(_BREAK, "\n").strip()


class _Walk:
    """Goes through the elements in order and gathers their words, a paragraph for each block."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks inside of an element."""
        yield from self._inside(element)
        yield from self._flush()

    def _inside(self, element: Element) -> Iterator[Block]:
        self._words.append(self._text(element, element.text))
        for child in element:
            yield from self._child(child)
            self._words.append(self._text(element, child.tail))

    def _text(self, element: Element, text: str | None) -> str:
        return (text or "").replace("\n", _BREAK) if element.tag == "pre" else text or ""

    def _child(self, child: Element) -> Iterator[Block]:
        if child.tag == "br":
            self._words.append(_BREAK)
        elif child.tag == "table":
            yield from self._flush()
            yield from self._table(child)
        elif child.tag == "li":
            yield from self._flush()
            yield from self._item(child)
        elif child.tag in _BLOCKS:
            yield from self._flush()
            yield from _headed(self.blocks(child), _HEADINGS.get(child.tag, 0))
        else:
            yield from self._inside(child)

    def _flush(self) -> Iterator[Block]:
        text = _collapse("".join(self._words))
        self._words.clear()
        if text:
            yield Paragraph(text)

    def _item(self, item: Element) -> Iterator[Block]:
        label = _label(item)
        for block in self.blocks(item):
            if isinstance(block, Paragraph) and label and not _OWN_NUMBER.match(block.text):
                block = Paragraph(labelled(label, block.text), block.level)
            label = ""
            yield block

    def _table(self, table: Element) -> Iterator[Block]:
        rows = list(_rows(table))
        if _is_layout(table, rows):
            yield from self.blocks(table)
            return
        for caption in table.iterchildren("caption"):
            yield Paragraph(_words(caption))
        header = 0
        while header < len(rows) and _is_header(rows[header]):
            header += 1
        yield Grid(cells=tuple(self._cells(rows)), header_rows=header or None)

    def _cells(self, rows: list[Element]) -> Iterator[GridCell]:
        taken: set[tuple[int, int]] = set()
        for index, row in enumerate(rows):
            column = 0
            for cell in row.iterchildren("td", "th"):
                while (index, column) in taken:
                    column += 1
                height = min(_count(cell, "rowspan", _TALLEST) or len(rows), len(rows) - index)
                width = _count(cell, "colspan", _WIDEST) or 1
                if len(taken) > _MOST_PLACES:  # no table has that many; what is left are cells of their own
                    height = width = 1
                taken.update((index + i, column + j) for i in range(1, height) for j in range(width))
                text = "\n".join(_lines(self.blocks(cell)))
                yield GridCell(row=index, column=column, text=text, rows=height, columns=width)
                column += width


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The words of blocks inside of a cell, those of a table in it cell by cell."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from (cell.text for cell in block.cells if cell.text)


def _headed(blocks: Iterator[Block], level: int) -> Iterator[Block]:
    """The blocks, and the first of them a heading if there is a level."""
    for block in blocks:
        if isinstance(block, Paragraph) and level:
            block, level = Paragraph(block.text, level), 0
        yield block


def _label(item: Element) -> str:
    """The number that a browser shows in front of an item of an ordered list."""
    holder = item.getparent()
    if holder is None or holder.tag != "ol":
        return ""
    declared = _STYLE.search(f"{item.get('style') or ''};{holder.get('style') or ''}")
    style = _LIST_STYLES.get(declared.group(1) if declared else holder.get("type") or "1", "decimal")
    start = holder.get("start") or "1"
    number = int(start) if start.lstrip("-").isdigit() else 1
    for other in holder.iterchildren("li"):
        own = other.get("value") or ""
        number = int(own) if own.isdigit() else number
        if other is item:
            break
        number += 1
    label = format_number(number, style)
    return label and label + ("、" if style == _CHINESE_STYLE else ".")


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


def _is_header(row: Element) -> bool:
    cells = list(row.iterchildren("td", "th"))
    return row.getparent().tag == "thead" or (bool(cells) and all(cell.tag == "th" for cell in cells))


def _is_layout(table: Element, rows: list[Element]) -> bool:
    """Whether the table only arranges the page: it holds tables, or nearly everything is in one cell."""
    if table.get("role") == "presentation":
        return True
    if next(table.iterdescendants("table"), None) is not None:
        return not any(map(_is_header, rows))  # data has a header, also where cells hold tables of their own
    cells = [cell for row in rows for cell in row.iterchildren("td", "th")]
    largest = max(cells, key=lambda cell: len(squeezed(cell)), default=None)
    if largest is None:
        return True
    several = sum(1 for _ in largest.iter("p", "br", "div")) >= _SEVERAL
    return several and len(squeezed(largest)) > _MOST_OF_IT * len(squeezed(table)) and len(cells) < 12


def _count(cell: Element, name: str, most: int) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), most) if value.isdigit() and len(value) < 8 else 1
