"""The demonstration: three drawn cases that come through the real intake, and leave without a trace."""

from io import BytesIO

from anyio import to_thread
from sqlalchemy.orm import Session

from app.cases.intake import Intake
from app.cases.service import count_studies, remove_studies
from app.db.engine import Database
from app.demo.files import STUDY_INSTANCE_UIDS, draw_files
from app.errors import ReadingFailedError, RefusedReadingError
from app.files.store import FileStore


def count(session: Session) -> int:
    """Count the demonstration cases that are there."""
    return count_studies(session, STUDY_INSTANCE_UIDS)


class Demonstration:
    """Adds and removes the demonstration cases."""

    def __init__(self, database: Database, files: FileStore, intake: Intake) -> None:
        self._database = database
        self._files = files
        self._intake = intake

    async def add(self) -> int:
        """Draw the cases and send them through the intake; the network reads them like any other.

        Returns:
            How many demonstration cases are there now.

        Raises:
            BusyError, StorageError, StoppingError: as for any upload; what came before it is kept.
        """
        for name, data in await to_thread.run_sync(draw_files):
            try:
                await self._intake.receive(BytesIO(data), name)
            except (RefusedReadingError, ReadingFailedError):
                continue  # kept as a case that says why: one of the three is meant to
        return await to_thread.run_sync(self._count)

    def remove(self) -> None:
        """Remove the cases with their radiographs, readings, reviews and files; nothing to do where there are none.

        Raises:
            ConflictError: one of them is being read.
        """
        with self._database.writing() as session:
            removed = remove_studies(session, STUDY_INSTANCE_UIDS)
        for radiograph in removed:  # after the commit: a file without a case harms nobody, a case without its file does
            self._files.remove(radiograph.sha256, thumbnail=str(radiograph.id))

    def _count(self) -> int:
        with self._database.reading() as session:
            return count(session)
