"""How long it is until the day that an answer tells, where the question asks for that: 还剩几天, 截止了吗."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

from assistant.figures.figures import DATE, Figure, comparable, read_figures
from assistant.figures.same_figures import with_years
from assistant.question.words import WORDS
from assistant.types import Statement
from vectorstore.errors import Message
from vectorstore.text import fold

_CHINA = timezone(timedelta(hours=8))
_TODAY_IS = re.compile(r"(?:今天|现在)(?:已经)?是?")
_WEEKDAYS = "一二三四五六日"
_LONGEST = 1000  # days from which on a date is none that somebody waits for


def today() -> date:
    """The date in China, wherever the server stands."""
    return datetime.now(UTC).astimezone(_CHINA).date()


def tell_today(question: str) -> Message | None:
    """The date, where the whole question asks for it."""
    if not WORDS["asks_today"].holds(fold(question).strip()):
        return None
    day = today()
    return Message(
        f"今天是{_in_chinese(day)}，星期{_WEEKDAYS[day.weekday()]}。",
        f"Today is {day:%A, %B} {day.day}, {day.year}.",
    )


def tell_left(question: str, statements: Sequence[Statement]) -> Message | None:
    """How many days are left, or over, from today or from the day that the question says it is.

    Only where the question asks for that and the first statement tells one day alone.
    """
    if not statements or not WORDS["asks_left"].holds(fold(question)):
        return None
    now = _today_in(question) or today()
    days = set(_days(statements[0], now.year))
    if len(days) != 1 or abs((day := days.pop()) - now).days > _LONGEST:
        return None
    left = (day - now).days
    is_now, then = f"今天是{_in_chinese(now)}", _in_chinese(day)
    if left > 0:
        return Message(f"{is_now}，离{then}还有{left}天。", f"From {now} to {day} there are {left} days.")
    if left == 0:
        return Message(f"{is_now}，就是这一天。", f"That is today, {now}.")
    return Message(f"{is_now}，{then}已经过了{-left}天。", f"On {now}, {day} is {-left} days ago.")


def _today_in(question: str) -> date | None:
    text = comparable(question)
    said = _TODAY_IS.search(text)
    own = [one for one in read_figures(text) if said and one.unit == DATE and one.start == said.end()]
    return next(_exact(with_years(own, [str(today().year)])), None)


def _days(statement: Statement, year: int) -> Iterator[date]:
    """The days that a statement tells, by the year of its document, or else this one."""
    head = statement.passage.head
    issued = [str(head.issued_on.year)] if head.issued_on else []
    about = read_figures(comparable(f"{head.title} {head.period}"))
    years = [one.value[0] for one in about if one.unit == DATE and one.value[0]]
    told = [one for one in read_figures(comparable(statement.text)) if one.unit == DATE]
    known = [one.value[0] for one in told if one.value[0]]
    for one in told:
        if one.value[0]:
            yield from _exact([one])
        else:
            yield from _exact(with_years([one], (known or years or issued or [str(year)])[-1:]))


def _exact(figures: Sequence[Figure] | Iterator[Figure]) -> Iterator[date]:
    for figure in figures:
        year, month, day, _ = figure.value
        with suppress(ValueError):
            yield date(int(year), int(month), int(day))


def _in_chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
