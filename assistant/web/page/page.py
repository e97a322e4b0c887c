"""The chat page: its layout, what is wired to what, how it is mounted. page_events is what happens."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from assistant.setup.uploads import DOCUMENTS
from assistant.web.dependencies import Parts
from assistant.web.page.events import Events
from assistant.web.page.head import OwnHead
from assistant.web.page.words import words_in
from vectorstore.errors import Language
from vectorstore.types import EVERYWHERE

LISTENING = 200  # answers that are followed at once; how many are made at once, the desk decides
STATE_SECONDS = 24 * 3600  # a tab that slept longer begins a new conversation; the old one is in the list

_PATHS = ("/", "/config", "/theme.css", "/manifest.json", "/favicon.ico", "/robots.txt")
_FOLDERS = (
    "/assets/",
    "/static/",
    "/gradio_api/queue/",
    "/gradio_api/heartbeat/",
    "/gradio_api/run/",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
)
_HERE = Path(__file__).resolve().parent
_NO_SHARING = "#chat .act-share { display: none; }"
_FONTS = ("system-ui", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


def page_paths(base: str) -> tuple[str, ...]:
    """The paths that the page mounted at ``base`` asks for; Gradio has others (uploads, files by path)."""
    return tuple(base.rstrip("/") + path for path in _PATHS)


def page_folders(base: str) -> tuple[str, ...]:
    """The folders of paths that it asks for."""
    return tuple(base.rstrip("/") + folder for folder in _FOLDERS)


def is_page(bases: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path is one that the pages mounted at ``bases`` ask for, or in one of their folders."""
    paths = frozenset(path for base in bases for path in (base, *page_paths(base)))
    folders = tuple(folder for base in bases for folder in page_folders(base))
    return lambda path: path in paths or path.startswith(folders)


def build_page(
    parts: Callable[[], Parts], *, language: Language, other: str, examples: Sequence[str]
) -> gr.Blocks:
    """The page, wired up. ``parts`` is called for each event; ``other`` is the page in the other language."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # else Gradio calls home, not only from Blocks
    words = words_in(language)
    events = Events(parts, language, examples)
    page = gr.Blocks(title=words["title"], analytics_enabled=False, fill_height=True)
    with page:
        talk = gr.State(None, time_to_live=STATE_SECONDS)  # what is made for each tab here comes late
        scope = gr.State(EVERYWHERE, time_to_live=STATE_SECONDS)
        following = gr.State(("", ()), time_to_live=STATE_SECONDS)
        asks, acts, near = (gr.Textbox(elem_id=name, visible="hidden") for name in ("asks", "acts", "near"))
        with gr.Sidebar(open=False, elem_id="conversations"):
            gr.Button(words["new"], elem_id="new", elem_classes="act act-new")
            shelf = gr.Markdown(elem_id="shelf")
        gr.Markdown(_banner(words, language, other), elem_id="banner")
        chat = gr.Chatbot(
            elem_id="chat",
            label=words["conversation"],
            show_label=False,
            latex_delimiters=[],
            buttons=[],
            autoscroll=False,
            layout="panel",
            scale=1,
        )
        chips = gr.Markdown(elem_id="chips")
        chosen = _scope(words)
        hint = gr.Markdown(elem_id="hint")
        box = gr.Textbox(
            elem_id="question",
            label=words["question"],
            show_label=False,
            placeholder=words["ask"],
            submit_btn=True,
            autofocus=True,
            max_lines=6,
        )
        outputs = [chat, box, talk, shelf, hint]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        gr.on([one.change for one in chosen], events.choose, chosen, [scope, chips], queue=False, **quiet)
        # The page's script writes into these: what asks waits for an answer, what acts does not, and near is
        # the place that the browser keeps for the person.
        answered = (
            box.submit(events.submit, [box, talk, scope, near], outputs, **quiet),
            chat.example_select(events.example, [talk, scope, near], outputs, **quiet),
            asks.change(events.again, [asks, talk, scope, near], outputs, **quiet),
        )
        for one in answered:  # in two steps: whoever asks on meanwhile is not set back
            found = one.then(events.suggest, [talk], following, **quiet)
            found.then(events.offer, [talk, following], [chat, talk], queue=False, **quiet)
        acts.change(events.act, [acts, talk], outputs, trigger_mode="multiple", queue=False, **quiet)
        box.stop(events.stop, [talk], None, queue=False, **quiet)
        page.load(events.choices, None, [chat, *chosen], queue=False, **quiet)
    page.queue(default_concurrency_limit=LISTENING, max_size=LISTENING, api_open=False)
    return page


def _banner(words: dict[str, str], language: Language, other: str) -> str:
    spoken = "en" if language == "zh" else "zh-CN"
    return (
        f"<header><h1>{words['title']}</h1><nav>"
        f'<button type="button" class="act act-new">{words["new"]}</button>'
        f'<button type="button" class="act act-place">{words["place"]}</button>'
        f'<a href="/documents?lang={language}">{words["library"]}</a>'
        f'<a href="{other}" hreflang="{spoken}" lang="{spoken}" title="{words["other_language"]}">'
        f'<span class="wide">{words["other_language"]}</span>'
        f'<span class="narrow">{words["other_short"]}</span></a>'
        f'<button type="button" class="act act-theme" title="{words["theme"]}">◐</button></nav></header>'
    )


def _scope(words: dict[str, str]) -> list[gr.Dropdown]:
    """What to ask in: closed until it is wanted, what was chosen stays through the conversation."""
    with gr.Accordion(words["scope"], open=False, elem_id="scope"), gr.Row():
        return [
            gr.Dropdown(
                label=words[name], multiselect=True, choices=[], elem_id=f"scope-{name}", min_width=200
            )
            for name in ("documents", "regions", "kinds", "years")
        ]


def mount_page(
    app: FastAPI,
    parts: Callable[[], Parts],
    *,
    language: Language,
    base: str,
    other: str,
    examples: Sequence[str],
    shares: bool,
) -> None:
    """Mount the page at ``base``; routes declared before keep their paths. Not for use in an event loop.

    ``shares``: answers may get links.
    """

    async def mount() -> None:
        built = build_page(parts, language=language, other=other, examples=examples)
        _mount(app, built, language, base, shares=shares)

    asyncio.run(mount())  # where no event loop runs, Gradio makes five and closes none


def _text_of(*files: str) -> str:
    return "".join((_HERE / name).read_text(encoding="utf-8") for name in files)


def _mount(app: FastAPI, built: gr.Blocks, language: Language, base: str, *, shares: bool) -> None:
    theme = gr.themes.Default(
        primary_hue="blue",
        font=[gr.themes.Font(name) for name in _FONTS],  # no font is fetched from anywhere
        font_mono=[gr.themes.Font("monospace")],
    )
    words = words_in(language)
    kinds = ",".join(sorted(DOCUMENTS))
    told = json.dumps({**words, "language": language, "own_file_kinds": kinds}, ensure_ascii=False)
    told = told.replace("<", "\\u003c")
    script = _text_of("page.js", "picture.js", "own_file/own_file.js")
    style = _text_of("page.css", "../answer.css", "own_file/own_file.css") + ("" if shares else _NO_SHARING)
    gr.mount_gradio_app(
        app,
        built,
        path=base.rstrip("/") or "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme,
        # Not as css_paths: Gradio rewrites selectors, and what stands outside its container loses its style.
        head=f'<style>{style}</style><script type="application/json" id="words">{told}</script>'
        f"<script>{script}</script>",
    )
    mounted = app.routes[-1]
    if isinstance(mounted, Mount):
        mounted.app = OwnHead(
            mounted.app, path=base, title=words["title"], description=words["intro"], language=language
        )
