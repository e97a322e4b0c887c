"""The administrator as an HTTP client: logs in, sends forms with their token, waits for what runs."""

from __future__ import annotations

import re
import time

import httpx

_PATIENCE = 60.0


class Person:
    """A session. Responses are those after all redirects."""

    def __init__(self, client: httpx.Client, password: str) -> None:
        self.client = client
        page = client.post("/admin/login", data={"password": password})
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert page.status_code == 200, page.text
        assert found
        self.csrf = found[1]

    def get(self, path: str) -> httpx.Response:
        """A page."""
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def upload(self, *files: tuple[str, bytes]) -> httpx.Response:
        """Upload files by their names, and wait until they are read."""
        sent = [("files", file) for file in files]
        return self.wait(self.client.post("/admin/uploads", data={"csrf": self.csrf}, files=sent))

    def wait(self, page: httpx.Response) -> httpx.Response:
        """The page once what it tells of is over."""
        ends = time.monotonic() + _PATIENCE
        while "data-runs" in page.text:
            assert time.monotonic() < ends, "it does not end"
            time.sleep(0.1)
            page = self.client.get(page.url)
        return page

    def save(self, preview: httpx.Response) -> httpx.Response:
        """Save an upload that is looked at, and wait until it is in the library."""
        return self.wait(self.post(f"{preview.url.path}/save"))

    def id_of(self, source: str) -> str:
        """The id of the document of that name."""
        for item in self.get("/admin").text.split("<li>")[1:]:
            if f"<span>{source}</span>" in item:
                found = re.search(r'href="/admin/documents/([0-9a-f]+)"', item)
                assert found
                return found[1]
        raise AssertionError(f"no {source} in the list")

    def ask_until(self, question: str, wanted: str) -> dict[str, object]:
        """Ask until the answer says what it must: a new index is noticed within seconds."""
        ends = time.monotonic() + _PATIENCE
        while True:
            answer = self.client.post("/api/ask", json={"question": question})
            if wanted in answer.text or time.monotonic() > ends:
                assert wanted in answer.text
                found: dict[str, object] = answer.json()
                return found
            time.sleep(0.3)
