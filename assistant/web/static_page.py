"""Pages that are plain HTML from this server: they work on any phone, and load and run nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from vectorstore.errors import Language, Message

_HERE = Path(__file__).resolve().parent


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined
    )


@cache
def _style() -> str:
    return (_HERE / "static_page.css").read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _policy(style: str, script: str, *, asks: bool) -> str:
    """Nothing runs on the page but its own style and script, named by their digests."""
    connect = "connect-src 'self'; " if asks else ""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; {connect}"
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )


def fragment(template: str, **values: object) -> str:
    """The template beside this file with ``values``, all of them escaped: a part of a page, on one line."""
    return "".join(_environment().get_template(template).render(**values).splitlines())


def static_page(template: str, *, script: str = "", status: int = 200, **values: object) -> HTMLResponse:
    """The template beside this file with ``values``, all of them escaped. ``script`` must be our own."""
    return styled_page(template, values, script=script, status=status)


def styled_page(
    template: str,
    values: Mapping[str, object],
    *,
    script: str = "",
    style: str = "",
    asks: bool = False,
    status: int = 200,
) -> HTMLResponse:
    """A static page with more ``style``, our own too. ``asks``: its script asks this server for something."""
    style = _style() + style
    html = (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704  # our own files
            script=Markup(script),  # noqa: S704  # our own text
            **values,
        )
    )
    policy = _policy(style, script, asks=asks)
    return HTMLResponse(html, status, headers={"Content-Security-Policy": policy})


def in_language(words: Mapping[str, Message], language: Language) -> dict[str, str]:
    """The words of a page by their names."""
    return {name: message.in_language(language) for name, message in words.items()}
