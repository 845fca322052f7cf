"""The schema's version: what the file holds, what this program needs, and how one becomes the other."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db.engine import Database, sqlite_path
from app.errors import SchemaError

_ROOT = Path(__file__).resolve().parents[2]


def alembic_config() -> Config:
    """Return Alembic's configuration for `migrations/` beside the packages."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def expected_revision() -> str:
    """Return the one head of `migrations/`."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise RuntimeError("migrations/ holds no revision")
    return head


def present_revision(database: Database) -> str | None:
    """Return the revision a database is at; `None` for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_schema(database: Database) -> None:
    """Make sure that the database is of the schema this program knows.

    Raises:
        SchemaError: it is older, newer or empty.
    """
    found, expected = present_revision(database), expected_revision()
    if found != expected:
        raise SchemaError(found=found, expected=expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What `migrate` did.

    Attributes:
        backup: The copy made before, or `None` where nothing had to change or no data were there.
    """

    revision: str
    is_changed: bool
    backup: Path | None = None


def migrate(database: Database) -> Migrated:
    """Bring the schema up to date, after a backup.

    Raises:
        SchemaError: the database is of a revision that this program does not know.
    """
    found, expected = present_revision(database), expected_revision()
    if found == expected:
        return Migrated(revision=expected, is_changed=False)
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(found=found, expected=expected)
    backup = _back_up(database) if found is not None else None
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return Migrated(revision=expected, is_changed=True, backup=backup)


def _back_up(database: Database) -> Path | None:
    """Copy a SQLite database with its own online backup; other databases have their own tools."""
    source = sqlite_path(database.url)
    if source is None:
        return None
    target = source.with_name(f"{source.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup{source.suffix}")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return target
