"""The database: one engine, short transactions, writers that announce themselves."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.errors import StorageError
from app.settings import DatabaseSettings

_WRITE = "covid_xnet_write"

PAGES_KIB = 16 * 1024
"""What a SQLite connection keeps of the file in memory. Measured: a search among a million cases takes up to a third
less than with the 2 MiB that it keeps by itself; eight times as much as this gains little more."""


class Database:
    """Sessions on one engine.

    On SQLite a writer begins with BEGIN IMMEDIATE: it waits for another writer at its start, where nothing is lost,
    never in its middle, where it would have to begin again.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.url = make_url(settings.url)
        self.engine = make_engine(self.url, busy_timeout_s=settings.busy_timeout.total_seconds())
        self._writing = self.engine.execution_options(**{_WRITE: True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        with Session(self.engine, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits when the block ends and keeps nothing when it raises.

        Raises:
            StorageError: the database does not take it: disk full, read-only, or held by another writer for too long.
        """
        try:
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise StorageError(f"database: {type(error.orig).__name__}") from error

    def ping(self) -> None:
        """Run the smallest query there is."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def check_room(self, least_free: int) -> None:
        """Make sure that the disk of a SQLite file has room; other databases watch theirs themselves.

        Raises:
            StorageError: less than `least_free` bytes are free.
        """
        path = sqlite_path(self.url)
        if path is not None and shutil.disk_usage(path.parent).free < least_free:
            raise StorageError("database: no room")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite database, or `None` for any other and for one in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def make_engine(url: URL, *, busy_timeout_s: float) -> Engine:
    """Create the engine, and the folder of a SQLite file."""
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _Pragmas(busy_timeout_ms=round(1000 * busy_timeout_s)))
        event.listen(engine, "begin", _begin)
    return engine


class _Pragmas:
    """Sets up each new SQLite connection; an acknowledged case survives a power cut (`synchronous=FULL`)."""

    def __init__(self, *, busy_timeout_ms: int) -> None:
        self._statements = (
            f"PRAGMA busy_timeout={busy_timeout_ms}",
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            f"PRAGMA cache_size=-{PAGES_KIB}",
        )

    def __call__(self, connection: SqliteConnection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
        for statement in self._statements:
            connection.execute(statement).close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
