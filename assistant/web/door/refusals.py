"""What is refused before anything looks at what is asked, and how a connection without a request is told."""

from __future__ import annotations

from http import HTTPStatus

from assistant.web.door.http_errors import known_error_response
from vectorstore.errors import Language, Message, PolicyAssistantError


class HeadTooSlow(PolicyAssistantError):
    """The head of a request did not arrive in time."""

    code = "too_slow"
    status = 408

    def __init__(self) -> None:
        super().__init__(
            Message("请求迟迟没有传完。", "The request did not arrive in time."),
            Message("请检查网络后重试。", "Check the network and try again."),
        )


class HeadTooLong(PolicyAssistantError):
    """The head of a request is longer than any browser's."""

    code = "head_too_long"
    status = 431

    def __init__(self) -> None:
        super().__init__(
            Message("请求的地址和请求头太长。", "The address and the headers of the request are too long."),
            Message(
                "请缩短地址，或清除本站的 Cookie 后重试。",
                "Shorten the address, or clear the cookies of this site, and try again.",
            ),
        )


class NoRequest(PolicyAssistantError):
    """What arrived is no HTTP."""

    code = "malformed_request"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            Message("收到的不是有效的 HTTP 请求。", "What arrived is no valid HTTP request."),
            Message("请检查发送请求的程序。", "Check the program that sends it."),
        )


class Crowded(PolicyAssistantError):
    """More connections or requests are open than there is room for."""

    code = "crowded"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            Message("现在的连接太多。", "Too many connections at the moment."),
            Message("请过几秒再试。", "Try again in a few seconds."),
        )


def bare_response(error: PolicyAssistantError, language: Language) -> bytes:
    """The whole response, for a connection that no application has."""
    response = known_error_response(error, language)
    head = [f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()]
    head += [b"%b: %b" % header for header in response.raw_headers]
    return b"\r\n".join([*head, b"x-content-type-options: nosniff", b"connection: close", b"", response.body])
