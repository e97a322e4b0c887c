"""Who asks, and what was said before: what keeps people apart who come through one bot.

Nothing is remembered for whoever does not say who they are: two people of a
bot that tells nothing of them must never share a conversation. A request that
comes again within a minute is a retry, and gets the answer of the first.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from assistant.asking.callers import Asked, Caller
from assistant.asking.desk import Desk
from assistant.asking.job import Job
from assistant.asking.others import Named
from assistant.errors import (
    AnswerUnknown,
    Busy,
    ConversationFull,
    ConversationUnknown,
    HistoryUnusable,
    QuestionTaken,
)
from assistant.history.history import History
from assistant.history.types import Conversation, TurnState
from assistant.saying.answer_json import kept_from, own_document_id
from assistant.types import Answer, Question, Turn
from vectorstore.errors import PolicyAssistantError

_LOG = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
IDLE = timedelta(minutes=30)
"""After which a person who names no conversation begins a new one."""
MOST_TICKETS = 1_000  # each holds its answer
_MOST_BEGUN = 1_000


class _Recent(NamedTuple):
    """A request of the last minute."""

    said: str
    question_id: str
    asked: float


class Sessions:
    """Takes questions to the desk, with what was said before. Safe in several threads."""

    def __init__(self, desk: Desk, history: History) -> None:
        self._desk = desk
        self._history = history
        self._others = desk.others
        self._recent: OrderedDict[Hashable, _Recent] = OrderedDict()
        self._begun: OrderedDict[str, Job] = OrderedDict()
        self._tickets: OrderedDict[str, tuple[str, Asked]] = OrderedDict()
        self._lock = threading.Lock()
        # Each writes to the history in turn anyway; more threads would only keep others from computing.
        self._beginning = threading.Semaphore(2)
        self._to_begin = 0

    def submit(self, question: Question, caller: Caller, *, message_id: str = "") -> Asked:
        """Begin to answer, or join the answer to the same request of the last minute.

        ``message_id`` is the sender's own name for the request, where it has one; else requests are the same
        that say the same. Earlier turns are the question's own history, or those that are kept of the
        conversation. Raises Busy, TooManyAtOnce, and ConversationUnknown for one that is another's.
        """
        question = replace(question, id=self._id_of(question, caller, message_id))
        job = self._desk.find(question.id)
        if job is None:
            with self._beginning:
                job = self._begin_here_or_follow(question, caller, message_id)
        return Asked(job=job, conversation_id=self._name(job, caller))

    @contextmanager
    def place(self, question: Question, caller: Caller, message_id: str = "") -> Iterator[None]:
        """Within the block there is a place for the question, which is to be submitted in it.

        One that others joined has it already. Never waits; raises Busy.
        """
        known = self._desk.find(self._id_of(question, caller, message_id))
        with self._lock:
            if known is None and self._desk.room(question) <= self._to_begin:
                self._desk.watch.refused(Busy.code)
                raise Busy
            self._to_begin += 1
        try:
            yield
        finally:
            with self._lock:
                self._to_begin -= 1

    def ticket(self, asked: Asked, caller: Caller) -> str:
        """What the caller can fetch the answer with later."""
        made = uuid4().hex
        with self._lock:
            self._tickets[made] = (caller.key, asked)
            if len(self._tickets) > MOST_TICKETS:
                self._tickets.popitem(last=False)
        self._others.name(f"ticket {made}", _named(asked.job, caller, asked.conversation_id))
        return made

    def fetch(self, ticket: str, caller: Caller) -> Asked:
        """What that ticket was given for, by whichever server. May wait for the database.

        Raises AnswerUnknown for another key's, and for an old one; HistoryUnusable.
        """
        with self._lock:
            key, asked = self._tickets.get(ticket, ("", None))
        if asked is None and (named := self._others.named(f"ticket {ticket}")) and named.key == caller.key:
            return Asked(job=self._others.follow(named), conversation_id=named.conversation_id)
        if asked is None or key != caller.key:
            raise AnswerUnknown
        return asked

    def find(self, caller: Caller) -> Conversation:
        """The caller's conversation with its turns. Raises ConversationUnknown and HistoryUnusable."""
        owner = caller.owner or ""
        return self._history.conversation(owner, self._kept_id(owner, caller.conversation))

    def delete(self, caller: Caller) -> None:
        """Delete the caller's conversation for good. Raises ConversationUnknown and HistoryUnusable."""
        with self._lock:
            begun = self._begun.pop(caller.conversation, None)
        if shared := self._begun_elsewhere(caller):
            begun = shared
            self._others.forget(f"conversation {caller.conversation}")
        try:
            self._history.delete(caller.owner or "", self.find(caller).id)
        except ConversationUnknown:
            if begun is None:
                raise

    def _begin_here_or_follow(self, question: Question, caller: Caller, message_id: str) -> Job:
        """Begin to answer, unless another server has begun with the same request."""
        if question.own_file:
            return self._begin(question, caller)
        said = message_id or _content(question)
        name = f"request {_key_of(question, replace(caller, address=''), message_id, said)!r}"
        named = Named(question_id=question.id, key=caller.key)
        first = self._others.claim(name, said, named, by_message=bool(message_id))
        if first is not named:
            return self._others.follow(first)
        try:
            return self._begin(question, caller)
        except PolicyAssistantError:
            self._others.forget(name)
            raise

    def _begin(self, question: Question, caller: Caller) -> Job:
        conversation_id = self._conversation_of(caller)
        if not question.history:
            question = replace(question, history=self._said(caller, conversation_id, question.own_file))
        question = replace(question, conversation_id=conversation_id)
        try:
            return self._desk.submit(question, caller.owner, caller.address)
        except ConversationFull:  # whoever asks a bot can't begin another one
            return self._desk.submit(replace(question, id=uuid4().hex), None, caller.address)
        except QuestionTaken:  # the desk has forgotten the first one already
            return self._desk.submit(replace(question, id=uuid4().hex), caller.owner, caller.address)

    def _id_of(self, question: Question, caller: Caller, message_id: str) -> str:
        """The id of that request: a new one, or the one that it had within the last minute."""
        # A library that has changed meanwhile may answer otherwise.
        said = message_id or f"{_content(question)} {self._desk.generation}"
        key = _key_of(question, caller, message_id, said)
        now = time.monotonic()
        with self._lock:
            while self._recent and next(iter(self._recent.values())).asked < now - RETRY_SECONDS:
                self._recent.popitem(last=False)
            known = self._recent.get(key)
            if known and known.said == said:
                job = self._desk.find(known.question_id)
                if not (job and (job.failed or (job.fell_back and not message_id))):
                    return known.question_id
            self._recent[key] = made = _Recent(said, uuid4().hex, now)
            self._recent.move_to_end(key)
            return made.question_id

    def _conversation_of(self, caller: Caller) -> str:
        """The id under which the conversation is kept; a new one where none goes on."""
        owner = caller.owner
        if owner is None:
            return uuid4().hex
        try:
            if caller.conversation:
                return self._kept_id(owner, caller.conversation)
            last = next(iter(self._history.conversations(owner)), None)
        except HistoryUnusable:
            return uuid4().hex
        return last.id if last and datetime.now(UTC) - last.asked_at < IDLE else uuid4().hex

    def _kept_id(self, owner: str, name: str) -> str:
        """The owner's conversation of that id, or else the one that they call so themselves."""
        try:
            return self._history.conversation(owner, name).id
        except ConversationUnknown:  # ids are one space for all: two owners may choose the same name
            return hashlib.sha256(f"{owner}\0{name}".encode()).hexdigest()[:32]

    def _said(self, caller: Caller, conversation_id: str, own_file: str) -> tuple[Turn, ...]:
        """What was said in the same documents: in the library, or in that one of the caller's own."""
        begun = self._begun_as(caller)
        if begun and begun.question.own_file != own_file:
            begun = None
        turns = _turns(begun.question.text, begun.answer.result()) if begun and begun.answered else ()
        if caller.owner is None:
            return turns
        try:
            kept = self._history.conversation(caller.owner, conversation_id).turns
        except ConversationUnknown:
            return turns
        except HistoryUnusable as error:
            _LOG.warning("What was said before could not be read: %s", error.message.en)
            return turns
        own = own_document_id(own_file) if own_file else ""
        for turn in kept:
            if turn.answer and kept_from(turn.answer) == own:
                said = turn.answer["answer"]
                turns += Turn(role="user", content=turn.question), Turn(role="assistant", content=said)
            elif turn.state is TurnState.PENDING and self._is_asked_in(turn.question_id, own_file):
                turns += (Turn(role="user", content=turn.question),)
        return turns

    def _is_asked_in(self, question_id: str, own_file: str) -> bool:
        """Whether a question under way, which whoever asks on means, is asked in the same documents."""
        job = self._desk.find(question_id)
        return (job.question.own_file if job else "") == own_file

    def _name(self, job: Job, caller: Caller) -> str:
        """How the caller goes on. Of two strangers with the same question each gets a name of their own."""
        if caller.conversation:
            return caller.conversation
        if caller.person:
            return job.question.conversation_id or self._conversation_of(caller)  # "": not known of others'
        name = uuid4().hex
        with self._lock:
            self._begun[name] = job
            if len(self._begun) > _MOST_BEGUN:
                self._begun.popitem(last=False)
        self._others.name(f"conversation {name}", _named(job, caller, name))
        return name

    def _begun_as(self, caller: Caller) -> Job | None:
        """The question that a conversation of that name began with, of a stranger."""
        return self._begun.get(caller.conversation) or self._begun_elsewhere(caller)

    def _begun_elsewhere(self, caller: Caller) -> Job | None:
        try:
            named = self._others.named(f"conversation {caller.conversation}") if caller.conversation else None
        except HistoryUnusable as error:
            _LOG.warning("What was said before could not be read: %s", error.message.en)
            return None
        return self._others.follow(named) if named and named.key == caller.key else None


def _key_of(question: Question, caller: Caller, message_id: str, said: str) -> Hashable:
    """What a request has to itself, so that another of it is a retry, or takes its place."""
    # Of whom we remember what was said, the same words mean something else after another question.
    leans = not message_id and caller.owner is not None and not question.history
    return caller if leans else (caller, said)


def _named(job: Job, caller: Caller, conversation_id: str) -> Named:
    return Named(question_id=job.question.id, key=caller.key, conversation_id=conversation_id)


def _content(question: Question) -> str:
    """What makes two requests the same, in few characters: histories are long, and kept for a minute."""
    same = (
        question.text,
        question.history,
        question.scope,
        question.own_file,
        question.near,
        question.language,
        question.hurried,
    )
    return hashlib.sha256(repr(same).encode()).hexdigest()


def _turns(asked: str, answer: Answer) -> tuple[Turn, ...]:
    return (Turn(role="user", content=asked), Turn(role="assistant", content=answer.text))
