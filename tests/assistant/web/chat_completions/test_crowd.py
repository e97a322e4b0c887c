"""Many people at once: all are answered or told to come back, and nobody gets another's answer."""

from __future__ import annotations

import asyncio

import httpx

from tests.assistant.web.chat_completions.talking import assert_is_a_reply, text_of

ASKED = {
    "云山市学生午餐每人每天补助多少元？": "5元",
    "云山市学生午餐补助由哪个部门负责？": "教育局",
    "河口县每个班级的图书角不少于多少册图书？": "100册",
    "河口县每年几月举办全县阅读节？": "4月",
}
PEOPLE = 200


def test_two_hundred_at_once_get_their_own_answer_or_are_told_to_come_back(server: str) -> None:
    questions = list(ASKED) * (PEOPLE // len(ASKED))

    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=PEOPLE)
        async with httpx.AsyncClient(base_url=server, timeout=60, limits=limits) as client:
            bodies = (
                {
                    "model": "edu-policy-wechat",
                    "messages": [{"role": "user", "content": question}],
                    "user": f"person {number}",
                }
                for number, question in enumerate(questions)
            )
            return await asyncio.gather(*(client.post("/v1/chat/completions", json=body) for body in bodies))

    replies = asyncio.run(all_at_once())

    answered = 0
    for question, response in zip(questions, replies, strict=True):
        assert response.status_code == 200
        assert_is_a_reply(response.json())
        text = text_of(response.json())
        if "再试" in text or "再发一次" in text:
            continue
        assert ASKED[question] in text
        answered += 1
    assert answered >= 16
