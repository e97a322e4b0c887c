"""Passages as a chat model reads them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.wording import STATUS_NAMES
from vectorstore.types import Head, Passage


def show(passages: Sequence[Passage], first: int = 1) -> str:
    """Their document once, then each with its label from ``first`` on, headings, and text or cells."""
    blocks: list[str] = []
    named: Head | None = None
    for label, passage in enumerate(passages, start=first):
        if passage.head != named:
            named = passage.head
            blocks.append(name(named, is_part=passage.chunk.part > 0))
        blocks.append(_block(label, passage))
    return "\n\n".join(blocks)


def name(head: Head, *, is_part: bool = False) -> str:
    """The title of a document or of a part of a compilation, and what else is known of it."""
    issued = head.issued_on.isoformat() if head.issued_on else ""
    status = STATUS_NAMES[head.status].zh
    facts = (head.region, head.number, issued, status, "汇编中的一份" if is_part else "")
    about = "，".join(fact for fact in facts if fact)
    return f"《{head.title}》（{about}）"


def _block(label: int, passage: Passage) -> str:
    chunk = passage.chunk
    headings = [heading for heading in chunk.path if heading != passage.head.title]
    body = chunk.text
    if chunk.cells:
        body = "\n".join(f"{cell.header or '栏'}：{cell.text or '（空）'}" for cell in chunk.cells)
    return f"[{label}] {' > '.join(headings)}\n{body}"
