"""What the API's description says of the chat completions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from assistant.types import Outcome
from assistant.web.api.description import Responses, as_json, errors_of
from assistant.web.api.examples import ANSWER_EXAMPLE, MODELS_EXAMPLE
from assistant.web.api.replies import CitationBody


class ModelBody(BaseModel):
    """One of the models."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsBody(BaseModel):
    """Body of the list of models."""

    object: Literal["list"]
    data: list[ModelBody]


class SaidBody(BaseModel):
    """What the assistant says."""

    role: Literal["assistant"]
    content: str
    refusal: None


class ChoiceBody(BaseModel):
    """The one choice."""

    index: int
    message: SaidBody
    finish_reason: Literal["stop"]
    logprobs: None


class CountsBody(BaseModel):
    """Token counts, never zero."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionReply(BaseModel):
    """Body of a chat completion. What OpenAI does not know follows after ``usage``."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceBody]
    usage: CountsBody
    citations: list[CitationBody]
    outcome: Outcome
    notices: list[str]


_EXAMPLE = {
    "id": f"chatcmpl-{ANSWER_EXAMPLE['answer_id']}",
    "object": "chat.completion",
    "created": 1795428000,
    "model": "edu-policy-wechat",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "学生午餐补助由县教育局负责[1]。\n依据：\n"
                "[1] 《示例县学生午餐补助办法》示政发〔2024〕1号（征求意见稿），第五条\nhttp://policy.example.edu.cn/d/1n2c3d4e5-3c-l",
                "refusal": None,
            },
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 21, "completion_tokens": 74, "total_tokens": 95},
    "citations": ANSWER_EXAMPLE["citations"],
    "outcome": "grounded",
    "notices": ANSWER_EXAMPLE["notices"],
}
_CHUNKS_EXAMPLE = (
    'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "…"}}]}\n\n'
    "data: [DONE]\n\n"
)
_ERRORS = (400, 401, 404, 408, 413, 415, 500, 503)

MODELS_RESPONSES: Responses = {200: as_json(ModelsBody, MODELS_EXAMPLE), **errors_of(401, 500, 503)}
MODEL_RESPONSES: Responses = {
    200: as_json(ModelBody, MODELS_EXAMPLE["data"][0]),
    **errors_of(401, 404, 500, 503),
}
_WHOLE: dict[str, Any] = as_json(CompletionReply, _EXAMPLE)
COMPLETION_RESPONSES: Responses = {
    200: {**_WHOLE, "content": {**_WHOLE["content"], "text/event-stream": {"example": _CHUNKS_EXAMPLE}}},
    **errors_of(*_ERRORS),
}
