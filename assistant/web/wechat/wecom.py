"""The callback of an application in WeCom. Everything is encrypted, for the company's CorpID."""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.setup.settings import Settings
from assistant.web.wechat.answering import Answering, Send, TheMoment
from assistant.web.wechat.crypto import MessageCipher
from assistant.web.wechat.envelope import Envelope, Query, required
from assistant.web.wechat.messages import read_incoming
from assistant.web.wechat.platform_api import PlatformApi
from assistant.web.wechat.xml import read_fields, write_fields

PATH = "/wechat/wecom"
router = APIRouter(include_in_schema=False)

_NAME = "\0wecom"  # as no key of the API can be called


class Application:
    """The application that the settings name."""

    def __init__(self, settings: Settings, token: str) -> None:
        cipher = MessageCipher(
            required(settings.wecom_aes_key, "wecom_aes_key", "wecom_token"),
            required(settings.wecom_corp_id, "wecom_corp_id", "wecom_token"),
        )
        self.envelope = Envelope(token, cipher)
        send = _messages(settings)
        self.answering = Answering(
            _NAME,
            settings,
            welcome=None,
            send=send,
            show_working=send if settings.working_sign == "message" else None,
            sources=settings.wecom_sources,
            face="wecom",
        )

    def read(self, query: Query, body: bytes) -> dict[str, str]:
        """The fields of a message. Raises NotFromPlatform."""
        return read_fields(self.envelope.open(query, read_fields(body).get("Encrypt", "")))


def open_application(settings: Settings) -> Application | None:
    """The application; None where no token is set. Raises SettingsInvalid."""
    token = settings.wecom_token
    return Application(settings, token.get_secret_value()) if token else None


async def _application(request: Request) -> Application:
    application: Application | None = request.app.state.wecom_application
    if application is None:
        raise HTTPException(404)
    return application


TheApplication = Annotated[Application, Depends(_application)]


@router.get(PATH)
async def confirm(request: Request, application: TheApplication) -> Response:
    """What WeCom asks when the address is entered there: to decrypt something."""
    echoed = application.envelope.open(request.query_params, request.query_params.get("echostr", ""))
    return Response(echoed, media_type="text/plain")


@router.post(PATH)
async def receive(request: Request, application: TheApplication, moment: TheMoment) -> Response:
    """A message from a person, answered with a text or with nothing."""
    incoming = read_incoming(application.read(request.query_params, await request.body()))
    text = await application.answering.reply(incoming, moment)
    if text is None:
        return PlainTextResponse("")
    return Response(
        write_fields(application.envelope.seal(incoming.reply(text))), media_type="application/xml"
    )


def _messages(settings: Settings) -> Send | None:
    """Messages of the application, where its secret is set."""
    secret = settings.wecom_secret
    if secret is None:
        return None
    base = settings.wecom_api_url.rstrip("/")
    corp_id = required(settings.wecom_corp_id, "wecom_corp_id", "wecom_secret")
    agent_id = settings.wecom_agent_id
    agent = required(None if agent_id is None else str(agent_id), "wecom_agent_id", "wecom_secret")
    wanted = {"corpid": corp_id, "corpsecret": secret.get_secret_value()}
    api = PlatformApi(httpx.Request("GET", f"{base}/cgi-bin/gettoken", params=wanted))

    async def send(person: str, text: str) -> None:
        await api.send(
            {"touser": person, "agentid": int(agent), "msgtype": "text", "text": {"content": text}},
            f"{base}/cgi-bin/message/send",
        )

    return send
