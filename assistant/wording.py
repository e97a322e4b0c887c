"""The product's words for its own terms, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.errors import Message
from vectorstore.types import Status

STATUS_NAMES: Mapping[Status, Message] = {
    Status.ISSUED: Message("已印发", "issued"),
    Status.DRAFT: Message("征求意见稿", "draft for comments"),
    Status.BULLETIN: Message("简报动态", "bulletin"),
    Status.ANONYMISED: Message("单位名称已隐去", "names withheld in the source"),
    Status.SUPERSEDED: Message("已被新文件取代", "superseded"),
    Status.REPEALED: Message("已废止", "repealed"),
}
