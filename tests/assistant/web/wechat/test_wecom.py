"""The callback of a WeCom application: everything encrypted, else as an Official Account."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from assistant.errors import SettingsInvalid
from assistant.setup.settings import Settings
from assistant.web.server import create_app
from assistant.web.wechat.freshness import WINDOW_SECONDS
from tests.assistant.web.wechat.accounts import AES_KEY, official, wecom
from tests.assistant.web.wechat.platform_simulator import Platform, as_xml, event, message, text_message

ASKED = "学生午餐补助由哪个部门负责？"
SAID = "云山市教育局"


def test_the_address_is_confirmed_by_decrypting(application: Platform) -> None:
    answered = application.confirm("6823190045 一")

    assert answered.status_code == 200
    assert answered.content == "6823190045 一".encode()


def test_a_question_is_answered_with_its_sources(application: Platform, person: str) -> None:
    said = application.deliver(text_message(person, ASKED))

    assert said is not None
    assert SAID in said
    assert "依据：\n[1] 《云山市学生午餐补助办法》" in said


def test_the_same_message_gets_the_same_answer(application: Platform, person: str) -> None:
    asked = text_message(person, ASKED)
    made = application.make(as_xml(asked), person=person)

    said = {application.said(made, application.post(made)), application.deliver(asked)}

    assert len(said) == 1


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link"])
def test_whatever_is_not_words_is_answered_by_asking_for_words(
    application: Platform, person: str, kind: str
) -> None:
    assert application.deliver(message(person, kind, MediaId="m")) == "请用文字提问。"


def test_new_members_are_told_what_this_is(application: Platform, person: str) -> None:
    assert "2 份政策文件" in (application.deliver(event(person, "subscribe")) or "")


@pytest.mark.parametrize("happened", ["unsubscribe", "enter_agent", "LOCATION", "view"])
def test_other_events_are_answered_with_nothing(application: Platform, person: str, happened: str) -> None:
    made = application.make(as_xml(event(person, happened)))

    answered = application.post(made)

    assert (answered.status_code, answered.content) == (200, b"")


def test_a_button_of_the_menu_asks_the_question_behind_it(application: Platform, person: str) -> None:
    assert SAID in (application.deliver(event(person, "click", ASKED)) or "")


@pytest.mark.parametrize("given", ["", "0" * 40, "签名"])
def test_without_wecoms_signature_nothing_is_answered(application: Platform, given: str) -> None:
    made = application.make(as_xml(text_message("p1", ASKED)))

    assert application.post(made, msg_signature=given).status_code == 403
    assert application.confirm("1", msg_signature=given).status_code == 403


@pytest.mark.parametrize("seconds", [-WINDOW_SECONDS - 60, WINDOW_SECONDS + 60])
def test_a_request_of_another_time_is_refused(application: Platform, seconds: int) -> None:
    made = application.make(as_xml(text_message("p1", ASKED)), timestamp=int(time.time()) + seconds)

    assert application.post(made).status_code == 403


@pytest.mark.parametrize("changed", [{"receiver": "ww-other"}, {"aes_key": AES_KEY}, {"aes_key": ""}])
def test_what_is_not_encrypted_for_this_company_is_refused(
    application: Platform, changed: dict[str, Any]
) -> None:
    made = replace(application, **changed).make(as_xml(text_message("p1", ASKED)))

    assert application.post(made).status_code == 403


@pytest.mark.parametrize("body", ["", "<xml/>", "<xml><Encrypt/></xml>", "{}", "<xml>" * 5_000, "\0"])
def test_a_body_that_is_no_message_is_refused(application: Platform, body: str) -> None:
    made = application.make(as_xml(text_message("p1", ASKED)))

    assert application.post(replace(made, body=body.encode())).status_code == 403


@pytest.mark.parametrize(
    "body", ["", "<xml/>", '<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>', "<a>" * 5_000]
)
def test_what_is_encrypted_and_no_message_is_never_answered(application: Platform, body: str) -> None:
    answered = application.post(application.make(body))

    assert answered.status_code == 403 or answered.content == b""


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        (official(encrypted=True), "wechat_official_app_id"),
        (wecom(), "wecom_aes_key"),
        (wecom(), "wecom_corp_id"),
    ],
)
def test_a_setting_that_is_missing_is_told_when_the_server_starts(
    settings: Settings, chosen: dict[str, object], missing: str
) -> None:
    with pytest.raises(SettingsInvalid, match=missing.upper()):
        create_app(settings.model_copy(update={**chosen, missing: None}))
