"""Bounds of one question and its answer."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import BadQuestion
from vectorstore.errors import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one answer, from the settings."""

    passages: int
    evidence_tokens: int
    question_chars: int
    history_turns: int

    def accept(self, text: str) -> None:
        """Raises BadQuestion where a question is empty or too long."""
        if not text.strip():
            raise BadQuestion(
                Message("问题是空的。", "The question is empty."),
                Message("请输入一个问题。", "Type a question."),
            )
        if len(text) > self.question_chars:
            most = self.question_chars
            raise BadQuestion(
                Message(
                    f"问题有 {len(text)} 个字，太长了。",
                    f"The question is too long ({len(text)} characters).",
                ),
                Message(f"请缩短到 {most} 字以内。", f"Shorten it to {most} characters."),
            )
