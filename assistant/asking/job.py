"""An answer in the making, for whoever waits for it, or comes back for it.

An answer goes on when nobody listens any more, so that a lost connection
loses nothing; several listeners of one question share one computation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager

from assistant.answer import Assistant
from assistant.setup.logs import request_id
from assistant.types import Answer, AnswerEvent, AnswerReady, Question, TextDelta
from vectorstore.errors import Message

NOTHING_NEW = TextDelta(text="")
UNFORESEEN = (
    Message("回答时出错，原因已记入日志。", "Something went wrong while answering; the cause is in the log."),
    Message("请再试一次，仍不行请联系管理员。", "Try again, or tell the administrator."),
)
HEARTBEAT = 0.5  # seconds after which a listener hears that there is nothing new


class Job:
    """One question being answered. Safe in several threads."""

    def __init__(self, question: Question, owner: str | None = None, address: str = "") -> None:
        self.question = question
        self.owner, self.address = owner, address
        self.answer: Future[Answer] = Future()
        """The answer once it is there; it raises what went wrong, or CancelledError after ``stop``."""
        self.kept = True
        """Whether it is in its owner's conversation, to come back to."""
        self.lost = False
        """Whether it was to be kept for its owner, and could not be."""
        self.asked = time.monotonic()
        self.begun: float | None = None
        """When it had its turn, by ``time.monotonic``."""
        self.request_id = request_id()
        """Of the request that asked it, where one did."""
        self.hurried = question.hurried
        """Whether it had little time when it was asked."""
        self._events: list[AnswerEvent] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._watchers: list[Callable[[], None]] = []

    @property
    def answered(self) -> bool:
        """Whether its answer is there."""
        done = self.answer.done() and not self.answer.cancelled()
        return done and self.answer.exception() is None

    @property
    def failed(self) -> bool:
        """Whether it came to no answer, so that it is worth another try."""
        return self.answer.done() and not self.answered

    @property
    def fell_back(self) -> bool:
        """Whether its answer was made without the chat model, which may be well again."""
        return self.answered and self.answer.result().fallback

    def stop(self) -> None:
        """Nobody wants it any more: it ends at its next event."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def said(self) -> str:
        """The text that was shown so far."""
        with self._changed:
            return "".join(event.text for event in self._events if isinstance(event, TextDelta))

    def follow(self) -> Iterator[AnswerEvent]:
        """All events from the first on, as they come, an empty TextDelta twice a second while none comes.

        Ends after AnswerReady, or where the job was stopped. Raises what went wrong.
        """
        told = 0
        while True:
            news, ended = self._awaited_news(told)
            yield from news
            told += len(news)
            if ended:
                break
            if not news:
                yield NOTHING_NEW
        if not self.answer.cancelled() and (error := self.answer.exception()):
            raise error

    def news(self, told: int) -> tuple[tuple[AnswerEvent, ...], bool]:
        """The events after the first ``told``, and whether no more will come. Never waits."""
        with self._changed:
            return tuple(self._events[told:]), self.answer.done()

    @contextmanager
    def watched(self, on_change: Callable[[], None]) -> Iterator[None]:
        """Within the block ``on_change`` is called, in some thread, whenever there is news."""
        with self._changed:
            self._watchers.append(on_change)
        try:
            yield
        finally:
            with self._changed:
                self._watchers.remove(on_change)

    def run(self, assistant: Assistant) -> Answer | Exception | None:
        """Answer it, to the end or until it is stopped: the answer, what went wrong, or None if stopped."""
        try:
            with closing(assistant.stream(self.question)) as events:
                for event in events:
                    if self._stopped:
                        break
                    if isinstance(event, AnswerReady):
                        return event.answer
                    if event != NOTHING_NEW:  # signs of life are for the loop here: followers have their own
                        self._tell(event)
        except Exception as error:  # noqa: BLE001  # whoever listens gets it
            return error
        return None

    def end(self, result: Answer | Exception | None) -> None:
        """Tell the followers how it ended. Of two ends the first one counts."""
        with self._changed:
            if self.answer.done():
                return
            if isinstance(result, Answer):
                self._tell(AnswerReady(answer=result))
                self.answer.set_result(result)
            elif result:
                self.answer.set_exception(result)
            else:
                self.answer.cancel()
            self._notify()

    def _tell(self, event: AnswerEvent) -> None:
        with self._changed:
            self._events.append(event)
            self._notify()

    def _notify(self) -> None:
        self._changed.notify_all()
        for on_change in self._watchers:
            on_change()

    def _awaited_news(self, told: int) -> tuple[tuple[AnswerEvent, ...], bool]:
        """As ``news``, but waits a little for some."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) > told or self.answer.done(), HEARTBEAT)
            return self.news(told)
