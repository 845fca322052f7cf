"""Pixels, grey scale, thumbnails and bytes of stored radiographs, and the pictures of the preprocessing steps."""

import gzip
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from app.cases import queries
from app.cases.cache import ByteCache
from app.cases.grayscale import describe_grayscale, modality_bytes
from app.cases.pictures import encode_gray_png, presentation_bytes, thumbnail
from app.cases.radiographs import Radiographs
from app.cases.schemas import GrayscaleOut
from app.db.engine import Database
from app.db.tables import RadiographFile
from app.errors import ConflictError, NotFoundError
from app.files.store import FileStore
from app.inference import ReadsRadiographs
from app.readings.schemas import ReadingOut, Status, StepOut
from app.readings.service import show, was_read_by
from model.imaging.radiograph import Radiograph
from model.prediction import PreprocessingStep

_PIXEL_CACHE_BYTES = 96 * 1024**2
_STEP_CACHE_BYTES = 64 * 1024**2
"""Chosen: pictures of fifteen readings of 5 megapixels, which cost up to a second each, asked for again with every step
back through a list."""
_VALUE_CACHE_BYTES = 64 * 1024**2
"""Chosen: one reading of 7 megapixels; who asks for a step's values goes through the steps of one reading."""
_SAMPLE_BYTES = 16 * 1024
_N_SAMPLES = 16
_WORTHWHILE = 0.5
"""Chosen: at half the size, level 1 of gzip costs less time than it saves at 1 Gbit/s."""
_SUFFIXES = {"dicom": "dcm", "png": "png", "jpeg": "jpg"}
_MEDIA_TYPES = {"dicom": "application/dicom", "png": "image/png", "jpeg": "image/jpeg"}

_Made = TypeVar("_Made")


class Stage(StrEnum):
    """Where in the pixel pipeline the pixels are taken."""

    MODALITY = "modality"
    PRESENTATION = "pixels"


_STAGE_BYTES = {Stage.MODALITY: modality_bytes, Stage.PRESENTATION: presentation_bytes}


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelsInfo:
    """What is known of a radiograph's pixels before they are decoded."""

    radiograph_id: UUID
    sha256: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """Pixels as they are sent."""

    data: bytes
    is_gzipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The file as it was sent, under a name that says nothing about the patient."""

    data: bytes
    name: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A step as it is shown: without the address, which depends on the reading."""

    told: dict[str, Any]
    png: bytes


class Images:
    """Makes pictures from stored bytes, and keeps the last ones."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        predictor: ReadsRadiographs,
        radiographs: Radiographs,
    ) -> None:
        self._database = database
        self._radiographs = radiographs
        self._files = files
        self._predictor = predictor
        self._pixels: ByteCache[Pixels] = ByteCache(_PIXEL_CACHE_BYTES, lambda pixels: len(pixels.data))
        self._steps: ByteCache[list[_Step]] = ByteCache(
            _STEP_CACHE_BYTES, lambda steps: sum(len(step.png) for step in steps)
        )
        self._values: ByteCache[list[bytes]] = ByteCache(_VALUE_CACHE_BYTES, lambda values: sum(map(len, values)))

    def pixels_info(self, radiograph_id: UUID) -> PixelsInfo:
        """Return size and hash of a radiograph.

        Raises:
            NotFoundError: there is none with this key.
        """
        row = self._row(radiograph_id)
        return PixelsInfo(radiograph_id=row.id, sha256=row.sha256, rows=row.rows, columns=row.columns)

    def pixels(self, info: PixelsInfo, stage: Stage, *, accepts_gzip: bool) -> Pixels:
        """Return the pixels of a stage as little-endian uint16, row by row, compressed where that pays."""

        def make() -> Pixels:
            raw = _STAGE_BYTES[stage](self._decoded(info.sha256))
            if accepts_gzip and _compresses_well(raw):
                return Pixels(data=gzip.compress(raw, compresslevel=1, mtime=0), is_gzipped=True)
            return Pixels(data=raw, is_gzipped=False)

        return self._pixels.get((info.sha256, stage, accepts_gzip), make)

    def grayscale(self, info: PixelsInfo) -> GrayscaleOut:
        """Return how modality pixels become what is shown."""
        return describe_grayscale(self._decoded(info.sha256))

    def thumbnail(self, radiograph_id: UUID) -> bytes:
        """Return the thumbnail, made anew when it was lost.

        Raises:
            NotFoundError: there is no such radiograph.
        """
        kept = self._files.get_thumbnail(str(radiograph_id))
        if kept is not None:
            return kept
        png = thumbnail(self._decoded(self._row(radiograph_id).sha256))
        self._files.put_thumbnail(str(radiograph_id), png)
        return png

    def original(self, radiograph_id: UUID) -> Original:
        """Return the bytes as they were sent.

        Raises:
            NotFoundError: there is no such radiograph.
        """
        row = self._row(radiograph_id)
        return Original(
            data=self._files.get(row.sha256),
            name=f"{row.id}.{_SUFFIXES[row.encoding]}",
            media_type=_MEDIA_TYPES[row.encoding],
        )

    def steps(self, reading_id: UUID) -> list[StepOut]:
        """Return what was done between presentation and network.

        Raises:
            NotFoundError: no such reading, or it was not analysed.
            ConflictError: it was made by other weights than those in use.
        """
        return [
            StepOut(**step.told, href=f"/readings/{reading_id}/steps/{index}")
            for index, step in enumerate(self._shown_steps(reading_id))
        ]

    def step_png(self, reading_id: UUID, index: int) -> bytes:
        """Return the picture of one step.

        Raises:
            NotFoundError, ConflictError: as `steps`, or there is no such step.
        """
        return _pick(self._shown_steps(reading_id), index).png

    def step_values(self, reading_id: UUID, index: int) -> bytes:
        """Return the result of one step as little-endian float32, row by row; the last is the network's input.

        Raises:
            NotFoundError, ConflictError: as `steps`, or there is no such step.
        """
        sha256 = self._stepped(reading_id)
        values = self._values.get(
            reading_id,
            lambda: [step.values.astype("<f4").tobytes() for step in self._predictor.steps(self._decoded(sha256))],
        )
        return _pick(values, index)

    def _shown_steps(self, reading_id: UUID) -> list[_Step]:
        sha256 = self._stepped(reading_id)
        return self._steps.get(
            reading_id, lambda: [_shown(step) for step in self._predictor.steps(self._decoded(sha256))]
        )

    def _stepped(self, reading_id: UUID) -> str:
        """Return the hash of the file whose steps are those of a reading."""
        with self._database.reading() as session:
            reading = show(session, reading_id)
        self._check_steps(reading)
        return self._row(reading.radiograph_id).sha256

    def _check_steps(self, reading: ReadingOut) -> None:
        if reading.status is not Status.DONE:
            raise NotFoundError("steps of reading", reading.reading_id)
        if not was_read_by(reading, self._predictor.info):
            raise ConflictError("This reading was made by another model version, whose steps cannot be shown here.")

    def _decoded(self, sha256: str) -> Radiograph:
        return self._radiographs.stored(sha256)

    def _row(self, radiograph_id: UUID) -> RadiographFile:
        with self._database.reading() as session:
            row = queries.get_radiograph(session, radiograph_id)
        if row is None:
            raise NotFoundError("radiograph", radiograph_id)
        return row


def etag(info: PixelsInfo, stage: Stage) -> str:
    """Return a validator for the pixels of a radiograph; weak, because compression may differ."""
    return f'W/"{hashlib.sha256(f"{info.sha256}:{stage}".encode()).hexdigest()[:32]}"'


def _compresses_well(raw: bytes) -> bool:
    """Try a few pieces: the noise of a 12-bit detector does not shrink, and trying costs longer than sending it."""
    step = max(_SAMPLE_BYTES, len(raw) // _N_SAMPLES)
    pieces = b"".join(raw[start : start + _SAMPLE_BYTES] for start in range(0, len(raw), step))
    return len(gzip.compress(pieces, compresslevel=1)) <= _WORTHWHILE * len(pieces)


def _pick(steps: list[_Made], index: int) -> _Made:
    if not 0 <= index < len(steps):
        raise NotFoundError("step", index)
    return steps[index]


def _shown(step: PreprocessingStep) -> _Step:
    rows, columns = step.values.shape
    told = {
        "name": step.name,
        "sentence": step.sentence,
        "low": step.low,
        "high": step.high,
        "least": float(step.values.min()),
        "most": float(step.values.max()),
        "rows": rows,
        "columns": columns,
    }
    return _Step(told=told, png=encode_gray_png(step.pixels))
