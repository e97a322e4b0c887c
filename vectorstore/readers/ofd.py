"""OFD, the national standard for fixed-layout official documents (GB/T 33190), read from its XML.

ofdkit, the one library that is written for reading, is an alpha for invoices that
knows no ruled lines; easyofd brings an AGPL engine. Text with its places goes
through the same layout as PDF, so that both give the same paragraphs and tables.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from vectorstore.readers.blocks.blocks import Content
from vectorstore.readers.packages import Element, Package, child, local
from vectorstore.readers.printed.layout import lay_out
from vectorstore.readers.printed.page import PrintedPage, Rule, Run, is_wide
from vectorstore.readers.printed.ruled import Point, rules_of
from vectorstore.readers.refusals import damaged, pictures_left_out, too_large

_MOST_PAGES = 3_000
_POINTS = 72 / 25.4  # a millimetre
_A4 = (0.0, 0.0, 210.0, 297.0)
_ASCENT = 0.86  # of the size: from the baseline to the top of a Chinese character
_DEPTH = 12  # of blocks inside of blocks
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_PATH = re.compile(rf"[A-Za-z]|{_NUMBER.pattern}")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_ofd(path: Path) -> Content:
    """The text of all pages of all documents in the file."""
    with Package(path) as package:
        pages = [page for root in _roots(package) for page in _pages(package, root)]
    if len(pages) > _MOST_PAGES:
        raise too_large(path.name, f" {_MOST_PAGES} 页", f"{_MOST_PAGES} pages")
    blocks = list(lay_out(page for page, _ in pages))
    pictures = sum(has_picture and not page.runs for page, has_picture in pages)
    return Content(blocks=blocks, notices=(pictures_left_out(pictures),) if pictures else ())


def _roots(package: Package) -> Iterator[str]:
    for body in package.xml("OFD.xml"):
        root = child(body, "DocRoot")
        if local(body) == "DocBody" and root is not None:
            yield _resolve(package, "OFD.xml", root.text)


def _resolve(package: Package, part: str, place: str | None) -> str:
    """The part that a place in another part means; programs differ in what it is relative to."""
    wanted = (place or "").strip().replace("\\", "/")
    near = posixpath.normpath(posixpath.join(posixpath.dirname(part), wanted))
    for candidate in (near, wanted.lstrip("/")):
        if candidate in package:
            return candidate
    raise damaged(package.name)


def _pages(package: Package, part: str) -> Iterator[tuple[PrintedPage, bool]]:
    root = package.xml(part)
    common = child(root, "CommonData")
    box = _box(common, "PageArea") or _A4
    templates = {
        element.get("ID", ""): package.xml(_resolve(package, part, element.get("BaseLoc")))
        for element in (common if common is not None else ())
        if local(element) == "TemplatePage"
    }
    pages = child(root, "Pages")
    for page in pages if pages is not None else ():
        content = package.xml(_resolve(package, part, page.get("BaseLoc")))
        used = [element.get("TemplateID", "") for element in content if local(element) == "Template"]
        layers = [*(templates[name] for name in used if name in templates), content]
        yield _page(layers, _box(content, "Area") or box)


def _page(layers: list[Element], box: tuple[float, ...]) -> tuple[PrintedPage, bool]:
    runs: list[Run] = []
    rules: list[Rule] = []
    has_picture = False
    for layer in layers:
        for drawn in _objects(layer):
            kind = local(drawn)
            has_picture = has_picture or kind == "ImageObject"
            if kind == "TextObject":
                runs.extend(_runs(drawn))
            elif kind == "PathObject":
                rules.extend(_rules(drawn))
    page = PrintedPage(width=box[2] * _POINTS, height=box[3] * _POINTS, runs=runs, rules=rules)
    return page, has_picture


def _objects(element: Element, depth: int = 0) -> Iterator[Element]:
    for inner in element:
        if local(inner) in ("TextObject", "PathObject", "ImageObject"):
            yield inner
        elif local(inner) in ("Content", "Layer", "PageBlock") and depth < _DEPTH:
            yield from _objects(inner, depth + 1)


def _runs(drawn: Element) -> Iterator[Run]:
    """The pieces of a text object, with their places in points."""
    size = _floats(drawn.get("Size") or drawn.get("size") or "")
    height = size[0] if size else 3.5
    x = y = 0.0
    for code in drawn:
        if local(code) != "TextCode" or not code.text:
            continue
        x, y = (float(code.get(axis) or old) for axis, old in (("X", x), ("Y", y)))
        starts = [x]
        for step in _steps(code.get("DeltaX") or "", len(code.text) - 1) or _natural(code.text, height):
            starts.append(starts[-1] + step)
        end = starts[-1] + _width(code.text[-1], height)
        corners = (x, y - _ASCENT * height), (end, y + (1 - _ASCENT) * height)
        (left, top), (right, bottom) = (_on_page(drawn, corner) for corner in corners)
        # Of the size on the page, the height tells; the width can be stretched.
        em = abs(bottom - top)
        yield Run(code.text, min(left, right), min(top, bottom), max(left, right), max(top, bottom), em)


def _natural(text: str, height: float) -> list[float]:
    return [_width(char, height) for char in text[:-1]]


def _width(char: str, height: float) -> float:
    return height if is_wide(char) else height / 2


def _steps(delta: str, count: int) -> list[float]:
    """Distances between characters, with "g n d" for n times d; empty unless there is one for each."""
    steps: list[float] = []
    words = iter(delta.split())
    for word in words:
        if word == "g":
            times, step = int(next(words, "0")), float(next(words, "0"))
            steps.extend([step] * min(times, count))
        else:
            steps.append(float(word))
    return steps[:count] if len(steps) >= count > 0 else []


def _rules(drawn: Element) -> Iterator[Rule]:
    stroked = drawn.get("Stroke", "true") != "false"
    for outline in _outlines(
        "".join((data.text or "") for data in drawn if local(data) == "AbbreviatedData")
    ):
        yield from rules_of([_on_page(drawn, point) for point in outline], stroked=stroked)


def _outlines(data: str) -> Iterator[list[Point]]:
    """The outlines of a path in the short notation: M and S begin, L goes on, C closes, curves only end."""
    points: list[Point] = []
    words = iter(_PATH.findall(data))
    for word in words:
        needed = _ARGUMENTS.get(word, 0)
        values = [float(next(words, "0")) for _ in range(needed)]
        if word in ("M", "S") and points:
            yield points
            points = []
        if needed:
            points.append((values[-2], values[-1]))
        elif word == "C" and points:
            points.append(points[0])
    if points:
        yield points


def _on_page(drawn: Element, point: Point) -> Point:
    """A place in an object's own space, in points on the page."""
    boundary = _floats(drawn.get("Boundary") or "")
    left, top = boundary[:2] if len(boundary) == 4 else (0.0, 0.0)
    own = _floats(drawn.get("CTM") or "")
    a, b, c, d, e, f = own if len(own) == 6 else _IDENTITY
    x, y = point
    return (a * x + c * y + e + left) * _POINTS, (b * x + d * y + f + top) * _POINTS


def _box(element: Element | None, name: str) -> tuple[float, ...] | None:
    area = child(element, name)
    physical = child(area, "PhysicalBox")
    values = _floats(physical.text or "") if physical is not None else ()
    return values if len(values) == 4 else None


def _floats(text: str) -> tuple[float, ...]:
    return tuple(float(word) for word in _NUMBER.findall(text))
