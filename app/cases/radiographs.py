"""Decoded radiographs by the hash of their bytes: made by the worker processes, kept for a moment, never tried in vain.

A file that ended its decoder is remembered in the database. It is refused without being decoded until another version
of the pixel pipeline comes, or the operator grants a file more memory or time.
"""

import threading
from datetime import UTC, datetime
from typing import BinaryIO, Protocol

from app.cases import queries
from app.cases.cache import make_radiograph_cache
from app.db.engine import Database
from app.db.tables import Quarantined
from app.decoding.answer import Decoded
from app.decoding.limits import DecodingLimits
from app.errors import DecoderCrashedError, DecoderOutOfMemoryError, DecoderTimedOutError
from app.files.store import FileStore
from model.imaging.radiograph import Radiograph

_KINDS = {kind.code: kind for kind in (DecoderCrashedError, DecoderTimedOutError, DecoderOutOfMemoryError)}


class Decodes(Protocol):
    """What turns bytes into pixels: `app.decoding.pool.DecoderPool`."""

    @property
    def limits(self) -> DecodingLimits:
        """What one file may take."""

    def start(self) -> None:
        """Let the workers start where they are not there."""

    def decode(self, file: bytes | BinaryIO) -> Decoded:
        """Decode a file."""


class Radiographs:
    """The only way from bytes to pixels for the server. Thread-safe.

    Args:
        pipeline: Version of the pixel pipeline in use.
    """

    def __init__(self, database: Database, files: FileStore, decoders: Decodes, *, pipeline: str) -> None:
        self._database = database
        self._files = files
        self._decoders = decoders
        self._pipeline = pipeline
        self._cache = make_radiograph_cache()
        self._in_work: dict[str, threading.Lock] = {}

    def decode(self, sha256: str, file: bytes | BinaryIO) -> Decoded:
        """Decode a file that has just come.

        Raises:
            DecoderCrashedError: it ended its decoder, now or before.
            UnreadableFileError: it cannot be decoded.
            DecodersLostError, StoppingError: as `DecoderPool.decode`.
        """
        self._check(sha256)
        try:
            return self._decoders.decode(file)
        except DecoderCrashedError as error:
            self._quarantine(sha256, error)
            raise

    def keep(self, sha256: str, radiograph: Radiograph) -> None:
        """Keep a decoded radiograph for whoever asks next."""
        self._cache.put(sha256, radiograph)

    def stored(self, sha256: str) -> Radiograph:
        """Return a stored radiograph, decoded once however many ask in the same moment.

        Raises:
            OSError: its file cannot be read.
            UnreadableFileError and others: as `decode`.
        """

        def make() -> Radiograph:
            with self._files.open(sha256) as file:
                return self.decode(sha256, file).radiograph

        with self._in_work.setdefault(sha256, threading.Lock()):
            try:
                return self._cache.get(sha256, make)
            finally:
                self._in_work.pop(sha256, None)

    def _check(self, sha256: str) -> None:
        limits = self._decoders.limits
        with self._database.reading() as session:
            row = queries.find_quarantined(session, sha256, self._pipeline)
        if row is None or row.memory_limit < limits.memory or row.cpu_limit_s < limits.cpu_s:
            return
        raise _KINDS[row.code](row.reason, measured=row.measured, limit=row.limit)

    def _quarantine(self, sha256: str, error: DecoderCrashedError) -> None:
        row = Quarantined(
            sha256=sha256,
            pipeline=self._pipeline,
            code=error.code,
            reason=error.reason,
            measured=error.measured,
            limit=error.limit,
            memory_limit=self._decoders.limits.memory,
            cpu_limit_s=self._decoders.limits.cpu_s,
            quarantined_at=datetime.now(UTC),
        )
        with self._database.writing() as session:
            session.merge(row)
