"""Removes a case with everything that points to it, in whatever tables that is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.tables import Case


def remove_cases(session: Session, case_ids: Sequence[UUID]) -> None:
    """Delete cases and the rows of all tables that point to them, directly or through others, children first."""
    doomed: dict[str, Sequence[Any]] = {Case.__tablename__: case_ids}
    for table in Base.metadata.sorted_tables:  # parents come before their children
        for key in table.foreign_keys:
            parents = doomed.get(key.column.table.name)
            if parents:
                rows = session.scalars(select(table.c.id).where(key.parent.in_(parents))).all()
                doomed[table.name] = [*doomed.get(table.name, ()), *rows]
    for table in reversed(Base.metadata.sorted_tables):
        if doomed.get(table.name):
            session.execute(delete(table).where(table.c.id.in_(doomed[table.name])))
