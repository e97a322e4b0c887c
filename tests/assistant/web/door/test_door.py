"""The door, over real sockets: who waits is shown out, and who asks gets in."""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import httpx
import pytest

from assistant.setup.settings import Settings
from assistant.web.door import middleware
from assistant.web.door.room import Limits, make_room
from tests.assistant.sockets import GOOD, HALF, QUESTION, begun, connect, heartbeat, post_of, rest, sent
from tests.small_library import running_server, with_settings

HEAD_SECONDS = 2.5
HEAD_BYTES = 8 * 1024
OF_ONE = 40
AT_ONCE_OF_ONE = 6


@pytest.fixture(scope="module")
def narrow(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with little room and little patience."""
    limits = Limits(
        head_seconds=HEAD_SECONDS,
        head_bytes=HEAD_BYTES,
        connections=OF_ONE + 10,
        connections_of_one=OF_ONE,
        requests=AT_ONCE_OF_ONE + 2,
        requests_of_one=AT_ONCE_OF_ONE,
    )
    with running_server(with_settings(settings, tmp_path_factory.mktemp("narrow")), limits) as address:
        yield int(address.rpartition(":")[2])


def error_of(response: bytes) -> tuple[int, str]:
    """Its status, and the code of the error in it, which is in our own form."""
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    error = json.loads(body)["error"]
    assert error["message"]
    assert error["hint"]
    return int(head.split()[1]), error["code"]


def is_cut(connection: socket.socket, piece: bytes, pause: float = 0.0) -> bool:
    """Whether the server hangs up on who sends that over and over, two thousand times at most."""
    try:
        for _ in range(2000):
            connection.sendall(piece)
            time.sleep(pause)
    except ConnectionError:
        return True
    return False


def answers(port: int) -> bool:
    """Whether a question is answered, on a connection of its own."""
    reply = httpx.post(f"http://127.0.0.1:{port}/api/ask", json=QUESTION, timeout=30)
    return reply.status_code == 200 and "100册" in reply.json()["answer"]


def test_who_says_nothing_is_shown_out_without_a_word(narrow: int) -> None:
    assert sent(narrow, b"") == b""


def test_a_half_sent_head_is_told_that_it_is_late(narrow: int) -> None:
    assert error_of(sent(narrow, HALF)) == (408, "too_slow")


def test_a_head_that_drips_has_no_more_time_than_any_other(narrow: int) -> None:
    with connect(narrow) as connection:
        connection.sendall(HALF)
        connection.settimeout(0.05)
        come = b""
        for _ in range(400):  # twenty seconds at most
            try:
                connection.sendall(b"a")
                come += connection.recv(65536)
                if come:
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        connection.settimeout(20)
        come += rest(connection)

    assert error_of(come) == (408, "too_slow")


def test_the_time_of_a_second_head_begins_with_the_first_response(narrow: int) -> None:
    with connect(narrow) as connection:
        for _ in range(3):
            connection.sendall(GOOD + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(HEAD_SECONDS * 0.5)
        connection.sendall(GOOD)
        assert error_of(rest(connection)) == (408, "too_slow")


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431), (HEAD_BYTES, 431)])
def test_a_head_may_be_as_long_as_the_limit_and_no_longer(narrow: int, more: int, status: int) -> None:
    fixed = GOOD + b"Connection: close\r\nX-Long: \r\n\r\n"
    long = fixed.replace(b"X-Long: ", b"X-Long: " + b"a" * (HEAD_BYTES - len(fixed) + more))

    response = sent(narrow, long)

    assert int(response.split()[1]) == status
    if status != 200:
        assert error_of(response) == (431, "head_too_long")


@pytest.mark.parametrize("ahead", [b"", GOOD + b"\r\n"], ids=["alone", "behind a request"])
@pytest.mark.parametrize("line", [b"a" * 50_000, b"X-A: b\r\n" * 6000], ids=["one line", "many lines"])
def test_an_endless_head_ends_and_nobody_notices(narrow: int, line: bytes, ahead: bytes) -> None:
    with connect(narrow) as connection, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(answers, narrow)
        connection.sendall(ahead + HALF)
        assert is_cut(connection, line)
        assert asked.result()


def test_endless_trailers_end_too(narrow: int) -> None:
    chunked = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
    with connect(narrow) as connection:
        connection.sendall(chunked)
        assert is_cut(connection, b"a" * 50_000)


def test_questions_are_answered_while_many_more_wait_than_there_is_room_for(narrow: int) -> None:
    with ExitStack() as opened:
        waiting = [opened.enter_context(connect(narrow)) for _ in range(3 * OF_ONE)]
        for one in waiting[1::2]:
            with suppress(ConnectionError):  # it has been shown out
                one.sendall(HALF)
        assert answers(narrow)
        told = [response for one in waiting if (response := rest(one))]

    crowded = [response for response in told if error_of(response) == (503, "crowded")]
    assert crowded  # those that waited longest
    assert all(b"retry-after: 5" in response for response in crowded)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_of_all_addresses_the_one_with_most_waiting_makes_room(narrow: int) -> None:
    with ExitStack() as opened:
        few = opened.enter_context(connect(narrow, source="127.0.0.2"))
        many = [opened.enter_context(connect(narrow, source="127.0.0.3")) for _ in range(OF_ONE)]
        others = [opened.enter_context(connect(narrow, source="127.0.0.4")) for _ in range(12)]
        assert error_of(rest(many[0])) == (503, "crowded")
        for one in (few, *others[-3:]):
            one.sendall(GOOD + b"Connection: close\r\n\r\n")
            assert rest(one).startswith(b"HTTP/1.1 200")


def test_requests_beyond_the_room_are_refused_in_our_own_form_until_there_is_room(narrow: int) -> None:
    with ExitStack() as opened:
        for place in range(AT_ONCE_OF_ONE):
            assert b"ALIVE" in begun(opened.enter_context(heartbeat(narrow, f"tab{place}")))
        for path in ("/healthz", "/readyz", "/metrics"):  # whoever watches the server sees that it is crowded
            assert httpx.get(f"http://127.0.0.1:{narrow}{path}").status_code == 200
        refused = [httpx.get(f"http://127.0.0.1:{narrow}{path}") for path in ("/docs", "/v1/models")]

    for response in refused:
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert response.json()["error"]["code"] == "crowded"
    assert refused[1].json()["error"]["type"] == "server_error"
    for _ in range(200):  # until the server has seen that they left
        if httpx.get(f"http://127.0.0.1:{narrow}/docs").status_code == 200:
            break
        time.sleep(0.1)
    assert answers(narrow)


def test_two_hundred_open_tabs_of_one_school_are_no_crowd(server: str, client: httpx.Client) -> None:
    port = int(server.rpartition(":")[2])
    with ExitStack() as opened:
        tabs = [opened.enter_context(heartbeat(port, f"school{place}")) for place in range(200)]
        assert all(b"ALIVE" in begun(tab) for tab in tabs)
        asked = client.post("/api/ask", json=QUESTION)
        assert "100册" in asked.json()["answer"]
        for tab in tabs:  # all of them are still open
            tab.setblocking(False)
            with suppress(BlockingIOError):
                assert tab.recv(65536)


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        GOOD + b"Host: 127.0.0.1\r\n\r\n",
        GOOD + b"X-A: b\rX-C: d\r\n\r\n",
        GOOD + b"X-A: b\x00\r\n\r\n",
        GOOD + b"X-A : b\r\n\r\n",
        GOOD + b"X A: b\r\n\r\n",
        GOOD + b": b\r\n\r\n",
        b"GET /healthz\r\nX-A: b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        GOOD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        GOOD + b"Content-Length: -1\r\n\r\n",
        GOOD + b"Content-Length: +1\r\n\r\na",
        GOOD + b"Content-Length: 1_0\r\n\r\n",
        GOOD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        GOOD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        GOOD + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_request_gets_one_short_answer_and_the_door(narrow: int, raw: bytes) -> None:
    response = sent(narrow, raw)

    assert error_of(response) == (400, "malformed_request")
    assert response.count(b"HTTP/1.1 ") == 1


def test_a_line_break_in_an_address_is_no_line_break_in_an_answer(narrow: int) -> None:
    raw = b"GET /en%0d%0aX-Mine:%20yes HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    assert b"\nX-Mine" not in sent(narrow, raw)


def test_requests_sent_ahead_are_answered_in_their_order(narrow: int) -> None:
    body = json.dumps(QUESTION).encode()
    last = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    responses = sent(narrow, GOOD + b"\r\n" + post_of(body) + body + last)

    assert re.findall(rb"HTTP/1\.1 (\d+)", responses) == [b"200", b"200", b"404"]
    assert responses.index(b'"status"') < responses.index("100册".encode()) < responses.index(b"not_found")


def slow_question(port: int, pieces: int) -> bytes:
    """What a question gets whose body comes in so many pieces, a tenth of a head's time apart."""
    body = json.dumps(QUESTION).encode()
    with connect(port) as connection:
        connection.sendall(post_of(body, b"Connection: close"))
        for place in range(pieces):
            begin, end = (len(body) * at // pieces for at in (place, place + 1))
            with suppress(ConnectionError):
                connection.sendall(body[begin:end])
            time.sleep(HEAD_SECONDS / 10)
        return rest(connection)


def test_a_body_has_more_time_than_a_head(narrow: int) -> None:
    assert "100册".encode() in slow_question(narrow, 15)


def test_a_body_that_trickles_is_cut_by_the_limit_of_bodies(
    narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", HEAD_SECONDS / 2)

    assert b"HTTP/1.1 408" in slow_question(narrow, 15)


def test_what_comes_after_a_refusal_is_not_read_for_ever(narrow: int) -> None:
    head = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000000\r\n\r\n"
    with connect(narrow) as connection:
        connection.sendall(head)
        assert b"HTTP/1.1 413" in connection.recv(65536)
        assert is_cut(connection, b"a" * 1000, pause=0.02)


def test_a_process_that_may_open_little_takes_fewer_and_still_lets_others_in() -> None:
    wide = Limits()

    assert wide.within(1_000_000) == wide
    for descriptors in (64, 256, 1024, 4096):
        narrow = wide.within(descriptors)
        assert 0 < narrow.requests_of_one < narrow.requests < narrow.connections < descriptors
        assert narrow.connections_of_one < narrow.connections
    assert wide.within(1024).requests_of_one >= 400  # 200 tabs with an answer each


@pytest.mark.skipif(sys.platform == "win32", reason="knows no such bound")
@pytest.mark.parametrize(("hard", "raised"), [(65536, 3300), (2000, 2000), (-1, 3300)])
def test_the_process_is_let_open_as_much_as_it_needs(
    monkeypatch: pytest.MonkeyPatch, hard: int, raised: int
) -> None:
    import resource

    bounds = [(1024, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: bounds[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: bounds.append(given))

    assert make_room(Limits()) == Limits().within(raised)
    assert bounds[-1] == (raised, hard)
