"""Keys of the API: how they are kept, who gets in, how often, and what a key may see."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assistant.asking.keys import FILE, LONGEST_NAME, Keys
from assistant.commands import cli
from assistant.errors import KeyNameUnusable, KeysUnusable, KeyTaken, KeyUnknown
from assistant.setup.settings import Settings
from assistant.upkeep.library import list_documents
from assistant.web.server import bind
from tests.assistant.command_line import Command
from tests.postgres import Postgres
from tests.small_library import build_library, running_server
from vectorstore.types import Scope

LUNCH = "学生午餐补助由哪个部门负责？"
READING = "每个班级的图书角不少于多少册图书？"
ELSEWHERE = ("阅读行动方案", "河口县", "100册", "阅读节", "reading.txt")
"""What the document of the library that a key of the other may not see is known by."""


@pytest.fixture(scope="module")
def keyed_settings(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library of its own: a key in its folder closes the API."""
    return build_library(seeds, tmp_path_factory.mktemp("keyed"))


@pytest.fixture(scope="module")
def address(keyed_settings: Settings) -> Iterator[str]:
    with running_server(keyed_settings) as found:
        yield found


@pytest.fixture
def keys(keyed_settings: Settings) -> Iterator[Keys]:
    """The keys of the running server, none at first and none afterwards."""
    yield Keys(keyed_settings.data_dir)
    (keyed_settings.data_dir / FILE).unlink(missing_ok=True)


@pytest.fixture
def lunch_only(keyed_settings: Settings) -> Scope:
    (found,) = (one.id for one in list_documents(keyed_settings) if one.source == "lunch.txt")
    return Scope(documents=(found,))


def complete(address: str, token: str | None, question: str, **more: object) -> httpx.Response:
    headers = {} if token is None else {b"authorization": f"Bearer {token}".encode()}
    body = {"model": "edu-policy", "messages": [{"role": "user", "content": question}], **more}
    return httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers, timeout=30)


def said(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    text: str = response.json()["choices"][0]["message"]["content"]
    return text


def test_of_a_key_only_its_hash_is_kept_in_a_file_for_the_server_alone(tmp_path: Path) -> None:
    token = Keys(tmp_path).create("bot")

    kept = (tmp_path / FILE).read_text(encoding="utf-8")
    assert token not in kept
    assert token.removeprefix("pa-") not in kept
    assert len(token) > 40
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.fixture(params=["file", "database"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Keys]:
    """Keys in a file, and in a database."""
    database = postgres.new_database() if request.param == "database" else None
    with closing(Keys(tmp_path, database)) as keys:
        yield keys


def test_a_key_is_found_by_its_token_and_by_nothing_else(kept: Keys) -> None:
    keys = kept
    token, other = keys.create("one", form="wechat", per_minute=3), keys.create("two")

    found = keys.find(token)
    assert found is not None
    assert (found.name, found.form, found.per_minute) == ("one", "wechat", 3)
    assert [key.name for key in keys.all()] == ["one", "two"]
    scope = Scope(documents=("a",), regions=("河口县",))
    narrow = keys.find(keys.create("narrow", scope=scope))
    assert narrow is not None
    assert narrow.scope == scope
    for wrong in ("", "pa-", token[:-1], token + other, found.digest, "一\ud800"):
        assert keys.find(wrong) is None


@pytest.mark.parametrize("name", ["", " ", " bot", "bot\n", "a\0b", "名" * (LONGEST_NAME + 1)])
def test_a_name_that_nobody_could_type_or_read_is_refused(tmp_path: Path, kept: Keys, name: str) -> None:
    with pytest.raises(KeyNameUnusable):
        kept.create(name)

    assert kept.all() == ()
    assert not (tmp_path / FILE).exists()


def test_a_name_is_taken_until_its_key_is_revoked(kept: Keys) -> None:
    keys = kept
    first = keys.create("学校 微信")
    with pytest.raises(KeyTaken):
        keys.create("学校 微信")
    keys.revoke("学校 微信")
    with pytest.raises(KeyUnknown):
        keys.revoke("学校 微信")

    second = keys.create("学校 微信")

    assert keys.find(first) is None
    assert keys.find(second) is not None


def test_a_changed_key_keeps_its_token_and_its_place(kept: Keys) -> None:
    token = kept.create("机器人")
    kept.create("网页")
    kept.change("机器人", sources="off")
    assert [(key.name, key.sources) for key in kept.all()] == [("机器人", "off"), ("网页", "full")]
    found = kept.find(token)
    assert found is not None
    assert found.name == "机器人"
    with pytest.raises(KeyUnknown):
        kept.change("无此密钥", sources="off")


def test_keys_that_several_processes_make_at_once_are_all_kept(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from assistant.asking.keys import Keys\n"
    script += "for number in range(5): Keys(Path(sys.argv[1])).create(f'{sys.argv[2]}-{number}')"
    makers = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), maker]) for maker in ("a", "b", "c")
    ]
    for maker in makers:
        assert maker.wait(60) == 0

    assert {key.name for key in Keys(tmp_path).all()} == {f"{m}-{n}" for m in "abc" for n in range(5)}


def test_keys_in_a_database_count_on_every_server_at_once_and_in_no_file(
    postgres: Postgres, tmp_path: Path
) -> None:
    database = postgres.new_database()
    with closing(Keys(tmp_path, database)) as one, closing(Keys(tmp_path, database)) as other:
        token = one.create("bot")
        assert other.find(token) is not None
        with pytest.raises(KeyTaken):
            other.create("bot")
        other.revoke("bot")
        assert one.find(token) is None
    (kept,) = postgres.run(database, "SELECT count(*) FROM keys")
    assert kept == (0,)
    assert list(tmp_path.iterdir()) == []


def test_where_the_database_is_away_nobody_is_let_in(tmp_path: Path) -> None:
    with (
        closing(Keys(tmp_path, SecretStr("postgresql://127.0.0.1:1/policy"))) as keys,
        pytest.raises(KeysUnusable) as caught,
    ):
        keys.find("pa-whatever")
    assert "policy" in caught.value.message.en


@pytest.mark.parametrize("content", [b"", b"{", b"[{}]", b'[{"name": "x", "digest": 1}]', b"\xff\xfe"])
def test_a_damaged_file_lets_nobody_in_and_says_so(
    address: str, keyed_settings: Settings, keys: Keys, content: bytes
) -> None:
    token = keys.create("bot")
    assert complete(address, token, LUNCH).status_code == 200

    (keyed_settings.data_dir / FILE).write_bytes(content)

    with pytest.raises(KeysUnusable):
        keys.all()
    for sent in (token, None):
        refused = complete(address, sent, LUNCH)
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "keys_unusable"


def test_on_a_loopback_address_everyone_gets_in_until_there_is_a_key(address: str, keys: Keys) -> None:
    assert "教育局" in said(complete(address, None, LUNCH))

    token = keys.create("bot")

    for wrong in (None, "pa-wrong", "错"):
        refused = complete(address, wrong, LUNCH)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "key_missing"
        assert "policy-assistant keys create" in refused.json()["error"]["hint"]
    assert "教育局" in said(complete(address, token, LUNCH))
    models = httpx.get(f"{address}/v1/models", headers={"authorization": f"bearer  {token}"})
    assert models.status_code == 200
    assert httpx.get(f"{address}/v1/models").status_code == 401


def test_a_revoked_key_lets_nobody_in_any_more_and_the_others_stay(address: str, keys: Keys) -> None:
    first, second = keys.create("first"), keys.create("second")
    assert complete(address, first, LUNCH).status_code == 200

    keys.revoke("first")

    assert complete(address, first, LUNCH).status_code == 401
    assert complete(address, second, LUNCH).status_code == 200


def test_where_others_can_connect_nobody_gets_in_without_a_key(keyed_settings: Settings, keys: Keys) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    everywhere = keyed_settings.model_copy(update={"host": "0.0.0.0", "port": port})

    with running_server(everywhere) as address:
        assert complete(address, None, LUNCH).status_code == 401
        assert "教育局" in said(complete(address, keys.create("bot"), LUNCH))


def test_a_key_that_asks_too_often_is_told_in_an_ordinary_answer_and_others_go_on(
    address: str, keys: Keys
) -> None:
    often, seldom = keys.create("often", per_minute=2), keys.create("seldom", per_minute=2)
    first, second, third = (complete(address, often, question) for question in (LUNCH, READING, LUNCH))

    assert "教育局" in said(first)
    assert "100册" in said(second)
    assert "每分钟最多 2 次" in said(third)
    assert third.json()["citations"] == []
    assert "教育局" in said(complete(address, seldom, LUNCH))


def test_the_form_of_a_key_is_that_of_its_answers_whatever_the_model_is_called(
    address: str, keys: Keys
) -> None:
    token = keys.create("wechat", form="wechat")

    text = said(complete(address, token, LUNCH, model="edu-policy"))

    assert "依据：" in text
    assert "- [1]" not in text


def test_a_key_says_how_texts_tell_sources_until_the_request_says_otherwise(address: str, keys: Keys) -> None:
    token = keys.create("speaker", sources="off")

    told = complete(address, token, LUNCH)
    asked_for = complete(address, token, LUNCH, sources="full")
    in_chat = complete(address, token, LUNCH, model="edu-policy-wechat", sources="short")

    assert "教育局" in said(told)
    assert "[1]" not in said(told)
    assert "依据" not in said(told)
    assert "- [1] 《云山市学生午餐补助办法》" in said(asked_for)
    assert said(in_chat).endswith("\n\n依据：[1]《云山市学生午餐补助办法》")
    assert told.json()["citations"] == asked_for.json()["citations"] == in_chat.json()["citations"] != []
    assert complete(address, token, LUNCH, sources="none").status_code == 400


def test_a_key_of_an_earlier_version_tells_sources_in_full(tmp_path: Path) -> None:
    token = Keys(tmp_path).create("bot")
    kept = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    for key in kept:
        del key["sources"]
    (tmp_path / FILE).write_text(json.dumps(kept), encoding="utf-8")

    found = Keys(tmp_path).find(token)

    assert found is not None
    assert found.sources == "full"


def test_a_key_is_changed_by_command_and_stays_the_same_key(
    command: Command, address: str, keyed_settings: Settings, keys: Keys
) -> None:
    place = {"POLICY_ASSISTANT_DATA_DIR": str(keyed_settings.data_dir)}
    token = command("keys", "create", "音箱", "--sources", "short", **place).out.strip()
    other = keys.create("other", form="wechat", per_minute=7)
    assert "依据：[1]《" in said(complete(address, token, LUNCH))

    changed = command("keys", "change", "音箱", "--sources", "off", **place)

    assert (changed.code, changed.out) == (0, "")
    assert "依据" not in said(complete(address, token, LUNCH))
    assert "不列出处" in command("keys", "list", **place).out
    kept = keys.find(other)
    assert kept is not None
    assert (kept.form, kept.sources, kept.per_minute) == ("wechat", "full", 7)


@pytest.mark.parametrize(
    "question",
    [
        LUNCH,
        READING,
        "河口县阅读行动方案规定图书角不少于多少册？",
        "《河口县中小学阅读行动方案（征求意见稿）》讲了什么？",
        "你好",
        "你能做什么？库里有哪些文件？",
        "大学生出国留学贷款的利率是多少？",
        "比较云山市和河口县的要求",
    ],
)
def test_a_key_for_one_document_hears_of_no_other_whatever_is_asked(
    address: str, keys: Keys, lunch_only: Scope, question: str
) -> None:
    open_to_all, narrow = keys.create("all"), keys.create("lunch", scope=lunch_only)

    told = complete(address, narrow, question).json()

    shown = json.dumps(told, ensure_ascii=False)
    for name in ELSEWHERE:
        assert name not in shown or name in question
    titles = {citation["document"]["title"] for citation in told["citations"]}
    assert titles <= {"云山市学生午餐补助办法"}
    if question == READING:
        assert "100册" in said(complete(address, open_to_all, question))


def test_a_key_for_a_region_hears_of_no_other(address: str, keys: Keys) -> None:
    narrow = keys.create("river", scope=Scope(regions=("河口县",)))

    assert "100册" in said(complete(address, narrow, READING))
    for question in (LUNCH, "你好"):
        shown = complete(address, narrow, question).text
        assert "云山市" not in shown
        assert "午餐补助办法" not in shown


def test_the_command_prints_the_key_alone_and_the_server_takes_it(
    command: Command, address: str, keyed_settings: Settings, keys: Keys
) -> None:
    place = {"POLICY_ASSISTANT_DATA_DIR": str(keyed_settings.data_dir)}

    made = command("keys", "create", "午餐", "--document", "lunch", "--per-minute", "7", **place)

    assert made.code == 0
    token = made.out.strip()
    assert token.startswith("pa-")
    assert token not in made.err
    assert "午餐" in made.err
    assert "教育局" in said(complete(address, token, LUNCH))
    assert "100册" not in said(complete(address, token, READING))
    listed = command("keys", "list", **place)
    assert "午餐" in listed.out
    assert "每分钟 7 次" in listed.out
    assert token not in listed.out + listed.err
    assert command("keys", "revoke", "午餐", **place).code == 0
    assert command("keys", "list", **place).out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", ""),
        ("create", "bot", "--form", "html"),
        ("create", "bot", "--per-minute", "0"),
        ("create", "bot", "--sources", "some"),
        ("change", "nobody", "--sources", "off"),
        ("change", "nobody"),
        ("create", "bot", "--document", "no-such-document"),
        ("revoke", "nobody"),
    ],
)
def test_a_command_about_keys_that_can_t_be_done_changes_nothing_and_says_why(
    command: Command, keyed_settings: Settings, arguments: tuple[str, ...]
) -> None:
    done = command("keys", *arguments, POLICY_ASSISTANT_DATA_DIR=str(keyed_settings.data_dir))

    assert done.code not in (0, 1)
    assert done.out == ""
    assert done.err != ""
    assert not (keyed_settings.data_dir / FILE).exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_server_that_others_reach_says_that_the_api_needs_a_key_and_how_to_make_one(
    keyed_settings: Settings, keys: Keys, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    def announced(host: str) -> str:
        cli._announce(keyed_settings.model_copy(update={"host": host, "language": language}))
        out, err = capsys.readouterr()
        assert out == ""
        return err

    needed, hint = {"zh": "要凭密钥", "en": "needs a key"}[language], "policy-assistant keys create"
    assert needed in announced("0.0.0.0")
    assert needed in announced("192.0.2.7")
    assert hint in announced("0.0.0.0")
    assert announced("127.0.0.1").count("\n") == 1

    keys.create("bot")
    assert needed in announced("0.0.0.0")
    assert hint not in announced("0.0.0.0")

    (keyed_settings.data_dir / FILE).write_bytes(b"{")
    assert FILE in announced("0.0.0.0")
