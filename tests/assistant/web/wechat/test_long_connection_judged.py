"""WeCom's own client for Node judges both sides: the simulator serves it, and the server sends as it does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from assistant.setup.settings import Settings
from tests.assistant.web.wechat.long_connection_servers import Held, connected, connected_with_model, with_bot
from tests.assistant.web.wechat.long_connection_simulator import (
    BOT_ID,
    NOT_KNOWN,
    SECRET,
    WRONG_SECRET,
    Wecom,
)
from tests.assistant.web.wechat.test_long_connection_faults import RULES
from tests.assistant.web.wechat.wecom_bot_simulator import event, text

PACKAGES = Path(__file__).parents[3] / "npm"


@contextmanager
def their_client(wecom: Wecom, secret: str = SECRET) -> Iterator[Future[dict[str, Any]]]:
    """What WeCom's client saw, once it has ended; skips the test where it is not installed."""
    node = which("node")
    if node is None or not (PACKAGES / "node_modules" / "@wecom" / "aibot-node-sdk").is_dir():
        pytest.skip("@wecom/aibot-node-sdk is not installed: run `npm ci --prefix tests/npm`")
    command = [node, "wecom_bot.mjs", wecom.url, BOT_ID, secret]
    with (
        subprocess.Popen(command, cwd=PACKAGES, stdout=subprocess.PIPE, text=True) as running,
        ThreadPoolExecutor(1) as pool,
    ):
        try:
            yield pool.submit(lambda: json.loads(running.communicate(timeout=60)[0]))
        finally:
            running.kill()


def test_wecoms_client_is_served_by_the_simulator() -> None:
    with Wecom() as wecom, their_client(wecom) as seen:
        wecom.until_subscribed()
        wecom.tell(event("enter_chat"))
        asked = wecom.say(text("每人每天补助多少元？", userid="zhang"))
        shown = wecom.streams(asked)
        wecom.until(lambda: bool(wecom.sent("aibot_send_msg")) and bool(wecom.sent("ping")))
        wecom.say(text("结束"))
        told = seen.result(timeout=60)
    assert [one["content"] for one in shown] == ["正在查阅文件…", "每人每天", "每人每天补助5元[1]。"]
    assert [one["finish"] for one in shown] == [False, False, True]
    assert wecom.sent("aibot_send_msg")[0]["body"]["chatid"] == "zhang"
    assert told["authenticated"] == 1
    assert told["messages"] == ["每人每天补助多少元？", "结束"]
    assert told["events"] == ["enter_chat"]
    assert sorted(told["codes"]) == [0, 0, 0, 0, 0, NOT_KNOWN]
    assert told["errors"] == []


def test_wecoms_client_understands_that_its_secret_is_wrong() -> None:
    with Wecom() as wecom, their_client(wecom, "another") as seen:
        told = seen.result(timeout=60)
    assert told["authenticated"] == 0
    assert str(WRONG_SECRET) in told["errors"][0]


def test_wecoms_client_gives_way_to_the_one_that_takes_the_bot_over(
    settings: Settings, tmp_path: Path
) -> None:
    with Wecom() as wecom, their_client(wecom) as seen:
        wecom.until_subscribed()
        with connected(with_bot(settings, tmp_path / "data", wecom)):
            wecom.until_subscribed(2)
            told = seen.result(timeout=60)
    assert told["disconnected"] == 1
    assert wecom.connections == 2


def shape(value: object) -> object:
    """What a frame is made of, whatever it says."""
    if isinstance(value, dict):
        return {name: shape(value[name]) for name in sorted(value)}
    return type(value).__name__


def shapes(wecom: Wecom) -> dict[str, list[str]]:
    """What the frames are made of that a client sent, by command: each make once."""
    commands = {frame["cmd"] for frame in wecom.frames}
    return {
        command: sorted({json.dumps(shape(frame)) for frame in wecom.sent(command)}) for command in commands
    }


def test_the_server_sends_frames_of_the_same_make_as_wecoms_client(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.wechat.wecom_bot.connection.HEARTBEAT_SECONDS", 0.2)
    with Wecom() as theirs, their_client(theirs) as seen:
        theirs.until_subscribed()
        theirs.tell(event("enter_chat"))
        theirs.streams(theirs.say(text(RULES)))
        theirs.until(lambda: bool(theirs.sent("aibot_send_msg")) and bool(theirs.sent("ping")))
        theirs.say(text("结束"))
        seen.result(timeout=60)
    held = Held()
    with Wecom() as ours, connected_with_model(with_bot(settings, tmp_path / "data", ours), held):
        ours.tell(event("enter_chat"))
        asked = ours.say(text(RULES))
        ours.until(lambda: bool(ours.shown(asked)))
        held.may.set()
        ours.streams(asked)
        held.may.clear()
        late = ours.say(text(RULES, userid="another"))
        ours.until(lambda: bool(ours.shown(late)))
        ours.cut()
        held.may.set()
        ours.until(lambda: bool(ours.sent("aibot_send_msg")) and bool(ours.sent("ping")))
    assert shapes(ours) == shapes(theirs)
