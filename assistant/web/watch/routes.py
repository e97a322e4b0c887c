"""``/readyz`` and ``/metrics``, for whoever watches the server. Neither counts as use, nor is bounded."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.asking.keys import is_loopback
from assistant.web.api.description import documented
from assistant.web.api.examples import READY_EXAMPLE
from assistant.web.api.replies import Ready
from assistant.web.dependencies import TheSettings
from assistant.web.watch.metrics import MEDIA_TYPE, Metrics
from assistant.web.watch.ready import NotReady, missing
from vectorstore.errors import Message, PolicyAssistantError

router = APIRouter(tags=["Library"])

# What a proxy adds. Where one has, whoever asks may be anyone, whatever these say of them.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


class NotForYou(PolicyAssistantError):
    """Metrics are asked for from elsewhere."""

    code = "local_only"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Message(
                "指标只给本机上直接来取的程序。",
                "Metrics are for programs on this machine that ask directly.",
            ),
            Message(
                "可用 POLICY_ASSISTANT_METRICS=open 放开。",
                "POLICY_ASSISTANT_METRICS=open lets everybody in.",
            ),
        )


@router.get("/readyz", summary="Readiness", responses=documented(500, 503, body=Ready, example=READY_EXAMPLE))
async def ready(request: Request) -> Ready:
    """Whether questions can be answered now; 503 with what is missing where they can't. Needs no key."""
    lacking = await anyio.to_thread.run_sync(missing, request.app.state)
    if lacking:
        raise NotReady(lacking)
    return Ready(status="ready")


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, settings: TheSettings) -> Response:
    """Counts and readings in Prometheus' text format."""
    if settings.metrics == "off":
        raise HTTPException(404)
    if settings.metrics == "local" and not _asks_directly(request):
        raise NotForYou
    counted: Metrics = request.app.state.metrics
    page = await anyio.to_thread.run_sync(counted.page)
    return Response(page, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _asks_directly(request: Request) -> bool:
    """Whether a program on this machine asks, and no proxy for another."""
    here = request.client is not None and is_loopback(request.client.host)
    return here and not any(name in request.headers for name in _FORWARDED)
