"""Joins the reading queue to the database: a step of a reading and what it means for its case, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.cases.radiographs import Radiographs
from app.cases.service import settle_case
from app.db.engine import Database
from app.db.tables import Reading
from app.errors import NotFoundError
from app.inference import Result
from app.readings.service import begin, conclude, get_many, is_unfinished, recover
from model.imaging.radiograph import Radiograph
from model.prediction import ModelInfo

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingEvent:
    """A reading has a new status; open pages hear of it once it is committed."""

    case_id: UUID
    reading_id: UUID
    status: str


Publish = Callable[[ReadingEvent], None]


class Ledger:
    """The `KeepsReadings` of the server."""

    def __init__(
        self,
        database: Database,
        *,
        radiographs: Radiographs,
        model: ModelInfo,
        other_threshold: float,
        attempts: int,
        publish: Publish,
    ) -> None:
        self._database = database
        self._radiographs = radiographs
        self._model = model
        self._other_threshold = other_threshold
        self._attempts = attempts
        self._publish = publish

    def unfinished(self) -> list[UUID]:
        """Queue again what a stop or crash left behind; give up what was interrupted too often."""
        with self._database.writing() as session:
            again, given_up = recover(session, self._model, attempts=self._attempts)
            session.flush()
            for reading in given_up:
                settle_case(session, reading.radiograph.case)
            keys = [reading.id for reading in again]
        if keys or given_up:
            log.warning("readings_recovered", n_queued=len(keys), n_given_up=len(given_up))
        return keys

    def start(self, reading_ids: Sequence[UUID]) -> set[UUID]:
        """Write down that these are being read now; leave out what was concluded since it was queued."""
        with self._database.writing() as session:
            readings = [one for one in get_many(session, reading_ids).values() if is_unfinished(one)]
            for reading in readings:
                begin(reading)
            events = [_event(reading) for reading in readings]
        for event in events:
            self._publish(event)
        return {event.reading_id for event in events}

    def load(self, reading_id: UUID) -> Radiograph:
        """Decode a reading's radiograph from the stored bytes."""
        with self._database.reading() as session:
            found = get_many(session, [reading_id])
            if reading_id not in found:
                raise NotFoundError("reading", reading_id)
            sha256 = found[reading_id].radiograph.sha256
        return self._radiographs.stored(sha256)

    def finish(self, results: Sequence[Result]) -> None:
        """Store results and settle their cases."""
        with self._database.writing() as session:
            readings = get_many(session, [result.reading_id for result in results])
            for result in results:
                conclude(
                    readings[result.reading_id],
                    result.outcome,
                    device=self._model.device,
                    timings_ms=result.timings_ms,
                    other_threshold=self._other_threshold,
                )
            session.flush()
            for case in {reading.radiograph.case for reading in readings.values()}:
                settle_case(session, case)
            events = [_event(readings[result.reading_id]) for result in results]
        for result, event in zip(results, events, strict=True):
            self._note(result, event)

    def _note(self, result: Result, event: ReadingEvent) -> None:
        log.info(
            "reading_finished",
            reading_id=str(result.reading_id),
            status=event.status,
            device=self._model.device,
            model_version=self._model.version,
            model_sha256=self._model.sha256[:8],
            duration_ms=result.timings_ms.get("total"),
        )
        self._publish(event)


def _event(reading: Reading) -> ReadingEvent:
    return ReadingEvent(case_id=reading.radiograph.case_id, reading_id=reading.id, status=str(reading.status))
