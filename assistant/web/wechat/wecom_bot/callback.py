"""``/wechat/wecom-bot``: the AI bot of WeCom, which shows an answer while it is being written.

A message gets the beginning of a stream. The platform then asks for the stream
by its id, again and again, and gets all of the text so far, until it hears that
this is the end. The id is the question's own, which nobody can guess. What goes
wrong with a question is said as an answer: whoever asks sees no status.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.setup.settings import Settings
from assistant.web.dependencies import TheBaseUrl, TheLanguage, TheParts, TheSettings
from assistant.web.wechat.crypto import MessageCipher, NotFromPlatform
from assistant.web.wechat.envelope import Envelope, required
from assistant.web.wechat.wecom_bot.messages import read_message
from assistant.web.wechat.wecom_bot.replies import Replies

router = APIRouter(include_in_schema=False)

PATH = "/wechat/wecom-bot"

Json = dict[str, Any]


def open_envelope(settings: Settings) -> Envelope | None:
    """The envelope of the bot; None where no token is set. Raises SettingsInvalid."""
    token = settings.wecom_bot_token
    if token is None:
        return None
    key = required(settings.wecom_bot_aes_key, "wecom_bot_aes_key", "wecom_bot_token")
    return Envelope(token.get_secret_value(), MessageCipher(key, receiver=""))


async def _envelope(request: Request) -> Envelope:
    opened: Envelope | None = request.app.state.wecom_bot
    if opened is None:
        raise HTTPException(404)
    return opened


TheEnvelope = Annotated[Envelope, Depends(_envelope)]


@router.get(PATH)
async def check(request: Request, envelope: TheEnvelope, echostr: str = "") -> Response:
    """Show the platform that this is who it was told of."""
    return PlainTextResponse(envelope.open(request.query_params, echostr))


@router.post(PATH)
async def receive(
    request: Request,
    envelope: TheEnvelope,
    parts: TheParts,
    settings: TheSettings,
    base_url: TheBaseUrl,
    language: TheLanguage,
) -> Response:
    """One message, event or request for more of an answer. What needs no reply gets an empty one."""
    posted = _json(envelope.open(request.query_params, _encrypted(await request.body())))
    replies = Replies(
        parts=parts,
        base_url=base_url,
        language=language,
        own_welcome=settings.wechat_welcome,
        sources=settings.wecom_sources,
    )
    reply = await replies.to(read_message(posted))
    return Response() if reply is None else _sealed(envelope, reply)


def _json(plain: bytes) -> object:
    """What a message says; None where that is no JSON."""
    try:
        posted: object = json.loads(plain)
    except (ValueError, RecursionError):
        return None
    return posted


def _sealed(envelope: Envelope, message: Json) -> JSONResponse:
    """The reply that the platform takes: the fields of an envelope, in small letters."""
    fields = envelope.seal(json.dumps(message, ensure_ascii=False))
    return JSONResponse({name.lower(): value for name, value in fields.items()})


def _encrypted(body: bytes) -> str:
    """What is encrypted in a request's body. Without it nothing can be the platform's."""
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotFromPlatform from error
    encrypted = posted.get("encrypt") if isinstance(posted, dict) else None
    if not isinstance(encrypted, str):
        raise NotFromPlatform
    return encrypted
