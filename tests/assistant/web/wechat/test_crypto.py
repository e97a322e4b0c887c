"""Signatures and encryption, judged by two other programs: wechatpy, and npm's @wecom/crypto."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, _get_signature
from wechatpy.enterprise.crypto import WeChatCrypto

from assistant.errors import SettingsInvalid
from assistant.web.wechat.crypto import MessageCipher, NotFromPlatform, check_signature, signature
from tests.assistant.web.wechat.accounts import AES_KEY, WECOM_AES_KEY

NPM = Path(__file__).parents[3] / "npm"
RECEIVERS = ["wx-school", ""]
# Every remainder of the block, an empty text, and characters of every width.
MESSAGES = ["", *("策" * length for length in range(1, 34)), "<xml>𠮷 é ]]></xml>", "长" * 20_000]

_SCRIPT = """
const { decrypt, encrypt, getSignature } = require("@wecom/crypto");
const { key, token, receiver, encrypted, messages } = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify({
  decrypted: encrypted.map((one) => decrypt(key, one)).map(({ message, id }) => [message, id]),
  encrypted: messages.map((one) => encrypt(key, one, receiver)),
  signatures: encrypted.map((one) => getSignature(token, "1700000000", "nonce", one)),
}));
"""

needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (NPM / "node_modules" / "@wecom" / "crypto").is_dir(),
    reason="needs node, and npm ci --prefix tests/npm",
)


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_wechatpy_reads_what_we_encrypt_and_we_what_it_encrypts(receiver: str) -> None:
    ours = MessageCipher(AES_KEY, receiver)
    theirs = PrpCrypto(WeChatCrypto("token", AES_KEY, receiver).key)

    for message in MESSAGES:
        read = theirs.decrypt(ours.encrypt(message), receiver)
        assert (read.encode() if isinstance(read, str) else read) == message.encode()
        assert ours.decrypt(theirs.encrypt(message, receiver).decode()) == message.encode()


@needs_npm
@pytest.mark.parametrize("receiver", RECEIVERS)
def test_wecoms_own_package_reads_what_we_encrypt_and_we_what_it_encrypts(receiver: str) -> None:
    ours = MessageCipher(WECOM_AES_KEY, receiver)
    encrypted = [ours.encrypt(message) for message in MESSAGES]

    told = _node(key=WECOM_AES_KEY, token="t", receiver=receiver, encrypted=encrypted, messages=MESSAGES)

    assert told["decrypted"] == [[message, receiver] for message in MESSAGES]
    assert [ours.decrypt(one).decode() for one in told["encrypted"]] == MESSAGES
    assert told["signatures"] == [signature("t", "1700000000", "nonce", one) for one in encrypted]


@given(token=st.text(st.characters(codec="ascii")), encrypted=st.text(st.characters(codec="ascii")))
def test_signatures_are_those_that_wechatpy_makes(token: str, encrypted: str) -> None:
    made = signature(token, "1700000000", "nonce", encrypted)

    assert made == _get_signature(token, "1700000000", "nonce", encrypted)
    check_signature(made, token, encrypted, "nonce", "1700000000")


@given(given=st.text())
def test_whatever_is_not_the_signature_is_refused(given: str) -> None:
    with pytest.raises(NotFromPlatform):
        check_signature(given, "token", "1700000000", "nonce")


def test_no_two_encryptions_of_a_message_are_alike() -> None:
    cipher = MessageCipher(AES_KEY, "wx-school")

    assert cipher.encrypt("午餐") != cipher.encrypt("午餐")


def test_what_is_encrypted_for_another_receiver_is_refused() -> None:
    encrypted = MessageCipher(AES_KEY, "wx-other").encrypt("午餐")

    for receiver in ("wx-school", "wx-othe", "x-other", ""):
        with pytest.raises(NotFromPlatform):
            MessageCipher(AES_KEY, receiver).decrypt(encrypted)


@given(encrypted=st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_whatever_the_platform_did_not_encrypt_is_refused(encrypted: str) -> None:
    with pytest.raises(NotFromPlatform):
        MessageCipher(AES_KEY, "wx-school").decrypt(encrypted)


@pytest.mark.parametrize("length", [-1, 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("receiver", RECEIVERS)
def test_a_length_that_is_not_the_messages_is_refused(length: int, receiver: str) -> None:
    body = "午餐".encode()
    said = length % 2**32 if length > 1 else len(body) + length
    with pytest.raises(NotFromPlatform):
        MessageCipher(AES_KEY, receiver).decrypt(
            _encrypted(bytes(16) + struct.pack(">I", said) + body + receiver.encode())
        )


@pytest.mark.parametrize("key", ["", "short", AES_KEY + "A", AES_KEY[:-1], AES_KEY[:-1] + "=", "键" * 43])
def test_a_key_that_is_none_is_told_when_the_server_starts(key: str) -> None:
    with pytest.raises(SettingsInvalid, match="EncodingAESKey"):
        MessageCipher(key, "wx-school")


def _encrypted(plain: bytes) -> str:
    """By the platforms' key, whatever it is."""
    key = base64.b64decode(AES_KEY + "=")
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(data).decode()


def _node(**given: object) -> dict[str, Any]:
    ran = subprocess.run(
        ["node", "-e", _SCRIPT], cwd=NPM, input=json.dumps(given).encode(), capture_output=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr.decode()
    told: dict[str, Any] = json.loads(ran.stdout)
    return told
