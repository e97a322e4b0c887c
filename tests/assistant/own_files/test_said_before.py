"""What was said in a document of one's own is no part of the library's conversation, nor the other way."""

from __future__ import annotations

import pytest

from assistant.asking.callers import Asked, Caller
from assistant.own_files.files import OwnFiles
from assistant.own_files.types import Holder
from assistant.types import Question
from assistant.web.dependencies import Parts
from tests.assistant.own_files.conftest import brought

ALLOWANCE = "午餐补助每人每天多少元？"
NOT_IN_IT = "每个班级的图书角不少于多少册图书？"
LUNCH = "云山市的午餐补助由哪个部门负责？"
FOLLOW_UP = "那由谁检查？"


@pytest.mark.parametrize("named", [Caller(person="u"), Caller(conversation="c"), Caller()])
def test_turns_stay_with_the_documents_that_they_were_asked_in(
    parts: Parts, files: OwnFiles, named: Caller
) -> None:
    token = brought(files, Holder()).token
    caller = named

    def ask(text: str, own_file: str = "") -> Asked:
        asked = parts.sessions.submit(Question(text=text, own_file=own_file), caller)
        asked.job.answer.result(60)
        return asked

    first = ask(LUNCH)
    caller = named if named.owner else Caller(conversation=first.conversation_id)
    assert said(ask(ALLOWANCE, token)) == []
    assert said(ask(NOT_IN_IT, token)) == [ALLOWANCE]
    assert said(ask(FOLLOW_UP, token)) == [ALLOWANCE, NOT_IN_IT]
    assert said(ask(FOLLOW_UP)) == [LUNCH]


def said(asked: Asked) -> list[str]:
    return [turn.content for turn in asked.job.question.history if turn.role == "user"]
