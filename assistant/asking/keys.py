"""Keys of the API: one for each program that may ask, with what it may and how its answers look.

A key is shown once, when it is made; only its SHA-256 is kept, which is enough
for a random token of 256 bits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from assistant.asking.kept_keys import PER_MINUTE, Form, KeptKeys, Key, KeyFile, KeyTable, Made
from assistant.errors import KeyNameUnusable, KeyTaken, KeyUnknown
from assistant.types import Sources
from vectorstore.errors import Message
from vectorstore.types import Scope

FILE = "keys.json"
LONGEST_NAME = 60
_PREFIX = "pa-"


class Keys:
    """The keys in ``data_dir``, or in a ``database`` that several servers share. Close it at the end.

    Made and revoked keys count at once, in running servers too. Raises KeysUnusable where they can't be read
    or written: nobody is let in then.
    """

    def __init__(self, data_dir: Path, database: SecretStr | None = None) -> None:
        self._kept: KeptKeys = KeyFile(data_dir / FILE) if database is None else KeyTable(database)

    def all(self) -> Made:
        """All keys in the order in which they were made."""
        return self._kept.read()

    def find(self, token: str) -> Key | None:
        """The key that ``token`` opens."""
        wanted = _digest(token)
        return next((key for key in self.all() if secrets.compare_digest(key.digest, wanted)), None)

    def create(
        self,
        name: str,
        *,
        form: Form | None = None,
        sources: Sources = "full",
        per_minute: int = PER_MINUTE,
        scope: Scope = Scope(),
    ) -> str:
        """Make a key; its token, which is told only here. Raises KeyTaken or KeyNameUnusable."""
        if not name or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise KeyNameUnusable(LONGEST_NAME)  # nobody could type it to revoke it
        token = _PREFIX + secrets.token_urlsafe(32)
        made = Key(
            name=name,
            digest=_digest(token),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            form=form,
            sources=sources,
            per_minute=per_minute,
            scope=scope,
        )
        self._kept.change(lambda keys: _with(keys, made))
        return token

    def revoke(self, name: str) -> None:
        """Take a key out. Raises KeyUnknown."""
        self._kept.change(lambda keys: _without(keys, name))

    def change(self, name: str, *, sources: Sources) -> None:
        """Tell sources otherwise in answers to that key from now on. Raises KeyUnknown."""
        self._kept.change(lambda keys: _with_sources(keys, name, sources))

    def close(self) -> None:
        """Let go of the database, where it is one."""
        self._kept.close()


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to that address."""
    try:
        address = ipaddress.ip_address(host)
        # As a socket for both families tells an address of IPv4.
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host == "localhost"


def _with(keys: Made, made: Key) -> Made:
    if any(one.name == made.name for one in keys):
        raise KeyTaken(
            Message(f"已有名为 {made.name} 的密钥。", f"There is a key of the name {made.name} already."),
            Message("请换一个名字，或先撤销它。", "Choose another name, or revoke it first."),
        )
    return (*keys, made)


def _without(keys: Made, name: str) -> Made:
    gone = _named(keys, name)
    return tuple(key for key in keys if key != gone)


def _with_sources(keys: Made, name: str, sources: Sources) -> Made:
    old = _named(keys, name)
    return tuple(replace(key, sources=sources) if key == old else key for key in keys)


def _named(keys: Made, name: str) -> Key:
    for key in keys:
        if key.name == name:
            return key
    raise KeyUnknown(
        Message(f"没有名为 {name} 的密钥。", f"There is no key of the name {name}."),
        Message("全部密钥见 policy-assistant keys list。", "See policy-assistant keys list."),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
