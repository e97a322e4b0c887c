"""Text of scanned pages by RapidOCR, which carries its models in its wheel; ruled lines by OpenCV.

Needs the extra: pip install 'policy-assistant[ocr]'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from vectorstore.readers.printed.page import PrintedPage, Rule, Run

_DOTS_PER_INCH = 200
_LONGEST_SIDE = 4_000  # pixels; larger pages are rendered coarser
_DETECTED_SIDE = 1_280  # pixels of the longer side in which lines are looked for: half the time, same text
_SHORTEST_RULE = 0.02  # of the page's longer side
_THREADS = 2
_SHORT = 3  # characters of a line that does not show how it lies
_CERTAIN = 0.75  # of a page that stands upright; a good scan has 0.98, one on its head half of that

Picture = NDArray[np.uint8]


def make_recogniser() -> Callable[[pypdfium2.PdfPage], PrintedPage]:
    """A function that reads the picture of a page, turned as it must be. Loads the models."""
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.use_cls": False,  # it stands upright lines on their head: 4 of 100 characters were lost
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
        }
    )

    def read(picture: Picture) -> _Read:
        found = engine(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
        if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None:
            return _Read(picture, (), (), ())  # nothing to read on the page
        return _Read(picture, list(found.boxes), found.txts, found.scores or ())

    def recognise(page: pypdfium2.PdfPage) -> PrintedPage:
        scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(page.get_size()))
        picture = page.render(scale=scale, grayscale=True).to_numpy().squeeze()
        best = read(picture)
        if best.is_doubtful:
            turned = (read(np.ascontiguousarray(np.rot90(picture, quarter))) for quarter in (2, 1, 3))
            best = max((best, *turned), key=lambda other: other.certainty)
        return best.as_page(scale)

    return recognise


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found on a picture: corners, text and certainty of each line."""

    picture: Picture
    boxes: Sequence[NDArray[np.float32]]
    texts: Sequence[str]
    scores: Sequence[float]

    @property
    def certainty(self) -> float:
        """How much was read, and how surely. Lines that stand on end count for nothing."""
        return sum(
            score**2 * len(text)
            for box, text, score in zip(self.boxes, self.texts, self.scores, strict=True)
            if len(text) < _SHORT or np.ptp(box[:, 0]) > np.ptp(box[:, 1])
        )

    @property
    def is_doubtful(self) -> bool:
        """Whether the page may lie on its side or its head."""
        characters = sum(map(len, self.texts))
        return characters > 0 and self.certainty < _CERTAIN * characters

    def as_page(self, scale: float) -> PrintedPage:
        """In points, with the ruled lines of the picture."""
        runs: list[Run] = []
        for box, text in zip(self.boxes, self.texts, strict=True):
            (left, top), (right, bottom) = np.min(box, axis=0) / scale, np.max(box, axis=0) / scale
            runs.append(Run(text, float(left), float(top), float(right), float(bottom)))
        high, wide = self.picture.shape
        rules = list(_rules(self.picture, scale))
        return PrintedPage(width=wide / scale, height=high / scale, runs=runs, rules=rules)


def _rules(picture: Picture, scale: float) -> Iterator[Rule]:
    """Dark strokes that are long and straight."""
    _, ink = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    length = max(int(_SHORTEST_RULE * max(picture.shape)), 8)
    for shape in ((length, 1), (1, length)):
        strokes = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        outlines, _ = cv2.findContours(strokes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            left, top, wide, high = cv2.boundingRect(outline)
            yield Rule(left / scale, top / scale, (left + wide) / scale, (top + high) / scale)
