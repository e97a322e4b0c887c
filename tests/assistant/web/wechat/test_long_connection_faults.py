"""Whatever happens to the AI bot's long connection, people are answered once, and the operator is told."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assistant.errors import SettingsInvalid
from assistant.setup.settings import Settings
from assistant.upkeep.bot_state import kept_state, told_state
from assistant.upkeep.doctor import Check, examine
from assistant.web.server import bind, create_app, server_config
from assistant.web.serving import Server
from assistant.web.wechat.wecom_bot import connection, long_connection, streams
from assistant.web.wechat.wecom_bot.long_connection import Waits
from tests.assistant.web.wechat.long_connection_servers import (
    Held,
    connected,
    connected_with_model,
    noted,
    until_noted,
    with_bot,
)
from tests.assistant.web.wechat.long_connection_simulator import BOT_ID, SECRET, WRONG_SECRET, Wecom
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH
from tests.assistant.web.wechat.wecom_bot_simulator import text
from tests.chat_model.server import ModelServer

RULES = "云山市学生午餐补助办法有哪些规定？"


@pytest.fixture
def wecom() -> Iterator[Wecom]:
    with Wecom() as opened:
        yield opened


@pytest.fixture
def chosen(settings: Settings, tmp_path: Path, wecom: Wecom) -> Settings:
    return with_bot(settings, tmp_path / "data", wecom)


def doctors_line(settings: Settings) -> Check:
    (line,) = (check for check in examine(settings) if check.name.en == "WeCom AI bot")
    return line


def test_a_message_that_comes_twice_is_answered_once(wecom: Wecom, chosen: Settings) -> None:
    sent = text(LUNCH, msgid="twice")
    with connected(chosen):
        first, second = wecom.say(sent), wecom.say(sent)
        assert "5元" in wecom.answer(first)
        wecom.answer(wecom.say(text("谢谢")))
    assert wecom.shown(second) == []


def test_a_message_of_a_megabyte_is_told_to_be_too_long(wecom: Wecom, chosen: Settings) -> None:
    with connected(chosen):
        assert "太长" in wecom.answer(wecom.say(text("问" * 350_000)))
    assert wecom.subscriptions == 1


NO_FRAMES: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    "1",
    '"text"',
    "{}",
    "[" * 100_000,
    b"\xff\xfe\x00",
    '{"headers": 5, "cmd": [], "body": 1, "errcode": "0"}',
    '{"headers": {"req_id": "nobody-waits"}, "errcode": 0, "errmsg": "ok"}',
    '{"cmd": "aibot_something_new", "headers": {"req_id": "r"}, "body": {}}',
    '{"cmd": "aibot_msg_callback"}',
    '{"cmd": "aibot_event_callback", "headers": {}, "body": {"msgtype": "event", "event": "x"}}',
]


def test_what_is_no_frame_or_a_new_kind_of_one_does_no_harm(
    wecom: Wecom, chosen: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(chosen):
        for sent in NO_FRAMES:
            wecom.push_raw(sent)
        with_bell = json.dumps(text(LUNCH), ensure_ascii=False).replace(LUNCH, f"\x07{LUNCH}")
        asked = wecom.push("aibot_msg_callback", json.loads(with_bell, strict=False))
        assert "5元" in wecom.answer(asked)
    assert wecom.subscriptions == 1
    assert [one.getMessage() for one in caplog.records].count(
        "WeCom sent a frame of a kind that is not known here"
    ) == 1


@pytest.mark.parametrize("code", [1000, 1001, 1011, None])
def test_after_a_close_or_a_break_it_connects_anew(wecom: Wecom, chosen: Settings, code: int | None) -> None:
    with connected(chosen):
        wecom.until_subscribed()
        if code is None:
            wecom.cut()
        else:
            wecom.close(code)
        wecom.until_subscribed(2)
        assert "5元" in wecom.answer(wecom.say(text(LUNCH)))


def test_a_connection_that_is_cut_again_and_again_serves_in_the_end(wecom: Wecom, chosen: Settings) -> None:
    wecom.drops_after_subscription = 5
    with connected(chosen):
        wecom.until_subscribed(6)
        assert "5元" in wecom.answer(wecom.say(text(LUNCH)))
    assert wecom.subscriptions == 6


def test_waits_grow_to_a_bound_and_are_not_the_same_for_all() -> None:
    some = Waits(first=1.0, longest=60.0)
    for failures in range(1, 2000):
        longest = min(60.0, 2.0 ** min(failures - 1, 10))
        assert longest / 2 <= some.after(failures) <= longest
    assert len({some.after(9) for _ in range(20)}) > 1


def test_a_wrong_secret_is_told_once_and_by_doctor_and_is_nowhere_in_the_log(
    wecom: Wecom, chosen: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wecom.secret = "another"
    with connected(chosen):
        wecom.until(lambda: wecom.connections >= 4)
        line = doctors_line(chosen)
        assert line.hint
        assert str(WRONG_SECRET) in line.found.zh
        assert "Secret" in line.hint.zh
        wecom.secret = SECRET
        wecom.until_subscribed()
        assert "5元" in wecom.answer(wecom.say(text(LUNCH)))
        until_noted(chosen, "connected")
        assert doctors_line(chosen).hint is None
    told = [one.getMessage() for one in caplog.records if str(WRONG_SECRET) in one.getMessage()]
    assert len(told) == 1
    assert SECRET not in caplog.text
    assert SECRET not in json.dumps(noted(chosen))


def test_a_refused_secret_is_tried_again_after_minutes_and_not_after_seconds() -> None:
    assert long_connection.WHEN_REFUSED.after(1) >= 30
    assert long_connection.WHEN_REFUSED.after(9) >= 1800


def test_whoever_takes_the_bot_over_is_not_fought(
    wecom: Wecom, chosen: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(chosen) as address:
        until_noted(chosen, "connected")
        assert "policy_assistant_wecom_bot_connected 1.0" in httpx.get(f"{address}/metrics").text
        wecom.take_over()
        until_noted(chosen, "taken_over")
        line = doctors_line(chosen)
        assert line.hint
        assert "另一个程序" in line.found.zh
        assert "policy_assistant_wecom_bot_connected 0.0" in httpx.get(f"{address}/metrics").text
    assert wecom.connections == 1
    assert sum("另一个程序" in one.getMessage() for one in caplog.records) == 1


@pytest.mark.parametrize("remembers", [True, False])
def test_an_answer_that_is_due_while_nothing_is_connected_comes_after(
    wecom: Wecom, chosen: Settings, remembers: bool
) -> None:
    wecom.remembers, held = remembers, Held()
    with connected_with_model(chosen, held):
        asked = wecom.say(text(RULES, userid="patient"))
        wecom.until(lambda: bool(wecom.shown(asked)))
        wecom.cut()
        held.may.set()
        if remembers:
            assert "5元" in wecom.answer(asked)
            assert wecom.sent("aibot_send_msg") == []
            return
        wecom.until(lambda: bool(wecom.sent("aibot_send_msg")))
    (pushed,) = wecom.sent("aibot_send_msg")
    assert pushed["body"]["chatid"] == "patient"
    content = pushed["body"]["markdown"]["content"]
    assert content.startswith(f"问：{RULES}\n")
    assert "5元" in content
    assert "依据：" in content


def test_an_answer_for_a_group_goes_to_the_group(wecom: Wecom, chosen: Settings) -> None:
    held = Held()
    with connected_with_model(chosen, held):
        asked = wecom.say(text(RULES, userid="member", chat="the-group"))
        wecom.until(lambda: bool(wecom.shown(asked)))
        wecom.cut()
        held.may.set()
        wecom.until(lambda: bool(wecom.sent("aibot_send_msg")))
    assert wecom.sent("aibot_send_msg")[0]["body"]["chatid"] == "the-group"


def test_a_subscription_that_wecom_forgot_is_made_anew_and_the_answer_comes(
    wecom: Wecom, chosen: Settings
) -> None:
    wecom.remembers = True
    with connected(chosen):
        wecom.until_subscribed()
        wecom.forgets_next = True
        assert "5元" in wecom.answer(wecom.say(text(LUNCH)))
    assert wecom.subscriptions == 2


def test_where_nobody_answers_heartbeats_it_connects_anew(
    wecom: Wecom, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(connection, "ACKNOWLEDGED_WITHIN", 3.0)
    with connected(chosen):
        wecom.until(lambda: len(wecom.sent("ping")) >= 3)
        assert wecom.subscriptions == 1
        wecom.answers_heartbeats = False
        wecom.until_subscribed(2)


def test_more_messages_than_can_be_in_hand_are_dropped_with_a_line_in_the_log(
    wecom: Wecom, chosen: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(streams, "_MOST_AT_ONCE", 1)
    held = Held()
    with connected_with_model(chosen, held):
        first, second = wecom.say(text(RULES, userid="one")), wecom.say(text(RULES, userid="two"))
        wecom.until(lambda: "dropped" in caplog.text or bool(wecom.shown(second)))
        held.may.set()
        assert "5元" in wecom.answer(first)
    assert wecom.shown(second) == []


def test_of_the_messages_that_came_only_the_last_are_remembered(
    wecom: Wecom, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_MOST_REMEMBERED", 2)
    with connected(chosen):
        for name in ("first", "second", "third", "first", "first"):
            asked = wecom.say(text("谢谢", msgid=name))
            if not (name == "first" and asked.endswith("-5")):
                wecom.answer(asked)
        wecom.answer(wecom.say(text("谢谢", msgid="fourth")))
    assert [bool(wecom.shown(f"req-{number}")) for number in range(1, 7)] == [True] * 4 + [False, True]


def test_a_redirect_is_not_followed(wecom: Wecom, chosen: Settings) -> None:
    with Wecom() as elsewhere:
        wecom.redirects_to = elsewhere.url
        with connected(chosen):
            wecom.until(lambda: wecom.connections >= 3)
        assert elsewhere.connections == 0
        assert elsewhere.frames == []


def test_a_bot_that_can_not_be_reached_leaves_all_else_as_it_is(chosen: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        nowhere = chosen.model_copy(update={"wecom_bot_url": f"ws://127.0.0.1:{taken.getsockname()[1]}"})
        with connected(nowhere) as address:
            assert httpx.post(f"{address}/api/ask", json={"question": LUNCH}, timeout=60).status_code == 200
            assert httpx.get(f"{address}/readyz").status_code == 200
            until_noted(nowhere, "lost")
            line = doctors_line(nowhere)
    assert "ConnectionRefusedError" in line.found.zh
    assert line.hint


def test_when_the_server_stops_whoever_waits_is_told_and_the_connection_is_closed(
    wecom: Wecom, chosen: Settings
) -> None:
    held = Held()
    with ModelServer(held) as model, ThreadPoolExecutor(1) as pool, bind("127.0.0.1", 0) as listening:
        scripted = {"openai_model": "scripted", "openai_base_url": model.base_url}
        app = create_app(chosen.model_copy(update=scripted))
        server = Server(server_config(app), app, lambda: None)
        ended = pool.submit(server.run, [listening])
        asked = wecom.say(text(RULES))
        wecom.until(lambda: bool(wecom.shown(asked)))
        server.should_exit = True
        assert "服务正在停止" in wecom.answer(asked)
        held.may.set()
        ended.result(timeout=60)
    wecom.until(lambda: bool(wecom.closed_with))
    assert wecom.closed_with == [1000]
    assert noted(chosen)["state"] == "stopped"
    assert doctors_line(chosen).hint is None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"wecom_bot_secret": None}, "wecom_bot_secret"),
        ({"wecom_bot_id": None}, "wecom_bot_id"),
        ({"wecom_bot_secret": SecretStr("")}, "wecom_bot_secret"),
        ({"wecom_bot_url": "ws://wecom.example"}, "wecom_bot_url"),
    ],
)
def test_half_a_bot_or_an_open_way_for_its_secret_does_not_start(
    chosen: Settings, given: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingsInvalid, match=named):
        create_app(chosen.model_copy(update=given))


def test_what_was_noted_of_another_bot_says_nothing_of_this_one(chosen: Settings) -> None:
    with connected(chosen):
        until_noted(chosen, "connected")
    assert kept_state(chosen.data_dir, BOT_ID)
    assert kept_state(chosen.data_dir, "another") is None
    assert "启动服务后连接" in told_state(None).zh
    (chosen.data_dir / "wecom-bot.json").write_text("{", encoding="utf-8")
    assert kept_state(chosen.data_dir, BOT_ID) is None
