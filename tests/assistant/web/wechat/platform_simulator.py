"""WeChat's and WeCom's side of a callback: sends messages as they do, and reads replies as strictly.

    platform = Platform(address, "/wechat/official", token="t", receiver="wx1", aes_key=KEY)
    platform.said(platform.deliver(text_message("学生午餐补助由哪个部门负责？")))

Encryption is wechatpy's, so that nothing here is read by the code that wrote it.
"""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import count
from uuid import uuid4
from xml.sax.saxutils import escape

import httpx
from wechatpy.crypto import PrpCrypto, _get_signature
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

TRIES = 3
HANGS_UP_AFTER = 5.0  # seconds
LONGEST_TEXT = 2048  # bytes
ACCOUNT = "gh_school"

_IDS = count(int(time.time()) * 1000)

Fields = dict[str, str]


def message(person: str, kind: str, **fields: str) -> Fields:
    """A new message from a person."""
    head = {"ToUserName": ACCOUNT, "FromUserName": person, "CreateTime": str(int(time.time()))}
    return {**head, "MsgType": kind, **fields, "MsgId": str(next(_IDS))}


def text_message(person: str, text: str) -> Fields:
    """Words that a person wrote."""
    return message(person, "text", Content=text)


def event(person: str, happened: str, key: str = "") -> Fields:
    """Something that a person did. Events have no id."""
    fields = message(person, "event", Event=happened, EventKey=key)
    del fields["MsgId"]
    return fields


def as_xml(fields: Fields) -> str:
    """The fields as the platforms write them."""
    return f"<xml>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in fields.items())}</xml>"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request, which may be sent again as it is."""

    params: dict[str, str]
    body: bytes
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One account. ``compatible``: a message is sent both plain and encrypted."""

    address: str
    path: str
    token: str
    receiver: str
    aes_key: str = ""
    compatible: bool = False
    signs_plainly: bool = True
    """Whether the token alone is signed too, as WeChat does and WeCom does not."""

    def confirm(self, echoed: str, **changed: str) -> httpx.Response:
        """What is asked when the address is entered."""
        params = self._signed() | {"echostr": echoed}
        if not self.signs_plainly:
            encrypted = self._crypto.encrypt(echoed, self.receiver).decode()
            params = self._signed(encrypted) | {"echostr": encrypted}
        return httpx.get(self.address + self.path, params=params | changed, timeout=HANGS_UP_AFTER)

    def make(self, body: str, *, person: str = "", timestamp: int | None = None) -> Sent:
        """A request with a message, signed now, or at another time."""
        if not self.aes_key:
            return Sent(params=self._signed(timestamp=timestamp), body=body.encode(), person=person)
        encrypted = self._crypto.encrypt(body, self.receiver).decode()
        plain = body.removeprefix("<xml>").removesuffix("</xml>") if self.compatible else ""
        sent = f"<xml>{plain}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return Sent(params=self._signed(encrypted, timestamp), body=sent.encode(), person=person)

    def post(self, sent: Sent, **changed: str) -> httpx.Response:
        """Send a request, with parameters that were tampered with."""
        begun = time.monotonic()
        answered = httpx.post(
            self.address + self.path,
            params=sent.params | changed,
            content=sent.body,
            headers={"Content-Type": "text/xml"},
            timeout=HANGS_UP_AFTER,
        )
        assert time.monotonic() - begun < HANGS_UP_AFTER
        return answered

    def deliver(self, fields: Fields) -> str | None:
        """What the person reads at once: sent until there is a reply, signed anew each time."""
        for _ in range(TRIES):
            sent = self.make(as_xml(fields), person=fields["FromUserName"])
            try:
                return self.said(sent, self.post(sent))
            except httpx.TimeoutException:
                continue
        raise AssertionError("the person reads that the service is broken")

    def said(self, sent: Sent, response: httpx.Response) -> str | None:
        """The text of a reply, None for one that says nothing. Whatever WeChat would choke on fails."""
        assert response.status_code == 200, response.text
        if response.text in ("", "success"):
            return None
        reply = response.text
        if self.aes_key:
            sealed = {child.tag: child.text or "" for child in ET.fromstring(reply)}
            assert set(sealed) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
            judge = WeChatCrypto(self.token, self.aes_key, self.receiver)
            reply = judge.decrypt_message(reply, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
            reply = reply.decode() if isinstance(reply, bytes) else reply
        fields = {child.tag: child.text or "" for child in ET.fromstring(reply)}
        assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
        assert (fields["ToUserName"], fields["FromUserName"]) == (sent.person, ACCOUNT)
        assert abs(int(fields["CreateTime"]) - time.time()) < 60
        assert fields["MsgType"] == "text"
        assert 0 < len(fields["Content"].encode()) <= LONGEST_TEXT
        return fields["Content"]

    def _signed(self, encrypted: str = "", timestamp: int | None = None) -> dict[str, str]:
        now, nonce = str(timestamp or int(time.time())), uuid4().hex[:10]
        params = {"timestamp": now, "nonce": nonce}
        if self.signs_plainly:
            signer = WeChatSigner()
            signer.add_data(self.token, now, nonce)
            params["signature"] = signer.signature
        if encrypted and self.signs_plainly:
            params["encrypt_type"] = "aes"
        if encrypted:
            params["msg_signature"] = _get_signature(self.token, now, nonce, encrypted)
        return params

    @property
    def _crypto(self) -> PrpCrypto:
        return PrpCrypto(WeChatCrypto(self.token, self.aes_key, self.receiver).key)
