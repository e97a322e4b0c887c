"""What can go wrong with a chat model, in words that name the setting to check. Never holds the key."""

from __future__ import annotations

from assistant.errors import ModelRefused, ModelReplyUnusable, ModelUnavailable
from vectorstore.errors import Message

# Reasons to finish that mean the reply is not all there; the others count as finished.
_LENGTH = frozenset({"length", "max_tokens", "MAX_TOKENS"})
_WITHHELD = frozenset({"content_filter", "sensitive"})
_BROKEN_OFF = frozenset({"", "network_error", "insufficient_system_resource"})

# With these an endpoint refuses what it was asked: too long, or what its provider does not speak of.
_OF_REQUEST = (400, 413, 422)

_TRY_AGAIN = Message(
    "请稍后再试；若总是如此，请检查 OPENAI_BASE_URL 和 OPENAI_MODEL。",
    "Try again later; if it stays so, check OPENAI_BASE_URL and OPENAI_MODEL.",
)
_OTHER_MODEL = Message(
    "请再问一次；若总是如此，请更换 OPENAI_MODEL。",
    "Ask again; if it stays so, choose another OPENAI_MODEL.",
)
_REFUSALS = {
    401: (
        Message("对话模型的接口不接受所给的密钥。", "The chat model's endpoint does not accept the key."),
        Message(
            "请检查 OPENAI_API_KEY，并确认它属于 OPENAI_BASE_URL 所指的服务。",
            "Check OPENAI_API_KEY, and that it belongs to the service at OPENAI_BASE_URL.",
        ),
    ),
    402: (
        Message("对话模型的账户余额不足。", "The chat model's account has no balance left."),
        Message("请充值，或更换 OPENAI_API_KEY。", "Top it up, or change OPENAI_API_KEY."),
    ),
    403: (
        Message("所给的密钥无权使用这个对话模型。", "The key may not use this chat model."),
        Message(
            "请检查 OPENAI_API_KEY 的权限和 OPENAI_MODEL。",
            "Check what OPENAI_API_KEY is allowed to do, and OPENAI_MODEL.",
        ),
    ),
    404: (
        Message(
            "接口没有所设的对话模型，或者接口地址不对。",
            "The endpoint has no such chat model, or its address is wrong.",
        ),
        Message(
            "请检查 OPENAI_MODEL 和 OPENAI_BASE_URL（一般以 /v1 结尾）。",
            "Check OPENAI_MODEL and OPENAI_BASE_URL (usually ending in /v1).",
        ),
    ),
    429: (
        Message(
            "对话模型的请求过于频繁，或额度已用完。",
            "The chat model got too many requests, or its quota is used up.",
        ),
        Message(
            "请稍后再试；若总是如此，请检查 OPENAI_API_KEY 的额度。",
            "Try again later; if it stays so, check the quota of OPENAI_API_KEY.",
        ),
    ),
}


def package_failed(provider: str, kind: str, status: object = None) -> ModelUnavailable:
    """A provider's own package failed, in one of its own ways, at some with an HTTP status."""
    failed = ModelUnavailable(
        Message(f"{provider} 的对话模型出错（{kind}）。", f"The chat model of {provider} failed ({kind})."),
        Message(
            "详情见日志；请检查该服务的密钥和地址，以及 OPENAI_MODEL。",
            "The log says more; check the key and the address of that service, and OPENAI_MODEL.",
        ),
    )
    failed.of_endpoint = status not in _OF_REQUEST
    return failed


def refusal(status: int) -> ModelUnavailable:
    """The endpoint answered with an HTTP status that is no success."""
    if status >= 500:
        return ModelUnavailable(
            Message(
                f"对话模型的接口出错（HTTP {status}）。", f"The chat model's endpoint failed (HTTP {status})."
            ),
            _TRY_AGAIN,
        )
    if status in _REFUSALS:
        return ModelRefused(*_REFUSALS[status])
    refused = ModelRefused(
        Message(
            f"对话模型的接口拒绝了请求（HTTP {status}）。",
            f"The chat model's endpoint refused the request (HTTP {status}).",
        ),
        Message(
            "请检查 OPENAI_BASE_URL 和 OPENAI_MODEL；资料过长时请调小 POLICY_ASSISTANT_EVIDENCE_TOKENS。",
            "Check OPENAI_BASE_URL and OPENAI_MODEL; "
            "if the passages are too long for it, lower POLICY_ASSISTANT_EVIDENCE_TOKENS.",
        ),
    )
    refused.of_endpoint = status not in _OF_REQUEST
    return refused


def unreachable() -> ModelUnavailable:
    """No connection, or one that ended before the reply began."""
    return ModelUnavailable(
        Message("连不上对话模型的接口。", "The chat model's endpoint can't be reached."),
        Message(
            "请检查 OPENAI_BASE_URL、网络和代理设置。", "Check OPENAI_BASE_URL, the network and the proxy."
        ),
    )


def late(seconds: float, *, of_endpoint: bool = False) -> ModelUnavailable:
    """The deadline has passed: with ``of_endpoint`` the longest that there is."""
    missed = ModelUnavailable(
        Message(
            f"对话模型没有在 {round(seconds, 1):g} 秒内答完。",
            f"The chat model did not finish within {round(seconds, 1):g} seconds.",
        ),
        Message(
            "请再问一次；若总是如此，请调大 POLICY_ASSISTANT_MODEL_SECONDS，或换用更快的 OPENAI_MODEL。",
            "Ask again; if it stays so, raise POLICY_ASSISTANT_MODEL_SECONDS or take a faster OPENAI_MODEL.",
        ),
    )
    missed.of_endpoint = of_endpoint
    return missed


def broken_off() -> ModelUnavailable:
    """The reply began and did not come to its end."""
    return ModelUnavailable(
        Message("对话模型的回答中断了。", "The chat model's reply broke off."),
        _TRY_AGAIN,
    )


def unintelligible() -> ModelReplyUnusable:
    """What came is not what an OpenAI-compatible endpoint sends."""
    return ModelReplyUnusable(
        Message(
            "对话模型的接口返回了看不懂的内容。", "The chat model's endpoint sent something unintelligible."
        ),
        Message(
            "请检查 OPENAI_BASE_URL 是否指向兼容 OpenAI 的接口（一般以 /v1 结尾）。",
            "Check that OPENAI_BASE_URL is an OpenAI-compatible endpoint (usually ending in /v1).",
        ),
    )


def packed() -> ModelReplyUnusable:
    """The reply has a Content-Encoding, which was not asked for."""
    return ModelReplyUnusable(
        Message(
            "对话模型的接口发来了压缩的内容，没有接收。",
            "The chat model's endpoint sent a packed reply, which was not read.",
        ),
        Message(
            "请关闭 OPENAI_BASE_URL 所指服务的压缩（Content-Encoding）。",
            "Switch Content-Encoding off at the service that OPENAI_BASE_URL names.",
        ),
    )


def too_long() -> ModelReplyUnusable:
    """More characters or bytes than any answer needs."""
    return ModelReplyUnusable(
        Message("对话模型的回答过长，已停止接收。", "The chat model's reply was too long and was stopped."),
        _OTHER_MODEL,
    )


def repeating() -> ModelReplyUnusable:
    """The same words over and over."""
    return ModelReplyUnusable(
        Message("对话模型不断重复同样的话。", "The chat model kept repeating itself."), _OTHER_MODEL
    )


def unmarked_thoughts() -> ModelReplyUnusable:
    """Thoughts were taken for the reply, because nothing marked where they began."""
    return ModelReplyUnusable(
        Message("对话模型把思考过程混进了回答。", "The chat model mixed its thoughts into the reply."),
        Message(
            "请在模型服务上打开思考内容的解析（reasoning parser），或更换 OPENAI_MODEL。",
            "Turn on the reasoning parser of the model's server, or choose another OPENAI_MODEL.",
        ),
    )


def unfinished(finish_reason: str, *, empty: bool) -> ModelUnavailable | None:
    """What is wrong with a reply that ended for this reason, or None if it is all there."""
    if finish_reason in _LENGTH:
        return ModelReplyUnusable(
            Message(
                "对话模型到了长度上限，没有答完。",
                "The chat model reached its limit before the end of its reply.",
            ),
            Message(
                "请调大 POLICY_ASSISTANT_MODEL_MAX_TOKENS，或更换 OPENAI_MODEL。",
                "Raise POLICY_ASSISTANT_MODEL_MAX_TOKENS or choose another OPENAI_MODEL.",
            ),
        )
    if finish_reason in _WITHHELD:
        return ModelReplyUnusable(
            Message("对话模型的服务商拦下了回答。", "The chat model's provider withheld the reply."),
            _OTHER_MODEL,
        )
    if empty:
        return ModelReplyUnusable(
            Message("对话模型没有给出回答。", "The chat model gave an empty reply."), _OTHER_MODEL
        )
    return broken_off() if finish_reason in _BROKEN_OFF else None
