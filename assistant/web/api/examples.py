"""Examples for the API's description: one invented document, and what is asked and answered about it."""

from __future__ import annotations

_HEAD = {
    "id": "3f2a9c0d51e4",
    "source": "example.txt",
    "title": "示例县学生午餐补助办法",
    "issuer": "示例县人民政府",
    "number": "示政发〔2024〕1号",
    "region": "示例省示例县",
    "issued_on": "2024-03-08",
    "status": "draft for comments",
}
ANSWER_EXAMPLE = {
    "answer": "学生午餐补助由县教育局负责[1]。",
    "outcome": "grounded",
    "refusal": None,
    "citations": [
        {
            "label": 1,
            "quote": "学生午餐补助由县教育局负责，县财政局配合。",
            "start": 120,
            "end": 141,
            "document": _HEAD,
            "path": ["第二章 职责分工", "第五条"],
            "page": 3,
            "url": "/documents/3f2a9c0d51e4?start=120&end=141",
            "cells": [],
        }
    ],
    "notices": ["《示例县学生午餐补助办法》为征求意见稿，不是正式文件。"],
    "question": "示例县学生午餐补助由哪个部门负责？",
    "scope": {
        "documents": [
            {"id": "3f2a9c0d51e4", "part": 0, "title": "示例县学生午餐补助办法", "region": "示例省示例县"}
        ],
        "clauses": [],
        "unknown": [],
    },
    "mode": "extract",
    "model": None,
    "usage": {"prompt_tokens": 0, "completion_tokens": 0},
    "seconds": {"search": 0.02, "answer": 0.01},
    "conversation_id": "5d0c3e7a9b1f4c2e8a6d0b7f3e9c1a2b",
    "answer_id": "9b1c6c2a4e0f4d0f8a3f6f1e2d7c5b4a",
}
TICKET_EXAMPLE = {
    "ticket": ANSWER_EXAMPLE["answer_id"],
    "state": "pending",
    "url": f"/api/answers/{ANSWER_EXAMPLE['answer_id']}",
    "conversation_id": ANSWER_EXAMPLE["conversation_id"],
}
EVENTS_EXAMPLE = (
    'event: evidence\ndata: {"question": "…", "passages": 12}\n\n'
    'event: looked\ndata: {"done": ["检索“…”"], "passages": 15}\n\n'
    'event: text\ndata: {"text": "…[1]。"}\n\n'
    'event: answer\ndata: {"answer": "…[1]。", "outcome": "grounded", "citations": []}\n\n'
)

PASSAGES_EXAMPLE = {
    "question": "学生午餐补助",
    "passages": [
        {
            "rank": 1,
            "document": _HEAD,
            "path": ["第二章 职责分工", "第五条"],
            "page": 3,
            "text": "学生午餐补助由县教育局负责，县财政局配合。",
            "start": 120,
            "end": 141,
            "score": 0.8,
        }
    ],
    "seconds": 0.02,
}
_LISTED = {**_HEAD, "chunks": 14, "marks": ["redacted"]}
DOCUMENTS_EXAMPLE = {"documents": [_LISTED]}
_ITEM = {
    "kind": "item",
    "label": "第五条",
    "title": "",
    "start": 116,
    "end": 141,
    "marks": [],
    "children": [],
}
DOCUMENT_EXAMPLE = {
    **_LISTED,
    "outline": [
        {
            "kind": "heading",
            "label": "第二章",
            "title": "职责分工",
            "start": 106,
            "end": 141,
            "marks": [],
            "children": [_ITEM],
        }
    ],
}
HEALTH_EXAMPLE = {
    "status": "ok",
    "documents": 5,
    "chunks": 374,
    "generation": "20261123-101500-1a2b3c",
    "mode": "extract",
}
READY_EXAMPLE = {"status": "ready"}
_CONVERSATION = {
    "id": ANSWER_EXAMPLE["conversation_id"],
    "title": "示例县学生午餐补助由哪个部门负责？",
    "started_at": "2026-11-23T10:15:00+00:00",
    "asked_at": "2026-11-23T10:15:00+00:00",
    "questions": 1,
}
CONVERSATIONS_EXAMPLE = {"conversations": [_CONVERSATION]}
CONVERSATION_EXAMPLE = {
    **_CONVERSATION,
    "turns": [
        {
            "question": "示例县学生午餐补助由哪个部门负责？",
            "asked_at": "2026-11-23T10:15:00+00:00",
            "state": "answered",
            "answer_id": ANSWER_EXAMPLE["answer_id"],
            "answer": ANSWER_EXAMPLE,
            "rating": {
                "verdict": "up",
                "complaint": None,
                "text": "",
                "rated_at": "2026-11-23T10:16:00+00:00",
            },
        }
    ],
}
RATED_EXAMPLE = {"answer_id": ANSWER_EXAMPLE["answer_id"], "verdict": "up"}
MODELS_EXAMPLE = {
    "object": "list",
    "data": [{"id": "edu-policy", "object": "model", "created": 0, "owned_by": "policy-assistant"}],
}
FILE_EXAMPLE = {
    "file": "Zk3mQ9v1xW5tB7nR2pL8sD4fH6jK0aYc",
    "title": "示例学校作息时间安排",
    "expires": "2026-11-23T11:15:00+00:00",
}
