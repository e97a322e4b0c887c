"""An optional second opinion: a chat model's verdict on each answer, with its agreement with hand labels.

Off unless asked for. No metric, no baseline and no gate rests on it. A judge
likes answers of its own family: take another model than the one that answers.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import ModelUnavailable
from assistant.model.endpoint.llm import ChatModel, build_chat_model
from assistant.model.prompts import load_prompt
from assistant.setup.settings import Settings
from eval.errors import NoReply, OptionsInvalid
from eval.outcomes.runner import Result
from eval.questions.cases import Case
from eval.second_opinion.judge_labels import Label, Verdict, kappa
from vectorstore.errors import Message

PLACEHOLDERS = frozenset({"question", "gold", "answer", "fence"})
_TEMPERATURE = 0.0
_OBJECT = re.compile(r"\{[^{}]*\}")


class Judgement(BaseModel):
    """A verdict and why."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the judge said: a judgement for each case by id, why there is none, and how far it can be trusted.

    ``agreement`` is Cohen's kappa over ``labels`` hand labels that it judged, None of none;
    ``agreed`` is how many verdicts were the same.
    """

    made_with: Mapping[str, object]
    judgements: Mapping[str, Judgement]
    errors: Mapping[str, int]
    labels: int
    agreed: int
    agreement: float | None


class ModelJudge:
    """Judges answers with one chat model, pinned to temperature 0 and one prompt."""

    def __init__(self, chat_model: ChatModel, prompts_dir: Path) -> None:
        self._model = chat_model
        self._prompt = load_prompt(prompts_dir, "judge", PLACEHOLDERS)
        text = (prompts_dir / "judge.md").read_bytes()
        self.made_with = {
            "model": chat_model.name,
            "temperature": _TEMPERATURE,
            "prompt": hashlib.sha256(text).hexdigest(),
        }

    def __call__(self, case: Case, answer: str) -> Judgement:
        """The judgement of an answer. Raises ModelUnavailable and its kinds, or NoReply without a verdict."""
        messages = self._prompt.format_messages(
            question=_question(case), gold=_gold(case), answer=answer, fence=token_hex(6)
        )
        return read_judgement("".join(delta.text for delta in self._model.stream(messages)))


Judge = Callable[[Case, str], Judgement]


def open_judge(settings: Settings) -> ModelJudge:
    """The judge of ``settings``. Raises OptionsInvalid without a chat model, or what building one raises."""
    model = build_chat_model(settings, temperature=_TEMPERATURE)
    if model is None:
        raise OptionsInvalid(
            Message("没有设置评判用的模型。", "There is no chat model to judge with."),
            Message("请设置 OPENAI_MODEL，或去掉 --judge。", "Set OPENAI_MODEL, or leave out --judge."),
        )
    return ModelJudge(model, settings.prompts_dir)


def read_judgement(reply: str) -> Judgement:
    """The last JSON object of ``reply`` that is a judgement. Raises NoReply where there is none."""
    for found in reversed(_OBJECT.findall(reply)):
        try:
            return Judgement.model_validate_json(found)
        except ValidationError:
            continue
    raise NoReply("no verdict", Message("评判没有给出结论。", "The judge gave no verdict."))


def _question(case: Case) -> str:
    return "\n".join((*(f"{turn.role}: {turn.content}" for turn in case.history), case.question))


def _gold(case: Case) -> str:
    facts = [f"事实：{' / '.join(fact)}" for fact in case.facts]
    absent = [] if case.answerable else [f"没有答案：{case.says}"]
    wrong = [f"错误的说法：{one}" for one in case.must_not]
    return "\n".join((*facts, *absent, *wrong, *(f"原文：{gold.quote}" for gold in case.evidence)))


def judge_results(
    results: Sequence[Result],
    cases: Iterable[Case],
    judge: Judge,
    made_with: Mapping[str, object],
    *,
    labels: Sequence[Label],
    workers: int,
) -> Judged:
    """Judge every reply, and the labelled answers for the agreement; ``cases`` are those of the labels."""
    by_id = {case.id: case for case in cases}
    labelled = [(by_id[label.id], label.answer) for label in labels if label.id in by_id]
    by_hand = [label.verdict for label in labels if label.id in by_id]
    replied = [(result.case, result.reply.answer) for result in results if result.reply]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="judge") as pool:
        said = list(pool.map(lambda one: _ask(judge, *one), (*labelled, *replied)))
    pairs = [
        (hand, one.verdict) for hand, one in zip(by_hand, said, strict=False) if isinstance(one, Judgement)
    ]
    of_replies = said[len(labelled) :]
    return Judged(
        made_with=made_with,
        judgements={
            case.id: one
            for (case, _), one in zip(replied, of_replies, strict=True)
            if isinstance(one, Judgement)
        },
        errors=dict(Counter(one for one in said if isinstance(one, str))),
        labels=len(pairs),
        agreed=sum(hand == one for hand, one in pairs),
        agreement=kappa(pairs),
    )


def _ask(judge: Judge, case: Case, answer: str) -> Judgement | str:
    try:
        return judge(case, answer)
    except NoReply as error:
        return error.reason
    except ModelUnavailable as error:
        return error.code
