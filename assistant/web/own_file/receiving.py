"""A document on its way in: who may send it, how large it may be, and what is told if it is refused."""

from __future__ import annotations

import asyncio
from threading import Event

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from assistant.own_files.errors import OwnFileGone, OwnFilesClosed, OwnFileTooLarge
from assistant.own_files.files import OwnFiles
from assistant.own_files.types import Holder, OwnFile
from assistant.setup.uploads import MOST_FILE_BYTES
from assistant.web.door.middleware import MAX_OWN_FILE_BYTES
from assistant.web.door.own_names import refuse_other_sites
from vectorstore.errors import Message, PolicyAssistantError, UnreadableFile

_FIELD = "file"
_NO_FILE = UnreadableFile(
    Message("请求里没有文件。", "The request has no file."),
    Message(
        f"请以 multipart/form-data 上传一份文件，字段名 {_FIELD}。",
        f"Send one file as multipart/form-data, in the field {_FIELD}.",
    ),
)
_MOST = f"{MOST_FILE_BYTES // 1024 // 1024} MB"
_TOO_LARGE = OwnFileTooLarge(
    Message(f"文件超过 {_MOST}，没有收下。", f"The file is larger than {_MOST}; refused."),
    Message("请拆分，只留下要问的部分。", "Split it, and leave the part that you ask about."),
)


def open_files(files: OwnFiles | None) -> OwnFiles:
    """The documents that people have brought. Raises OwnFilesClosed where the settings let nobody."""
    if files is None:
        raise OwnFilesClosed
    return files


async def receive(request: Request, files: OwnFiles, holder: Holder) -> OwnFile:
    """Read what is sent, and keep it for the holder. Nobody waits for it but whoever sent it.

    Raises UnreadableFile and its like with the reason, FromElsewhere, TooManyFiles and TooManyAtOnce.
    """
    refuse_other_sites(request)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_OWN_FILE_BYTES:
        raise _TOO_LARGE
    with files.place(holder):
        try:
            form = await request.form(max_files=1, max_fields=1)
        except HTTPException as error:
            raise _refusal(error) from error
        try:
            sent = form.get(_FIELD)
            if not isinstance(sent, UploadFile):
                raise _NO_FILE
            return await _read(request, files, sent, holder)
        finally:
            await form.close()


async def _read(request: Request, files: OwnFiles, sent: UploadFile, holder: Holder) -> OwnFile:
    """Once whoever sent it has left, it isn't begun; if it is under way, it ends early or is not kept."""
    left = Event()
    reading = files.bring(sent.filename or "", sent.file, holder, lambda: not left.is_set())
    result = asyncio.wrap_future(reading)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((result, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            left.set()
            if reading.cancel():
                raise OwnFileGone
        return await result  # what is sent stays open until nobody reads it
    finally:
        left.set()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refusal(error: HTTPException) -> PolicyAssistantError | HTTPException:
    if error.status_code == 413:
        return _TOO_LARGE
    return _NO_FILE if error.status_code == 400 else error
