"""From an upload to its answer: a place in the queue, decoding, storing, and waiting for the reading.

The case is committed before anything is answered. What follows the commit may be lost; the case is not.
"""

import asyncio
import hashlib
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import UnsupportedOperation
from typing import BinaryIO
from uuid import UUID, uuid4

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.header import HeaderFacts
from app.cases.ledger import Publish, ReadingEvent
from app.cases.pictures import thumbnail
from app.cases.radiographs import Radiographs
from app.cases.service import find_or_open_case, settle_case
from app.db.engine import Database
from app.db.tables import Case, RadiographFile, Receipt
from app.decoding.answer import Decoded
from app.errors import ReadingFailedError, RefusedReadingError, RejectedFileError
from app.files.preamble import without_preamble
from app.files.store import FileStore
from app.inference import ReadingQueue, Slot
from app.readings.answer import cautions_json
from app.readings.schemas import ReadingAnswer, ReadingOut, Status
from app.readings.service import answer_out, find_concluded, queue_reading, show
from model.errors import Refusal, UnreadableFileError
from model.imaging.radiograph import Radiograph, VoiWindow
from model.prediction import ModelInfo

log = structlog.get_logger()

_WORTH_SHARING = 1024**2
"""Chosen: below this the framework holds an upload in memory, and copying costs less than a file on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    """One file as it was sent."""

    data: bytes
    sha256: str
    file_name: str | None
    received: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """A reading that is committed, and what to wait for when it still has to be made."""

    reading_id: UUID
    is_duplicate: bool
    done: Future[None] | None = None


class Intake:
    """Receives files and answers with their readings."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        queue: ReadingQueue,
        *,
        radiographs: Radiographs,
        model: ModelInfo,
        decoders: int,
        publish: Publish,
    ) -> None:
        self._database = database
        self._files = files
        self._queue = queue
        self._radiographs = radiographs
        self._model = model
        self._writers = ThreadPoolExecutor(decoders, thread_name_prefix="write")
        self._decoders = CapacityLimiter(decoders)
        self._publish = publish

    def close(self) -> None:
        """Let the writing threads end."""
        self._writers.shutdown()

    async def receive(self, file: BinaryIO, file_name: str | None) -> ReadingAnswer:
        """Store a file and wait until it is read.

        Raises:
            BusyError: the queue is full; nothing was read or stored.
            RejectedFileError: the bytes do not decode; only a receipt is kept.
            StorageError: no room; nothing was stored.
            RefusedReadingError, ReadingFailedError: the case is kept, and why it was not read.
            StoppingError: the server stops; the case is kept and read after the next start.
        """
        slot = self._queue.reserve()
        try:
            stored = await to_thread.run_sync(self._accept, file, file_name, slot, limiter=self._decoders)
        finally:
            if not slot.is_submitted:  # from then on the reading holds the place
                slot.release()
        if stored.done is not None:
            await asyncio.shield(asyncio.wrap_future(stored.done))
        reading = await to_thread.run_sync(self._show, stored.reading_id)
        return _answer(reading, is_duplicate=stored.is_duplicate)

    def _accept(self, file: BinaryIO, file_name: str | None, slot: Slot) -> _Stored:
        received = time.perf_counter()
        data = without_preamble(file.read())
        upload = _Upload(
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            file_name=shown_name(file_name),
            received=received,
        )
        known = self._find_concluded(upload.sha256)
        if known is not None:
            return _Stored(reading_id=known, is_duplicate=True)
        # The disk takes as long as the decoder: both at once. A file that does not decode never gets its name.
        writing = self._writers.submit(self._files.stage, data)
        try:
            started = time.perf_counter()
            decoded = self._radiographs.decode(upload.sha256, _for_decoder(file, data))
            decode_ms = (time.perf_counter() - started) * 1000
        except BaseException as error:
            writing.result().discard()
            if isinstance(error, UnreadableFileError):
                raise RejectedFileError(error, self._write_receipt(upload, error)) from error
            raise
        writing.result().keep(upload.sha256)
        return self._store(upload, decoded, slot, decode_ms=decode_ms)

    def _find_concluded(self, sha256: str) -> UUID | None:
        with self._database.reading() as session:
            radiograph = queries.find_radiograph(session, sha256)
            if radiograph is None:
                return None
            reading = find_concluded(session, radiograph.id, self._model)
            return None if reading is None else reading.id

    def _store(self, upload: _Upload, decoded: Decoded, slot: Slot, *, decode_ms: float) -> _Stored:
        radiograph = decoded.radiograph
        with self._database.writing() as session:
            row, case = _find_or_add_radiograph(session, upload, radiograph, decoded.header)
            reading, is_duplicate = queue_reading(session, row.id, self._model)
            settle_case(session, case)
            event = ReadingEvent(case_id=case.id, reading_id=reading.id, status=str(reading.status))
        self._publish(event)
        log.info("radiograph_stored", radiograph_id=str(row.id), reading_id=str(reading.id), duplicate=is_duplicate)
        done = None
        if reading.status in (Status.QUEUED, Status.RUNNING):
            done = self._queue.submit(
                reading.id, slot=slot, radiograph=radiograph, decode_ms=decode_ms, received=upload.received
            )
        self._radiographs.keep(upload.sha256, radiograph)
        self._files.put_thumbnail(str(row.id), thumbnail(radiograph))
        return _Stored(reading_id=reading.id, is_duplicate=is_duplicate, done=done)

    def _write_receipt(self, upload: _Upload, error: UnreadableFileError) -> UUID:
        receipt = Receipt(
            id=uuid4(),
            received_at=datetime.now(UTC),
            sha256=upload.sha256,
            size=len(upload.data),
            code=error.code,
        )
        with self._database.writing() as session:
            session.add(receipt)
        log.info("file_rejected", receipt_id=str(receipt.id), code=error.code)
        return receipt.id

    def _show(self, reading_id: UUID) -> ReadingOut:
        with self._database.reading() as session:
            return show(session, reading_id)


def _for_decoder(file: BinaryIO, data: bytes) -> bytes | BinaryIO:
    """Choose what a worker is given: the open file where it lies on the disk, which saves copying its bytes."""
    if len(data) < _WORTH_SHARING:
        return data
    try:
        file.fileno()
    except UnsupportedOperation:
        return data
    return file


def shown_name(sent: str | None) -> str | None:
    """Return the last part of a name as sent, printable, at most 255 characters; shown, never used as a path."""
    last = (sent or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable()).strip()[:255] or None


def _find_or_add_radiograph(
    session: Session, upload: _Upload, radiograph: Radiograph, facts: HeaderFacts
) -> tuple[RadiographFile, Case]:
    found = queries.find_radiograph(session, upload.sha256)
    if found is not None:
        return found, found.case
    case = find_or_open_case(session, facts)
    rows, columns = radiograph.shape
    row = RadiographFile(
        id=uuid4(),
        case_id=case.id,
        sha256=upload.sha256,
        size=len(upload.data),
        file_name=upload.file_name,
        encoding=radiograph.encoding,
        rows=rows,
        columns=columns,
        view_position=radiograph.view_position,
        image_laterality=radiograph.image_laterality,
        photometric_interpretation=radiograph.photometric_interpretation,
        spacing=_spacing(radiograph),
        window=_window(radiograph),
        cautions=cautions_json(radiograph.cautions),
        received_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row, case


def _spacing(radiograph: Radiograph) -> dict[str, float | bool] | None:
    spacing = radiograph.spacing
    if spacing is None:
        return None
    return {"row_mm": spacing.row_mm, "column_mm": spacing.column_mm, "at_detector": spacing.at_detector}


def _window(radiograph: Radiograph) -> dict[str, float | str] | None:
    voi = radiograph.voi
    if not isinstance(voi, VoiWindow):
        return None
    return {"center": voi.center, "width": voi.width, "function": voi.function.value}


def _answer(reading: ReadingOut, *, is_duplicate: bool) -> ReadingAnswer:
    keys = {"case_id": reading.case_id, "radiograph_id": reading.radiograph_id, "reading_id": reading.reading_id}
    reason = reading.reason
    if reading.status is Status.REFUSED and reason is not None:
        refusal = Refusal(code=reason.code, detail=reason.detail, measured=reason.measured, limit=reason.limit)
        raise RefusedReadingError(refusal, **keys, is_duplicate=is_duplicate)
    if reading.status is Status.FAILED and reason is not None:
        raise ReadingFailedError(**keys, code=reason.code)
    return answer_out(reading, is_duplicate=is_duplicate)
