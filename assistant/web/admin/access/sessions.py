"""Who may administer: one password, bounded tries, and sessions that the server forgets after hours."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

COOKIE = "policy_assistant_admin"
SESSION_SECONDS = 8 * 3600
TRIES = 5  # wrong ones in a row from one address
LOCK_SECONDS = 60.0
_MOST_SESSIONS = 100
TRIES_OF_ALL = 100  # wrong ones in OF_ALL_SECONDS from all addresses: a header can make any number of those
OF_ALL_SECONDS = 3600.0
_MOST_ADDRESSES = 1_000

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Session:
    """What the server keeps of a session: what its forms must carry, and when it ends."""

    csrf: str
    ends: float

    def carries(self, csrf: str) -> bool:
        """Whether a form is one of this session's."""
        return compare_digest(_digest(csrf), _digest(self.csrf))


class Sessions:
    """The open sessions of this process, by the digest of the secret that the browser holds."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Session] = {}

    def begin(self) -> str:
        """Open a session; the secret for its cookie. Beyond a bound the oldest one ends."""
        secret = token_urlsafe(32)
        now = self._clock()
        self._open = {key: session for key, session in self._open.items() if session.ends > now}
        while len(self._open) >= _MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        self._open[_digest(secret)] = Session(token_urlsafe(32), now + SESSION_SECONDS)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of that secret, if it is open."""
        session = self._open.get(_digest(secret))
        return session if session and session.ends > self._clock() else None

    def end(self, secret: str) -> None:
        """End a session, if it is open."""
        self._open.pop(_digest(secret), None)


class Tries:
    """Wrong passwords: after TRIES in a row an address waits LOCK_SECONDS.

    After TRIES_OF_ALL within an hour, from wherever, all wait but those that gave the right one before.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}  # how many, and when the last one was
        self._of_all: deque[float] = deque(maxlen=TRIES_OF_ALL)  # when the last ones were
        self._known: set[str] = set()  # addresses of right ones

    def wait(self, address: str) -> float:
        """Seconds until the address may try again; 0 where it may now."""
        count, last = self._wrong.get(address, (0, 0.0))
        left = last + LOCK_SECONDS - self._clock() if count >= TRIES else 0.0
        if len(self._of_all) == TRIES_OF_ALL and address not in self._known:
            left = max(left, self._of_all[0] + OF_ALL_SECONDS - self._clock())
        return max(0.0, left)

    def note_wrong(self, address: str) -> None:
        """Count a wrong password. The first one after a lock locks again."""
        count, _ = self._wrong.pop(address, (0, 0.0))
        while len(self._wrong) >= _MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address] = (count + 1, self._clock())
        self._of_all.append(self._clock())

    def note_right(self, address: str) -> None:
        """Forget the wrong ones before it."""
        self._wrong.pop(address, None)
        if len(self._known) < _MOST_ADDRESSES:
            self._known.add(address)


def is_password(given: str, password: str) -> bool:
    """Whether it is the password, in a time that tells nothing of it."""
    return compare_digest(_digest(given), _digest(password))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
