"""Runs revisions on the database of the settings, or on a connection that the caller hands over.

SQLite moves a table by copying and dropping it. With foreign keys enforced the drop would empty the children, and the
pragma does nothing inside a transaction: so it is switched before, and the keys are checked after.
"""

from alembic import context
from sqlalchemy import Connection

from app.db.base import Base
from app.db.engine import Database
from app.db.tables import Case
from app.settings import load_settings

assert Case.metadata is Base.metadata  # the tables are known once their module is imported


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Tell whether autogenerate compares it: the search index and its own tables are made by hand."""
    return not (kind == "table" and name is not None and name.startswith("case_search"))


def run_on(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.driver_connection
    if is_sqlite and raw is not None:
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=is_ours,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"{len(broken)} rows point to nothing after the migration")
    finally:
        if is_sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=ON")


def main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    database = Database(load_settings().database)
    with database.engine.connect() as connection:
        run_on(connection)
    database.close()


main()
