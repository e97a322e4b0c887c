"""Words that several pages of the administration say."""

from __future__ import annotations

from vectorstore.errors import Message

FIELDS = {
    "field_title": Message("标题", "Title"),
    "field_issuer": Message("发文单位", "Issuer"),
    "field_number": Message("文号", "Number"),
    "field_region": Message("地区（从省写起）", "Region, from the province down"),
    "field_kind": Message("文种（通知、方案等）", "Kind, such as 通知 or 方案"),
    "field_superseded_by": Message("被哪份文件取代（标题）", "Superseded by (title)"),
    "issued_on": Message("发文日期", "Issued on"),
    "status": Message("状态", "Status"),
}
DOCUMENT = {
    "chunks": Message("{} 个片段", "{} chunks"),
    "sections": Message("{} 节", "{} sections"),
    "read": Message("阅读原文", "Read"),
    "preview": Message("预览与修改", "Preview and correct"),
    "remove": Message("移除", "Remove"),
    "correct": Message("更正这份文件的信息", "Correct what is known of it"),
    "cancel": Message("返回资料库", "Back to the library"),
}
