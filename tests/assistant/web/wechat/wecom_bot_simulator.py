"""WeCom as an AI bot sees it: encrypts by wechatpy, which large bots run on, and asks on for streams."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

TOKEN = "QDG6eK3kTestToken"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
PATH = "/wechat/wecom-bot"
MOST_BYTES = 20_480

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one reply shows: the id of its stream, all of its text, and whether it is the end."""

    id: str
    content: str
    finish: bool
    feedback: str = ""


@dataclass(kw_only=True)
class Platform:
    """Posts messages to the bot at an address, and reads its replies as strictly as WeCom does."""

    http: httpx.Client
    token: str = TOKEN
    aes_key: str = AES_KEY
    nonces: itertools.count[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def sealed(self, plain: str | bytes, timestamp: int | None = None) -> tuple[dict[str, str], str]:
        """The address's parameters and the encrypted text of a message."""
        encrypted = PrpCrypto(self._judge().key).encrypt(plain, "").decode()
        return self.signed(encrypted, timestamp), encrypted

    def signed(self, encrypted: str, timestamp: int | None = None) -> dict[str, str]:
        """The address's parameters for an encrypted text."""
        now = str(int(time.time()) if timestamp is None else timestamp)
        nonce = str(next(self.nonces))
        signer = WeChatSigner()
        signer.add_data(self.token, now, nonce, encrypted)
        return {"msg_signature": signer.signature, "timestamp": now, "nonce": nonce}

    def check(self, echo: str, timestamp: int | None = None) -> httpx.Response:
        """The request that comes when the address is set."""
        parameters, encrypted = self.sealed(echo, timestamp)
        return self.http.get(PATH, params={**parameters, "echostr": encrypted})

    def post(self, plain: str | bytes, timestamp: int | None = None) -> httpx.Response:
        """One request with these words inside."""
        parameters, encrypted = self.sealed(plain, timestamp)
        return self.http.post(PATH, params=parameters, json={"encrypt": encrypted})

    def tell(self, message: Json) -> Json | None:
        """The reply to a message, decrypted; None where it is empty."""
        response = self.post(json.dumps(message))
        assert response.status_code == 200, response.text
        return self.opened(response.json()) if response.content else None

    def opened(self, reply: Json) -> Json:
        """A reply decrypted, its signature checked."""
        assert set(reply) == {"encrypt", "msgsignature", "timestamp", "nonce"}
        assert isinstance(reply["timestamp"], int)
        plain = self._judge().check_signature(
            reply["msgsignature"], str(reply["timestamp"]), reply["nonce"], reply["encrypt"]
        )
        read: Json = json.loads(plain)
        return read

    def show(self, message: Json) -> Shown:
        """The reply to a message, which must be a stream."""
        reply = self.tell(message)
        assert reply is not None
        assert reply["msgtype"] == "stream"
        stream = reply["stream"]
        assert len(stream["content"].encode()) <= MOST_BYTES
        assert stream["content"].strip()
        return Shown(
            id=stream["id"],
            content=stream["content"],
            finish=stream["finish"],
            feedback=stream.get("feedback", {}).get("id", ""),
        )

    def ask_on(self, stream_id: str, userid: str = "zhangsan") -> Shown:
        """The rest of a stream, as far as it has come."""
        return self.show(message("stream", {"stream": {"id": stream_id}}, userid=userid))

    def watch(self, message: Json, pause: float = 0.2, most: int = 150) -> list[Shown]:
        """All that is shown in reply to a message, from the first to the end."""
        shown = [self.show(message)]
        while not shown[-1].finish:
            assert len(shown) < most, "the stream does not end"
            time.sleep(pause)
            shown.append(self.ask_on(shown[0].id, message["from"]["userid"]))
        return shown

    def answer(self, message: Json) -> str:
        """What is shown in the end."""
        return self.watch(message)[-1].content

    def _judge(self) -> Any:  # noqa: ANN401  # wechatpy has no types
        return WeChatCrypto(self.token, self.aes_key, "")


def message(kind: str, more: Json, *, userid: str = "zhangsan", chat: str = "", msgid: str = "") -> Json:
    """What WeCom posts, in a group where ``chat`` names one."""
    place = {"chattype": "group", "chatid": chat} if chat else {"chattype": "single"}
    common = {"msgid": msgid or uuid4().hex, "aibotid": "AIBOT", "from": {"userid": userid}, **place}
    return {**common, "response_url": "https://wecom.invalid/reply", "msgtype": kind, **more}


def text(content: str, *, userid: str = "zhangsan", chat: str = "", msgid: str = "", **more: object) -> Json:
    """A message in words."""
    return message("text", {"text": {"content": content}, **more}, userid=userid, chat=chat, msgid=msgid)


def event(kind: str, more: Json | None = None, *, userid: str = "zhangsan") -> Json:
    """An event."""
    return message("event", {"event": {"eventtype": kind, **(more or {})}}, userid=userid)
