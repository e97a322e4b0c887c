"""Each request has an id, and a line of the log that tells nothing of what was asked, or by whom."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.answer import Assistant
from assistant.asking.keys import Keys
from assistant.setup.logs import IN_HAND, Form, InHand, Line, log_file, requests_file, start_logging, tell
from assistant.setup.settings import Settings
from assistant.web.server import create_app
from tests.assistant.web.page.test_page import Visitor
from tests.assistant.web.watch.seen import kept_lines
from tests.small_library import running_server, with_settings

LUNCH = "午餐补助由哪个部门负责？"
Lines = list[Mapping[str, object]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with kept_lines() as kept:
        yield kept


def of_request(lines: Lines, request_id: str) -> dict[object, Mapping[str, object]]:
    """The lines of that request, by their kind."""
    found = [line for line in lines if line.get("request") == request_id]
    by_kind = {line["kind"]: line for line in found}
    assert len(by_kind) == len(found)
    return by_kind


def test_an_id_that_comes_along_is_kept_and_another_is_made(client: httpx.Client) -> None:
    for given in ("a", "Root=1-67891233-abcdef012345678912345678", "x" * 128):
        assert client.get("/docs", headers={"x-request-id": given}).headers["x-request-id"] == given
    made = set()
    for given in ("", "a b", 'a"b', "x" * 129, "a\tb", "é", "<script>"):
        response = client.get("/docs", headers={b"x-request-id": given.encode()})
        made.add(response.headers["x-request-id"])
        assert response.headers["x-request-id"] != given
    made |= {client.get(path).headers["x-request-id"] for path in ("/", "/nothing", "/healthz", "/theme.css")}
    assert len(made) == 11
    assert all(len(one) == 32 for one in made)


def test_a_request_nobody_foresaw_has_its_id_too(settings: Settings, lines: Lines) -> None:
    app = create_app(settings)  # which has not started, so that it has nothing to answer with
    client = TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)

    response = client.get("/api/documents", headers={"x-request-id": "lost"})

    assert (response.status_code, response.headers["x-request-id"]) == (500, "lost")
    assert of_request(lines, "lost")["request"]["status"] == 500


def test_a_question_has_a_line_and_its_request_another(client: httpx.Client, lines: Lines) -> None:
    answer = client.post("/api/ask?wait=1", json={"question": LUNCH}, headers={"x-request-id": "one"}).json()

    found = of_request(lines, "one")
    asked, request = found["question"], found["request"]
    assert {name: asked[name] for name in ("answer", "face", "outcome", "mode")} == {
        "answer": answer["answer_id"],
        "face": "api",
        "outcome": "grounded",
        "mode": "extract",
    }
    assert {name: request[name] for name in ("method", "route", "status", "answer")} == {
        "method": "POST",
        "route": "/api/ask",
        "status": 200,
        "answer": answer["answer_id"],
    }
    assert asked["search_ms"] == pytest.approx(answer["seconds"]["search"] * 1000, abs=1)
    for name in ("wait_ms", "search_ms", "answer_ms", "ms"):
        assert isinstance(asked[name], int)
    assert isinstance(request["ms"], int)


def test_a_stream_has_its_line_at_its_end(client: httpx.Client, lines: Lines) -> None:
    headers = {"accept": "text/event-stream", "x-request-id": "streamed"}
    with client.stream("POST", "/api/ask", json={"question": "图书角呢？"}, headers=headers) as response:
        assert "request" not in of_request(lines, "streamed")
        response.read()
    client.get("/docs", headers={"x-request-id": "after"})  # by then the one before has ended

    found = of_request(lines, "streamed")
    assert found["request"]["route"] == "/api/ask"
    assert found["question"]["face"] == "api"


def test_an_answer_that_is_fetched_later_has_a_line_all_the_same(client: httpx.Client, lines: Lines) -> None:
    body = {"question": "每学期公示几次？"}
    ticket = client.post("/api/ask?wait=0", json=body, headers={"x-request-id": "ticket"}).json()["ticket"]
    while client.get(f"/api/answers/{ticket}").status_code == 202:
        pass

    assert set(of_request(lines, "ticket")) == {"question", "request"}
    assert of_request(lines, "ticket")["request"]["status"] == 202
    assert {line["route"] for line in lines if line["kind"] == "request"} == {
        "/api/ask",
        "/api/answers/{ticket}",
    }


def test_of_the_page_only_its_questions_are_told(client: httpx.Client, lines: Lines) -> None:
    Visitor(client).ask("阅读节几月举办？")
    for path in ("/", "/en/", "/theme.css", "/healthz", "/readyz", "/metrics"):
        client.get(path)

    (line,) = lines
    assert (line["kind"], line["face"]) == ("question", "page")
    assert "request" not in line


def test_nothing_of_what_was_asked_or_who_asked_is_in_the_lines(
    settings: Settings, tmp_path: Path, lines: Lines
) -> None:
    chosen = with_settings(settings, tmp_path)
    token = Keys(chosen.data_dir).create("secret-bot")
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.headers["authorization"] = f"Bearer {token}"
        body = {"question": f"{LUNCH} zebra", "user": "person-77", "conversation_id": "talk-77"}
        client.post("/api/ask", json=body).raise_for_status()
        client.get("/documents/zebra?q=zebra")
        client.get("/zebra")
        client.get("/api/conversations?user=person-77").raise_for_status()
        chat = {
            "model": "edu-policy",
            "messages": [{"role": "user", "content": "zebra"}],
            "user": "person-77",
        }
        client.post("/v1/chat/completions", json=chat).raise_for_status()

    assert len(lines) == 7
    told = json.dumps(lines, ensure_ascii=False)
    for private in ("zebra", "午餐", "市教育局", "person-77", "talk-77", "secret-bot", token, "127.0.0.1"):
        assert private not in told


@pytest.mark.parametrize("form", ["json", "plain"])
def test_the_file_has_one_line_each_in_the_form_that_is_set(form: Form, tmp_path: Path) -> None:
    start_logging(tmp_path, form)
    assert not requests_file(tmp_path).exists()
    for number in range(3):
        tell(Line(kind="request", request=f"r{number}", route="/api/ask", ms=number))
    logging.getLogger("another").info("Something else")

    written = requests_file(tmp_path).read_text(encoding="utf-8").splitlines()
    assert len(written) == 3
    assert requests_file(tmp_path).stat().st_mode & 0o777 == 0o600
    if form == "json":
        last = json.loads(written[-1])
        assert last.pop("time").endswith("Z")
        assert last == {"kind": "request", "request": "r2", "route": "/api/ask", "ms": 2}
    else:
        assert written[-1].split(" ", 1)[1] == "kind=request request=r2 route=/api/ask ms=2"
    assert "r2" not in log_file(tmp_path).read_text(encoding="utf-8")


def test_the_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.setup.logs.LARGEST_FILE", 10_000)
    start_logging(tmp_path, "json")
    for number in range(2_000):
        tell(Line(kind="request", request=f"{number:032}"))

    files = sorted(path.name for path in (tmp_path / "logs").glob("requests.log*"))
    assert files == ["requests.log", "requests.log.1", "requests.log.2", "requests.log.3"]
    assert all((tmp_path / "logs" / name).stat().st_size < 10_200 for name in files)


def test_the_log_of_requests_can_be_off(settings: Settings, lines: Lines) -> None:
    app = create_app(settings.model_copy(update={"request_log": "off"}))
    response = TestClient(app, "http://127.0.0.1").get("/docs")

    assert response.headers["x-request-id"]
    assert not lines


def test_what_goes_wrong_is_logged_with_the_id_of_its_request(tmp_path: Path) -> None:
    start_logging(tmp_path)
    logger = logging.getLogger("assistant.somewhere")
    token = IN_HAND.set(InHand("found-by-this"))
    try:
        logger.warning("Inside")
        ended = IN_HAND.get()
        assert ended
        ended.ended = True
        logger.warning("Afterwards")
    finally:
        IN_HAND.reset(token)

    inside, afterwards = log_file(tmp_path).read_text(encoding="utf-8").splitlines()
    assert inside.endswith("WARNING assistant.somewhere [found-by-this] Inside")
    assert afterwards.endswith("WARNING assistant.somewhere Afterwards")


def test_the_cause_of_a_failure_nobody_foresaw_is_found_by_the_id(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Assistant) -> None:
        raise RuntimeError("the cause")

    monkeypatch.setattr(Assistant, "chunk_counts", fail)
    start_logging(tmp_path)
    response = httpx.get(f"{server}/healthz", headers={"x-request-id": "boom-1"})

    assert (response.status_code, response.headers["x-request-id"]) == (500, "boom-1")
    assert "boom-1" not in response.text
    deadline = time.monotonic() + 20  # it is logged behind the response
    while "the cause" not in (written := log_file(tmp_path).read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "[boom-1] Exception in ASGI application" in written
