"""The callback of an Official Account, as WeChat calls it: every mode, every kind of message, every trick."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from assistant.web.wechat.crypto import signature
from assistant.web.wechat.freshness import WINDOW_SECONDS
from tests.assistant.web.wechat.accounts import AES_KEY, official
from tests.assistant.web.wechat.conftest import Serving
from tests.assistant.web.wechat.platform_simulator import Platform, as_xml, event, message, text_message

ASKED = "学生午餐补助由哪个部门负责？"
SAID = "云山市教育局"


@pytest.fixture(params=["plaintext", "compatible", "safe"])
def account(request: pytest.FixtureRequest, plain_account: Platform, safe_account: Platform) -> Platform:
    """The account in each of its modes."""
    if request.param == "plaintext":
        return plain_account
    return replace(safe_account, compatible=request.param == "compatible")


def test_the_address_is_confirmed_word_for_word(account: Platform) -> None:
    answered = account.confirm("<b>5938427 & 一</b>")

    assert answered.status_code == 200
    assert answered.text == "<b>5938427 & 一</b>"
    assert answered.headers["content-type"].startswith("text/plain")


def test_a_question_is_answered_with_its_sources(account: Platform, person: str) -> None:
    said = account.deliver(text_message(person, ASKED))

    assert said is not None
    assert SAID in said
    assert "依据：\n[1] 《云山市学生午餐补助办法》" in said
    assert f"{account.address}/d/" in said


@pytest.mark.parametrize("sources", ["short", "off"])
def test_an_account_tells_its_sources_as_its_setting_says(
    serving: Serving, person: str, sources: str
) -> None:
    with serving(**official(), wechat_official_sources=sources) as address:
        account = Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")
        said = account.deliver(text_message(person, ASKED))

    assert said is not None
    assert SAID in said
    assert "http" not in said
    assert ("依据：[1]《云山市学生午餐补助办法》" in said) == (sources == "short")
    assert ("[1]" in said) == (sources == "short")


def test_what_speech_was_recognised_as_is_a_question(account: Platform, person: str) -> None:
    said = account.deliver(message(person, "voice", MediaId="m", Format="amr", Recognition=ASKED))

    assert said is not None
    assert SAID in said


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "voice", "MediaId": "m", "Format": "amr"},
        {"kind": "voice", "MediaId": "m", "Format": "amr", "Recognition": " "},
        {"kind": "image", "PicUrl": "http://127.0.0.1:9/a.png", "MediaId": "m"},
        {"kind": "video", "MediaId": "m", "ThumbMediaId": "t"},
        {"kind": "shortvideo", "MediaId": "m", "ThumbMediaId": "t"},
        {"kind": "location", "Location_X": "23.1", "Location_Y": "113.3", "Scale": "20", "Label": "学校"},
        {"kind": "link", "Title": "t", "Description": "d", "Url": "http://127.0.0.1:9/"},
        {"kind": "text", "Content": "　"},
        {"kind": "new_in_2030"},
    ],
    ids=lambda sent: sent["kind"],
)
def test_whatever_is_not_words_is_answered_by_asking_for_words(
    account: Platform, person: str, sent: dict[str, str]
) -> None:
    assert account.deliver(message(person, **sent)) == "请用文字提问。"


@pytest.mark.parametrize("key", ["", "qrscene_7"])
def test_new_followers_are_told_what_this_is(account: Platform, person: str, key: str) -> None:
    said = account.deliver(event(person, "subscribe", key))

    assert said is not None
    assert said.startswith("您好！我依据库中的 2 份政策文件回答问题")


@pytest.mark.parametrize("happened", ["unsubscribe", "SCAN", "LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", ""])
def test_other_events_are_answered_with_nothing(account: Platform, person: str, happened: str) -> None:
    assert account.deliver(event(person, happened, "http://127.0.0.1:9/")) is None


def test_a_button_of_the_menu_asks_the_question_behind_it(account: Platform, person: str) -> None:
    said = account.deliver(event(person, "CLICK", ASKED))

    assert said is not None
    assert SAID in said
    assert account.deliver(event(person, "CLICK", " ")) is None


def test_two_people_at_once_each_go_on_with_what_they_asked(account: Platform, person: str) -> None:
    first, second = f"{person}a", f"{person}b"
    asked = {
        first: ["午餐补助由谁负责？", "什么时候施行？"],
        second: ["阅读活动每年几月举办？", "由谁牵头？"],
    }

    with ThreadPoolExecutor(2) as pool:
        for turn in range(2):
            sent = {who: text_message(who, asked[who][turn]) for who in asked}
            said = dict(zip(sent, pool.map(account.deliver, sent.values()), strict=True))

    assert "2024年9月1日" in (said[first] or "")
    assert "河口县" in (said[second] or "")
    assert "河口县" not in (said[first] or "")
    assert "云山市" not in (said[second] or "")


def test_a_question_that_is_too_long_is_answered_in_words(account: Platform, person: str) -> None:
    said = account.deliver(text_message(person, "补助" * 1500))

    assert said is not None
    assert "2000" in said


def test_control_characters_of_a_person_do_no_harm(account: Platform, person: str) -> None:
    sent = as_xml(text_message(person, ASKED)).replace("午餐", "午\x0b\x00餐")
    made = account.make(sent, person=person)

    assert SAID in (account.said(made, account.post(made)) or "")


def test_the_same_message_gets_the_same_answer_however_often_it_comes(account: Platform, person: str) -> None:
    asked = text_message(person, ASKED)
    made = account.make(as_xml(asked), person=person)

    identical = [account.said(made, account.post(made)) for _ in range(3)]
    anew = [account.deliver(asked) for _ in range(2)]

    assert len({*identical, *anew}) == 1


@pytest.mark.parametrize("given", ["", "0" * 40, "签名"])
def test_without_the_platforms_signature_nothing_is_answered(account: Platform, given: str) -> None:
    made = account.make(as_xml(text_message("o1", ASKED)))

    assert account.post(made, signature=given).status_code == 403
    assert account.confirm("1", signature=given).status_code == 403


@pytest.mark.parametrize("seconds", [-WINDOW_SECONDS - 60, WINDOW_SECONDS + 60])
def test_a_request_of_another_time_is_refused(account: Platform, seconds: int) -> None:
    made = account.make(as_xml(text_message("o1", ASKED)), timestamp=int(time.time()) + seconds)

    assert account.post(made).status_code == 403


@pytest.mark.parametrize("timestamp", ["", "soon", "9" * 30, "-1"])
def test_a_time_that_is_none_is_refused(plain_account: Platform, timestamp: str) -> None:
    made = plain_account.make(as_xml(text_message("o1", ASKED)))
    signed = signature(plain_account.token, timestamp, made.params["nonce"])

    assert plain_account.post(made, timestamp=timestamp, signature=signed).status_code == 403


def test_a_signature_is_of_no_use_for_another_message(account: Platform, person: str) -> None:
    made = account.make(as_xml(text_message(person, ASKED)), person=person)
    other = account.make(as_xml(text_message("somebody else", ASKED)))
    assert account.post(made).status_code == 200

    assert account.post(replace(made, body=other.body)).status_code == 403
    assert account.post(made).status_code == 200


def test_the_signature_of_a_confirmation_is_of_no_use_for_a_message(plain_account: Platform) -> None:
    made = plain_account.make(as_xml(text_message("o1", ASKED)))
    plain_account.confirm("1", **made.params)

    assert plain_account.post(made).status_code == 403


def test_what_is_encrypted_for_another_account_is_refused(safe_account: Platform) -> None:
    other = replace(safe_account, receiver="wx-other")

    assert safe_account.post(other.make(as_xml(text_message("o1", ASKED)))).status_code == 403


def test_where_a_key_is_set_nothing_in_plaintext_is_read(safe_account: Platform) -> None:
    plain = replace(safe_account, aes_key="").make(as_xml(text_message("o1", ASKED)))
    compatible = replace(safe_account, compatible=True).make(as_xml(text_message("o1", ASKED)))

    assert safe_account.post(plain).status_code == 403
    assert safe_account.post(compatible, encrypt_type="raw").status_code == 403


def test_of_a_compatible_message_the_encrypted_part_counts(safe_account: Platform, person: str) -> None:
    both = replace(safe_account, compatible=True)
    made = both.make(as_xml(text_message(person, ASKED)), person=person)
    forged = replace(made, body=made.body.replace(person.encode(), b"somebody else"))

    assert SAID in (both.said(made, both.post(forged)) or "")


def test_without_the_key_what_is_plain_in_a_compatible_message_is_read(
    plain_account: Platform, person: str
) -> None:
    both = replace(plain_account, aes_key=AES_KEY, compatible=True)
    made = both.make(as_xml(text_message(person, ASKED)), person=person)

    assert SAID in (plain_account.said(made, plain_account.post(made)) or "")


_DOCTYPE = '<!DOCTYPE xml [<!ENTITY a "bomb">{}]>'
BOMBS = {
    "billion laughs": _DOCTYPE.format(
        "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(1, 12))
    ).replace("ENTITY a ", "ENTITY a1 ")
    + "<xml><Content>&a12;</Content></xml>",
    "external entity": '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    "external document type": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/a.dtd"><xml/>',
    "deep": "<xml>" * 9_000,
    "deep and too long": "<a>" * 100_000,
    "too long": f"<xml><Content>{'长' * 100_000}</Content></xml>",
    "unclosed": "<xml><Content>",
    "no XML": '{"MsgType": "text"}',
    "nothing": "",
    "no fields": "<xml/>",
    "an unknown entity": "<xml><Content>&nbsp;</Content></xml>",
    "another encoding": '<?xml version="1.0" encoding="utf-7"?><xml><Content>+ADw-</Content></xml>',
    "NUL": "\0" * 100,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_xml_that_is_a_trap_is_neither_followed_nor_answered(account: Platform, body: str) -> None:
    made = account.make(body)

    answered = account.post(made)

    assert answered.status_code == 403 or answered.text == "success"
    assert "root:" not in answered.text


def test_an_unencrypted_trap_is_no_worse_where_a_key_is_set(safe_account: Platform) -> None:
    made = safe_account.make(as_xml(text_message("o1", ASKED)))

    for body in BOMBS.values():
        assert safe_account.post(replace(made, body=body.encode())).status_code == 403


def test_an_encrypted_message_to_an_account_without_a_key_is_told_in_the_log(
    plain_account: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    keyed = replace(plain_account, aes_key=AES_KEY)

    answered = keyed.post(keyed.make(as_xml(text_message("o1", ASKED))))

    assert answered.text == "success"
    assert "no EncodingAESKey is set" in caplog.text


def test_followers_read_the_welcome_that_is_set(serving: Serving, person: str) -> None:
    welcome = f"欢迎]]>关注\x0b <a href='http://127.0.0.1:9/'>网站</a> & 更多{'。' * 3000}"
    with serving(**official(), wechat_welcome=welcome) as address:
        account = Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")
        said = account.deliver(event(person, "subscribe"))

    assert said is not None
    assert said.startswith("欢迎]]>关注 <a href='http://127.0.0.1:9/'>网站</a> & 更多。")


@pytest.mark.parametrize("path", ["/wechat/official", "/wechat/wecom"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_callback_without_a_token_is_not_there(server: str, path: str, method: str) -> None:
    answered = httpx.request(method, f"{server}{path}", params={"signature": "0" * 40})

    assert answered.status_code == 404
    assert answered.json() == httpx.get(f"{server}/nothing").json()


def test_links_lead_to_the_address_that_people_know(serving: Serving, person: str) -> None:
    with serving(**official(), public_url="https://policies.example/a/") as address:
        account = Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")
        said = account.deliver(text_message(person, ASKED))

    assert said is not None
    assert "\nhttps://policies.example/a/d/" in said
