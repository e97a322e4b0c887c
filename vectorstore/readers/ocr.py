"""Text of scanned pages by RapidOCR, which carries its models in its wheel; ruled lines by OpenCV.

Needs the extra: pip install 'policy-assistant[ocr]'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from vectorstore.readers.printed import Rule, Run

_DOTS_PER_INCH = 200
_LONGEST_SIDE = 4_000  # pixels; larger pages are rendered coarser
_DETECTED_SIDE = 1_280  # pixels of the longer side in which lines are looked for: half the time, same text
_SHORTEST_RULE = 0.02  # of the page's longer side
_THREADS = 2


def make_recogniser() -> Callable[[pypdfium2.PdfPage], tuple[list[Run], list[Rule]]]:
    """A function from a PDF page to its lines of text and its ruled lines, in points. Loads the models."""
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _LONGEST_SIDE,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
        }
    )

    def recognise(page: pypdfium2.PdfPage) -> tuple[list[Run], list[Rule]]:
        scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(page.get_size()))
        picture = page.render(scale=scale, grayscale=True).to_numpy()
        found = engine(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
        return list(_runs(found, scale)), list(_rules(picture, scale))

    return recognise


def _runs(found: object, scale: float) -> Iterator[Run]:
    if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None:
        return  # nothing to read on the page
    for box, text in zip(found.boxes, found.txts, strict=True):
        (left, top), (right, bottom) = np.min(box, axis=0) / scale, np.max(box, axis=0) / scale
        yield Run(text, float(left), float(top), float(right), float(bottom))


def _rules(picture: NDArray[np.uint8], scale: float) -> Iterator[Rule]:
    """Dark strokes that are long and straight."""
    grey = picture if picture.ndim == 2 else picture[:, :, 0]
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    length = max(int(_SHORTEST_RULE * max(grey.shape)), 8)
    for shape in ((length, 1), (1, length)):
        strokes = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        outlines, _ = cv2.findContours(strokes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            left, top, wide, high = cv2.boundingRect(outline)
            yield Rule(left / scale, top / scale, (left + wide) / scale, (top + high) / scale)
