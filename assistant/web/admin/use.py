"""How the assistant is used: by day, what got no answer, what people say of answers, what is cited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from assistant.history import spreadsheet
from assistant.history.statistics import MOST_ROWS, Statistics
from assistant.history.types import RatedAnswer, UnansweredQuestion, Verdict
from assistant.web.admin.access.gate import GuardedRoute, admin_page, look_of
from assistant.web.admin.plot import plot
from assistant.web.dependencies import TheParts, TheWorkers, in_worker
from vectorstore.errors import Language, Message

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_PERIODS = (7, 30, 90)
_SHOWN = 50
_WORDS = {
    "title": Message("使用情况", "Use"),
    "period": Message("最近 {} 天", "Last {} days"),
    "by_day": Message("每天的提问", "Questions by day"),
    "plot": Message(
        "每天提问、评价数量的柱状图，数字见下面的表格",
        "Bars of questions and ratings by day; see the table below",
    ),
    "span": Message(
        "从 {} 到 {}，最多的一天有 {} 次提问。", "From {} to {}; {} questions on the busiest day."
    ),
    "as_table": Message("看表格", "As a table"),
    "day": Message("日期", "Day"),
    "questions": Message("提问", "Questions"),
    "answered": Message("已回答", "Answered"),
    "refused": Message("未回答", "Refused"),
    "other": Message("其他（闲谈、停止、出错）", "Other (small talk, stopped, failed)"),
    "up": Message("好评", "Good"),
    "down": Message("差评", "Bad"),
    "unanswered": Message("没有答出的问题", "Questions without an answer"),
    "times": Message("{} 次", "{}×"),
    "feedback": Message("用户反馈", "Feedback"),
    "most_cited": Message("引用最多的章节", "Sections cited most"),
    "answers": Message("{} 次引用", "{} answers"),
    "download": Message("下载 CSV 表格", "Download as CSV"),
    "nothing": Message("这段时间没有记录。", "There is nothing in this period."),
}
_TOTAL = Message(
    "共 {} 次提问，{} 次答出，{} 次未答出；好评 {}，差评 {}。",
    "{} questions, {} answered, {} refused; {} good ratings, {} bad.",
)

Table = Callable[[Statistics, datetime, Language], str]
_TABLES: Mapping[str, Table] = {
    "by_day": lambda kept, since, language: spreadsheet.by_day_csv(kept.by_day(since), language),
    "unanswered": lambda kept, since, language: spreadsheet.unanswered_csv(
        kept.unanswered(since, MOST_ROWS), language
    ),
    "feedback": lambda kept, since, language: spreadsheet.feedback_csv(
        kept.feedback(since, MOST_ROWS), language
    ),
    "most_cited": lambda kept, since, language: spreadsheet.most_cited_csv(
        kept.most_cited(since, MOST_ROWS), language
    ),
}


def _period(days: str) -> int:
    return next((period for period in _PERIODS if str(period) == days), 30)


def _since(now: datetime, days: int) -> datetime:
    """The midnight, here, that the period begins with."""
    return (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


@router.get("/admin/use")
async def show_use(request: Request, parts: TheParts, workers: TheWorkers, days: str = "") -> Response:
    """Counts and lists of the period."""
    number, language, now = _period(days), look_of(request).language, datetime.now().astimezone()
    since, kept = _since(now, number), parts.history.statistics

    def render() -> Response:
        by_day = kept.by_day(since)
        counts = [sum(getattr(day, name) for day in by_day) for name in _COUNTED]
        return admin_page(
            request,
            "use.html",
            _WORDS,
            days=number,
            periods=_PERIODS,
            days_asked=by_day,
            total=_TOTAL.in_language(language).format(*counts),
            plot=plot(by_day, now.date(), number),
            unanswered=[_gap(row, language) for row in kept.unanswered(since, _SHOWN)],
            feedback=[_said(row, language) for row in kept.feedback(since, _SHOWN)],
            cited=kept.most_cited(since, _SHOWN),
        )

    return await in_worker(workers, render)


@router.get("/admin/use/{name}.csv")
async def download(
    request: Request, parts: TheParts, workers: TheWorkers, name: str, days: str = ""
) -> Response:
    """One of the lists for a spreadsheet."""
    table = _TABLES.get(name)
    if table is None:
        raise HTTPException(404)
    number, language = _period(days), look_of(request).language
    since, kept = _since(datetime.now().astimezone(), number), parts.history.statistics
    text = await in_worker(workers, lambda: table(kept, since, language))
    file_name = f'attachment; filename="{name}-{number}.csv"'
    return Response(text, media_type="text/csv", headers={"Content-Disposition": file_name})


_COUNTED = ("questions", "answered", "refused", "up", "down")


def _gap(row: UnansweredQuestion, language: Language) -> Mapping[str, object]:
    reason = spreadsheet.REASONS[row.reason].in_language(language)
    return {"question": row.question, "times": row.times, "reason": reason}


def _said(row: RatedAnswer, language: Language) -> Mapping[str, object]:
    rating = row.rating
    return {
        "good": rating.verdict is Verdict.UP,
        "verdict": spreadsheet.VERDICTS[rating.verdict].in_language(language),
        "complaint": spreadsheet.COMPLAINTS[rating.complaint].in_language(language),
        "text": rating.text,
        "question": row.question,
    }
