"""Conversations in PostgreSQL, for several servers: connecting, one writer at a time, tables of each version.

The only module that knows PostgreSQL. Its driver is in the extra ``postgres``, and loaded when this is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL, Connection, create_engine, func, insert, inspect, make_url, select, update
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from assistant.errors import HistoryUnusable, SettingsInvalid
from assistant.history import server_tables, tables
from assistant.history.store import Store
from vectorstore.errors import Message

# Tables of version n are made by the first n steps; a step that has been released is never changed.
_STEPS = (tables.metadata, server_tables.metadata)
_SCHEMA = len(_STEPS)
_WRITER = 7_860_001  # the lock that a writer holds, of this program's own choice
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 10  # a writer's turn included
_IDLE_SECONDS = 30  # of a server that hangs within a transaction, and would keep all others waiting
_POOL = 4  # connections of a process, and twice as many at most
_WIRE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}


class PostgresStore(Store):
    """One database that several servers share."""

    def __init__(self, database: SecretStr) -> None:
        """Raises SettingsInvalid for an address that is none, and where the driver is not installed."""
        url = _url(database)
        # Which database it is, without account and password.
        self.where = f"{url.host or url.query.get('host', '')}/{url.database or ''}"
        try:
            engine = create_engine(
                url,
                connect_args=_connect_args(url),
                pool_size=_POOL,
                max_overflow=_POOL,
                pool_timeout=_STATEMENT_SECONDS,
                pool_pre_ping=True,  # a database that was restarted costs no question
                isolation_level="REPEATABLE READ",
                hide_parameters=True,  # they are what people asked, and must not get into a log with an error
            )
        except ModuleNotFoundError as error:
            raise SettingsInvalid(
                Message(
                    "设置了 database，但没有安装 PostgreSQL 的驱动。", "database is set without its driver."
                ),
                Message(
                    "请运行 pip install 'policy-assistant[postgres]'。",
                    "Run pip install 'policy-assistant[postgres]'.",
                ),
            ) from error
        super().__init__(engine, _SCHEMA)
        # A writer sees what was written before it had its turn.
        self._writer = engine.execution_options(isolation_level="READ COMMITTED")
        try:
            self._open()
        except HistoryUnusable:
            self.close()
            raise

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        with self._writer.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            yield connection

    def _open(self) -> None:
        """Two that start at once wait for each other here: the first one makes the tables."""
        with self._errors(), self._alone() as connection:
            version = 0
            if inspect(connection).has_table(tables.history.name):
                version = connection.execute(select(tables.history.c.version)).scalar_one()
            if version > _SCHEMA:
                raise self._newer()
            for step in _STEPS[version:]:
                step.create_all(connection, checkfirst=False)
            if not version:
                connection.execute(insert(tables.history), {"version": _SCHEMA})
            elif version < _SCHEMA:
                connection.execute(update(tables.history).values(version=_SCHEMA))

    def _errors(self) -> AbstractContextManager[None]:
        return _errors(self.where)

    def _newer(self) -> HistoryUnusable:
        return HistoryUnusable(
            Message(
                f"数据库 {self.where} 已由更新版本的程序使用。",
                f"The database {self.where} is in use by a later version of this program.",
            ),
            Message("请先更新这台服务器上的程序。", "Update the program on this server first."),
        )


def _url(database: SecretStr) -> URL:
    try:
        url = make_url(database.get_secret_value())
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres"):
        raise SettingsInvalid(
            Message("设置 database 不是 PostgreSQL 的地址。", "database is no address of a PostgreSQL."),
            Message(
                "请写成 postgresql://用户:密码@主机:5432/库名；密码里的特殊字符要按网址编码。",
                "Write it as postgresql://user:password@host:5432/name, special characters of the password"
                " encoded as in web addresses.",
            ),
        ) from None
    return url.set(drivername="postgresql+psycopg")


def _connect_args(url: URL) -> dict[str, Any]:
    """Bounds on all that a database may keep us waiting for, besides the options that its address has."""
    bounds = (
        f"-c statement_timeout={_STATEMENT_SECONDS}s -c idle_in_transaction_session_timeout={_IDLE_SECONDS}s"
    )
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "options": f"{url.query.get('options', '')} {bounds}".strip(),
        "application_name": "policy-assistant",
        **_WIRE,
    }


@contextmanager
def _errors(where: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")
        raise HistoryUnusable(
            Message(f"数据库 {where} 用不了：{said}。", f"Can't use the database {where}: {said}."),
            Message(
                "请检查 PostgreSQL 是否在运行、设置 database 的地址和权限，再试一次。",
                "Check that PostgreSQL runs, and the address and the rights in the setting database; then try"
                " again.",
            ),
        ) from error
