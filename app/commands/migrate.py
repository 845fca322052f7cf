"""`covid-xnet migrate`: a backup, then the newest schema."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database, sqlite_path
from app.db.schema import migrate
from app.errors import SchemaError
from app.settings import Settings


def migrate_database(settings: Settings) -> int:
    """Bring the database up to date and say what was done."""
    database = Database(settings.database)
    try:
        done = migrate(database)
    except SchemaError as error:
        print(f"The {error}. Nothing was changed.", file=sys.stderr)
        return 1
    except (SQLAlchemyError, OSError) as error:
        print(f"The database could not be migrated: {type(error).__name__}. Nothing was changed.", file=sys.stderr)
        return 1
    finally:
        database.close()
    name = sqlite_path(database.url) or database.url.render_as_string(hide_password=True)
    if done.backup is not None:
        print(f"Backup: {done.backup}")
    if done.is_changed:
        print(f"Database {name} is now at schema {done.revision}.")
    else:
        print(f"Database {name} is up to date (schema {done.revision}).")
    return 0
