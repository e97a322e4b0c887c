"""Few compute at once, and each knows how many wait behind it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.turns import Turns


def test_alone_nobody_waits() -> None:
    with Turns(1).take() as waiting:
        assert waiting == 0


def test_no_more_than_allowed_have_their_turn_and_all_get_one() -> None:
    turns, lock = Turns(2), threading.Lock()
    inside, most, seen = 0, 0, list[int]()
    all_wait = threading.Barrier(3)

    def once(_: int) -> None:
        nonlocal inside, most
        with turns.take() as waiting:
            with lock:
                inside += 1
                most = max(most, inside)
                seen.append(waiting)
            if len(seen) <= 2:
                all_wait.wait(5)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(once, number) for number in range(8)]
        while turns._waiting < 6:  # until all others stand in line
            pass
        all_wait.wait(5)
        for one in done:
            one.result()
    assert most == 2
    assert len(seen) == 8
    assert max(seen) >= 5
    assert min(seen) == 0


def test_a_turn_is_given_back_after_an_error() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="broken"), turns.take():
        raise ValueError("broken")
    with turns.take() as waiting:
        assert waiting == 0
