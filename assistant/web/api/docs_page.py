"""The API's description as a page. FastAPI's own loads its scripts from a CDN, which an intranet lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.web.dependencies import TheLanguage
from assistant.web.static_page import static_page

router = APIRouter(include_in_schema=False)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path, ready to be shown. ``request`` is a curl command."""

    method: str
    path: str
    description: str
    request: str
    fields: tuple[str, ...]
    response: str
    statuses: tuple[tuple[str, str], ...]


def operations(description: Json, address: str) -> Iterator[Operation]:
    """All operations of an OpenAPI description, in its order."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            body = _schema(description, _media(operation.get("requestBody", {})).get("schema", {}))
            responses = operation["responses"]
            asked = [one for one in operation.get("parameters", ()) if one["in"] != "path"]
            fields = [(one["name"], one["schema"] | one) for one in asked]
            yield Operation(
                method=method.upper(),
                path=path,
                description=operation.get("description", operation.get("summary", "")),
                request=_curl(address + path, method, body),
                fields=tuple(
                    _field(description, *one) for one in (*body.get("properties", {}).items(), *fields)
                ),
                response=_example(_media(responses.get("200", {}))),
                statuses=tuple((s, r["description"]) for s, r in responses.items() if s != "200"),
            )


def _media(part: Json) -> Json:
    media: Json = part.get("content", {}).get("application/json", {})
    return media


def _schema(description: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    resolved: Json = description["components"]["schemas"][name] if name else schema
    return resolved


def _example(media: Json) -> str:
    return json.dumps(media["example"], ensure_ascii=False, indent=2) if "example" in media else ""


def _curl(url: str, method: str, body: Json) -> str:
    if not body:
        return f"curl -s {url}" if method == "get" else f"curl -s -X {method.upper()} {url}"
    example = json.dumps(body.get("examples", [{}])[0], ensure_ascii=False)
    return f"curl -s {url} -H 'content-type: application/json' -d '{example}'"


def _field(description: Json, name: str, schema: Json) -> str:
    kinds = [_schema(description, one) for one in (schema.get("anyOf") or [schema])]
    resolved = kinds[0]
    parts = resolved.get("properties") or _schema(description, resolved.get("items", {})).get("properties")
    inner = f" {{{', '.join(parts)}}}" if parts else ""
    kind = " | ".join(one.get("type", "any") for one in kinds)
    bounds = "".join(f", {bound} {resolved[bound]}" for bound in _BOUNDS if bound in resolved)
    said = schema.get("description", "")
    return f"{name}: {kind}{inner}{bounds}" + (f" — {said}" if said else "")


_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "maxItems", "maxLength", "enum")


@router.get("/docs", response_class=HTMLResponse)
async def api_docs(request: Request, language: TheLanguage) -> HTMLResponse:
    """The page."""
    description = request.app.openapi()
    address = str(request.base_url).rstrip("/")
    return static_page(
        "api/docs_page.html",
        language=language,
        title=description["info"]["title"],
        version=description["info"]["version"],
        operations=tuple(operations(description, address)),
    )
