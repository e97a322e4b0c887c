"""What is drawn on a PDF page beside text: ruled lines, and pictures of whole pages."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw as pdfium

from vectorstore.readers.printed import Rule
from vectorstore.readers.ruled import is_rule

_MOST_OBJECTS = 20_000  # of a page; more are a drawing
_MOST_SEGMENTS = 1_000  # of one path
_DEPTH = 4  # of drawings inside of drawings
_PICTURE = 0.5  # of the page
_OUTLINES = 200  # paths on a page without text: letters that were turned into shapes
_STRAIGHT = 0.7  # points by which a line may be off the straight
_SHORTEST = 4.0

Point = tuple[float, float]
Place = Callable[[float, float], Point]


def find_rules(page: Any, place: Place) -> list[Rule]:
    """The ruled lines of a page, horizontal and vertical; none on a page that is a drawing."""
    rules: list[Rule] = []
    for count, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=_DEPTH)):
        if count > _MOST_OBJECTS:
            return []
        stroked = _is_stroked(path)
        for points in _outlines(path):
            rules.extend(_rules([place(x, y) for x, y in points], stroked))
    return rules


def has_picture(page: Any) -> bool:
    """Whether a picture covers most of the page, or its letters are drawn as shapes."""
    kinds = [pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH]
    left, bottom, right, top = page.get_bbox()
    paths = 0
    for drawn in page.get_objects(filter=kinds, max_depth=_DEPTH):
        paths += drawn.type == pdfium.FPDF_PAGEOBJ_PATH
        if paths > _OUTLINES:
            return True
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = drawn.get_bounds()
            points = [_outwards(drawn, point) for point in ((x0, y0), (x1, y1))]
            wide, high = (abs(a - b) for a, b in zip(*points, strict=True))
            if wide * high > _PICTURE * (right - left) * (top - bottom):
                return True
    return False


def _outwards(drawn: Any, point: Point) -> Point:
    """A place of an object as the page has it: the object may lie in a drawing that is moved itself."""
    holder = drawn.container
    while holder is not None:
        point = holder.get_matrix().on_point(*point)
        holder = holder.container
    return point


def _is_stroked(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(stroke.value)


def _outlines(path: Any) -> Iterator[list[Point]]:
    """The outlines of a path: each the points of straight lines, in the PDF's own space."""
    matrix = path.get_matrix()
    points: list[Point] = []
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MOST_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        points.append(_outwards(path, matrix.on_point(x.value, y.value)))
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield points


def _rules(points: list[Point], stroked: bool) -> Iterator[Rule]:
    """A thin shape is one ruled line, whether filled or stroked; of others the stroked straight sides are."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if is_rule(min(xs), min(ys), max(xs), max(ys)):
        yield Rule(min(xs), min(ys), max(xs), max(ys))
        return
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False) if stroked else ():
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if min(wide, high) < _STRAIGHT and max(wide, high) > _SHORTEST:
            yield Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
