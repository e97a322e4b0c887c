"""The callback of a WeChat Official Account, in its three modes.

Plaintext, compatible (a message in both forms) and safe. Whoever sets an
EncodingAESKey gets only encrypted messages read: the signature of a plain one
says nothing of what it contains. The platform encrypts in both other modes, so
that nothing of it is lost. Without the key, what is plain in a message is read.
"""

from __future__ import annotations

import logging
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.setup.settings import Settings
from assistant.web.wechat.answering import Answering, TheMoment
from assistant.web.wechat.crypto import MessageCipher, NotFromPlatform
from assistant.web.wechat.envelope import Envelope, Query, required
from assistant.web.wechat.messages import read_incoming
from assistant.web.wechat.platform_api import PlatformApi
from assistant.web.wechat.xml import read_fields, write_fields

PATH = "/wechat/official"
router = APIRouter(include_in_schema=False)

_LOG = logging.getLogger(__name__)

_NAME = "\0wechat-official"  # no key of the API can be called so: its people are none of the account's
_NOTHING_TO_SAY = "success"  # which the platform takes for a reply; silence it would report as a failure


class OfficialAccount:
    """The account that the settings name."""

    def __init__(self, settings: Settings, token: str) -> None:
        key = settings.wechat_official_aes_key
        self.envelope = Envelope(token, _cipher(settings, key.get_secret_value()) if key else None)
        service = _customer_service(settings)
        self.answering = Answering(
            _NAME,
            settings,
            welcome=settings.wechat_welcome,
            send=service.send if service else None,
            show_working=service.show_working if service and settings.working_sign != "off" else None,
            sources=settings.wechat_official_sources,
            tries=settings.wechat_official_tries,
        )

    def read(self, query: Query, body: bytes) -> tuple[dict[str, str], bool]:
        """The fields of a message, and whether they were encrypted. Raises NotFromPlatform."""
        if self.envelope.cipher is None:
            self.envelope.check_fresh(query, body)
            fields = read_fields(body)
            if "Encrypt" in fields and "MsgType" not in fields:
                _LOG.warning("An encrypted message was not read: no EncodingAESKey is set for the account")
            return fields, False
        if query.get("encrypt_type") != "aes":
            _LOG.warning("A plaintext message was refused: an EncodingAESKey is set for the account")
            raise NotFromPlatform
        return read_fields(self.envelope.open(query, read_fields(body).get("Encrypt", ""))), True


def open_official_account(settings: Settings) -> OfficialAccount | None:
    """The account; None where no token is set. Raises SettingsInvalid."""
    token = settings.wechat_official_token
    return OfficialAccount(settings, token.get_secret_value()) if token else None


async def _account(request: Request) -> OfficialAccount:
    account: OfficialAccount | None = request.app.state.official_account
    if account is None:
        raise HTTPException(404)
    account.envelope.check_sender(request.query_params)
    return account


TheAccount = Annotated[OfficialAccount, Depends(_account)]
"""The account, for whoever knows its token: anyone else is turned away before anything is read."""


@router.get(PATH)
async def confirm(request: Request, account: TheAccount) -> PlainTextResponse:
    """What the platform asks when the address is entered there."""
    echoed = request.query_params.get("echostr", "")
    account.envelope.check_fresh(request.query_params, echoed.encode("utf-8", "replace"))
    return PlainTextResponse(echoed)


@router.post(PATH)
async def receive(request: Request, account: TheAccount, moment: TheMoment) -> Response:
    """A message from a person, answered with a text or with nothing. Encrypted as the message was."""
    fields, encrypted = account.read(request.query_params, await request.body())
    incoming = read_incoming(fields)
    text = await account.answering.reply(incoming, moment)
    if text is None:
        return PlainTextResponse(_NOTHING_TO_SAY)
    reply = incoming.reply(text)
    return Response(
        write_fields(account.envelope.seal(reply)) if encrypted else reply, media_type="application/xml"
    )


def _cipher(settings: Settings, key: str) -> MessageCipher:
    app_id = required(settings.wechat_official_app_id, "wechat_official_app_id", "wechat_official_aes_key")
    return MessageCipher(key, app_id)


class _CustomerService:
    """What a certified account sends to a person who wrote within two days."""

    def __init__(self, api: PlatformApi, base: str, *, in_words: bool) -> None:
        self._api = api
        self._messages = f"{base}/cgi-bin/message/custom/send"
        self._typing = f"{base}/cgi-bin/message/custom/typing"
        self._in_words = in_words

    async def send(self, person: str, text: str) -> None:
        """A text."""
        await self._api.send({"touser": person, "msgtype": "text", "text": {"content": text}}, self._messages)

    async def show_working(self, person: str, text: str) -> None:
        """正在输入 above the conversation, for 15 seconds at most; the text too where it is wanted."""
        if self._in_words:
            await self.send(person, text)  # first: a message ends what is shown above
        await self._api.send({"touser": person, "command": "Typing"}, self._typing)


def _customer_service(settings: Settings) -> _CustomerService | None:
    """Where the account's secret is set."""
    if settings.wechat_official_secret is None:
        return None
    base = settings.wechat_api_url.rstrip("/")
    wanted = {
        "grant_type": "client_credential",
        "appid": required(
            settings.wechat_official_app_id, "wechat_official_app_id", "wechat_official_secret"
        ),
        "secret": settings.wechat_official_secret.get_secret_value(),
    }
    # The stable token: asking for the other kind would make the one of another program invalid.
    token_request = httpx.Request("POST", f"{base}/cgi-bin/stable_token", json=wanted)
    in_words = settings.working_sign == "message"
    return _CustomerService(PlatformApi(token_request), base, in_words=in_words)
