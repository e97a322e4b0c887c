"""The AI bot of WeCom hears the platform alone, and takes whatever that sends."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from assistant.errors import SettingsInvalid
from assistant.setup.settings import Settings
from assistant.web.server import create_app
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH, READING, bot_settings, platform_of
from tests.assistant.web.wechat.wecom_bot_simulator import AES_KEY, PATH, TOKEN, Platform, text


@pytest.fixture(scope="module")
def chosen(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a bot."""
    return bot_settings(seeds, tmp_path_factory.mktemp("bot"))


@pytest.fixture(scope="module")
def platform(chosen: Settings) -> Iterator[Platform]:
    """In front of a server without a chat model."""
    with platform_of(chosen) as opened:
        yield opened


WINDOW = 300  # seconds in which a request counts as new


def test_the_address_is_confirmed_with_the_very_words_that_were_encrypted(platform: Platform) -> None:
    response = platform.check("4915718374658364758")
    assert response.status_code == 200
    assert response.content == b"4915718374658364758"
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_token_there_is_nothing_at_the_address(client: httpx.Client, method: str) -> None:
    assert client.request(method, PATH).status_code == 404


@pytest.mark.parametrize("key", [None, "short", "!" * 43])
def test_a_bot_without_a_proper_key_does_not_start(chosen: Settings, key: str | None) -> None:
    wrong = chosen.model_copy(update={"wecom_bot_aes_key": key and SecretStr(key)})
    with pytest.raises(SettingsInvalid, match=r"EncodingAESKey|wecom_bot_aes_key"):
        create_app(wrong)


@pytest.mark.parametrize("parameter", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "0", "１２", "x" * 5000, "\u0000签名"])
def test_what_is_not_signed_by_the_platform_is_refused(
    platform: Platform, parameter: str, value: str | None
) -> None:
    parameters, encrypted = platform.sealed(json.dumps(text(LUNCH)))
    given = {name: kept for name, kept in {**parameters, parameter: value}.items() if kept is not None}
    for response in (
        platform.http.post(PATH, params=given, json={"encrypt": encrypted}),
        platform.http.get(PATH, params={**given, "echostr": encrypted}),
    ):
        assert response.status_code == 403
        assert "5元" not in response.text


@pytest.mark.parametrize("late", [-WINDOW - 30, WINDOW + 30])
def test_a_request_of_another_time_is_refused(platform: Platform, late: int) -> None:
    then = int(time.time()) + late
    assert platform.post(json.dumps(text(LUNCH)), then).status_code == 403
    assert platform.check("1", then).status_code == 403


def test_a_signature_is_good_for_one_text_only(platform: Platform) -> None:
    parameters, _ = platform.sealed(json.dumps(text(LUNCH)))
    _, another = platform.sealed(json.dumps(text(READING)))
    assert platform.http.post(PATH, params=parameters, json={"encrypt": another}).status_code == 403


def test_what_another_key_encrypted_is_refused_even_with_our_signature(platform: Platform) -> None:
    stranger = Platform(http=platform.http, aes_key="A" * 43)
    assert stranger.post(json.dumps(text(LUNCH))).status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"{}", b'{"encrypt":1}', b"\xff\xfe", b"[" * 100_000, b"1" * 9999],
)
def test_a_body_that_is_not_the_platforms_is_refused(platform: Platform, body: bytes) -> None:
    response = platform.http.post(PATH, params=platform.signed(""), content=body)
    assert response.status_code == 403


@pytest.mark.parametrize("encrypted", ["", "A", "====", "AAAA", "文", "A" * 64, "\ud800"])
def test_what_can_not_be_decrypted_is_refused_even_when_it_is_signed(
    platform: Platform, encrypted: str
) -> None:
    parameters = platform.signed(encrypted.encode("utf-8", "replace").decode())
    body = json.dumps({"encrypt": encrypted})
    assert platform.http.post(PATH, params=parameters, content=body).status_code == 403


NAMES = ["msgid", "msgtype", "text", "content", "voice", "mixed", "msg_item", "stream", "id", "from"]
MORE_NAMES = ["userid", "chatid", "chattype", "event", "eventtype", "feedback_event", "type", "quote"]
KINDS = ["text", "voice", "mixed", "stream", "event", "enter_chat", "feedback_event", "group", "single"]
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS) | st.text(max_size=20)
)
shapes = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES, *MORE_NAMES]) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
messages = st.fixed_dictionaries(
    {"msgtype": st.sampled_from(KINDS) | shapes},
    optional=dict.fromkeys(("text", "voice", "mixed", "stream", "event", "from", "chatid", "msgid"), shapes),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages | shapes)
def test_json_of_any_shape_gets_a_reply_that_the_platform_takes(platform: Platform, sent: Any) -> None:  # noqa: ANN401
    response = platform.post(json.dumps(sent))
    assert response.status_code == 200
    if response.content:
        assert platform.opened(response.json())["msgtype"] in ("stream", "text")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_get_an_empty_reply(platform: Platform, sent: bytes) -> None:
    assert platform.post(b"\xfe" + sent).content == b""


@pytest.mark.parametrize("words", ["\ud800", "a\u0000b", "[1](http://x)", "@" * 500, "#" * 300, "]]>\u000b"])
def test_odd_characters_do_no_harm_wherever_they_stand(platform: Platform, words: str) -> None:
    sent = text(words, userid=words, chat=words, msgid=words)
    assert platform.answer(sent)
    assert platform.ask_on(words).finish


NODE_SCRIPT = """
const { getSignature, encrypt, decrypt } = require(process.argv[1]);
const { token, key, message, reply } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const sealed = reply ? null : encrypt(key, message, "");
const signed = (...parts) => ({ signature: getSignature(token, ...parts) });
process.stdout.write(JSON.stringify(reply
  ? { ...decrypt(key, reply.encrypt), ...signed(reply.timestamp, reply.nonce, reply.encrypt) }
  : { encrypt: sealed, ...signed("TIME", "77", sealed) }));
"""
WECOM_CRYPTO = Path(__file__).parents[3] / "npm" / "node_modules" / "@wecom" / "crypto"


def by_node(**given: object) -> dict[str, Any]:
    """What the platform's own package for Node makes of it; skips the test where that is not installed."""
    node = which("node")
    if node is None or not WECOM_CRYPTO.is_dir():
        pytest.skip("@wecom/crypto is not installed: run `npm ci --prefix tests/npm`")
    now = str(int(time.time()))
    run = subprocess.run(
        [node, "-e", NODE_SCRIPT.replace("TIME", now), str(WECOM_CRYPTO)],
        input=json.dumps({"token": TOKEN, "key": AES_KEY, **given}),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return {"timestamp": now, **json.loads(run.stdout)}


def test_the_platforms_own_package_for_node_understands_and_is_understood(platform: Platform) -> None:
    sealed = by_node(message=json.dumps(text(LUNCH), ensure_ascii=False))
    parameters = {"msg_signature": sealed["signature"], "timestamp": sealed["timestamp"], "nonce": "77"}
    response = platform.http.post(PATH, params=parameters, json={"encrypt": sealed["encrypt"]})
    assert response.status_code == 200
    opened = by_node(reply=response.json())
    assert opened["signature"] == response.json()["msgsignature"]
    assert opened["id"] == ""
    assert "5元" in json.loads(opened["message"])["stream"]["content"]
