"""Metrics: they rise by what was asked, their labels are few, and only who may sees them."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.asking.keys import Keys
from assistant.setup.settings import Settings
from assistant.web.door.room import Limits
from assistant.web.server import create_app
from assistant.web.watch.metrics import METHODS, REFUSED_FOR
from tests.assistant.web.page.test_page import Visitor
from tests.assistant.web.watch.seen import Seen, look, parsed
from tests.chat_model.replies import refuses
from tests.chat_model.server import ModelServer
from tests.small_library import running_server, with_settings

PAGE = Path(__file__).resolve().parents[4] / "docs" / "operation.md"
REQUESTS_TOTAL = "policy_assistant_http_requests_total"
QUESTIONS_TOTAL = "policy_assistant_questions_total"
LUNCH = "午餐补助由哪个部门负责？"
CHAT = {"model": "edu-policy", "messages": [{"role": "user", "content": "每人每天补助多少元？"}]}


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server of its own, whose counts nobody else raises."""
    chosen = with_settings(settings, tmp_path_factory.mktemp("watched"))
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def app_client(chosen: Settings, address: str = "127.0.0.1", limits: Limits = Limits()) -> TestClient:
    """A client of an app that has not started, at that network address."""
    return TestClient(
        create_app(chosen, limits), "http://127.0.0.1", client=(address, 1), raise_server_exceptions=False
    )


def rise(before: Seen, after: Seen, name: str, **labels: str) -> float:
    return after.of(name, **labels) - before.of(name, **labels)


def test_counts_rise_by_what_was_asked(own: httpx.Client) -> None:
    before = look(own)

    own.post("/api/ask", json={"question": LUNCH}).raise_for_status()
    own.post("/api/ask", json={"question": "北京市的图书角不少于多少册？"}).raise_for_status()
    own.post("/api/ask", json={"question": ""})
    own.post("/v1/chat/completions", json=CHAT).raise_for_status()
    own.get("/documents/nothing")
    own.get("/nothing")
    Visitor(own).ask("图书角不少于多少册？")
    after = look(own)

    assert rise(before, after, REQUESTS_TOTAL, route="/api/ask", method="POST", status="2xx") == 2
    assert rise(before, after, REQUESTS_TOTAL, route="/api/ask", method="POST", status="4xx") == 1
    assert rise(before, after, REQUESTS_TOTAL, route="/documents/{document_id}", status="4xx") == 1
    assert rise(before, after, REQUESTS_TOTAL, route="none", status="4xx") == 1
    assert rise(before, after, REQUESTS_TOTAL, route="page") >= 3
    for outcome in ("grounded", "refused"):
        assert rise(before, after, QUESTIONS_TOTAL, face="api", outcome=outcome, mode="extract") == 1
    assert rise(before, after, QUESTIONS_TOTAL, face="chat_completions", outcome="grounded") == 1
    assert rise(before, after, QUESTIONS_TOTAL, face="page", outcome="grounded") == 1
    assert rise(before, after, QUESTIONS_TOTAL, face="api", outcome="invalid", mode="none") == 1
    for stage in ("wait", "search", "answer"):
        assert rise(before, after, "policy_assistant_stage_seconds_count", stage=stage) == 4
    assert rise(before, after, "policy_assistant_question_seconds_count", mode="extract") == 4
    assert rise(before, after, "policy_assistant_http_request_seconds_count", route="/api/ask") == 3
    assert after.of("policy_assistant_http_request_seconds_count", route="page") == 0


def test_what_the_server_is_can_be_read(own: httpx.Client) -> None:
    seen, health = look(own), own.get("/healthz").json()

    assert seen.of("policy_assistant_library_documents") == health["documents"] == 2
    assert seen.of("policy_assistant_library_chunks") == health["chunks"]
    assert seen.of("policy_assistant_library_info", generation=health["generation"], mode="extract") == 1
    assert seen.of("policy_assistant_library_published_timestamp_seconds") > 1.7e9
    assert seen.of("policy_assistant_ready") == 1
    assert seen.of("policy_assistant_connections") >= 1
    assert seen.of("policy_assistant_question_places") > 100
    assert seen.of("policy_assistant_questions_under_way") == 0
    assert seen.of("process_resident_memory_bytes") > 1e6


def test_whoever_watches_is_not_counted(own: httpx.Client) -> None:
    before = look(own)
    for _ in range(3):
        for path in ("/healthz", "/readyz", "/metrics"):
            own.get(path)

    assert rise(before, look(own), REQUESTS_TOTAL) == 0


def test_odd_paths_and_methods_make_no_new_labels(own: httpx.Client) -> None:
    chance = random.Random(1)
    for _ in range(80):
        start = chance.choice(["/", "/api/", "/documents/", "/gradio_api/queue/"])
        parts = ("".join(chance.choices(string.ascii_letters + "%.:;{}", k=9)) for _ in range(3))
        other = "".join(chance.choices(string.ascii_uppercase, k=7))
        own.request(chance.choice(["GET", "POST", "BREW", other]), start + "/".join(parts))
    for _ in range(5):
        own.get("/documents/" + "".join(chance.choices(string.ascii_letters, k=9)))
    seen = look(own)

    declared = set(own.get("/openapi.json").json()["paths"])
    others = {"page", "none", "/openapi.json", "/documents/{document_id}"}
    assert seen.labelled("route") <= declared | others
    assert {"page", "none", "/documents/{document_id}"} <= seen.labelled("route")
    assert seen.labelled("method") <= METHODS | {"other"}
    assert seen.labelled("status") <= {"2xx", "3xx", "4xx", "5xx"}
    assert seen.labelled("reason") <= {*REFUSED_FOR, "other"}


def test_nothing_of_what_was_asked_or_who_asked_is_in_the_metrics(settings: Settings, tmp_path: Path) -> None:
    chosen = with_settings(settings, tmp_path)
    token = Keys(chosen.data_dir).create("secret-bot")
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        body = {"question": f"{LUNCH} zebra", "user": "person-77", "conversation_id": "talk-77"}
        client.post("/api/ask", json=body, headers={"authorization": f"Bearer {token}"}).raise_for_status()
        client.get("/documents?q=zebra")
        text = client.get("/metrics").text
        assert parsed(text).of(QUESTIONS_TOTAL, face="api") == 1

    for private in ("zebra", "午餐", "person-77", "talk-77", "secret-bot", token, str(chosen.data_dir)):
        assert private not in text


def test_the_page_of_the_documentation_names_each_metric_and_no_other(
    settings: Settings, tmp_path: Path
) -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    chosen = with_settings(settings, tmp_path)
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", client.get("/metrics").text, re.MULTILINE))

    assert told == set(types)
    rules = PAGE.read_text(encoding="utf-8").split("## Five alerts")[1]
    used = set(re.findall(r"(policy_assistant_\w+?)(?:_bucket)?\b(?=[{\s)\[])", rules))
    assert used <= told


class TestAccess:
    def test_by_default_programs_on_this_machine_may_that_ask_directly(self, settings: Settings) -> None:
        for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
            assert app_client(settings, address).get("/metrics").status_code == 200
        refused = app_client(settings, "192.0.2.7").get("/metrics")
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "local_only"

    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-forwarded-proto", "x-real-ip"])
    def test_nobody_comes_in_through_a_proxy_whatever_they_say(self, header: str, server: str) -> None:
        for value in ("127.0.0.1", "203.0.113.9", "https"):
            assert httpx.get(f"{server}/metrics", headers={header: value}).status_code == 403

    def test_they_can_be_open_or_off(self, settings: Settings) -> None:
        chosen = settings.model_copy(update={"metrics": "open"})
        assert app_client(chosen, "192.0.2.7").get("/metrics").status_code == 200
        chosen = settings.model_copy(update={"metrics": "off"})
        assert app_client(chosen).get("/metrics").status_code == 404

    def test_the_proxy_to_begin_with_shows_them_to_nobody(self) -> None:
        text = (PAGE.parents[1] / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        assert re.search(r"location = /metrics \{\s*return 404;\s*\}", text)


def test_two_apps_in_one_process_count_apart(settings: Settings) -> None:
    one, other = app_client(settings), app_client(settings)
    one.get("/docs")
    one.get("/docs")
    other.get("/nothing")

    first, second = (parsed(client.get("/metrics").text) for client in (one, other))
    assert first.of(REQUESTS_TOTAL, route="/docs") == 2
    assert first.of(REQUESTS_TOTAL, route="none") == 0
    assert second.of(REQUESTS_TOTAL, route="/docs") == 0
    assert second.of(REQUESTS_TOTAL, route="none") == 1


def test_who_is_refused_for_want_of_room_is_counted(settings: Settings) -> None:
    client = app_client(settings, limits=Limits(requests=0))
    assert client.get("/docs").status_code == 503

    seen = parsed(client.get("/metrics").text)
    assert seen.of("policy_assistant_refused_total", reason="crowded") == 1
    assert seen.of(REQUESTS_TOTAL, route="none", status="5xx") == 1


def test_who_asks_too_often_is_counted(settings: Settings, tmp_path: Path) -> None:
    chosen = with_settings(settings, tmp_path)
    token = Keys(chosen.data_dir).create("bot", per_minute=1)
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.headers["authorization"] = f"Bearer {token}"
        statuses = [client.post("/api/search", json={"question": LUNCH}).status_code for _ in range(3)]
        assert statuses == [200, 429, 429]
        assert look(client).of("policy_assistant_refused_total", reason="too_often") == 2


def test_a_chat_model_that_fails_is_seen(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer(lambda _: refuses(401)) as model:
        chosen = with_settings(settings, tmp_path, openai_model="scripted", openai_base_url=model.base_url)
        with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
            assert look(client).of("policy_assistant_service_failures_total", service="chat_model") == 0
            for question in (LUNCH, "每人每天补助多少元？"):
                client.post("/api/ask", json={"question": question}).raise_for_status()
            seen = look(client)

    assert seen.of("policy_assistant_service_failures_total", service="chat_model") == 2
    assert seen.of("policy_assistant_service_resting", service="chat_model") == 1
    assert seen.of(QUESTIONS_TOTAL, mode="fallback") == 2
