"""What was asked day by day as bars: answers, refusals and the rest upwards, ratings downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.history.types import Day

_WIDTH, _ZERO, _BELOW = 720, 170, 40  # units of the drawing
_GAP = 0.2  # of a day's width


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One colour of one day."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The drawing; ``most`` is what its full height stands for."""

    bars: tuple[Bar, ...]
    most: int
    first: str
    last: str
    width: int = _WIDTH
    height: int = _ZERO + _BELOW
    zero: int = _ZERO


def plot(days: Sequence[Day], last: date, number: int) -> Plot:
    """The bars of the ``number`` days that end with ``last``."""
    first = last - timedelta(days=number - 1)
    shown = [day for day in days if first <= day.day <= last]
    most = max((day.questions for day in shown), default=0)
    rated = max((day.up + day.down for day in shown), default=0)
    bars: list[Bar] = []
    for day in shown:
        rest = max(0, day.questions - day.answered - day.refused)
        place = (day.day - first).days
        upward = (("answered", day.answered), ("refused", day.refused), ("other", rest))
        bars += _stack(day, place, number, upward, -_ZERO / max(most, 1))
        bars += _stack(day, place, number, (("up", day.up), ("down", day.down)), _BELOW / max(rated, 1))
    return Plot(bars=tuple(bars), most=most, first=first.isoformat(), last=last.isoformat())


def _stack(day: Day, place: int, number: int, counts: Sequence[tuple[str, int]], scale: float) -> list[Bar]:
    """The bars of a day from the line on; ``scale`` is the height of one, negative upwards."""
    step = _WIDTH / number
    bars, done = [], 0
    for kind, count in counts:
        if count:
            near, far = _ZERO + done * scale, _ZERO + (done + count) * scale
            bars.append(
                Bar(
                    kind=kind,
                    x=round((place + _GAP / 2) * step, 2),
                    y=round(min(near, far), 2),
                    width=round(step * (1 - _GAP), 2),
                    height=round(abs(far - near), 2),
                    title=f"{day.day.isoformat()} {count}",
                )
            )
        done += count
    return bars
