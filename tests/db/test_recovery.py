"""What a stop or crash leaves is taken up; what was interrupted twice is given up, visibly."""

import pytest

from app.cases.ledger import Ledger, ReadingEvent
from app.cases.radiographs import Radiographs
from app.db.engine import Database
from app.db.tables import Case, Reading
from app.files.store import FileStore
from app.settings import Settings
from model.prediction import ModelInfo
from tests.application import shared_decoders
from tests.db.rows import add_case, add_radiograph, add_reading

MODEL = ModelInfo(name="fake", version="1", sha256="1" * 64, pipeline="1", device="cpu")
NEXT_MODEL = ModelInfo(name="fake", version="2", sha256="2" * 64, pipeline="1", device="cpu")


@pytest.fixture
def published() -> list[ReadingEvent]:
    return []


@pytest.fixture
def ledger(settings: Settings, database: Database, published: list[ReadingEvent]) -> Ledger:
    return _ledger(settings, database, published, MODEL)


def _ledger(settings: Settings, database: Database, published: list[ReadingEvent], model: ModelInfo) -> Ledger:
    files = FileStore(settings.files.folder)
    return Ledger(
        database,
        radiographs=Radiographs(database, files, shared_decoders(), pipeline=model.pipeline),
        model=model,
        other_threshold=0.5,
        attempts=2,
        publish=published.append,
    )


def _reading(database: Database, case_id: object) -> Reading:
    with database.reading() as session:
        return session.get_one(Reading, session.get_one(Case, case_id).leading_reading_id)


def test_queued_and_once_interrupted_readings_are_queued_again_oldest_first(ledger: Ledger, database: Database) -> None:
    with database.writing() as session:
        late = add_case(session, minutes=2, status="queued").leading_reading_id
        early = add_case(session, minutes=1, status="running").leading_reading_id
        add_case(session, minutes=0)

    assert ledger.unfinished() == [early, late]


def test_a_reading_interrupted_twice_is_failed_and_its_case_ranks_with_the_flagged(
    ledger: Ledger, database: Database
) -> None:
    with database.writing() as session:
        case = add_case(session, status="queued")
        case_id, reading_id = case.id, case.leading_reading_id
    assert reading_id is not None

    ledger.start([reading_id])  # the first process dies here
    first = ledger.unfinished()
    ledger.start([reading_id])  # and the second
    second = ledger.unfinished()

    reading = _reading(database, case_id)
    assert (first, second) == ([reading_id], [])
    assert (reading.status, reading.reason_code, reading.attempts) == ("failed", "INTERRUPTED", 2)
    with database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.state, case.priority) == ("not-analysed", 1)


def test_what_waited_for_an_older_model_is_read_by_the_new_one(
    settings: Settings, database: Database, published: list[ReadingEvent]
) -> None:
    with database.writing() as session:
        case = add_case(session, status="queued")
        case_id, reading_id = case.id, case.leading_reading_id

    queued = _ledger(settings, database, published, NEXT_MODEL).unfinished()

    assert queued == [reading_id]
    assert _reading(database, case_id).model_version == "2"


def test_what_the_new_model_has_read_already_is_given_up(
    settings: Settings, database: Database, published: list[ReadingEvent]
) -> None:
    with database.writing() as session:
        case = add_case(session, status="done")
        radiograph = add_radiograph(session, case.id)
        old = add_reading(session, radiograph.id, status="queued").id
        add_reading(session, radiograph.id, model_version="2", model_sha256="2" * 64)

    queued = _ledger(settings, database, published, NEXT_MODEL).unfinished()

    assert queued == []
    with database.reading() as session:
        assert session.get_one(Reading, old).reason_code == "SUPERSEDED"
