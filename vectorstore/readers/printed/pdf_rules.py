"""What is drawn on a PDF page beside text: ruled lines, and pictures of whole pages."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from vectorstore.readers.printed.page import Rule
from vectorstore.readers.printed.ruled import Point, rules_of

_MOST_OBJECTS = 20_000  # of a page; more are a drawing
_MOST_SEGMENTS = 1_000  # of one path
_DEPTH = 4  # of drawings inside of drawings
_PICTURE = 0.5  # of the page
_OUTLINES = 200  # paths on a page without text: letters that were turned into shapes

Place = Callable[[float, float], Point]


def find_rules(page: pypdfium2.PdfPage, place: Place) -> list[Rule]:
    """The ruled lines of a page, horizontal and vertical; none on a page that is a drawing."""
    rules: list[Rule] = []
    for count, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=_DEPTH)):
        if count > _MOST_OBJECTS:
            return []
        stroked = _is_stroked(path)
        for points in _outlines(path):
            rules.extend(rules_of([place(x, y) for x, y in points], stroked=stroked))
    return rules


def has_picture(page: pypdfium2.PdfPage) -> bool:
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


def _outwards(drawn: pypdfium2.PdfObject, point: Point) -> Point:
    """A place of an object as the page has it: the object may lie in a drawing that is moved itself."""
    holder = drawn.container
    while holder is not None:
        point = holder.get_matrix().on_point(*point)
        holder = holder.container
    return point


def _is_stroked(path: pypdfium2.PdfObject) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(stroke.value)


def _outlines(path: pypdfium2.PdfObject) -> Iterator[list[Point]]:
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
