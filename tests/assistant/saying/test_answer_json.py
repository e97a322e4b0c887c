from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from assistant.saying.answer_json import document_json, outline_json, passages_json, to_json
from assistant.types import (
    Answer,
    Citation,
    Nearest,
    Outcome,
    Reason,
    Refusal,
    Seconds,
    Usage,
)
from vectorstore.mentions.named import Mentions, Target
from vectorstore.types import Chunk, Document, Head, Mark, Passage, Scope, Section, SectionKind, Status

TEXT = "一、目标\n（一）建设学校xx所。"
HEAD = Head(
    title="甲县方案",
    issuer="甲县教育局",
    number="甲教〔2024〕1号",
    region="某省甲县",
    issued_on=date(2024, 3, 8),
    status=Status.DRAFT,
    deadline=date(2024, 4, 1),
)
ITEM = Section(
    kind=SectionKind.ITEM, label="（一）", title="建设学校", start=5, end=16, marks=(Mark.REDACTED,)
)
HEADING = Section(kind=SectionKind.HEADING, label="一、", title="目标", start=0, end=16, children=(ITEM,))
DOCUMENT = Document(id="d 1", source="甲.txt", text=TEXT, digest="", head=HEAD, sections=(HEADING,))
PASSAGE = Passage(
    rank=1,
    chunk=Chunk(
        id="d 1:0",
        document_id="d 1",
        ordinal=0,
        part=0,
        kind=SectionKind.ITEM,
        path=("一、目标", "（一）建设学校"),
        text=TEXT[5:16],
        start=5,
        end=16,
    ),
    source="甲.txt",
    head=HEAD,
    score=0.5,
    pages=(0, 8),
)
DOCUMENT_BODY = {
    "id": "d 1",
    "source": "甲.txt",
    "title": "甲县方案",
    "issuer": "甲县教育局",
    "number": "甲教〔2024〕1号",
    "region": "某省甲县",
    "issued_on": "2024-03-08",
    "status": "draft for comments",
}


def test_an_answer_has_exactly_the_agreed_json() -> None:
    answer = Answer(
        text="建设学校xx所[1]。",
        outcome=Outcome.PARTLY,
        question="甲县建设几所学校",
        mentions=Mentions(
            groups=(frozenset({Target("d 1", 0, HEAD)}),),
            unknown=("乙县", "乙教〔2024〕2号"),
            clauses=(3,),
        ),
        citations=(Citation(label=1, quote=TEXT[8:15], start=8, end=15, passage=PASSAGE),),
        notices=("该文件为征求意见稿。",),
        mode="llm",
        model="some-model",
        usage=Usage(prompt_tokens=10, completion_tokens=2),
        seconds=Seconds(search=0.02, answer=0.1),
        conversation_id="c",
        answer_id="a",
    )
    body = to_json(answer)
    assert body == {
        "answer": "建设学校xx所[1]。",
        "outcome": "partly",
        "refusal": None,
        "citations": [
            {
                "label": 1,
                "quote": "建设学校xx所",
                "start": 8,
                "end": 15,
                "document": DOCUMENT_BODY,
                "path": ["一、目标", "（一）建设学校"],
                "page": 2,
                "url": "/documents/d%201?start=8&end=15",
                "cells": [],
            }
        ],
        "notices": ["该文件为征求意见稿。"],
        "question": "甲县建设几所学校",
        "scope": {
            "documents": [{"id": "d 1", "part": 0, "title": "甲县方案", "region": "某省甲县"}],
            "clauses": [3],
            "unknown": ["乙县", "乙教〔2024〕2号"],
        },
        "mode": "llm",
        "model": "some-model",
        "usage": {"prompt_tokens": 10, "completion_tokens": 2},
        "seconds": {"search": 0.02, "answer": 0.1},
        "conversation_id": "c",
        "answer_id": "a",
    }
    assert json.loads(json.dumps(body)) == body


def test_a_refusal_is_data_with_the_nearest_sections() -> None:
    nearest = Nearest(title="甲县方案", path=("一、目标",), url="/documents/d?start=0&end=4")
    refusal = Refusal(reason=Reason.REDACTED, nearest=(nearest,))
    body = to_json(Answer(text="", outcome=Outcome.REFUSED, question="几所", refusal=refusal))
    assert body["outcome"] == "refused"
    assert body["refusal"] == {
        "reason": "redacted",
        "nearest": [{"title": "甲县方案", "path": ["一、目标"], "url": "/documents/d?start=0&end=4"}],
    }
    assert (body["citations"], body["notices"], body["mode"], body["model"]) == ([], [], "extract", None)
    assert json.loads(json.dumps(body)) == body


def test_passages_have_their_document_their_place_and_their_text() -> None:
    assert passages_json("几所学校", (PASSAGE,), 0.02) == {
        "question": "几所学校",
        "passages": [
            {
                "rank": 1,
                "document": DOCUMENT_BODY,
                "path": ["一、目标", "（一）建设学校"],
                "page": 1,
                "text": TEXT[5:16],
                "start": 5,
                "end": 16,
                "score": 0.5,
            }
        ],
        "seconds": 0.02,
    }


def test_a_document_has_its_chunks_counted_and_the_marks_of_all_its_sections() -> None:
    assert document_json(DOCUMENT, 3) == {**DOCUMENT_BODY, "chunks": 3, "marks": ["redacted"]}


def test_each_mark_of_a_document_is_named_once() -> None:
    cut = Section(
        kind=SectionKind.TEXT,
        label="",
        title="",
        start=16,
        end=16,
        marks=(Mark.TRUNCATED, Mark.REDACTED),
    )
    document = Document(
        id="d", source="甲.txt", text=TEXT, digest="", head=Head(title="甲"), sections=(HEADING, cut)
    )
    body = document_json(document, 0)
    assert body["marks"] == ["redacted", "truncated"]
    assert (body["issued_on"], body["number"], body["status"]) == (None, "", "issued")


def test_an_outline_is_the_tree_of_sections() -> None:
    item = {
        "kind": "item",
        "label": "（一）",
        "title": "建设学校",
        "start": 5,
        "end": 16,
        "marks": ["redacted"],
        "children": [],
    }
    heading = {
        "kind": "heading",
        "label": "一、",
        "title": "目标",
        "start": 0,
        "end": 16,
        "marks": [],
        "children": [item],
    }
    assert outline_json(DOCUMENT) == [heading]


def test_an_outline_leaves_out_the_parts_that_may_not_be_seen() -> None:
    other = Section(kind=SectionKind.HEADING, label="二、", title="别处的事", start=16, end=16, part=1)
    mixed = replace(DOCUMENT, sections=(HEADING, other), parts=(replace(HEAD, region="某省乙县"),))

    assert len(outline_json(mixed)) == 2
    assert outline_json(mixed, Scope(within=Scope(regions=("甲县",)))) == outline_json(DOCUMENT)
