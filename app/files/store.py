"""The bytes of radiographs on disk, named by their SHA-256; and thumbnails, which can be made again."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from app.errors import StorageError


class FileStore:
    """A folder of files by content hash.

    A file is written beside its place, flushed to the disk, renamed, and the folder flushed: after `put` returns it
    survives a power cut, and a half-written file never has a name that anything reads.
    """

    def __init__(self, folder: Path, *, least_free: int = 0) -> None:
        self._folder = folder
        self._least_free = least_free

    def prepare(self) -> None:
        """Make the folder and clear what an interrupted write left."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        (self._folder / "originals").mkdir(exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink(missing_ok=True)

    def stage(self, data: bytes) -> "StagedFile":
        """Write bytes to the disk and flush them, still without a name.

        Raises:
            StorageError: no room, or the disk does not take them.
        """
        if self.free_bytes() < self._least_free + len(data):
            raise StorageError("no room")
        try:
            return StagedFile(self, self._write_partial(data, is_durable=True), size=len(data))
        except OSError as error:
            raise StorageError(f"not written: {error.strerror}") from error

    def put(self, sha256: str, data: bytes) -> None:
        """Store bytes under their hash; bytes that are there already are left alone.

        Raises:
            StorageError: no room, or the disk does not take them.
        """
        self.stage(data).keep(sha256)

    def get(self, sha256: str) -> bytes:
        """Read the bytes with this hash.

        Raises:
            OSError: they are not there or the disk fails.
        """
        return self.path(sha256).read_bytes()

    def open(self, sha256: str) -> BinaryIO:
        """Open the file with this hash for reading.

        Raises:
            OSError: it is not there.
        """
        return self.path(sha256).open("rb")

    def put_thumbnail(self, key: str, png: bytes) -> None:
        """Keep a thumbnail; without room it is made again when asked for."""
        target = self._thumbnail(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = self._write_partial(png, is_durable=False)
        except OSError:
            return
        try:
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)

    def remove(self, sha256: str, *, thumbnail: str) -> None:
        """Remove a file and the thumbnail under a key; what is not there is gone already."""
        for path in (self.path(sha256), self._thumbnail(thumbnail)):
            path.unlink(missing_ok=True)

    def get_thumbnail(self, key: str) -> bytes | None:
        """Return a kept thumbnail, or `None`."""
        try:
            return self._thumbnail(key).read_bytes()
        except OSError:
            return None

    def free_bytes(self) -> int:
        """Free space on the disk that holds the folder."""
        return shutil.disk_usage(self._folder).free

    def check(self) -> None:
        """Make sure that a radiograph could be stored now.

        Raises:
            StorageError: no room, or the folder cannot be written.
        """
        try:
            if self.free_bytes() < self._least_free:
                raise StorageError("no room")
            with tempfile.TemporaryFile(dir=self._incoming) as probe:
                probe.write(b"covid-xnet")
        except OSError as error:
            raise StorageError(f"not writable: {error.strerror}") from error

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        return self._folder / "originals" / sha256[:2] / sha256[2:4] / sha256

    @property
    def _incoming(self) -> Path:
        return self._folder / "incoming"

    def _thumbnail(self, key: str) -> Path:
        return self._folder / "thumbnails" / key[:2] / f"{key}.png"

    def _write_partial(self, data: bytes, *, is_durable: bool) -> Path:
        handle, name = tempfile.mkstemp(dir=self._incoming)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if is_durable:
                    file.flush()
                    os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return partial


class StagedFile:
    """Bytes that lie on the disk and await their name, or their end."""

    def __init__(self, store: FileStore, partial: Path, *, size: int) -> None:
        self._store = store
        self._partial = partial
        self._size = size

    def keep(self, sha256: str) -> None:
        """Give the bytes their name and flush the folders; bytes that have it already are left alone.

        Raises:
            StorageError: the disk does not take the name.
        """
        target = self._store.path(sha256)
        try:
            if target.exists() and target.stat().st_size == self._size:
                return
            new = [folder for folder in (target.parent, target.parent.parent) if not folder.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            self._partial.replace(target)
            for folder in (target.parent, *(made.parent for made in new)):
                _flush_folder(folder)
        except OSError as error:
            raise StorageError(f"not written: {error.strerror}") from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what has no name."""
        self._partial.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
