"""The product's words for its own terms, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.documents.chunking import Cut
from vectorstore.documents.comparison import Change
from vectorstore.errors import Language, Message
from vectorstore.types import Head, Mark, Passage, Status

STATUS_NAMES: Mapping[Status, Message] = {
    Status.ISSUED: Message("已印发", "issued"),
    Status.DRAFT: Message("征求意见稿", "draft for comments"),
    Status.BULLETIN: Message("简报动态", "bulletin"),
    Status.ANONYMISED: Message("单位名称已隐去", "names withheld in the source"),
    Status.SUPERSEDED: Message("已有新版", "a newer version is there"),
    Status.REPEALED: Message("已废止", "repealed"),
}
MARK_NAMES: Mapping[Mark, Message] = {
    Mark.REDACTED: Message("原文隐去", "withheld in the source"),
    Mark.TRUNCATED: Message("原文截断", "breaks off in the source"),
    Mark.OUTLINE_ONLY: Message("只有标题", "heading only"),
}
CHANGE_NAMES: Mapping[Change, Message] = {
    Change.SAME: Message("未变", "the same"),
    Change.CHANGED: Message("修改", "changed"),
    Change.ADDED: Message("新增", "added"),
    Change.DROPPED: Message("删去", "dropped"),
}
CUT_NAMES: Mapping[Cut, Message] = {
    Cut.HEADING: Message("下有各节的标题，不单独检索", Cut.HEADING.value),
    Cut.ITEM: Message("一条或一段，完整", Cut.ITEM.value),
    Cut.ROW: Message("表格的一行，完整", Cut.ROW.value),
    Cut.GATHERED: Message("同一标题下的段落，凑到约四百字", Cut.GATHERED.value),
    Cut.LONG: Message("超过一千二百字的条目，在行或句之间切开", Cut.LONG.value),
    Cut.OUTLINE: Message("目录，或库中没有正文的标题", Cut.OUTLINE.value),
}
_PAGE = Message("第 {} 页", "page {}")


def place_of(passage: Passage, offset: int, language: Language) -> tuple[str, ...]:
    """Where in its document a character stands: the headings down to it, and its page if it has pages."""
    page = passage.page_of(offset)
    return (*passage.chunk.path, *([_PAGE.in_language(language).format(page)] if page else []))


def dated_name(head: Head, language: Language) -> str:
    """A document's title with its date, where it has one: what tells versions of one title apart."""
    day = f"（{head.issued_on.isoformat()}）" if head.issued_on else ""
    return f"《{head.title}》{day}" if language == "zh" else f"{head.title} {day.strip('（）')}".strip()
