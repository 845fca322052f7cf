"""Readings: made, begun, concluded, shown. Knows nothing of cases; `app.cases.ledger` joins the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db.tables import Reading
from app.errors import NotFoundError
from app.inference import Failure
from app.readings import queries
from app.readings.answer import cautions_json, localization_json, operating_point_json
from app.readings.call import Call, stored_call
from app.readings.schemas import (
    CamOut,
    CautionOut,
    LinksOut,
    LocalizationOut,
    ModelOut,
    OperatingPointOut,
    ReadingAnswer,
    ReadingOut,
    ReasonOut,
    Status,
)
from model.errors import Refusal
from model.findings import Finding
from model.prediction import ModelInfo, Prediction

INTERRUPTED = Failure(
    code="INTERRUPTED",
    detail="Reading this radiograph was interrupted each time it was tried. Nothing was analysed. "
    "Tell the operator of this server; send the same file again to try once more.",
)

SUPERSEDED = Failure(
    code="SUPERSEDED",
    detail="This reading was not made before a new model version came, which has read the radiograph itself.",
)


def queue_reading(session: Session, radiograph_id: UUID, model: ModelInfo) -> tuple[Reading, bool]:
    """Return the reading of a radiograph by these weights, and whether it was there before.

    A failed one is queued anew: whoever sends the file again asks for another attempt.
    """
    found = queries.find_reading(session, radiograph_id, model)
    if found is not None:
        if found.status == Status.FAILED:
            _requeue(found)
        return found, True
    reading = Reading(
        id=uuid4(),
        radiograph_id=radiograph_id,
        model_name=model.name,
        model_version=model.version,
        model_sha256=model.sha256,
        pipeline=model.pipeline,
        status=Status.QUEUED,
        attempts=0,
        flagged=False,
        cautions=[],
        timings_ms={},
        queued_at=datetime.now(UTC),
    )
    session.add(reading)
    session.flush()
    return reading, False


def is_unfinished(reading: Reading) -> bool:
    """Whether it is still to be read, or being read."""
    return reading.status in (Status.QUEUED, Status.RUNNING)


def begin(reading: Reading) -> None:
    """Write down that it is being read: if the process dies now, it was while reading this."""
    reading.status = Status.RUNNING
    reading.attempts += 1
    reading.started_at = datetime.now(UTC)


def conclude(
    reading: Reading,
    outcome: Prediction | Refusal | Failure,
    *,
    device: str,
    timings_ms: Mapping[str, float],
    other_threshold: float,
) -> None:
    """Write down what became of it."""
    reading.device = device
    reading.timings_ms = dict(timings_ms)
    reading.finished_at = datetime.now(UTC)
    match outcome:
        case Prediction():
            reading.status = Status.DONE
            _store_prediction(reading, outcome)
            reading.other_threshold = other_threshold
        case Refusal():
            reading.status = Status.REFUSED
            reading.reason_code, reading.reason_detail = outcome.code, outcome.detail
            reading.reason_measured, reading.reason_limit = outcome.measured, outcome.limit
        case Failure():
            _fail(reading, outcome)


def get_many(session: Session, reading_ids: Sequence[UUID]) -> dict[UUID, Reading]:
    """Return readings by key, with their radiographs and cases."""
    return {reading.id: reading for reading in queries.get_readings(session, reading_ids)}


def recover(session: Session, model: ModelInfo, *, attempts: int) -> tuple[list[Reading], list[Reading]]:
    """Take up what a stop or crash left: queue it again, or give it up when it was interrupted `attempts` times.

    What still waited for an earlier model version is read by this one.

    Returns:
        Readings to be read, oldest first, and readings given up.
    """
    again: list[Reading] = []
    given_up: list[Reading] = []
    for reading in queries.unfinished_readings(session):
        if reading.status == Status.RUNNING and reading.attempts >= attempts:
            _fail(reading, INTERRUPTED)
        elif not _move_to(session, reading, model):
            _fail(reading, SUPERSEDED)
        else:
            reading.status = Status.QUEUED
            again.append(reading)
            continue
        given_up.append(reading)
    return again, given_up


def find_concluded(session: Session, radiograph_id: UUID, model: ModelInfo) -> Reading | None:
    """Return the reading of a radiograph by these weights when sending the file again would change nothing."""
    found = queries.find_reading(session, radiograph_id, model)
    return found if found is not None and found.status in (Status.DONE, Status.REFUSED) else None


def was_read_by(reading: ReadingOut, model: ModelInfo) -> bool:
    """Tell whether these weights made a reading, so that they can be asked how they came to it."""
    return (reading.model.version, reading.model.sha256) == (model.version, model.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """The latest concluded reading of a radiograph, and where its file lies."""

    case_id: UUID
    radiograph_id: UUID
    reading_id: UUID
    sha256: str
    model_version: str
    model_sha256: str
    call: Call


def latest_calls(session: Session, *, limit: int | None) -> list[StoredCall]:
    """Return what readers are told of each radiograph, newest first; those without an answer are left out."""
    return [
        StoredCall(
            case_id=reading.radiograph.case_id,
            radiograph_id=reading.radiograph_id,
            reading_id=reading.id,
            sha256=reading.radiograph.sha256,
            model_version=reading.model_version,
            model_sha256=reading.model_sha256,
            call=stored_call(reading),
        )
        for reading in queries.latest_concluded(session, limit=limit)
    ]


def show(session: Session, reading_id: UUID) -> ReadingOut:
    """Return one reading.

    Raises:
        NotFoundError: there is none with this key.
    """
    reading = queries.get_reading(session, reading_id)
    if reading is None:
        raise NotFoundError("reading", reading_id)
    return reading_out(reading, case_id=reading.radiograph.case_id)


def show_cam(session: Session, reading_id: UUID) -> bytes:
    """Return the map of a reading as a 16-bit grey PNG.

    Raises:
        NotFoundError: no such reading, or it was not analysed.
    """
    reading = queries.get_cam(session, reading_id)
    if reading is None or reading.cam_png is None:
        raise NotFoundError("map of reading", reading_id)
    return reading.cam_png


def show_cam_values(session: Session, reading_id: UUID) -> bytes:
    """Return the map of a reading as little-endian uint16, row by row: a browser cannot read 16-bit PNG at its depth.

    Raises:
        NotFoundError: no such reading, or it was not analysed.
    """
    png = np.frombuffer(show_cam(session, reading_id), np.uint8)
    values = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    assert values is not None
    return values.astype("<u2").tobytes()


def reading_out(reading: Reading, *, case_id: UUID) -> ReadingOut:
    """Turn a row into what the API shows."""
    links = _links(case_id, reading.radiograph_id, reading.id)
    point, place = reading.operating_point, reading.localization
    return ReadingOut(
        case_id=case_id,
        radiograph_id=reading.radiograph_id,
        reading_id=reading.id,
        duplicate=False,
        status=Status(reading.status),
        finding=None if reading.finding is None else Finding(reading.finding),
        flagged=reading.flagged,
        probabilities=_probabilities(reading),
        operating_point=None if point is None else OperatingPointOut.model_validate(point),
        localization=None if place is None else LocalizationOut.model_validate(place),
        links=links,
        cautions=[CautionOut.model_validate(caution) for caution in reading.cautions],
        model=ModelOut(name=reading.model_name, version=reading.model_version, sha256=reading.model_sha256),
        timings_ms=reading.timings_ms,
        probability_range=_pair(reading.p_low, reading.p_high),
        other_threshold=reading.other_threshold,
        cam=None if reading.cam_grid is None else CamOut(**reading.cam_grid, href=links.cam),
        reason=reason_out(reading),
        attempts=reading.attempts,
        queued_at=reading.queued_at,
        started_at=reading.started_at,
        finished_at=reading.finished_at,
        device=reading.device,
        pipeline=reading.pipeline,
    )


def answer_out(reading: ReadingOut, *, is_duplicate: bool) -> ReadingAnswer:
    """Narrow a reading to the body of `POST /predict`."""
    content = {name: getattr(reading, name) for name in ReadingAnswer.model_fields}
    return ReadingAnswer.model_validate(content | {"duplicate": is_duplicate})


def reason_out(reading: Reading) -> ReasonOut | None:
    """Say why a reading was refused or failed."""
    if reading.reason_code is None:
        return None
    return ReasonOut(
        code=reading.reason_code,
        detail=reading.reason_detail or "",
        measured=reading.reason_measured,
        limit=reading.reason_limit,
    )


def encode_unit_png(values: NDArray[np.float32]) -> bytes:
    """Write (h, w) [0, 1] as a 16-bit grey PNG: 65535 is 1."""
    is_encoded, png = cv2.imencode(".png", np.round(np.clip(values, 0, 1) * 65535).astype(np.uint16))
    assert is_encoded
    return png.tobytes()


def _store_prediction(reading: Reading, prediction: Prediction) -> None:
    p = prediction.probabilities
    reading.finding = prediction.finding
    reading.flagged = prediction.flagged
    reading.p_covid, reading.p_normal = p[Finding.COVID_19], p[Finding.NORMAL]
    reading.p_other = p[Finding.OTHER]
    reading.p_low, reading.p_high = prediction.probability_range
    reading.operating_point = operating_point_json(prediction.operating_point)
    reading.localization = localization_json(prediction.localization)
    reading.cautions = cautions_json(prediction.cautions)
    rows, columns = prediction.cam.values.shape
    reading.cam_grid = {"placement": list(prediction.cam.placement), "rows": rows, "columns": columns}
    reading.cam_png = encode_unit_png(prediction.cam.values)


def _fail(reading: Reading, failure: Failure) -> None:
    reading.status = Status.FAILED
    reading.reason_code, reading.reason_detail = failure.code, failure.detail
    reading.finished_at = datetime.now(UTC)


def _move_to(session: Session, reading: Reading, model: ModelInfo) -> bool:
    """Let an unread reading be read by the weights in use; `False` when these have one of their own already."""
    if (reading.model_name, reading.model_version, reading.model_sha256) == (model.name, model.version, model.sha256):
        return True
    if queries.find_reading(session, reading.radiograph_id, model) is not None:
        return False
    reading.model_name, reading.model_version, reading.model_sha256 = model.name, model.version, model.sha256
    reading.pipeline = model.pipeline
    session.flush()
    return True


def _requeue(reading: Reading) -> None:
    reading.status = Status.QUEUED
    reading.attempts = 0
    reading.reason_code = reading.reason_detail = None
    reading.queued_at = datetime.now(UTC)
    reading.started_at = reading.finished_at = None


def _probabilities(reading: Reading) -> dict[Finding, float] | None:
    if reading.p_covid is None or reading.p_normal is None or reading.p_other is None:
        return None
    return {Finding.COVID_19: reading.p_covid, Finding.NORMAL: reading.p_normal, Finding.OTHER: reading.p_other}


def _pair(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _links(case_id: UUID, radiograph_id: UUID, reading_id: UUID) -> LinksOut:
    return LinksOut(
        viewer=f"/cases/{case_id}",
        cam=f"/readings/{reading_id}/cam",
        pixels=f"/radiographs/{radiograph_id}/pixels",
        reading=f"/readings/{reading_id}",
    )
