"""The chat page: asks the assistant, streams the answer, lists its sources. Only this file knows Gradio."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from assistant.answer import Assistant
from assistant.examples import questions_from_headings
from assistant.types import AnswerReady, EvidenceReady, Question, TextDelta, Turn
from assistant.web.page_head import OwnHead
from assistant.web.page_html import (
    answer_html,
    draft_html,
    failure_html,
    question_html,
    stage_html,
    stopped_html,
)
from vectorstore.errors import Language, Message, PolicyAssistantError

logger = logging.getLogger(__name__)

AT_ONCE = 8  # Gradio's own default is one at a time
MOST_WAITING = 64
STATE_SECONDS = 6 * 3600

# The paths that the page itself asks for; Gradio has others (uploads, files by path, run history).
PAGE_PATHS = ("/", "/config", "/theme.css", "/manifest.json", "/favicon.ico", "/robots.txt")
PAGE_FOLDERS = (
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
_FONTS = ("system-ui", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_WORDS = {
    "title": Message("政策助手", "Policy Assistant"),
    "intro": Message(
        "依据库中的政策文件回答问题，并注明出处；库中没有的，会直说没有。请以原文为准。",
        "Answers from the policy documents in the library, with the sources; says so where they have no "
        "answer. The original is what counts.",
    ),
    "ask": Message("请输入问题，按回车发送", "Ask a question, press Enter to send"),
    "question": Message("问题", "Question"),
    "conversation": Message("对话", "Conversation"),
    "searching": Message("正在检索", "Searching"),
    "composing": Message("正在组织回答", "Composing the answer"),
    "stopped": Message("已停止：没有写完，出处也没有列出。", "Stopped: unfinished, and without its sources."),
    "failed": Message(
        "回答时出错，原因已记入日志。", "Something went wrong while answering; the cause is in the log."
    ),
    "again": Message("请再试一次，仍不行请联系管理员。", "Try again, or tell the administrator."),
}

Chat = list[dict[str, str]]
Shown = tuple[Chat, object, "Conversation"]  # new values of the chat, the box and the conversation


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation, kept on the server for as long as the tab lives."""

    turns: tuple[Turn, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()  # role and HTML

    def add(self, role: str, html: str) -> Conversation:
        """With one more message shown."""
        return Conversation(self.turns, (*self.shown, (role, html)))

    def extend(self, html: str) -> Conversation:
        """With more at the end of the last message."""
        *others, (role, shown) = self.shown or (("assistant", ""),)
        return Conversation(self.turns, (*others, (role, shown + html)))

    def chat(self) -> Chat:
        """As Gradio shows it."""
        return [{"role": role, "content": html} for role, html in self.shown]


def reply(
    assistant: Assistant, text: str, before: Conversation, language: Language
) -> Iterator[Conversation]:
    """The conversation as it grows while ``text`` is answered. Never raises: failures are replies."""
    asked = before.add("user", question_html(text))
    yield asked.add("assistant", stage_html(_WORDS["searching"].in_language(language)))
    question = Question(text=text, history=before.turns)
    try:
        yield from _answered(assistant, question, asked, language)
    except PolicyAssistantError as error:
        html = failure_html(error.message.in_language(language), error.hint.in_language(language))
        yield asked.add("assistant", html)
    except Exception:  # a face must not break; the cause is logged
        logger.exception("The page could not answer a question")
        words = (_WORDS["failed"].in_language(language), _WORDS["again"].in_language(language))
        yield asked.add("assistant", failure_html(*words))


def _answered(
    assistant: Assistant, question: Question, asked: Conversation, language: Language
) -> Iterator[Conversation]:
    draft = ""
    for event in assistant.stream(question):
        match event:
            case EvidenceReady():
                html = stage_html(_WORDS["composing"].in_language(language))
            case TextDelta(text=""):
                continue  # a sign of life
            case TextDelta(text=more):
                draft += more
                html = draft_html(draft)
            case AnswerReady(answer=answer):
                html = answer_html(answer, question.text, language)
                turns = (
                    *asked.turns,
                    Turn(role="user", content=question.text),
                    Turn(role="assistant", content=answer.text),
                )
                asked = Conversation(turns, asked.shown)
        yield asked.add("assistant", html)


class _Events:
    """What happens on the page. Each returns new values for the chat, the box and the conversation."""

    def __init__(
        self, assistant: Callable[[], Assistant], language: Language, examples: Sequence[str]
    ) -> None:
        self.assistant = assistant
        self.language: Language = language
        self.examples = examples

    def submit(self, text: str, conversation: Conversation) -> Iterator[Shown]:
        """A question was sent."""
        if not text.strip():
            yield conversation.chat(), gr.skip(), conversation
            return
        busy = gr.Textbox(value="", submit_btn=False, stop_btn=True)
        for conversation in reply(self.assistant(), text, conversation, self.language):  # noqa: B020
            yield conversation.chat(), busy, conversation
        yield conversation.chat(), gr.Textbox(submit_btn=True, stop_btn=False), conversation

    def example(self, conversation: Conversation, chosen: gr.SelectData) -> Iterator[Shown]:
        """An example was clicked."""
        yield from self.submit(chosen.value["text"], conversation)

    def stop(self, conversation: Conversation) -> Shown:
        """The answer was stopped: what was said stays, and is told to be unfinished."""
        stopped = stopped_html(_WORDS["stopped"].in_language(self.language))
        conversation = conversation.extend(stopped)
        return conversation.chat(), gr.Textbox(submit_btn=True, stop_btn=False), conversation

    def clear(self) -> Conversation:
        """A new conversation."""
        return Conversation()

    def load(self) -> object:
        """The page was opened. Without written examples they come from what is in the library now."""
        made = self.examples or questions_from_headings(self.assistant().documents(), self.language)
        return gr.Chatbot(examples=[{"text": question} for question in made])


def build_page(
    assistant: Callable[[], Assistant],
    *,
    language: Language,
    examples: Sequence[str],
    longest_question: int,
) -> gr.Blocks:
    """The page, wired up. ``assistant`` is called for each event, after the server has started."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # else Gradio calls home, not only from Blocks
    words = {name: message.in_language(language) for name, message in _WORDS.items()}
    page = gr.Blocks(title=words["title"], analytics_enabled=False, fill_height=True)
    with page:
        conversation = gr.State(Conversation(), time_to_live=STATE_SECONDS)
        gr.Markdown(f"# {words['title']}")
        chat = gr.Chatbot(
            elem_id="chat",
            label=words["conversation"],
            show_label=False,
            placeholder=f"<p id='intro'>{words['intro']}</p>",
            latex_delimiters=[],
            buttons=[],
            autoscroll=False,
            scale=1,
        )
        box = gr.Textbox(
            elem_id="question",
            label=words["question"],
            show_label=False,
            placeholder=words["ask"],
            submit_btn=True,
            max_length=longest_question,
            autofocus=True,
        )
        _wire(page, chat, box, conversation, _Events(assistant, language, examples))
    page.queue(default_concurrency_limit=AT_ONCE, max_size=MOST_WAITING, api_open=False)
    return page


def _wire(
    page: gr.Blocks, chat: gr.Chatbot, box: gr.Textbox, conversation: gr.State, events: _Events
) -> None:
    """What happens when; to be called inside the page's block."""
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    outputs = [chat, box, conversation]
    running: Any = [
        box.submit(events.submit, [box, conversation], outputs, **quiet),
        chat.example_select(events.example, [conversation], outputs, **quiet),
    ]
    box.stop(events.stop, conversation, outputs, cancels=running, queue=False, **quiet)
    chat.clear(events.clear, None, conversation, queue=False, **quiet)
    page.load(events.load, None, chat, queue=False, **quiet)


def mount_page(
    app: FastAPI,
    assistant: Callable[[], Assistant],
    *,
    language: Language,
    examples: Sequence[str],
    longest_question: int,
) -> None:
    """Mount the page at ``/``; routes declared before keep their paths. Not for use inside an event loop."""

    async def mount() -> None:
        built = build_page(assistant, language=language, examples=examples, longest_question=longest_question)
        _mount(app, built, language)

    asyncio.run(mount())  # where no event loop runs, Gradio makes five and closes none


def _mount(app: FastAPI, built: gr.Blocks, language: Language) -> None:
    theme = gr.themes.Default(
        primary_hue="blue",
        font=[gr.themes.Font(name) for name in _FONTS],  # no font is fetched from anywhere
        font_mono=[gr.themes.Font("monospace")],
    )
    gr.mount_gradio_app(
        app,
        built,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme,
        css_paths=[_HERE / "page.css"],
        head=f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>",
    )
    mounted = app.routes[-1]
    if isinstance(mounted, Mount):
        words = {name: _WORDS[name].in_language(language) for name in ("title", "intro")}
        mounted.app = OwnHead(
            mounted.app, title=words["title"], description=words["intro"], language=language
        )
