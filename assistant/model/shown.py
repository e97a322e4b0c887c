"""Passages as a chat model reads them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.wording import STATUS_NAMES
from vectorstore.types import Chunk, Head, Passage


def show(passages: Sequence[Passage], first: int = 1) -> str:
    """Their document once, then each with its label from ``first`` on, headings, and text or cells."""
    blocks: list[str] = []
    named: Head | None = None
    for label, passage in enumerate(passages, start=first):
        if passage.head != named:
            named = passage.head
            blocks.append(name(named))
        blocks.append(_block(label, passage.chunk))
    return "\n\n".join(blocks)


def name(head: Head) -> str:
    """A document's title, and place, number, date and status as far as they are known."""
    issued = head.issued_on.isoformat() if head.issued_on else ""
    status = STATUS_NAMES[head.status].zh
    about = "，".join(part for part in (head.region, head.number, issued, status) if part)
    return f"《{head.title}》（{about}）"


def _block(label: int, chunk: Chunk) -> str:
    body = chunk.text
    if chunk.cells:
        body = "\n".join(f"{cell.header or '栏'}：{cell.text or '（空）'}" for cell in chunk.cells)
    return f"[{label}] {' > '.join(chunk.path)}\n{body}"
