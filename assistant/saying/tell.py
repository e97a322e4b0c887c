"""What the product itself says in an answer: why there is none, and what to know of its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.types import Answer, Citation, Draft, Nearest, Outcome, Question, Reason, Unverified
from assistant.wording import dated_name
from vectorstore.documents.versions import Versions
from vectorstore.errors import Language, Message
from vectorstore.types import EVERYWHERE, Document, Head, Mark, Passage, Status

_REASONS = {
    Reason.NOT_FOUND: Message("资料中没有找到这个问题的答案。", "The answer is not in the collection."),
    Reason.REDACTED: Message(
        "原文把这一处隐去了（写作 xx），资料中没有给出。",
        "The source hides this (it reads xx); the collection does not give it.",
    ),
    Reason.TRUNCATED: Message(
        "资料中没有这部分正文：只收录了标题，或原文在此处中断。",
        "The text of this part is not in the collection: only its heading is, or the source breaks off here.",
    ),
    Reason.OUT_OF_SCOPE: Message(
        "这个请求超出了我能做的：我只依据库中的政策文件回答问题，不编写文件，"
        "也不改变核对出处的规则。资料中没有相关内容。",
        "This is beyond what I do: I answer only from the policy documents in the collection, write no"
        " documents and keep the rule of checking sources. The collection has nothing on it.",
    ),
}
_EMPTY = Message(
    "库中还没有文件。请用 policy-assistant ingest 加上文件、文件夹或网址，把政策文件放进来。",
    "The collection has no documents yet. Put some in with policy-assistant ingest and files, folders or"
    " addresses.",
)
_MISSING = Message("资料中没有“{}”的文件，不能回答这个问题。", "The collection has no document on {}.")
_NEAREST = Message("最接近的内容见{}。", " The nearest sections: {}.")
_MODEL_FAILED = Message(
    "对话模型这次没有答上，以下由原文摘录而成。",
    "The chat model did not answer this time; this is taken from the sources instead.",
)
_OLDER = Message("依据最新的版本；库中还有较早的{}。", "From the newest version; there is an older one: {}.")
_SCOPED = Message("只在所选的范围内找过。", "Only what you chose to ask in was searched.")
_OWN_FILE = Message(
    "只依据您自己的文件，不是库中的文件。", "From your own document alone, which is none of the library's."
)
_ONLY_OWN_FILE = Message(
    "只在您自己的文件里找过，没有查文件库。", "Only your own document was searched, and not the library."
)
_UNVERIFIED = Message(
    "标有〔未核实〕的句子，在所引资料中没有查到依据。",
    "Sentences marked 〔未核实〕 could not be verified in the cited passages.",
)
_REMOVED = Message(
    "对话模型写的句子，在所引资料中没有查到依据的，已经删去。",
    "Sentences of the chat model that could not be verified in the cited passages were left out.",
)
_TRANSLATED = Message(
    "措辞由对话模型译自中文，核对过的只有数字、日期和中文名称。",
    "The wording is the chat model's own translation: only figures, dates and Chinese names were checked.",
)


def refusal_text(
    reason: Reason,
    nearest: Sequence[Nearest],
    language: Language,
    documents: Sequence[Document],
    missing: Sequence[str] = (),
    explained: str = "",
) -> str:
    """The sentences of a refusal: why, what is ``missing`` by name or in a model's words, what is nearest."""
    if not documents:
        return _EMPTY.in_language(language)
    if reason is Reason.SMALL_TALK:
        return greeting(documents, language)
    text = _REASONS[reason].in_language(language)
    if missing:
        text = _MISSING.in_language(language).format("、".join(missing))
    text += explained
    if nearest and reason is Reason.NOT_FOUND:
        text += name_nearest(nearest, language)
    return text


def name_nearest(nearest: Sequence[Nearest], language: Language) -> str:
    """The sentence of a refusal that says what comes nearest."""
    separator = "、" if language == "zh" else ", "
    named = separator.join(dict.fromkeys(_named(section) for section in nearest[:2]))
    return _NEAREST.in_language(language).format(named)


def greeting(documents: Sequence[Document], language: Language) -> str:
    """Who this is, and what the collection holds."""
    titles = [f"《{d.head.title}》" for d in documents[:5]]
    if language == "en":
        return f"Hello! I answer from {len(documents)} policy documents, with citations: {', '.join(titles)}."
    more = "等" if len(documents) > len(titles) else ""
    return (
        f"您好！我依据库中的 {len(documents)} 份政策文件回答问题，并注明出处：{'、'.join(titles)}{more}。"
        "可以问目标、时限、责任单位、项目清单，也可以比较几个地方的要求。"
    )


def nearest_sections(draft: Draft) -> tuple[Nearest, ...]:
    """The passages that came nearest, one for each section."""
    sections: dict[str, Nearest] = {}
    for passage in draft.nearest:
        chunk = passage.chunk
        url = f"/documents/{chunk.document_id}?start={chunk.start}&end={chunk.end}"
        sections.setdefault(chunk.id, Nearest(title=passage.head.title, path=chunk.path, url=url))
    return tuple(sections.values())


def notices_of(citations: Iterable[Citation], language: Language) -> tuple[str, ...]:
    """What a reader must know of the cited documents: drafts, hidden names, text that breaks off."""
    told: dict[str, None] = {}
    for citation in citations:
        for message in _about(citation.passage):
            told.setdefault(message.in_language(language))
    return tuple(told)


def older_versions(
    answer: Answer, versions: Versions, documents: Sequence[Document], language: Language
) -> tuple[str, ...]:
    """That an answer is from the newest of several versions, and which others that it does not name."""
    visible = {document.id: document.head for document in documents}
    told: dict[str, None] = {}
    for document_id in dict.fromkeys(one.passage.chunk.document_id for one in answer.citations):
        family = [one for one in versions.of(document_id) if one in visible]
        if len(family) > 1 and document_id == family[0] == versions.newest(document_id):
            names = [dated_name(visible[one], language) for one in family[1:]]
            others = ("、" if language == "zh" else ", ").join(one for one in names if one not in answer.text)
            if others:
                told.setdefault(_OLDER.in_language(language).format(others))
    return tuple(told)


def model_failed(language: Language) -> str:
    """The notice that the chat model was of no use this time; why is in the log, for who runs it."""
    return _MODEL_FAILED.in_language(language)


def unverified(done: Unverified, language: Language) -> str:
    """The notice that explains what became of sentences that failed the check."""
    return (_REMOVED if done == "remove" else _UNVERIFIED).in_language(language)


def where_searched(question: Question, outcome: Outcome, language: Language) -> tuple[str, ...]:
    """That not all of the library was asked: told in a refusal, and of one's own document in every answer."""
    if question.own_file:
        refused = outcome is Outcome.REFUSED
        return ((_ONLY_OWN_FILE if refused else _OWN_FILE).in_language(language),)
    in_part = outcome is Outcome.REFUSED and question.scope != EVERYWHERE
    return (_SCOPED.in_language(language),) if in_part else ()


def translated(language: Language) -> str:
    """The notice that says how far an answer in another language than its sources is checked."""
    return _TRANSLATED.in_language(language)


def _named(section: Nearest) -> str:
    last = section.path[-1] if section.path else ""
    return f"《{section.title}》{f'“{last}”' if last else ''}"


def _about(passage: Passage) -> Iterable[Message]:
    head, title = passage.head, f"《{passage.head.title}》"
    if head.status is Status.DRAFT:
        yield _draft(head, title)
    elif head.status is Status.ANONYMISED:
        yield Message(
            f"{title}原文隐去了地名或单位名（xx）。", f"{title} hides names of places or offices (xx)."
        )
    elif head.status is Status.SUPERSEDED:
        by = f"（{head.superseded_by}）" if head.superseded_by else ""
        yield Message(f"{title}已被新文件取代{by}。", f"{title} has been superseded{by}.")
    elif head.status is Status.REPEALED:
        yield Message(f"{title}已废止。", f"{title} has been repealed.")
    if Mark.OUTLINE_ONLY in passage.chunk.marks:
        yield Message(
            f"{title}的这一部分只收录了标题。", f"Of this part of {title} the collection has only headings."
        )
    elif Mark.TRUNCATED in passage.chunk.marks:
        yield Message(f"{title}的原文在此处中断。", f"The text of {title} breaks off here.")


def _draft(head: Head, title: str) -> Message:
    if head.deadline is None:
        return Message(
            f"{title}是征求意见稿，不是正式印发的文件。",
            f"{title} is a draft for comments, not an issued document.",
        )
    until = head.deadline.isoformat()
    return Message(
        f"{title}是征求意见稿（意见反馈截至{until}），不是正式印发的文件。",
        f"{title} is a draft for comments (open until {until}), not an issued document.",
    )
