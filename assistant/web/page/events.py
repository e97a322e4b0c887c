"""What happens on the page: each event gives new values for what is shown, and the conversation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import gradio as gr

from assistant.asking.examples import questions_from_headings
from assistant.errors import ConversationUnknown, HistoryUnusable
from assistant.history.history import History
from assistant.history.types import Complaint, Verdict
from assistant.own_files.errors import OwnFileGone
from assistant.types import Question
from assistant.web.dependencies import Parts
from assistant.web.page.html import intro_html
from assistant.web.page.own_file.files import as_it_is, forget_files, with_file, without_file
from assistant.web.page.shelf import chips_html, hint_html, shelf_html
from assistant.web.page.talk import Entry, Talk, cited_places, failed, narrate, talk_of
from assistant.web.visitor import visitor_of
from vectorstore.errors import Language, PolicyAssistantError
from vectorstore.types import EVERYWHERE, Scope

_LONGEST_PLACE = 60  # characters, more than any place has with its city and province

# New values of the chat, the box, the conversation, the shelf and the hint above the box.
Shown = tuple[object, object, Talk, object, object]

# The question that was answered last, and what to ask after it.
Following = tuple[str, tuple[str, ...]]


def new_talk() -> Talk:
    """A conversation that nothing was said in."""
    return Talk(id=uuid4().hex)


class Events:
    """The handlers of one page. ``parts`` is called for each event, after the server has started."""

    def __init__(self, parts: Callable[[], Parts], language: Language, examples: Sequence[str]) -> None:
        self.parts = parts
        self.language: Language = language
        self.examples = examples

    def choices(self) -> tuple[object, ...]:
        """What the library offers: examples to ask, and what a question can be limited to."""
        documents = self.parts().assistant.documents()
        made = self.examples or questions_from_headings(documents, self.language)
        heads = [document.head_of(part) for document in documents for part in range(len(document.parts) + 1)]
        titled = sorted((document.head.title, document.id) for document in documents)
        regions = sorted({head.region for head in heads if head.region})
        kinds = sorted({head.kind for head in heads if head.kind})
        years = sorted({str(year) for head in heads for year in head.years}, reverse=True)
        intro = intro_html(len(documents), self.language)
        return (
            gr.Chatbot(placeholder=intro, examples=[{"text": question} for question in made]),
            *(gr.Dropdown(choices=choices) for choices in (titled, regions, kinds, years)),
        )

    def choose(
        self, documents: Sequence[str], regions: Sequence[str], kinds: Sequence[str], years: Sequence[str]
    ) -> tuple[Scope, str]:
        """What to ask in was changed: the scope, and how it is shown above the box."""
        found = (self.parts().assistant.document(document_id) for document_id in documents)
        titles = [document.head.title for document in found if document]
        scope = Scope(
            documents=tuple(documents),
            regions=tuple(regions),
            kinds=tuple(kinds),
            years=tuple(map(int, years)),
        )
        return scope, chips_html([*titles, *regions, *kinds, *years], self.language)

    def example(
        self, event: gr.SelectData, talk: Talk | None, scope: Scope, near: str, request: gr.Request
    ) -> Iterator[Shown]:
        """An example was clicked."""
        yield from self.submit(event.value["text"], talk, scope, near, request)

    def again(
        self, sent: str, talk: Talk | None, scope: Scope, near: str, request: gr.Request
    ) -> Iterator[Shown]:
        """A question was clicked or is to be answered again, or a conversation was come back to."""
        data, talk = _data(sent), talk or new_talk()
        if data.get("act") == "load":
            yield from self.load(data.get("id", ""), request)
        elif entry := talk.find(data.get("id", "")):
            talk = replace(talk, editing=entry.question_id)
            yield from self.submit(entry.question, talk, scope, near, request)
        elif text := data.get("text", ""):
            yield from self.submit(text, replace(talk, editing=""), scope, near, request)

    def submit(
        self, text: str, talk: Talk | None, scope: Scope, near: str, request: gr.Request
    ) -> Iterator[Shown]:
        """A question was sent. ``near`` is the place of whoever asks, empty where they said none."""
        owner, talk = _owner(request), talk or new_talk()
        if not text.strip():
            yield self._shown(talk, owner)
            return
        talk = self._replaced(talk, owner)
        question = Question(
            text=text,
            history=talk.turns(),
            scope=EVERYWHERE if talk.file else scope,
            near="" if talk.file else (near or "")[:_LONGEST_PLACE],
            own_file=talk.file.token if talk.file else "",
            conversation_id=talk.id,
            language=self.language,
            face="page",
        )
        for entry in self._entries(question, owner, _address(request)):
            talk = talk.put(entry)
            busy = gr.Textbox(value="", submit_btn=False, stop_btn=True)
            yield talk.chat(self.language), busy, talk, gr.skip(), self._hint(talk)
        yield self._shown(self._as_it_is(talk, owner), owner)

    def _entries(self, question: Question, owner: str | None, address: str) -> Iterator[Entry]:
        try:
            job = self.parts().desk.submit(question, owner, address)
        except PolicyAssistantError as error:
            entry = Entry(question_id=question.id, question=question.text, html="")
            message, hint = (said.in_language(self.language) for said in (error.message, error.hint))
            yield failed(entry, message, hint, self.language)
        else:
            yield from narrate(job, self.language)

    def suggest(self, talk: Talk | None) -> Following:
        """The last question was answered: what to ask next. It takes a while, so nothing is shown here."""
        entry = talk.entries[-1] if talk and talk.entries else None
        if entry is None or entry.answer is None or entry.following:
            return "", ()
        try:
            places = cited_places(entry.answer)
            return entry.question_id, self.parts().suggester.next_questions(places, self.language)
        except PolicyAssistantError:
            return "", ()

    def offer(self, talk: Talk | None, found: Following) -> tuple[object, Talk | None]:
        """Show what to ask next, in the conversation as it is by now."""
        question_id, following = found
        entry = talk.find(question_id) if talk and following else None
        if talk is None or entry is None or talk.entries[-1] is not entry:
            return gr.skip(), talk
        talk = talk.put(entry.answered(self.language, following=following))
        return talk.chat(self.language), talk

    def _replaced(self, talk: Talk, owner: str | None) -> Talk:
        """Without what is being edited, here and in the history."""
        if talk.editing and owner:
            self._try(lambda history: history.drop_from(owner, talk.id, talk.editing))
        return talk.before(talk.editing) if talk.editing else talk

    def stop(self, talk: Talk | None) -> None:
        """The answer is no longer wanted: what was said stays, and is told to be unfinished."""
        if talk and talk.entries and (job := self.parts().desk.find(talk.entries[-1].question_id)):
            job.stop()

    def load(self, conversation_id: str, request: gr.Request) -> Iterator[Shown]:
        """The page was opened, with a conversation in its address or without."""
        owner = _owner(request)
        talk = self._opened(conversation_id, owner)
        yield self._shown(talk, owner)
        job = self.parts().desk.find(talk.entries[-1].question_id) if talk.entries else None
        if job and not job.answer.done():  # it was under way when the page was reloaded
            for entry in narrate(job, self.language):
                talk = talk.put(entry)
                yield talk.chat(self.language), gr.skip(), talk, gr.skip(), gr.skip()

    def act(self, sent: str, talk: Talk | None, request: gr.Request) -> Shown:
        """A button was pressed that asks nothing: its name and the id it is about were sent."""
        data, owner, talk = _data(sent), _owner(request), talk or new_talk()
        known = data.get("id", "")
        box: object = gr.skip()
        match data.get("act"):
            case "edit" if entry := talk.find(known):
                talk, box = replace(talk, editing=known), gr.Textbox(value=entry.question)
            case "cancel":
                talk, box = replace(talk, editing=""), gr.Textbox(value="")
            case "up" | "down" as verdict:
                talk = self._rated(talk, owner, known, verdict, data)
            case "open":
                talk = self._opened(known, owner)
            case "new":
                talk = new_talk()
            case "file" | "no_file":
                talk = self._with_file(talk, owner, known)
            case "rename" if owner:
                self._try(lambda history: history.rename(owner, known, data.get("text", "")))
            case "delete" if owner:
                self._try(lambda history: history.delete(owner, known))
                forget_files(self.parts().own_files, owner, known)
                talk = new_talk() if known == talk.id else talk
            case "delete_all" if owner:
                self._try(lambda history: history.delete_all(owner))
                forget_files(self.parts().own_files, owner)
                talk = new_talk()
        chat, _, talk, shelf, hint = self._shown(talk, owner)
        return chat, box, talk, shelf, hint

    def _rated(
        self, talk: Talk, owner: str | None, question_id: str, verdict: str, data: Mapping[str, str]
    ) -> Talk:
        entry = talk.find(question_id)
        if entry is None or owner is None:
            return talk
        if entry.rating == verdict == "up":  # pressed once more
            kept = self._try(lambda history: history.take_back_rating(owner, question_id))
            return talk.put(entry.answered(self.language, rating="")) if kept else talk
        reason = data.get("reason", "")
        kept = self._try(
            lambda history: history.rate(
                owner,
                question_id,
                Verdict(verdict),
                complaint=Complaint(reason) if reason in set(Complaint) else None,
                text=data.get("text", ""),
                rated_at=datetime.now(UTC),
            )
        )
        return talk.put(entry.answered(self.language, rating=verdict)) if kept else talk

    def _opened(self, conversation_id: str, owner: str | None) -> Talk:
        if not conversation_id or owner is None:
            return new_talk()
        try:
            kept = self.parts().history.conversation(owner, conversation_id)
        except (ConversationUnknown, HistoryUnusable):
            return new_talk()
        return self._as_it_is(talk_of(kept, self.language), owner).linked(self.language)

    def _as_it_is(self, talk: Talk, owner: str | None) -> Talk:
        return as_it_is(talk, self.parts().own_files, owner)

    def _with_file(self, talk: Talk, owner: str | None, token: str) -> Talk:
        """Asking in that document, or in the library again where there is none."""
        files = self.parts().own_files
        try:
            return with_file(talk, files, owner, token) if token else without_file(talk, files, owner)
        except OwnFileGone as error:
            gr.Warning(error.message.in_language(self.language))
            return talk

    def _hint(self, talk: Talk) -> str:
        return hint_html(talk, self.language, own_files=self.parts().own_files is not None)

    def _try(self, change: Callable[[History], object]) -> bool:
        """Change the history; whether that could be done."""
        try:
            change(self.parts().history)
        except (ConversationUnknown, HistoryUnusable) as error:
            gr.Warning(error.message.in_language(self.language))
            return False
        return True

    def _shown(self, talk: Talk, owner: str | None) -> Shown:
        box = gr.Textbox(submit_btn=True, stop_btn=False)
        return talk.chat(self.language), box, talk, self._shelf(talk, owner), self._hint(talk)

    def _shelf(self, talk: Talk, owner: str | None) -> str:
        try:
            kept = self.parts().history.conversations(owner) if owner else ()
        except HistoryUnusable:
            kept = ()
        return shelf_html(kept, talk, self.language)


def _data(sent: str) -> Mapping[str, str]:
    """What the page's script wrote: strings alone, since it comes from a browser."""
    try:
        found = json.loads(sent)
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in pairs if isinstance(value, str)}


def _owner(request: gr.Request) -> str | None:
    return visitor_of(request.cookies)


def _address(request: gr.Request) -> str:
    return request.client.host if request.client else ""
