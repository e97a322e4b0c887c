"""The places that a person can say to be at home in: those of the library, and all of the country."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.web.dependencies import TheAssistant, TheWorkers, in_worker
from vectorstore.places import places_with_provinces

router = APIRouter(include_in_schema=False)


@router.get("/places")
async def list_places(assistant: TheAssistant, workers: TheWorkers) -> JSONResponse:
    """Their names, each with what it is in before it; those that documents are of come first."""

    def names() -> list[str]:
        regions = {head.region for one in assistant.documents() for head in (one.head, *one.parts)}
        return list(dict.fromkeys([*sorted(filter(None, regions)), *places_with_provinces()]))

    return JSONResponse(await in_worker(workers, names), headers={"Cache-Control": "private, max-age=600"})
