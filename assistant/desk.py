"""Answers in the making: each in a thread of a small pool, for whoever waits for it, or comes back for it.

An answer goes on when nobody listens any more, so that a lost connection
loses nothing; several listeners of one question share one computation. What
is asked and answered goes into the history.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from assistant.answer import Assistant
from assistant.answer_json import to_json
from assistant.errors import Busy, HistoryUnusable, ServerStopping, TooManyAtOnce
from assistant.history.history import History
from assistant.types import Answer, AnswerEvent, AnswerReady, Question, TextDelta
from vectorstore.errors import Message, PolicyAssistantError

_LOG = logging.getLogger(__name__)

# Retrieval is bound by the cores and a chat model by its endpoint: more threads would only add waiting.
# A queue longer than people's patience is better refused at once.
AT_ONCE = 8
MOST_WAITING = 64
# Who has a few seconds does not wait behind those who have a minute: such answers end soon, by themselves.
# All are under way at once, as many as two cores answer within some three seconds: a queue is of no use.
MOST_HURRIED = 48
# Of one browser or person: more are asked by no hand, and would be in the way of others.
MOST_OF_ONE = 4
_UNFORESEEN = (
    Message("回答时出错，原因已记入日志。", "Something went wrong while answering; the cause is in the log."),
    Message("请再试一次，仍不行请联系管理员。", "Try again, or tell the administrator."),
)
_OF_ONE = (
    Message(f"您有 {MOST_OF_ONE} 个问题还在回答。", f"{MOST_OF_ONE} of your questions are under way."),
    Message("请等其中一个答完再问。", "Wait for one of the answers, then ask again."),
)
_OF_AN_ADDRESS = (
    Message("您所在的网络现在提问太多。", "Too many questions at once from your network."),
    Message("请过几秒再试。", "Try again in a few seconds."),
)
_KEPT = 1000  # ended answers that can still be asked for
NOTHING_NEW = TextDelta(text="")
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
        self.hurried = question.hurried
        """Whether it had little time when it was asked."""
        self._events: list[AnswerEvent] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._watchers: list[Callable[[], None]] = []

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


class Desk:
    """Takes questions and answers them in turn, with an assistant that others may ask too."""

    def __init__(self, assistant: Assistant, history: History) -> None:
        self._assistant = assistant
        self._history = history
        self._pools = {
            False: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="answer"),
            True: ThreadPoolExecutor(MOST_HURRIED, thread_name_prefix="hurried"),
        }
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._stopping = False

    def submit(self, question: Question, owner: str | None = None, address: str = "") -> Job:
        """Begin to answer a question, or join whoever asked the one with this id.

        ``owner`` is the secret of the browser or person whose conversation it
        is part of, ``address`` the network's that it came from, where known.
        Raises Busy, TooManyAtOnce, ServerStopping, and HistoryUnusable's siblings where the
        conversation is another's or full.
        """
        with self._lock:
            if found := self._jobs.get(question.id):
                return found
            if self._stopping:
                raise ServerStopping
            job = Job(question, owner, address)
            self._find_place(job)
            self._jobs[question.id] = job
            self._forget_the_oldest()
        try:
            job.kept = self._remember(question, owner)
            job.lost = owner is not None and not job.kept
        except PolicyAssistantError as error:
            job.end(error)
            raise
        self._pools[job.hurried].submit(self._work, job)
        return job

    def room(self, question: Question) -> int:
        """How many more such questions are taken at the moment."""
        with self._lock:
            return self._room(question.hurried)

    def _room(self, hurried: bool) -> int:
        return _places(hurried) - len(self._under_way(hurried))

    def _under_way(self, hurried: bool) -> list[Job]:
        return [job for job in self._jobs.values() if job.hurried == hurried and not job.answer.done()]

    def _find_place(self, job: Job) -> None:
        """Raises Busy where there is none, and TooManyAtOnce where others have a right to it."""
        if self._room(job.hurried) < 1:
            raise Busy
        alike = self._under_way(job.hurried)
        if job.owner and sum(other.owner == job.owner for other in alike) >= MOST_OF_ONE:
            raise TooManyAtOnce(*_OF_ONE)
        most = most_of_an_address(job.hurried)
        if job.address and sum(other.address == job.address for other in alike) >= most:
            raise TooManyAtOnce(*_OF_AN_ADDRESS)

    @property
    def generation(self) -> str | None:
        """The generation of the index that questions are answered from."""
        return self._assistant.generation

    def find(self, question_id: str) -> Job | None:
        """The job of that question, while it is under way and for some time after."""
        with self._lock:
            return self._jobs.get(question_id)

    def stop(self) -> None:
        """Stop all that is under way and take nothing more. Who listens is told at once, nobody waits."""
        with self._lock:
            self._stopping = True
            jobs = [job for job in self._jobs.values() if not job.answer.done()]
        for job in jobs:
            job.stop()
            job.end(ServerStopping())

    def close(self) -> None:
        """Stop all that is under way, and wait for it."""
        self.stop()
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)

    def _work(self, job: Job) -> None:
        result = job.run(self._assistant)
        try:
            self._keep(job, result)
        except HistoryUnusable as error:
            job.lost, job.kept = job.lost or job.kept, False
            _LOG.warning("An answer was not kept: %s", error.message.en)
        job.end(result)

    def _remember(self, question: Question, owner: str | None) -> bool:
        """Write a question down; whether its owner can come back to it."""
        try:
            self._history.ask(
                question.id,
                question.text,
                conversation_id=question.conversation_id,
                owner=owner,
                asked_at=datetime.now(UTC),
            )
        except HistoryUnusable as error:
            _LOG.warning("A question was not kept: %s", error.message.en)
            return False
        return owner is not None

    def _keep(self, job: Job, result: Answer | Exception | None) -> None:
        question_id = job.question.id
        if isinstance(result, Answer):
            self._history.answer(question_id, to_json(result))
        elif isinstance(result, PolicyAssistantError):
            self._history.fail(question_id, result.message, result.hint)
        elif result:
            _LOG.error("A question could not be answered", exc_info=result)
            self._history.fail(question_id, *_UNFORESEEN)
        else:
            self._history.stop(question_id, job.said)

    def _forget_the_oldest(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.answer.done()]
        for key in ended[: max(0, len(self._jobs) - _KEPT)]:
            del self._jobs[key]


def _places(hurried: bool) -> int:
    """How many questions of that kind are taken at once."""
    return MOST_HURRIED if hurried else AT_ONCE + MOST_WAITING


def most_of_an_address(hurried: bool) -> int:
    """How many of them from one network address: a school may be behind it, and a third is left to others."""
    return _places(hurried) * 2 // 3
