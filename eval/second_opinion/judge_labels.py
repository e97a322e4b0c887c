"""Verdicts by hand, which a judge is calibrated against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import CasesInvalid
from eval.questions.cases import Case
from eval.questions.splits import Split, is_in
from vectorstore.errors import Message

LABELS = Path(__file__).resolve().parent / "judge_labels.jsonl"


class Verdict(StrEnum):
    """What an answer is worth beside the gold facts; prompts/judge.md says what each means."""

    CORRECT = "correct"
    PARTLY = "partly"
    WRONG = "wrong"
    REFUSED = "refused"


class Label(BaseModel):
    """A verdict by hand on one answer to a case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    answer: str
    verdict: Verdict
    why: str


def load_labels(path: Path = LABELS) -> tuple[Label, ...]:
    """The hand labels. Raises CasesInvalid, naming the line that is none."""
    labels: list[Label] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            labels.append(Label.model_validate_json(line))
        except ValidationError as error:
            said = f"{path.name}:{number}: {error.errors()[0]['msg']}"
            raise CasesInvalid(
                Message(f"评判标注有误：{said}。", f"A hand label is wrong: {said}."),
                Message("请改正这一行。", "Correct that line."),
            ) from error
    return tuple(labels)


def check_labels(labels: Sequence[Label], cases: Iterable[Case]) -> list[tuple[str, str]]:
    """What is wrong with which label, by id. They are of the tune half, so that the other stays unread."""
    known = {case.id for case in cases}
    count = Counter(label.id for label in labels)
    wrong: list[tuple[str, str]] = []
    for label in labels:
        if label.id not in known:
            wrong.append((label.id, "a hand label is of no case"))
        elif not is_in(label.id, Split.TUNE):
            wrong.append((label.id, "a hand label is of the report half"))
        if count[label.id] > 1:
            wrong.append((label.id, f"{count[label.id]} hand labels are of this case"))
        if not label.answer.strip() or not label.why.strip():
            wrong.append((label.id, "a hand label lacks its answer or its reason"))
    return wrong


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa: agreement beyond what the two would have by chance; None where chance explains all."""
    if not pairs:
        return None
    count = len(pairs)
    same = sum(one == other for one, other in pairs) / count
    first, second = (Counter(pair[at] for pair in pairs) for at in (0, 1))
    chance = sum(first[name] * second[name] for name in first) / count**2
    return None if chance == 1 else (same - chance) / (1 - chance)
