"""Plots as SVG, drawn here: no library, no script, the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.judging.intervals import Interval

_BAR, _GAP, _LABEL, _WIDTH = 14, 8, 110, 640
_BINS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A share between 0 and 1, its interval, and how many things it is of."""

    label: str
    share: float
    interval: Interval | None
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Shares at the places of the axis, with their intervals."""

    label: str
    shares: Sequence[float]
    intervals: Sequence[Interval | None]


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """One bar a row, each with its interval as a whisker."""
    span = _WIDTH - _LABEL - 110
    parts: list[Markup] = []
    for at, row in enumerate(rows):
        top = at * (_BAR + _GAP) + _GAP
        parts.append(_text(_LABEL - 8, top + _BAR - 3, row.label, "end"))
        parts.append(_rect(_LABEL, top, span * row.share, _BAR, "bar"))
        if row.interval:
            low, high = (_LABEL + span * bound for bound in (row.interval.low, row.interval.high))
            parts.append(_line(low, top + _BAR / 2, high, top + _BAR / 2, "whisker"))
            parts += [_line(end, top + 3, end, top + _BAR - 3, "whisker") for end in (low, high)]
        value = f"{100 * row.share:.1f} % / {row.of}"
        parts.append(_text(_LABEL + span + 8, top + _BAR - 3, value, "start"))
    return _svg(title, len(rows) * (_BAR + _GAP) + _GAP, parts)


def curves(title: str, places: Sequence[int], lines: Sequence[Curve]) -> Markup:
    """Lines from left to right over ``places``, each point with its interval."""
    height, left, right = 240, 50, _WIDTH - 130
    across = [left + (right - left) * at / max(1, len(places) - 1) for at in range(len(places))]

    def down(share: float) -> float:
        return 20 + (height - 50) * (1 - share)

    parts = [_line(left, down(share), right, down(share), "grid") for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [_text(left - 8, down(share) + 4, f"{100 * share:.0f} %", "end") for share in (0, 0.5, 1)]
    parts += [_text(x, height - 8, f"k = {k}", "middle") for x, k in zip(across, places, strict=True)]
    for number, line in enumerate(lines):
        points = " ".join(f"{x:.1f},{down(share):.1f}" for x, share in zip(across, line.shares, strict=True))
        parts.append(Markup('<polyline class="curve c{}" points="{}"/>').format(number, points))
        for x, bound in zip(across, line.intervals, strict=True):
            if bound:
                parts.append(_line(x, down(bound.low), x, down(bound.high), f"whisker c{number}"))
        parts.append(_text(right + 10, 24 + 18 * number, line.label, "start", f"c{number}"))
    return _svg(title, height, parts)


def histogram(title: str, values: Sequence[float], unit: str) -> Markup:
    """How often values fall into equal steps from zero to the greatest."""
    height, left = 200, 50
    most = max(values, default=0.0) or 1.0
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, int(_BINS * value / most))] += 1
    step = (_WIDTH - left - 20) / _BINS
    tallest = max(counts) or 1
    parts = [
        _rect(left + at * step, height - 30 - 150 * n / tallest, step - 2, 150 * n / tallest, "bar")
        for at, n in enumerate(counts)
    ]
    parts += [
        _text(left + _BINS * step * share, height - 10, f"{most * share:.2f} {unit}", "middle")
        for share in (0, 0.5, 1)
    ]
    parts.append(_text(left - 8, height - 170, str(tallest), "end"))
    return _svg(title, height, parts)


def _svg(title: str, height: float, parts: Sequence[Markup]) -> Markup:
    opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDTH, height, title)
    return opening + Markup("").join(parts) + Markup("</svg>")


def _rect(x: float, y: float, width: float, height: float, name: str) -> Markup:
    corner = (name, round(x, 1), round(y, 1), round(max(width, 0), 1), round(height, 1))
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(*corner)


def _line(x: float, y: float, to_x: float, to_y: float, name: str) -> Markup:
    ends = (round(end, 1) for end in (x, y, to_x, to_y))
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(name, *ends)


def _text(x: float, y: float, text: str, anchor: str, name: str = "") -> Markup:
    at = (name, round(x, 1), round(y, 1), anchor, text)
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(*at)
