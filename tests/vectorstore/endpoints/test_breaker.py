"""A service that fails is left alone for a while, and then tried by one caller for all."""

from __future__ import annotations

import pytest

from tests.fakes import Clock
from vectorstore.endpoints import breaker
from vectorstore.endpoints.breaker import Breaker
from vectorstore.errors import EmbeddingUnavailable, Message

NOTHING = Message("", "")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def fail(service: Breaker, why: str) -> str:
    """Ask a service that fails; which failure that was."""
    with pytest.raises(EmbeddingUnavailable) as raised, service.asking():
        raise EmbeddingUnavailable(Message(why, why), NOTHING)
    return raised.value.message.zh


def is_asked(service: Breaker) -> bool:
    try:
        service.check()
    except EmbeddingUnavailable:
        return False
    return True


def test_after_failures_in_a_row_the_last_is_raised_without_asking(clock: Clock) -> None:
    service = Breaker(failures=2)
    assert fail(service, "first") == "first"
    assert service.resting is None
    assert fail(service, "second") == "second"
    assert fail(service, "not asked") == "second"
    assert service.resting
    assert service.resting.message.zh == "second"


def test_a_success_between_two_failures_begins_anew(clock: Clock) -> None:
    service = Breaker(failures=2)
    for _ in range(3):
        fail(service, "now and then")
        with service.asking():
            pass
    assert is_asked(service)


def test_after_the_pause_one_tries_for_all(clock: Clock) -> None:
    service = Breaker(failures=1, pause=30)
    fail(service, "down")
    clock.now += 29
    assert not is_asked(service)
    clock.now += 1
    assert [is_asked(service) for _ in range(3)] == [True, False, False]
    service.succeeded()
    assert is_asked(service)
    assert service.resting is None


def test_one_failure_after_the_pause_is_enough_to_rest_again(clock: Clock) -> None:
    service = Breaker(failures=2, pause=30)
    fail(service, "down")
    fail(service, "down")
    clock.now += 30
    assert fail(service, "still down") == "still down"
    assert not is_asked(service)


def test_whoever_tries_and_leaves_lets_another_try(clock: Clock) -> None:
    service = Breaker(failures=1, pause=30)
    fail(service, "down")
    clock.now += 30
    with pytest.raises(KeyboardInterrupt), service.asking():
        raise KeyboardInterrupt
    assert is_asked(service)
