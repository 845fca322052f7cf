"""Migrations: one head, up and down, nothing left to generate, children kept, a backup before."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.engine import Database, sqlite_path
from app.db.schema import alembic_config, check_schema, expected_revision, migrate, present_revision
from app.errors import SchemaError
from app.settings import DatabaseSettings, Settings
from tests.db.rows import add_case


def _alembic(database: Database, action: str, *arguments: str) -> None:
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        getattr(command, action)(config, *arguments)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    _alembic(database, "check")


def test_down_to_nothing_and_up_again(database: Database) -> None:
    _alembic(database, "downgrade", "base")
    assert present_revision(database) is None

    _alembic(database, "upgrade", "head")

    assert present_revision(database) == expected_revision()


def test_moving_a_parent_table_keeps_its_children(database: Database) -> None:
    """SQLite alters by copy and drop; with foreign keys enforced that would fail or empty the children."""
    with database.writing() as session:
        add_case(session)

    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            with Operations(MigrationContext.configure(connection)).batch_alter_table("cases", recreate="always"):
                pass
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            n_children = connection.execute(text("SELECT count(*) FROM radiographs")).scalar_one()

    assert (broken, n_children) == ([], 1)


def test_the_impression_gets_its_column_and_older_reviews_stay_as_they_were(database: Database) -> None:
    comment = "First impression, before the reading: Unsure.\nNo opacity."
    _alembic(database, "downgrade", "0005")
    with database.engine.begin() as connection:
        _add_review(connection, comment=comment)

    _alembic(database, "upgrade", "0006")

    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT comment, impression FROM reviews")).all() == [(comment, None)]
        connection.execute(text("UPDATE reviews SET impression = 'unsure'"))
    for change in ("impression = 'nonsense'", "verdict = 'nonsense'"):
        with pytest.raises(IntegrityError), database.engine.begin() as connection:
            connection.execute(text(f"UPDATE reviews SET {change}"))

    _alembic(database, "downgrade", "0005")

    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT comment FROM reviews")).scalars().all() == [comment]
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text("UPDATE reviews SET verdict = 'nonsense'"))


def _add_review(connection: Connection, *, comment: str) -> None:
    """Add a case with a review, written out: the tables of the application know a column that is not there yet."""
    with Session(connection) as session:
        case = add_case(session)
        assert case.leading_reading_id is not None
        keys = {"id": uuid4().hex, "case_id": case.id.hex, "reading_id": case.leading_reading_id.hex}
        session.execute(
            text(
                "INSERT INTO reviews (id, case_id, reading_id, verdict, comment, created_at) "
                "VALUES (:id, :case_id, :reading_id, 'disagree', :comment, '2026-11-24 10:00:00')"
            ),
            keys | {"comment": comment},
        )
        session.commit()


def test_foreign_keys_are_enforced_after_a_migration(tmp_path: Path) -> None:
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'new.sqlite'}"))

    migrate(database)

    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    database.close()


def test_an_empty_file_is_migrated_without_a_backup(tmp_path: Path) -> None:
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'new.sqlite'}"))

    done = migrate(database)
    again = migrate(database)

    assert done.is_changed
    assert done.backup is None
    assert not again.is_changed
    database.close()


def test_an_older_file_is_backed_up_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(settings.database)
    with database.writing() as session:
        add_case(session)
    monkeypatch.setattr("app.db.schema.expected_revision", lambda: "later")

    done = migrate(database)

    assert done.backup is not None
    assert sqlite_path(database.url) != done.backup
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT count(*) FROM cases").fetchone() == (1,)
    database.close()


def test_a_schema_from_elsewhere_is_left_alone(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'future'"))

    with pytest.raises(SchemaError, match="future"):
        migrate(database)
    with pytest.raises(SchemaError, match="future"):
        check_schema(database)
