"""An answer behind a link: the same link each time, nobody else's, and gone with its question."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import ConversationUnknown
from assistant.history.history import FILE, History
from tests.assistant.kept_answers import answered, citation

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def asked(history: History, owner: str | None, question_id: str = "q1") -> dict[str, object]:
    """A question that was answered, and the JSON of its answer."""
    answer = answered("每人每天补助5元[1]。", citation(1)) | {"answer_id": question_id}
    history.ask(question_id, "补助多少？", conversation_id="c1", owner=owner, asked_at=NOW)
    history.answer(question_id, answer)
    return answer


def test_who_has_the_code_reads_the_answer_and_the_question(history: History) -> None:
    answer = asked(history, "anna")
    code = history.shared.share_kept("anna", "q1", at=NOW)
    assert code is not None
    found = history.shared.read(code, since=LONG_AGO)
    assert found is not None
    assert (found.answer, found.asked, found.shared_at) == (answer, "补助多少？", NOW)
    assert history.shared.share_kept("anna", "q1", at=NOW + timedelta(days=1)) == code
    assert history.shared.read(code[:-1] + "0", since=LONG_AGO) is None


def test_nobody_shares_what_is_anothers_or_not_answered(history: History) -> None:
    asked(history, "anna")
    history.ask("q2", "还没有回答", conversation_id="c1", owner="anna", asked_at=NOW)
    for owner, question in (("bert", "q1"), ("anna", "q2"), ("anna", "none")):
        with pytest.raises(ConversationUnknown):
            history.shared.share_kept(owner, question, at=NOW)


def test_an_answer_that_nobody_owns_is_shared_as_it_was_given(history: History) -> None:
    answer = asked(history, None)
    code = history.shared.share(answer, at=NOW)
    assert code is not None
    found = history.shared.read(code, since=LONG_AGO)
    assert found is not None
    assert found.answer == answer
    assert history.shared.share(answer | {"answer_id": "unknown"}, at=NOW) is None
    assert history.shared.share(answer | {"answer": "长" * 300_000}, at=NOW) is None


def test_it_goes_with_its_question_and_when_its_time_is_over(history: History) -> None:
    asked(history, "anna")
    code = history.shared.share_kept("anna", "q1", at=NOW)
    assert code is not None
    assert history.shared.read(code, since=NOW + timedelta(seconds=1)) is None
    assert history.shared.forget_before(NOW) == 0
    assert history.shared.forget_before(NOW + timedelta(seconds=1)) == 1
    assert history.shared.read(code, since=LONG_AGO) is None
    again = history.shared.share_kept("anna", "q1", at=NOW)
    assert again not in (None, code)
    history.delete("anna", "c1")
    assert history.shared.read(str(again), since=LONG_AGO) is None


def test_a_file_from_before_there_were_links_gets_them_when_one_is_wanted(tmp_path: Path) -> None:
    History(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE shared")
    connection.close()
    history = History(tmp_path)
    assert history.shared.read("whatever", since=LONG_AGO) is None
    assert history.shared.forget_before(NOW) == 0
    code = history.shared.share(asked(history, "anna"), at=NOW)
    assert code is not None
    assert history.shared.read(code, since=LONG_AGO) is not None
    history.close()
