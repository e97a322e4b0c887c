"""What the administrator learns of the use: counts, lists, a plot with a table, files for a spreadsheet."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.history.history import History
from assistant.history.types import Complaint, Day, Verdict
from assistant.setup.settings import Settings
from assistant.web.admin.plot import plot
from tests.assistant.web.admin.person import Person

FORMULA = '=HYPERLINK("http://192.0.2.1")有没有补助'
NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def _asked(admin_settings: Settings) -> None:
    refused = {"outcome": "refused", "refusal": {"reason": "not_found"}, "citations": [], "answer": "没有"}
    with closing(History(admin_settings.data_dir)) as history:
        history.ask("q1", FORMULA, conversation_id="c", owner="me", asked_at=NOW)
        history.answer("q1", refused)
        history.rate("me", "q1", Verdict.DOWN, complaint=Complaint.WRONG, text="<b>错了</b>", rated_at=NOW)
        history.ask(
            "q2", "很久以前的问题", conversation_id="c", owner="me", asked_at=NOW - timedelta(days=60)
        )
        history.answer("q2", refused)


def test_gaps_and_complaints_are_shown_as_text(person: Person) -> None:
    page = person.get("/admin/use").text

    assert "=HYPERLINK(&#34;" in page
    assert "资料中没有" in page
    assert "&lt;b&gt;错了&lt;/b&gt;" in page
    assert "答错了" in page
    assert '<svg class="plot"' in page
    assert f'<th scope="row">{NOW.astimezone().date()}</th>' in page


def test_the_period_is_as_chosen_and_any_other_is_thirty_days(person: Person) -> None:
    assert "很久以前的问题" in person.get("/admin/use?days=90").text
    for days in ("30", "7", "x", "-1", "99999"):
        assert "很久以前的问题" not in person.get(f"/admin/use?days={days}").text


def test_what_is_cited_is_counted(person: Person) -> None:
    answer = person.client.post("/api/ask", json={"question": "农村学生每人每天补助多少元？"})
    assert answer.json()["citations"]

    assert "《云山市学生午餐补助办法》" in person.get("/admin/use").text


@pytest.mark.parametrize("name", ["by_day", "unanswered", "feedback", "most_cited"])
def test_every_list_is_a_file_for_a_spreadsheet(person: Person, name: str) -> None:
    response = person.get(f"/admin/use/{name}.csv?days=7&lang=en")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")
    assert f'filename="{name}-7.csv"' in response.headers["content-disposition"]
    assert response.content.startswith("\ufeff".encode())
    assert '"=' not in response.text


def test_a_formula_in_a_question_is_defused_in_the_file(person: Person) -> None:
    assert "\"'=HYPERLINK" in person.get("/admin/use/unanswered.csv").text
    assert person.get("/admin/use/secrets.csv").status_code == 404


def test_the_plot_stacks_answers_refusals_and_the_rest_above_the_line_and_ratings_below() -> None:
    last = date(2026, 3, 30)
    day = Day(day=last, questions=4, answered=2, refused=1, up=1, down=1)
    outside = Day(day=last - timedelta(days=7), questions=9, answered=9, refused=0, up=0, down=0)

    drawn = plot([outside, day], last, 7)
    kinds = {bar.kind: bar for bar in drawn.bars}

    assert drawn.most == 4
    assert (drawn.first, drawn.last) == ("2026-03-24", "2026-03-30")
    assert set(kinds) == {"answered", "refused", "other", "up", "down"}
    assert kinds["answered"].height == 2 * kinds["refused"].height == drawn.zero / 2
    assert kinds["other"].y == 0
    assert kinds["up"].y == drawn.zero
    assert all(bar.x >= 0 and bar.x + bar.width <= drawn.width for bar in drawn.bars)
    assert all(bar.y + bar.height <= drawn.height for bar in drawn.bars)
    assert plot([], last, 7).bars == ()
