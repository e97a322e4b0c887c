"""A visitor's own document on the page: nobody else's, switched off, and what of it is left behind."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import gradio as gr
import pytest
from fastapi import Request

from assistant.own_files.files import OwnFiles
from assistant.own_files.types import Holder
from assistant.saying.export.markdown import to_markdown
from assistant.saying.export.word import to_word
from assistant.web.dependencies import Parts
from assistant.web.page.events import Events
from assistant.web.page.html import told_html
from assistant.web.page.talk import Talk
from assistant.web.visitor import COOKIE
from tests.assistant.own_files.conftest import brought

ANNA, BEN = "a" * 32, "b" * 32
ALLOWANCE = "午餐补助每人每天多少元？"
NOT_IN_IT = "每个班级的图书角不少于多少册图书？"
LEFT_OUT = "家长委员会"  # what the document says besides, and no answer here
LINK = "documents/own-"


def of(visitor: str) -> gr.Request:
    headers = [(b"cookie", f"{COOKIE}={visitor}".encode())]
    return gr.Request(Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)}))


@pytest.fixture
def page(parts: Parts) -> Events:
    return Events(lambda: parts, "zh", ())


def with_file(page: Events, visitor: str, token: str) -> Talk:
    _, _, talk, _, _ = page.act(json.dumps({"act": "file", "id": token}), None, of(visitor))
    return talk


def asked(page: Events, question: str, talk: Talk, visitor: str) -> Talk:
    *_, (_, _, talk, _, _) = page.submit(question, talk, page.choose([], [], [], [])[0], "", of(visitor))
    return talk


def test_another_visitors_document_can_be_neither_asked_nor_read_nor_removed(
    page: Events, files: OwnFiles
) -> None:
    file = brought(files, Holder(person=ANNA))
    for token in (file.token, file.document_id):
        with pytest.warns(UserWarning, match="不在了"):
            assert with_file(page, BEN, token).file is None
    page.act(json.dumps({"act": "no_file"}), Talk(id="x", file=file), of(BEN))
    page.act(json.dumps({"act": "delete_all"}), None, of(BEN))

    assert files.document(file.document_id, BEN) is None
    assert files.document(file.document_id, None) is None
    assert files.document(file.document_id, ANNA)
    assert with_file(page, ANNA, file.token).file


def test_switched_off_the_page_offers_nothing_and_takes_nothing_up(parts: Parts, files: OwnFiles) -> None:
    file = brought(files, Holder(person=ANNA))
    without = replace(parts, own_files=None)
    on, off = Events(lambda: parts, "zh", ()), Events(lambda: without, "zh", ())
    *_, (*_, offered) = on.load("", of(ANNA))
    *_, (*_, nothing) = off.load("", of(ANNA))
    assert "问自己的文件" in str(offered)
    assert nothing == ""
    with pytest.warns(UserWarning, match="不在了"):
        assert with_file(off, ANNA, file.token).file is None


def test_links_lead_into_it_while_it_is_there_and_nothing_of_it_is_left_but_what_was_said(
    page: Events, parts: Parts, files: OwnFiles
) -> None:
    file = brought(files, Holder(person=ANNA))
    talk = asked(page, ALLOWANCE, with_file(page, ANNA, file.token), ANNA)
    assert "8元" in talk.entries[-1].html
    assert LINK in talk.entries[-1].html
    *_, (chat, _, again, _, _) = page.load(talk.id, of(ANNA))
    assert LINK in str(chat)
    assert again.turns() == talk.turns() != ()

    kept = parts.history.conversation(ANNA, talk.id)
    now = datetime.now(UTC)
    code = parts.history.shared.share_kept(ANNA, talk.entries[-1].question_id, at=now)
    shared = parts.history.shared.read(code or "", since=now - timedelta(days=1))
    assert shared
    page.act(json.dumps({"act": "no_file"}), talk, of(ANNA))
    *_, (come_back_to, *_) = page.load(talk.id, of(ANNA))
    base = "http://127.0.0.1"
    markdown = to_markdown(kept, language="zh", exported_on=now.date(), base_url=base)
    exported = to_word(kept, language="zh", exported_on=now.date(), base_url=base)
    with ZipFile(io.BytesIO(exported)) as package:
        word = "".join(package.read(name).decode(errors="replace") for name in package.namelist())
    for left in (
        json.dumps(kept.turns[-1].answer, ensure_ascii=False),
        told_html(shared.answer, shared.asked, "zh"),
        markdown,
        word,
        str(come_back_to),
    ):
        assert "8元" in left
        assert LINK not in left
        assert LEFT_OUT not in left


def test_a_refusal_in_it_is_no_turn_of_the_library_even_when_come_back_to(
    page: Events, files: OwnFiles
) -> None:
    file = brought(files, Holder(person=ANNA))
    talk = asked(page, NOT_IN_IT, with_file(page, ANNA, file.token), ANNA)
    page.act(json.dumps({"act": "no_file"}), talk, of(ANNA))
    *_, (_, _, again, _, _) = page.load(talk.id, of(ANNA))
    assert len(again.entries) == 1
    assert again.turns() == ()
