"""The API does what its description says, whatever it is asked: found out by schemathesis, over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import hypothesis
import jsonschema
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from assistant.asking.keys import Keys
from assistant.setup.settings import Settings
from tests.small_library import running_server, with_settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = 25  # of each operation and kind; both kinds of all operations take some ten seconds
# Whatever is asked is asked of the server that all tests share, which must stay as it is.
OPERATIONS = [
    "POST /api/ask",
    "GET /api/answers/{ticket}",
    "POST /api/files",
    "DELETE /api/files/{file}",
    "POST /api/search",
    "GET /api/documents",
    "GET /api/documents/{document_id}",
    "GET /api/conversations",
    "DELETE /api/conversations",
    "GET /api/conversations/{conversation_id}",
    "DELETE /api/conversations/{conversation_id}",
    "POST /api/feedback",
    "GET /healthz",
    "GET /readyz",
    "GET /v1/models",
    "GET /v1/models/{model}",
    "POST /v1/chat/completions",
]

Described = dict[str, schemathesis.schemas.APIOperation[Any, Any, Any, Any]]


@pytest.fixture(scope="module")
def described(server: str) -> Described:
    schema = schemathesis.openapi.from_url(f"{server}/openapi.json")
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]  # raises
    return {operation.label: operation for operation in found}


def test_no_operation_of_the_description_is_left_out(described: Described) -> None:
    assert set(described) == set(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_described(label: str, mode: GenerationMode, described: Described) -> None:
    operation = described[label]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        return  # nothing that could be wrong

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def asks(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS, timeout=30)

    asks()


def test_nothing_but_health_is_told_without_a_key_where_there_are_keys(
    settings: Settings, tmp_path: Path
) -> None:
    chosen = with_settings(settings, tmp_path)
    Keys(chosen.data_dir).create("someone")
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=30) as client:
        for label in OPERATIONS:
            method, path = label.split(" ")
            for headers in ({}, {"authorization": "Bearer pa-wrong"}, {"authorization": "Basic eDp5"}):
                response = client.request(method, path, headers=headers, params={"user": "x"})
                assert (response.status_code == 401) == (path not in ("/healthz", "/readyz")), label
                if response.status_code == 401:
                    assert response.headers["www-authenticate"] == "Bearer"


def test_every_operation_shows_an_example_that_is_true_to_form(described: Described) -> None:
    for label, operation in described.items():
        shown = operation.definition.raw["responses"].get("200")
        if shown is None:
            continue  # nothing is told of what was deleted
        content = shown["content"]["application/json"]
        schema = {**content["schema"], "components": operation.schema.raw_schema["components"]}
        jsonschema.Draft202012Validator(schema).validate(content["example"])
        assert content["example"], label


def test_no_page_of_another_site_may_read_an_answer(server: str) -> None:
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    with httpx.Client(base_url=server, timeout=30) as client:
        for path in ("/api/ask", "/v1/chat/completions", "/api/documents"):
            for response in (client.options(path, headers=asked), client.get(path, headers=asked)):
                assert not any(name.startswith("access-control") for name in response.headers)
