"""Compares the model as it runs here with what it made where it was tuned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vectorstore.embeddings.builtin.encoder import Encoder

_LEAST_COSINE = 0.995  # integer products add up exactly; what is left differs in the last digits
PASSAGES = (
    "",
    "学校",
    "各县（市、区）要健全教师补充机制，按编制标准和教学需要及时招聘，不得长期空缺。",
    "2031年3月15日前完成，投入1,250.5万元，占比37.8%，惠及４６所学校、12万名学生。",
    "The county shall publish its enrolment plan before 1 June and answer questions within 5 working days.",
    "關於進一步減輕義務教育階段學生作業負擔的說明",
    "★ 一、总体要求；（二）基本原则…… ①公平 ②优质 → “双减”、STEAM/AI 课程 № 7 ℃ ½",
    "教育局\n\n电话：0000-1234567\t邮箱：office@example.org\nhttps://example.org/a?b=1&c=2",
    "Привет, мир. こんにちは世界。 안녕하세요 مرحبا 🙂 𠮷",
    "学校应当按照规定开设课程，保证体育和劳动时间，并在每学期结束前公布执行情况。" * 12,
)
QUESTION = PASSAGES[2]


class Disagreement(ValueError):
    """The vectors made here are not those that the model makes."""


def compare(encoder: Encoder, expected: NDArray[np.float32]) -> None:
    """Raises Disagreement when any sample's cosine with ``expected`` is below 0.995.

    ``expected`` are unit vectors of the passages, then that of the question.
    """
    vectors = np.vstack([encoder.passage(PASSAGES), encoder.query(QUESTION)])
    least = float((vectors * expected).sum(axis=1).min())
    if not least >= _LEAST_COSINE:  # also true for what is no number
        raise Disagreement(f"cosine {least:.4f}")
