"""The statistics as CSV that a spreadsheet opens by a double click, and in which no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from assistant.history.types import CitedSection, Complaint, Day, RatedAnswer, UnansweredQuestion, Verdict
from assistant.types import Reason
from vectorstore.errors import Language, Message

_FORMULA = "=+-@＝＋－＠\t\r\n"  # how a cell begins that some spreadsheet computes
REASONS = {
    Reason.NOT_FOUND: Message("资料中没有", "not in the collection"),
    Reason.REDACTED: Message("原文隐去", "withheld in the source"),
    Reason.TRUNCATED: Message("原文截断", "breaks off in the source"),
    Reason.OUT_OF_SCOPE: Message("超出范围", "out of scope"),
    Reason.SMALL_TALK: Message("闲谈", "small talk"),
    "failed": Message("出错", "failed"),
}
VERDICTS = {Verdict.UP: Message("有用", "good"), Verdict.DOWN: Message("有问题", "bad")}
COMPLAINTS = {
    None: Message("", ""),
    Complaint.WRONG: Message("答错了", "wrong"),
    Complaint.WRONG_SOURCE: Message("出处不对", "wrong source"),
    Complaint.NOT_ANSWERED: Message("没有回答", "not answered"),
    Complaint.TOO_LONG: Message("太长", "too long"),
    Complaint.OTHER: Message("其他", "other"),
}


def unanswered_csv(rows: Iterable[UnansweredQuestion], language: Language) -> str:
    """Questions without an answer."""
    header = Message("问题,次数,最近一次,原因", "question,times,last asked,reason")
    cells = (
        (row.question, row.times, _moment(row.last_asked_at), REASONS[row.reason].in_language(language))
        for row in rows
    )
    return _csv(header, cells, language)


def feedback_csv(rows: Iterable[RatedAnswer], language: Language) -> str:
    """Ratings with what they are about."""
    header = Message("时间,评价,原因,说明,问题,回答", "time,rating,reason,comment,question,answer")
    cells = (
        (
            _moment(row.rating.rated_at),
            VERDICTS[row.rating.verdict].in_language(language),
            COMPLAINTS[row.rating.complaint].in_language(language),
            row.rating.text,
            row.question,
            row.answer,
        )
        for row in rows
    )
    return _csv(header, cells, language)


def most_cited_csv(rows: Iterable[CitedSection], language: Language) -> str:
    """Sections that answers cite."""
    header = Message("文件,位置,引用它的回答数", "document,section,answers that cite it")
    return _csv(header, ((row.title, " › ".join(row.path), row.answers) for row in rows), language)


def by_day_csv(rows: Iterable[Day], language: Language) -> str:
    """What was asked, day by day."""
    header = Message("日期,提问,已回答,未回答,好评,差评", "day,questions,answered,refused,up,down")
    cells = (
        (row.day.isoformat(), row.questions, row.answered, row.refused, row.up, row.down) for row in rows
    )
    return _csv(header, cells, language)


def _csv(header: Message, rows: Iterable[Sequence[str | int]], language: Language) -> str:
    """CSV with the mark by which a spreadsheet knows UTF-8. Encode it as it is."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(header.in_language(language).split(","))
    writer.writerows([_defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return f"\ufeff{written.getvalue()}"


def _defused(cell: str) -> str:
    """The text with an apostrophe before what would make it a formula, also behind white space."""
    risky = cell[:1] in _FORMULA or cell.lstrip()[:1] in _FORMULA
    return f"'{cell}" if cell and risky else cell


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
