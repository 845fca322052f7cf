"""Migrations: one head, up and down, nothing left to generate, children kept, a backup before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

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
