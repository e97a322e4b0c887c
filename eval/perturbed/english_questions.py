"""Cases in English: questions as a foreign colleague would ask them, about the same Chinese documents."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import CasesInvalid
from eval.questions.cases import Case, Kind
from vectorstore.errors import Message

ENGLISH = Path(__file__).resolve().parent / "english_questions.jsonl"
TRANSLATED = 150
_NOT_TRANSLATED = (Kind.ENGLISH, Kind.FOLLOWUP)


class EnglishQuestion(BaseModel):
    """The question of a case in English. Its facts stay Chinese, as answers quote Chinese documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str = Field(min_length=1)


def load_english(path: Path = ENGLISH) -> tuple[EnglishQuestion, ...]:
    """The English questions. Raises CasesInvalid, naming the line that is none."""
    questions: list[EnglishQuestion] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            questions.append(EnglishQuestion.model_validate_json(line))
        except ValidationError as error:
            said = f"{path.name}:{number}: {error.errors()[0]['msg']}"
            raise CasesInvalid(
                Message(f"英文问题有误：{said}。", f"An English question is wrong: {said}."),
                Message("请改正这一行。", "Correct that line."),
            ) from error
    return tuple(questions)


@cache
def english_by_id() -> dict[str, str]:
    """The shipped English questions by the id of their case. Raises CasesInvalid."""
    return {one.id: one.question for one in load_english()}


def choose_for_english(cases: Iterable[Case]) -> list[str]:
    """The ids of the cases that are asked in English: a fixed draw, by the SHA-256 of the id."""
    ids = [case.id for case in cases if case.answerable and case.kind not in _NOT_TRANSLATED]
    return sorted(ids, key=lambda one: hashlib.sha256(one.encode()).digest())[:TRANSLATED]


def check_english(questions: Sequence[EnglishQuestion], cases: Sequence[Case]) -> list[tuple[str, str]]:
    """What is wrong with which English question, by id: they are of exactly the cases that were drawn."""
    chosen = choose_for_english(cases)
    count = Counter(one.id for one in questions)
    wrong = [(one, "the case was drawn for English, and has no question") for one in chosen if not count[one]]
    for one in questions:
        if one.id not in chosen:
            wrong.append((one.id, "an English question is of no case that was drawn"))
        if count[one.id] > 1:
            wrong.append((one.id, f"{count[one.id]} English questions are of this case"))
        if not one.question.strip():
            wrong.append((one.id, "an English question is empty"))
        elif any("\u3400" <= character <= "\u9fff" for character in one.question):
            wrong.append((one.id, "an English question has Chinese characters"))
    return wrong
