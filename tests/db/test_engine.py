"""What a connection is set to, and what a failed block leaves."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError, StatementError

from app.db.engine import Database
from app.db.tables import Case, RadiographFile
from app.errors import StorageError
from app.settings import DatabaseSettings, Settings
from tests.db.rows import add_case


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5000), ("cache_size", -16384)],
)
def test_connections_are_safe_and_keep_pages(database: Database, pragma: str, value: object) -> None:
    with database.reading() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_a_block_that_raises_keeps_nothing(database: Database) -> None:
    def fail_after_adding() -> None:
        with database.writing() as session:
            add_case(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_adding()

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_second_writer_waits_at_its_start_and_gives_up_as_a_storage_error(settings: Settings) -> None:
    impatient = DatabaseSettings(url=settings.database.url, busy_timeout=timedelta(milliseconds=10))
    first, second = Database(settings.database), Database(impatient)

    with first.writing() as session:
        add_case(session)
        with pytest.raises(StorageError), second.writing() as other:
            add_case(other)

    first.close()
    second.close()


def test_nothing_is_loaded_behind_the_back(database: Database) -> None:
    with database.writing() as session:
        case_id = add_case(session).id

    with database.reading() as session:
        case = session.get_one(Case, case_id)
        radiograph = session.scalars(select(RadiographFile)).one()
        with pytest.raises(InvalidRequestError):
            _ = case.radiographs
        with pytest.raises(InvalidRequestError):
            _ = radiograph.case


def test_times_are_utc_and_need_a_zone(database: Database) -> None:
    east = timezone(timedelta(hours=3))
    with database.writing() as session:
        case = add_case(session)
        case.received_at = datetime(2026, 11, 24, 12, 0, tzinfo=east)
        case_id = case.id

    with database.reading() as session:
        assert session.get_one(Case, case_id).received_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with pytest.raises(StatementError), database.writing() as session:
        session.get_one(Case, case_id).received_at = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001
