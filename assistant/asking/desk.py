"""Takes questions and answers them in turn, each in a thread of a small pool. All goes into the history."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Protocol

from assistant.answer import Assistant
from assistant.asking.job import UNFORESEEN, Job
from assistant.asking.others import Alone, Others
from assistant.errors import Busy, HistoryUnusable, ServerStopping, TooManyAtOnce
from assistant.history.history import History
from assistant.saying.answer_json import to_kept_json
from assistant.setup.logs import IN_HAND, InHand
from assistant.types import Answer, Question
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
_OF_ONE = (
    Message(f"您有 {MOST_OF_ONE} 个问题还在回答。", f"{MOST_OF_ONE} of your questions are under way."),
    Message("请等其中一个答完再问。", "Wait for one of the answers, then ask again."),
)
_OF_AN_ADDRESS = (
    Message("您所在的网络现在提问太多。", "Too many questions at once from your network."),
    Message("请过几秒再试。", "Try again in a few seconds."),
)
_KEPT = 1000  # ended answers that can still be asked for


class Watch(Protocol):
    """Counts what becomes of questions. Called in any thread; must not raise."""

    def refused(self, code: str) -> None:
        """A question was not taken, with the code of the error that says why."""

    def ended(self, job: Job, result: Answer | Exception | None) -> None:
        """A question came to its end: an answer, what went wrong, or None where it was stopped."""


class Unwatched:
    """Counts nothing."""

    def refused(self, code: str) -> None:
        """Nothing."""

    def ended(self, job: Job, result: Answer | Exception | None) -> None:
        """Nothing."""


_UNWATCHED = Unwatched()
_ALONE = Alone()


class Desk:
    """Takes questions and answers them in turn, with an assistant that others may ask too."""

    def __init__(
        self,
        assistant: Assistant,
        history: History,
        watch: Watch = _UNWATCHED,
        lend: Callable[[str], AbstractContextManager[Assistant]] | None = None,
        others: Others = _ALONE,
    ) -> None:
        """``lend`` gives the assistant over a document of one's own, by its token, while it is asked.

        ``others`` are told how questions end.
        """
        self.watch = watch
        self.others = others
        self._lend = lend
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
            job = Job(question, owner, address)
            try:
                self._find_place(job)
            except PolicyAssistantError as error:
                self.watch.refused(error.code)
                raise
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
        return places(hurried) - len(self._under_way(hurried))

    def under_way(self, hurried: bool) -> tuple[int, int]:
        """How many questions of that kind are being answered, and how many wait for their turn."""
        with self._lock:
            jobs = self._under_way(hurried)
        begun = sum(job.begun is not None for job in jobs)
        return begun, len(jobs) - begun

    @property
    def stopping(self) -> bool:
        """Whether nothing more is taken."""
        return self._stopping

    def _under_way(self, hurried: bool) -> list[Job]:
        return [job for job in self._jobs.values() if job.hurried == hurried and not job.answer.done()]

    def _find_place(self, job: Job) -> None:
        """Raises Busy where there is none, TooManyAtOnce where others have a right to it, ServerStopping."""
        if self._stopping:
            raise ServerStopping
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
        self.others.close()

    def close(self) -> None:
        """Stop all that is under way, and wait for it."""
        self.stop()
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)

    def _work(self, job: Job) -> None:
        IN_HAND.set(InHand(job.request_id))
        job.begun = time.monotonic()
        result = self._answer(job)
        try:
            self._keep(job, result)
        except HistoryUnusable as error:
            job.lost, job.kept = job.lost or job.kept, False
            _LOG.warning("An answer was not kept: %s", error.message.en)
        self.others.end(job, result)
        self.watch.ended(job, result)  # before whoever waits goes on: what they then read counts it
        job.end(result)

    def _answer(self, job: Job) -> Answer | Exception | None:
        own = job.question.own_file
        if not own or self._lend is None:
            return job.run(self._assistant)
        try:
            with self._lend(own) as assistant:
                return job.run(assistant)
        except PolicyAssistantError as error:  # it is gone
            return error

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
            own = job.question.own_file
            self._history.answer(question_id, to_kept_json(result, own), of_library=not own)
        elif isinstance(result, PolicyAssistantError):
            self._history.fail(question_id, result.message, result.hint)
        elif result:
            _LOG.error("A question could not be answered", exc_info=result)
            self._history.fail(question_id, *UNFORESEEN)
        else:
            self._history.stop(question_id, job.said)

    def _forget_the_oldest(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.answer.done()]
        for key in ended[: max(0, len(self._jobs) - _KEPT)]:
            del self._jobs[key]


def places(hurried: bool) -> int:
    """How many questions of that kind are taken at once."""
    return MOST_HURRIED if hurried else AT_ONCE + MOST_WAITING


def most_of_an_address(hurried: bool) -> int:
    """How many of them from one network address: a school may be behind it, and a third is left to others."""
    return places(hurried) * 2 // 3
