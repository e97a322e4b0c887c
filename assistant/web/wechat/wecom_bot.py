"""``/wechat/wecom-bot``: the AI bot of WeCom, which shows an answer while it is being written.

A message gets the beginning of a stream. The platform then asks for the stream
by its id, again and again, and gets all of the text so far, until it hears that
this is the end. The id is the question's own, which nobody can guess. What goes
wrong with a question is said as an answer: whoever asks sees no status.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.errors import SettingsInvalid
from assistant.settings import Settings
from assistant.web.dependencies import TheBaseUrl, TheLanguage, TheParts, TheSettings
from assistant.web.wechat.bot_messages import read_message
from assistant.web.wechat.bot_replies import Replies, keep_feedback
from assistant.web.wechat.crypto import MessageCipher, NotFromPlatform, check_signature, signature
from assistant.web.wechat.freshness import Freshness
from vectorstore.errors import Message

router = APIRouter(include_in_schema=False)

PATH = "/wechat/wecom-bot"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the platform adds to the address of each request."""

    msg_signature: str = ""
    timestamp: str = ""
    nonce: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Opens what the platform sends, and seals what goes back."""

    token: str
    cipher: MessageCipher
    freshness: Freshness

    def open(self, signed: Signed, encrypted: str) -> bytes:
        """The message in it. Raises NotFromPlatform."""
        check_signature(signed.msg_signature, self.token, signed.timestamp, signed.nonce, encrypted)
        self.freshness.check(signed.timestamp, signed.msg_signature, encrypted.encode("utf-8", "replace"))
        return self.cipher.decrypt(encrypted)

    def seal(self, message: Json) -> Response:
        """The reply that the platform takes."""
        encrypted = self.cipher.encrypt(json.dumps(message, ensure_ascii=False))
        timestamp, nonce = int(time.time()), str(secrets.randbelow(10**10))
        signed = signature(self.token, str(timestamp), nonce, encrypted)
        sealed = {"encrypt": encrypted, "msgsignature": signed, "timestamp": timestamp, "nonce": nonce}
        return JSONResponse(sealed)


def open_channel(settings: Settings) -> Channel | None:
    """The channel of the settings; None where they have no token. Raises SettingsInvalid."""
    token, key = settings.wecom_bot_token, settings.wecom_bot_aes_key
    if token is None:
        return None
    if key is None:
        raise SettingsInvalid(
            Message("企业微信智能机器人缺少 EncodingAESKey。", "The WeCom AI bot has no EncodingAESKey."),
            Message("请设置 wecom_bot_aes_key。", "Set wecom_bot_aes_key."),
        )
    cipher = MessageCipher(key.get_secret_value(), receiver="")
    return Channel(token=token.get_secret_value(), cipher=cipher, freshness=Freshness())


def _channel(request: Request) -> Channel:
    opened: Channel | None = request.app.state.wecom_bot
    if opened is None:
        raise HTTPException(404)
    return opened


TheChannel = Annotated[Channel, Depends(_channel)]
TheSigned = Annotated[Signed, Depends()]


@router.get(PATH)
async def check(channel: TheChannel, signed: TheSigned, echostr: str = "") -> Response:
    """Show the platform that this is who it was told of."""
    return PlainTextResponse(channel.open(signed, echostr))


@router.post(PATH)
async def receive(
    request: Request,
    channel: TheChannel,
    signed: TheSigned,
    parts: TheParts,
    settings: TheSettings,
    base_url: TheBaseUrl,
    language: TheLanguage,
) -> Response:
    """One message, event or request for more of an answer. What needs no reply gets an empty one."""
    message = read_message(channel.open(signed, _encrypted(await request.body())))
    replies = Replies(parts=parts, base_url=base_url, language=language)
    match message.kind, message.event:
        case "stream", _:
            return channel.seal(replies.so_far(message.stream_id))
        case "event", "enter_chat":
            return channel.seal(await replies.welcome(settings.wechat_welcome))
        case "event", "feedback_event":
            await anyio.to_thread.run_sync(keep_feedback, parts.history, message)
            return Response()
        case ("event" | "", _):
            return Response()
        case _:
            return channel.seal(await replies.to_question(message))


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
