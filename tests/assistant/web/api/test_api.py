"""The HTTP API, over real HTTP to the real server."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from assistant.web.api.replies import AnswerBody, DocumentsBody, ErrorBody, OutlinedDocument, PassagesBody
from tests.small_library import LUNCH

JSON = {"content-type": "application/json"}


def ask(client: httpx.Client, body: object) -> httpx.Response:
    return client.post("/api/ask", json=body)


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, which has a message and a hint and nothing else."""
    error = ErrorBody.model_validate_json(response.content, strict=True).error
    assert error.message
    assert error.hint
    assert "Traceback" not in response.text
    return response.status_code, error.code


def test_an_answer_has_the_promised_form_and_quotes_the_document_word_for_word(client: httpx.Client) -> None:
    response = ask(client, {"question": "午餐补助由哪个部门负责？", "conversation_id": "talk-1"})

    answer = AnswerBody.model_validate_json(response.content)
    assert response.status_code == 200
    assert answer.outcome == "grounded"
    assert "市教育局" in answer.answer
    assert answer.conversation_id == "talk-1"
    assert answer.mode == "extract"
    (citation, *_) = answer.citations
    assert citation.document.source == "lunch.txt"
    assert "".join(citation.quote.split()) in "".join(LUNCH.split())
    assert f"[{citation.label}]" in answer.answer


def test_a_citation_opens_the_passage_that_it_quotes(client: httpx.Client) -> None:
    citation = ask(client, {"question": "每人每天补助多少元？"}).json()["citations"][0]

    page = client.get(citation["url"]).text

    marked = page.split('id="cited"')[1].split(">", 1)[1].split("</mark>")[0]
    assert marked.startswith(citation["quote"][:5])


def test_what_is_not_in_the_library_is_refused_with_status_200(client: httpx.Client) -> None:
    response = ask(client, {"question": "北京市的图书角不少于多少册？"})

    answer = AnswerBody.model_validate_json(response.content)
    assert response.status_code == 200
    assert answer.outcome == "refused"
    assert answer.refusal is not None


def test_history_makes_a_short_question_clear(client: httpx.Client) -> None:
    history = [
        {"role": "user", "content": "云山市的午餐补助由哪个部门负责？"},
        {"role": "assistant", "content": "由云山市教育局负责[1]。"},
    ]

    answer = ask(client, {"question": "那每天补助多少元？", "history": history}).json()

    assert "5元" in answer["answer"]
    assert answer["question"] != ""


def test_the_scope_keeps_other_documents_out(client: httpx.Client) -> None:
    listed = client.get("/api/documents").json()["documents"]
    reading = next(each["id"] for each in listed if each["source"] == "reading.txt")

    body = {"question": "由哪个部门牵头负责？", "scope": {"documents": [reading], "regions": []}}
    found = client.post("/api/search", json=body).json()

    assert {passage["document"]["id"] for passage in found["passages"]} == {reading}


def test_search_gives_passages_in_order_with_their_true_place(client: httpx.Client) -> None:
    response = client.post("/api/search", json={"question": "图书角不少于多少册", "limit": 3.0})

    found = PassagesBody.model_validate_json(response.content)
    assert [passage.rank for passage in found.passages] == list(range(1, len(found.passages) + 1))
    assert 1 <= len(found.passages) <= 3
    assert "100册" in found.passages[0].text


def test_documents_are_listed_with_their_chunks_and_shown_with_their_outline(client: httpx.Client) -> None:
    listed = DocumentsBody.model_validate_json(client.get("/api/documents").content).documents
    reading = next(each for each in listed if each.source == "reading.txt")

    shown = OutlinedDocument.model_validate_json(client.get(f"/api/documents/{reading.id}").content)

    assert [each.source for each in listed] == ["lunch.txt", "reading.txt"]
    assert all(each.chunks > 0 for each in listed)
    assert reading.status == "draft for comments"
    (whole,) = shown.outline
    assert [entry.label for entry in whole.children] == ["一、", "二、", "三、"]
    assert [entry.title for entry in whole.children[1].children] == ["建设班级图书角", "开展阅读活动"]


def test_an_unknown_document_is_not_found(client: httpx.Client) -> None:
    assert error_of(client.get("/api/documents/nothing")) == (404, "unknown_document")
    assert error_of(client.get("/api/documents/..%2f..%2fetc%2fpasswd"))[0] == 404


def test_health_says_what_is_served(client: httpx.Client) -> None:
    health = client.get("/healthz").json()

    assert health["status"] == "ok"
    assert health["documents"] == 2
    assert health["chunks"] > 5
    assert health["mode"] == "extract"
    assert health["generation"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_request"),
        ({"question": 5}, "invalid_request"),
        ({"question": None}, "invalid_request"),
        ({"question": ["a"]}, "invalid_request"),
        ({"question": "a", "extra": 1}, "invalid_request"),
        ({"question": "a", "scope": {"documents": "x"}}, "invalid_request"),
        ({"question": "a", "scope": {"issuer": []}}, "invalid_request"),
        ({"question": "a", "history": [{"role": "system", "content": "x"}]}, "invalid_request"),
        ({"question": "a", "history": [{"role": "user"}]}, "invalid_request"),
        ({"question": "a", "history": [{"role": "user", "content": ""}] * 1001}, "invalid_request"),
        ({"question": "a", "conversation_id": "x" * 201}, "invalid_request"),
        (["question"], "invalid_request"),
        ("question", "invalid_request"),
        ({"question": ""}, "bad_question"),
        ({"question": " \n\t "}, "bad_question"),
        ({"question": "问" * 100_000}, "bad_question"),
    ],
)
def test_a_body_that_is_not_a_question_is_refused_with_a_reason(
    client: httpx.Client, body: object, code: str
) -> None:
    assert error_of(ask(client, body)) == (422, code)


@pytest.mark.parametrize("limit", [0, -1, 101, "5", 2.5, True, None])
def test_a_limit_out_of_bounds_is_refused(client: httpx.Client, limit: object) -> None:
    response = client.post("/api/search", json={"question": "午餐", "limit": limit})

    assert error_of(response) == (422, "invalid_request")


@pytest.mark.parametrize(
    "content",
    [
        b'{"question":',
        b"",
        b"nonsense",
        b'{"question":"\xff\xfe"}',
        b'{"a":' * 100_000,
        b'{"question":' + b"9" * 5000,
    ],
    ids=["cut", "empty", "words", "invalid UTF-8", "deep", "a huge number"],
)
def test_a_body_that_is_no_json_is_malformed(client: httpx.Client, content: bytes) -> None:
    status, code = error_of(client.post("/api/ask", content=content, headers=JSON))

    assert (status, code) in {(400, "malformed_request"), (422, "invalid_request")}


def test_half_of_a_character_in_a_body_is_refused_and_not_a_failure(client: httpx.Client) -> None:
    for body in (rb'{"question": "\ud800"}', rb'{"question": "a", "\udfff": 1}'):
        status, _ = error_of(client.post("/api/ask", content=body, headers=JSON))
        assert status == 422


def test_a_body_that_is_not_declared_as_json_is_told_which_header_to_send(client: httpx.Client) -> None:
    response = client.post("/api/ask", content=b'{"question":"a"}', headers={"content-type": "text/plain"})

    assert error_of(response) == (415, "unsupported_media_type")
    assert "application/json" in response.text


def test_a_body_over_the_limit_is_refused_declared_or_chunked(server: str) -> None:
    big = json.dumps({"question": "问" * 400_000}, ensure_ascii=False).encode()
    for content in (big, iter([big[: len(big) // 2], big[len(big) // 2 :]])):
        with httpx.Client(
            base_url=server
        ) as client:  # one each: the server may hang up on what it did not read
            assert error_of(client.post("/api/ask", content=content, headers=JSON)) == (413, "too_large")


def test_a_question_of_one_megabyte_and_one_of_ten_are_refused_alike_everywhere(server: str) -> None:
    for path in ("/api/search", "/nothing", "/gradio_api/queue/join"):
        with httpx.Client(base_url=server) as client:
            response = client.post(path, content=b"x" * 10_000_000, headers=JSON)
            assert error_of(response) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ask", 405),
        ("DELETE", "/api/documents", 405),
        ("POST", "/healthz", 405),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
        ("GET", "/documents/a/b", 404),
    ],
)
def test_unknown_paths_and_wrong_methods_are_answered_in_json(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)

    assert error_of(response)[0] == status
    assert ("allow" in response.headers) == (status == 405)


def test_twenty_people_at_once_all_get_their_own_answer(client: httpx.Client) -> None:
    questions = ["午餐补助由哪个部门负责？", "图书角不少于多少册？"] * 10

    with ThreadPoolExecutor(20) as pool:
        asked = [{"question": question, "user": f"p{number}"} for number, question in enumerate(questions)]
        answers = list(pool.map(lambda body: ask(client, body).json(), asked))

    for question, answer in zip(questions, answers, strict=True):
        expected = "教育局" if "午餐" in question else "100册"
        assert expected in answer["answer"]
    assert len({answer["answer_id"] for answer in answers}) == len(answers)


def test_a_client_that_hangs_up_leaves_the_server_well(server: str, client: httpx.Client) -> None:
    host, port = server.removeprefix("http://").split(":")
    for sent in (
        b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n{",
        b"\x00\xff garbage\r\n\r\n",
        b"",
    ):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(sent)

    assert client.get("/healthz").status_code == 200


def test_the_description_names_every_error_and_has_an_example_that_is_true_to_form(
    client: httpx.Client,
) -> None:
    described = client.get("/openapi.json").json()
    responses = described["paths"]["/api/ask"]["post"]["responses"]

    expected = {"200", "202", "400", "401", "404", "408", "413", "415", "422", "429", "500", "503"}
    assert set(responses) == expected
    example = responses["200"]["content"]["application/json"]["example"]
    citation = example["citations"][0]
    assert len(citation["quote"]) == citation["end"] - citation["start"]
    AnswerBody.model_validate(example)


def test_the_api_is_described_on_a_page_that_needs_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs")

    assert page.status_code == 200
    assert "POST /api/ask" in page.text
    assert "curl -s" in page.text
    assert "<script" not in page.text.replace("<script></script>", "")
    assert "https://" not in page.text
