"""Signatures and encryption of WeChat's and WeCom's callbacks, by the scheme that both document.

A signature is the SHA-1 of the sorted parts. A message is AES-256-CBC with the
first half of the key as its initial vector, padded to 32 bytes: 16 random
bytes, the length, the message, and the id of whom it is for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from assistant.errors import SettingsInvalid
from vectorstore.errors import Message, PolicyAssistantError

_KEY_CHARACTERS = 43
_BLOCK_BITS = 32 * 8
_RANDOM_BYTES = 16


class NotFromPlatform(PolicyAssistantError):
    """The request does not carry what only the platform can know. Nothing of it is used."""

    code = "not_from_platform"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Message("请求不是平台发来的，或已过期。", "The request is not the platform's, or is too old."),
            Message(
                "请核对 Token、EncodingAESKey 和服务器时间。",
                "Check the token, the EncodingAESKey and the server's clock.",
            ),
        )


def signature(token: str, *parts: str) -> str:
    """What the platform signs these parts with."""
    joined = "".join(sorted((token, *parts)))
    return hashlib.sha1(joined.encode("utf-8", "replace")).hexdigest()  # noqa: S324  # the platform's choice


def check_signature(given: str, token: str, *parts: str) -> None:
    """Raise NotFromPlatform unless ``given`` is the signature. Takes as long for any wrong one."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), signature(token, *parts).encode()):
        raise NotFromPlatform


class MessageCipher:
    """Encrypts and decrypts messages for one receiver: an AppID, a CorpID, or empty for a WeCom AI bot.

    Raises SettingsInvalid when made with a key that is no EncodingAESKey.
    """

    def __init__(self, aes_key: str, receiver: str) -> None:
        try:
            key = base64.b64decode(aes_key + "=", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(aes_key) != _KEY_CHARACTERS or len(key) != 32:
            raise SettingsInvalid(
                Message("EncodingAESKey 应是 43 个字符。", "An EncodingAESKey has 43 characters."),
                Message("请从平台的设置页重新复制。", "Copy it again from the platform's settings."),
            )
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._receiver = receiver.encode()

    def encrypt(self, message: str) -> str:
        """The message as the platform decrypts it, in base64."""
        body = message.encode("utf-8", "replace")
        plain = secrets.token_bytes(_RANDOM_BYTES) + struct.pack(">I", len(body)) + body + self._receiver
        padder = PKCS7(_BLOCK_BITS).padder()
        padded = padder.update(plain) + padder.finalize()
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message in it. Raises NotFromPlatform for whatever the platform did not encrypt for us."""
        try:
            decryptor = self._cipher.decryptor()
            padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
            unpadder = PKCS7(_BLOCK_BITS).unpadder()
            plain = unpadder.update(padded) + unpadder.finalize()
            (length,) = struct.unpack_from(">I", plain, _RANDOM_BYTES)
        except (ValueError, struct.error) as error:  # binascii's error is a ValueError
            raise NotFromPlatform from error
        rest = plain[_RANDOM_BYTES + 4 :]
        if len(rest) < length or rest[length:] != self._receiver:  # an empty receiver follows any length
            raise NotFromPlatform
        return rest[:length]
