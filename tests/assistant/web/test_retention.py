"""Old questions and links are deleted when the server starts, and only those."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from assistant.history.history import History
from assistant.setup.settings import Settings
from assistant.web.server import bind
from tests.assistant.kept_answers import answered
from tests.small_library import running_server


def test_the_server_deletes_what_is_older_than_the_setting(settings: Settings) -> None:
    now = datetime.now(UTC)
    with bind("127.0.0.1", 0) as free:
        chosen = settings.model_copy(update={"history_days": 30, "port": free.getsockname()[1]})
    with closing(History(settings.data_dir)) as history:
        for days in (29, 32):
            history.ask(
                f"r{days}", "问", conversation_id=f"r{days}", owner="r", asked_at=now - timedelta(days=days)
            )
        with running_server(chosen):
            ends = time.monotonic() + 30
            while len(history.conversations("r")) > 1:
                assert time.monotonic() < ends
                time.sleep(0.05)

        assert [kept.id for kept in history.conversations("r")] == ["r29"]
        codes = []
        for days in (89, 91):
            history.ask(f"l{days}", "问", conversation_id="l", owner="l", asked_at=now)
            shared_at = now - timedelta(days=days)
            codes.append(history.shared.share(answered() | {"answer_id": f"l{days}"}, at=shared_at))
        with running_server(chosen):
            ends = time.monotonic() + 30
            while history.shared.read(str(codes[1]), since=now - timedelta(days=1000)):
                assert time.monotonic() < ends
                time.sleep(0.05)
        assert history.shared.read(str(codes[0]), since=now - timedelta(days=1000))
        history.delete_all("l")
        history.delete_all("r")
