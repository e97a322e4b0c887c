"""How many documents there are, how long they stay, whose they are, and that nobody waits for nothing."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from fastapi import Request

from assistant.own_files import files as module
from assistant.own_files.errors import OwnFileGone
from assistant.own_files.files import IDLE_SECONDS, OwnFiles
from assistant.own_files.types import Holder
from assistant.web.own_file.receiving import receive
from tests.assistant.own_files.conftest import Clock, brought
from tests.own_files import SCHOOL

ANNA, BEN = Holder(person="anna"), Holder(person="ben")
PROGRAM = Holder(key="key")


def on_disk(data_dir: Path) -> int:
    return len([path for path in (data_dir / "own-files").glob("*/*") if path.is_dir()])


def test_it_goes_an_hour_after_the_last_question_and_not_before(
    files: OwnFiles, clock: Clock, tmp_path: Path
) -> None:
    file = brought(files, ANNA)
    clock.now += IDLE_SECONDS - 1
    with files.lend(file.token):
        clock.now += IDLE_SECONDS  # an answer that takes long
        files.sweep()
        assert files.find(file.token, ANNA).title == file.title
    clock.now += IDLE_SECONDS - 1
    files.document(file.document_id, "anna")  # to read is not to ask
    files.find(file.token, ANNA)
    clock.now += 1

    with pytest.raises(OwnFileGone):
        files.find(file.token, ANNA)
    with pytest.raises(OwnFileGone), files.lend(file.token):
        pass
    assert files.document(file.document_id, "anna") is None
    files.sweep()
    assert (files.count, on_disk(tmp_path)) == (0, 0)


def test_where_there_is_no_room_the_one_goes_that_nobody_asked_in_for_longest(
    files: OwnFiles, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    kept = []
    for number in range(3):
        clock.now = number
        kept.append(brought(files, Holder(key="key", address=f"10.0.0.{number}")))
    clock.now = 10
    with files.lend(kept[0].token):
        pass
    brought(files, Holder(key="key", address="10.0.0.9"))

    with pytest.raises(OwnFileGone):
        files.find(kept[1].token, PROGRAM)
    assert files.find(kept[0].token, PROGRAM)
    assert files.find(kept[2].token, PROGRAM)
    assert (files.count, on_disk(tmp_path)) == (3, 3)


def test_one_address_takes_two_thirds_and_then_the_place_of_its_own(
    files: OwnFiles, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    other = brought(files, Holder(key="key", address="10.0.0.2"))
    kept = []
    for number in range(1, 4):
        clock.now = number
        kept.append(brought(files, Holder(key="key", address="10.0.0.1")))

    with pytest.raises(OwnFileGone):
        files.find(kept[0].token, PROGRAM)
    assert [files.find(one.token, PROGRAM).token for one in (other, *kept[1:])]


def test_a_second_one_of_a_person_replaces_the_first_and_no_one_elses(files: OwnFiles) -> None:
    first, of_ben = brought(files, ANNA), brought(files, BEN)
    second = brought(files, ANNA)
    with pytest.raises(OwnFileGone):
        files.find(first.token, ANNA)
    assert files.find(second.token, ANNA)
    assert files.find(of_ben.token, BEN)


def test_what_is_not_wanted_any_more_is_not_kept_and_the_one_before_stays(
    files: OwnFiles, tmp_path: Path
) -> None:
    before = brought(files, ANNA)
    given_up = files.bring("b.txt", io.BytesIO(SCHOOL.encode()), ANNA, lambda: False)
    assert isinstance(given_up.exception(60), OwnFileGone)
    assert files.find(before.token, ANNA)
    assert on_disk(tmp_path) == 1


def test_of_whoever_left_while_it_was_read_nothing_is_kept(files: OwnFiles, tmp_path: Path) -> None:
    part = (
        f'--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n{SCHOOL}\r\n--x--\r\n'
    )
    coming: list[dict[str, object]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": part.encode(), "more_body": False},
    ]
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]

    async def from_browser() -> dict[str, object]:
        return coming.pop()

    request = Request({"type": "http", "method": "POST", "headers": headers}, from_browser)
    with pytest.raises(OwnFileGone):
        asyncio.run(receive(request, files, ANNA))
    assert (files.count, on_disk(tmp_path)) == (0, 0)
