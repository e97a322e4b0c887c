"""Every failure as ``{"error": {"code", "message", "hint"}}`` with its status, in the user's language.

On the paths of OpenAI's protocol also with ``type`` and ``param``, which its clients read.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.setup.logs import request_id
from vectorstore.errors import Language, Message, PolicyAssistantError

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
RETRY_SECONDS = 5
LONGEST_NAME_SHOWN = 60
OPENAI_PATHS = "/v1/"


class UnknownDocument(PolicyAssistantError):
    """No document of the library has that id."""

    code = "unknown_document"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            Message("库中没有这份文件。", "There is no such document in the library."),
            Message("文件列表见 /api/documents。", "See /api/documents for the list."),
        )


class ModelUnknown(PolicyAssistantError):
    """A chat completion is asked of a model that is not served."""

    code = "model_not_found"
    status = 404

    def __init__(self, served: Sequence[str]) -> None:
        names = ", ".join(served)
        super().__init__(
            Message("没有这个模型。", "There is no such model."),
            Message(f"可用的模型：{names}。", f"The models are {names}."),
        )


_JSON_HINT = Message(
    "正文应是 UTF-8 编码的 JSON，格式见 /docs。", "The body must be JSON in UTF-8; see /docs for its form."
)
_OF_STATUS: Mapping[int, tuple[str, Message, Message]] = {
    400: (
        "malformed_request",
        Message("请求正文无法解析。", "The request's body can't be parsed."),
        _JSON_HINT,
    ),
    404: (
        "not_found",
        Message("没有这个地址。", "There is nothing at this address."),
        Message("接口列表见 /docs。", "See /docs for the list."),
    ),
    405: (
        "method_not_allowed",
        Message("这个地址不接受这种请求方法。", "This address does not take that method."),
        Message("可用的方法见响应头 Allow。", "The Allow header names the methods it takes."),
    ),
    408: (
        "too_slow",
        Message("请求正文迟迟没有传完。", "The request's body did not arrive in time."),
        Message("请检查网络后重试。", "Check the network and try again."),
    ),
    413: (
        "too_large",
        Message("请求正文太大。", "The request's body is too large."),
        Message("请控制在 1 MB 以内。", "Keep it under 1 MB."),
    ),
    415: (
        "unsupported_media_type",
        Message("请求正文不是 JSON。", "The request's body is not declared as JSON."),
        Message(
            "请加请求头 content-type: application/json。", "Send the header content-type: application/json."
        ),
    ),
    422: (
        "invalid_request",
        Message("请求的内容不合要求。", "The request is not what it should be."),
        Message("字段说明见 /docs。", "See /docs for its fields."),
    ),
    500: (
        "internal",
        Message("服务器内部出错，原因已记入日志。", "The server failed; the cause is in its log."),
        Message("请稍后再试，仍不行请联系管理员。", "Try again later, or tell the administrator."),
    ),
}

# What pydantic calls a fault -> what to tell people; {field} is the field's name.
_OF_FAULT: Mapping[str, Message] = {
    "missing": Message("缺少字段 {field}。", "The field {field} is missing."),
    "extra_forbidden": Message("不认识字段 {field}。", "The field {field} is unknown."),
    "string_type": Message("字段 {field} 应是字符串。", "The field {field} must be a string."),
    "string_unicode": Message("字段 {field} 含有无效字符。", "The field {field} has invalid characters."),
    "string_too_long": Message("字段 {field} 太长。", "The field {field} is too long."),
    "list_type": Message("字段 {field} 应是列表。", "The field {field} must be a list."),
    "too_long": Message("字段 {field} 的项数太多。", "The field {field} has too many entries."),
    "string_too_short": Message("字段 {field} 是空的。", "The field {field} is empty."),
    "literal_error": Message("字段 {field} 只能取规定的值。", "The field {field} has no value of its list."),
    "enum": Message("字段 {field} 只能取规定的值。", "The field {field} has no value of its list."),
    "float_parsing": Message("字段 {field} 应是数。", "The field {field} must be a number."),
    "float_type": Message("字段 {field} 应是数。", "The field {field} must be a number."),
    "greater_than": Message("字段 {field} 的数太小。", "The number in the field {field} is too small."),
    "greater_than_equal": Message("字段 {field} 的数太小。", "The number in the field {field} is too small."),
    "less_than_equal": Message("字段 {field} 的数太大。", "The number in the field {field} is too large."),
    "int_type": Message("字段 {field} 应是整数。", "The field {field} must be an integer."),
    "model_attributes_type": Message("{field} 应是 JSON 对象。", "{field} must be a JSON object."),
}
_OTHER_FAULT = Message("字段 {field} 的值不合要求。", "The field {field} has a value that can't be used.")


def error_body(code: str, message: str, hint: str) -> dict[str, dict[str, str]]:
    """The JSON of an error."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def status_response(
    status: int, language: Language, headers: Mapping[str, str] | None = None, *, path: str = ""
) -> JSONResponse:
    """The error response of a plain HTTP status; one that has no text of its own speaks of 422 or 500."""
    known = status if status in _OF_STATUS else 422 if status < 500 else 500
    code, message, hint = _OF_STATUS[known]
    body = error_body(code, message.in_language(language), hint.in_language(language))
    return _response(path, status, body, headers=headers)


def known_error_response(error: PolicyAssistantError, language: Language, *, path: str = "") -> JSONResponse:
    """The response of one of our own errors."""
    headers = {"Retry-After": str(RETRY_SECONDS)} if error.status in (429, 503) else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(path, error.status, told_error(error, language), headers=headers)


def told_error(error: Exception, language: Language) -> dict[str, dict[str, str]]:
    """The JSON of any failure; of one that nobody foresaw only that there was one."""
    if isinstance(error, PolicyAssistantError):
        return error_body(error.code, error.message.in_language(language), error.hint.in_language(language))
    code, message, hint = _OF_STATUS[500]
    return error_body(code, message.in_language(language), hint.in_language(language))


def _response(
    path: str,
    status: int,
    body: dict[str, dict[str, str]],
    *,
    headers: Mapping[str, str] | None = None,
    field: str | None = None,
) -> JSONResponse:
    """An error as the clients of ``path`` read it: OpenAI's show the message alone, and know no 422."""
    error: dict[str, str | None] = dict(body["error"])
    if path.startswith(OPENAI_PATHS):
        status = 400 if status == 422 else status
        kind = "invalid_request_error" if status < 500 else "server_error"
        error |= {"message": f"{error['message']} {error['hint']}", "type": kind, "param": field}
    return JSONResponse({"error": error}, status, headers=dict(headers or {}))


def _field_name(location: tuple[int | str, ...]) -> str:
    """A field's dotted name, short and encodable: a client may have sent anything as a name."""
    name = ".".join(str(part) for part in location if part != "body") or "body"
    shown = name if len(name) <= LONGEST_NAME_SHOWN else name[:LONGEST_NAME_SHOWN] + "…"
    return shown.encode("utf-8", "replace").decode()


def _declares_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _validation_response(request: Request, error: RequestValidationError, language: Language) -> JSONResponse:
    first = error.errors()[0]
    path = request.url.path
    if first["type"] == "json_invalid":
        return status_response(400, language, path=path)
    if request.method == "POST" and first["loc"][:1] == ("body",) and not _declares_json(request):
        return status_response(415, language, path=path)
    message = _OF_FAULT.get(first["type"], _OTHER_FAULT).in_language(language)
    code, _, hint = _OF_STATUS[422]
    field = _field_name(first["loc"])
    body = error_body(code, message.format(field=field), hint.in_language(language))
    return _response(path, 422, body, field=field)


def install_error_responses(app: FastAPI, language: Language) -> None:
    """Make ``app`` answer every failure in the product's own form. A cause that nobody foresaw is logged."""

    @app.exception_handler(PolicyAssistantError)
    async def known(request: Request, error: PolicyAssistantError) -> JSONResponse:
        return known_error_response(error, language, path=request.url.path)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _validation_response(request, error, language)

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> JSONResponse:
        return status_response(error.status_code, language, error.headers, path=request.url.path)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        # Beyond all that gives responses their headers: by this one the cause is found in the log.
        headers = {"X-Request-ID": found} if (found := request_id()) else {}
        return status_response(500, language, headers, path=request.url.path)
