"""What is around a message: signature, time and encryption, the same for WeChat and WeCom."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

from pydantic import SecretStr

from assistant.errors import SettingsInvalid
from assistant.web.wechat.crypto import MessageCipher, check_signature, signature
from assistant.web.wechat.freshness import Freshness
from vectorstore.errors import Message

Query = Mapping[str, str]
"""The parameters of a request's address."""


class Envelope:
    """Opens what one account's platform sends, and closes what goes back. Safe in several threads.

    Whatever does not come from the platform raises NotFromPlatform.
    """

    def __init__(self, token: str, cipher: MessageCipher | None) -> None:
        self.cipher = cipher
        self._token = token
        self._freshness = Freshness()

    def check_sender(self, query: Query) -> None:
        """Let in who knows the token: it says nothing of what they send."""
        check_signature(
            query.get("signature", ""), self._token, query.get("timestamp", ""), query.get("nonce", "")
        )

    def check_fresh(self, query: Query, content: bytes) -> None:
        """Let in what is of now, and no other content under a signature that was seen already."""
        self._freshness.check(query.get("timestamp", ""), query.get("signature", ""), content)

    def open(self, query: Query, encrypted: str) -> bytes:
        """What is in an encrypted message that its own signature covers."""
        timestamp, given = query.get("timestamp", ""), query.get("msg_signature", "")
        check_signature(given, self._token, timestamp, query.get("nonce", ""), encrypted)
        self._freshness.check(timestamp, given, encrypted.encode("utf-8", "replace"))
        return self._needed_cipher.decrypt(encrypted)

    def seal(self, reply: str) -> dict[str, str | int]:
        """A reply, encrypted and signed, as the fields of what goes back."""
        encrypted = self._needed_cipher.encrypt(reply)
        timestamp, nonce = int(time.time()), str(secrets.randbelow(10**10))
        return {
            "Encrypt": encrypted,
            "MsgSignature": signature(self._token, str(timestamp), nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }

    @property
    def _needed_cipher(self) -> MessageCipher:
        if self.cipher is None:
            raise AssertionError("plaintext has no encrypted messages")
        return self.cipher


def required(value: SecretStr | str | None, name: str, other: str) -> str:
    """The setting ``name``, without which ``other`` is of no use. Raises SettingsInvalid if it is unset."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text:
        return text
    raise SettingsInvalid(
        Message(f"设置了 {other}，还要设置 {name}。", f"{other} is set, so {name} must be too."),
        Message(
            f"请设置环境变量 POLICY_ASSISTANT_{name.upper()}，或写入设置文件。",
            f"Set POLICY_ASSISTANT_{name.upper()} in the environment, or {name} in the settings file.",
        ),
    )
