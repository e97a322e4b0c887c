"""The API does what its description says, whatever it is asked: found out by schemathesis, over real HTTP."""

from __future__ import annotations

from typing import Any

import hypothesis
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
    "POST /api/search",
    "GET /api/documents",
    "GET /api/documents/{document_id}",
    "GET /api/conversations",
    "DELETE /api/conversations",
    "GET /api/conversations/{conversation_id}",
    "DELETE /api/conversations/{conversation_id}",
    "POST /api/feedback",
    "GET /healthz",
    "GET /v1/models",
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
