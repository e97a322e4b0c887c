"""Evaluation cases as FORMAT.md describes them, and how they are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import CasesInvalid
from vectorstore.errors import Message

SHIPPED_CASES = Path(__file__).resolve().parents[1] / "cases"
_LINES_SHOWN = 10


class Kind(StrEnum):
    """What a case tries, in the order in which reports list them."""

    FACT = "fact"
    NUMBER = "number"
    LIST = "list"
    TABLE = "table"
    COMPARE = "compare"
    STATUS = "status"
    REDACTED = "redacted"
    TRUNCATED = "truncated"
    UNANSWERABLE = "unanswerable"
    NEARMISS = "nearmiss"
    FOLLOWUP = "followup"
    COLLOQUIAL = "colloquial"
    TYPO = "typo"
    ENGLISH = "english"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HistoryTurn(_Model):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class GoldQuote(_Model):
    """A verbatim span of a document that the answer needs; ``file`` is its name in the library."""

    file: str
    quote: str


class Case(_Model):
    """One question with what a good answer holds. The fields are those of FORMAT.md, section 1.

    ``facts`` holds, for each fact, the alternatives of which one is enough.
    ``group`` names the family of documents that the case is about.
    """

    id: str
    kind: Kind
    question: str = Field(min_length=1)
    history: tuple[HistoryTurn, ...] = ()
    facts: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    evidence: tuple[GoldQuote, ...]
    answerable: bool
    says: str = ""
    group: str = ""

    @property
    def family(self) -> str:
        """What stays together when cases are halved: those of one group, or the case alone."""
        return self.group or self.id


def case_files(path: Path) -> tuple[Path, ...]:
    """The case files at ``path``, a file or a folder of ``*.jsonl``, by name.

    Raises CasesInvalid where there is none.
    """
    files = (path,) if path.is_file() else tuple(sorted(path.glob("*.jsonl")))
    if not files:
        raise CasesInvalid(
            Message(f"在 {path} 没有找到评测题（*.jsonl）。", f"No evaluation cases (*.jsonl) at {path}."),
            Message("请用 --cases 指定题目文件或文件夹。", "Name a file or a folder of cases with --cases."),
        )
    return files


def load_cases(path: Path) -> tuple[Case, ...]:
    """All cases at ``path``, in the order of files and lines, which never changes.

    Raises CasesInvalid, naming file and line of every line that is no case.
    """
    cases, wrong = read_cases(path)
    if wrong:
        raise _invalid(wrong)
    return cases


def read_cases(path: Path) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The cases at ``path``, and what is wrong with the lines that are none, by file and line.

    Raises CasesInvalid where a file can't be read at all.
    """
    cases: list[Case] = []
    wrong: list[str] = []
    for file in case_files(path):
        for number, line in enumerate(_read(file).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                cases.append(Case.model_validate_json(line))
            except ValidationError as error:
                wrong.append(f"{file.name}:{number}: {_reasons(error)}")
    return tuple(cases), tuple(wrong)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid([f"{file.name}: {error}"]) from error


def _reasons(error: ValidationError) -> str:
    return ", ".join(
        f"{'.'.join(map(str, e['loc']))}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()
    )


def _invalid(wrong: Sequence[str]) -> CasesInvalid:
    shown = "\n".join(wrong[:_LINES_SHOWN])
    return CasesInvalid(
        Message(f"评测题有 {len(wrong)} 处错误：\n{shown}\n", f"{len(wrong)} wrong cases:\n{shown}\n"),
        Message(
            "请按 eval/FORMAT.md 改正这些行。", "Correct these lines; eval/FORMAT.md says what a case is."
        ),
    )
