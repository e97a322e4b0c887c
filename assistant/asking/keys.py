"""Keys of the API: one for each program that may ask, with what it may and how its answers look.

A key is shown once, when it is made; only its SHA-256 is kept, which is enough
for a random token of 256 bits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from assistant.errors import KeyNameUnusable, KeysUnusable, KeyTaken, KeyUnknown
from assistant.types import Sources
from vectorstore.disk.private import FILE_MODE, make_folder
from vectorstore.errors import Message
from vectorstore.types import Scope

Form = Literal["markdown", "wechat"]
"""How an answer looks: Markdown, or plain text that stands alone in WeChat."""

FILE = "keys.json"
PER_MINUTE = 120
LONGEST_NAME = 60
_PREFIX = "pa-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key. ``form`` is None where the request chooses; an empty scope is everything."""

    name: str
    digest: str
    created_at: str
    form: Form | None = None
    sources: Sources = "full"
    per_minute: int = PER_MINUTE
    scope: Scope = Scope()


_KEYS = TypeAdapter(tuple[Key, ...])


class Keys:
    """The keys in ``data_dir``. Made and revoked keys count at once, in a running server too.

    Raises KeysUnusable where the file can't be read or written: nobody is let in then.
    """

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / FILE
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """All keys in the order in which they were made."""
        with self._lock:
            try:
                found = self._file.stat()
            except FileNotFoundError:
                self._seen, self._keys = None, ()
            except OSError as error:
                raise _unusable(self._file) from error
            else:
                if (found.st_mtime_ns, found.st_ino) != self._seen:
                    self._keys = self._read()
                    self._seen = (found.st_mtime_ns, found.st_ino)
            return self._keys

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
        key = Key(
            name=name,
            digest=_digest(token),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            form=form,
            sources=sources,
            per_minute=per_minute,
            scope=scope,
        )
        with self._writing():
            keys = self.all()
            if any(one.name == name for one in keys):
                raise KeyTaken(
                    Message(f"已有名为 {name} 的密钥。", f"There is a key of the name {name} already."),
                    Message("请换一个名字，或先撤销它。", "Choose another name, or revoke it first."),
                )
            self._write((*keys, key))
        return token

    def revoke(self, name: str) -> None:
        """Take a key out. Raises KeyUnknown."""
        with self._writing():
            gone = self._named(name)
            self._write([key for key in self.all() if key != gone])

    def change(self, name: str, *, sources: Sources) -> None:
        """Tell sources otherwise in answers to that key from now on. Raises KeyUnknown."""
        with self._writing():
            old = self._named(name)
            self._write([replace(key, sources=sources) if key == old else key for key in self.all()])

    def _named(self, name: str) -> Key:
        for key in self.all():
            if key.name == name:
                return key
        raise KeyUnknown(
            Message(f"没有名为 {name} 的密钥。", f"There is no key of the name {name}."),
            Message("全部密钥见 policy-assistant keys list。", "See policy-assistant keys list."),
        )

    def _writing(self) -> FileLock:
        try:
            make_folder(self._file.parent)
        except OSError as error:
            raise _unusable(self._file) from error
        return FileLock(self._file.with_suffix(".lock"), mode=FILE_MODE)

    def _read(self) -> tuple[Key, ...]:
        try:
            return _KEYS.validate_json(self._file.read_bytes())
        except (OSError, ValidationError) as error:
            raise _unusable(self._file) from error

    def _write(self, keys: Sequence[Key]) -> None:
        """In place of the file at once, for the account of the server alone."""
        aside = self._file.with_suffix(".new")
        try:
            with suppress(FileNotFoundError):
                aside.unlink()
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump([asdict(key) for key in keys], file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._file)
        except OSError as error:
            raise _unusable(self._file) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to that address."""
    try:
        address = ipaddress.ip_address(host)
        # As a socket for both families tells an address of IPv4.
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host == "localhost"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _unusable(file: Path) -> KeysUnusable:
    return KeysUnusable(
        Message(f"密钥文件 {file} 无法读写。", f"The file of keys {file} can't be read or written."),
        Message(
            "请检查文件权限；若已损坏，请删去它并重新创建密钥。",
            "Check its permissions; where it is damaged, delete it and make the keys anew.",
        ),
    )
