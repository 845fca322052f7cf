"""Places for uploads that are being received."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import BusyError


class UploadPlaces:
    """Counts the files being received: each may fill as much of the disk as the largest upload."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._n_open = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place while a file is received. Called on the event loop alone.

        Raises:
            BusyError: all places are taken.
        """
        if self._n_open >= self._limit:
            raise BusyError(limit=self._limit)
        self._n_open += 1
        try:
            yield
        finally:
            self._n_open -= 1
