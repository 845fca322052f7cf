"""The file store: by content, whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from app.errors import StorageError
from app.files.store import FileStore

DATA = b"pixels"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "files")
    store.prepare()
    return store


def test_bytes_come_back_under_their_hash(store: FileStore) -> None:
    store.put(SHA256, DATA)

    assert store.get(SHA256) == DATA
    assert store.path(SHA256).name == SHA256


def test_the_same_bytes_are_stored_once(store: FileStore, tmp_path: Path) -> None:
    store.put(SHA256, DATA)
    before = store.path(SHA256).stat().st_mtime_ns

    store.put(SHA256, DATA)

    assert store.path(SHA256).stat().st_mtime_ns == before
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_that_was_cut_off_is_replaced(store: FileStore) -> None:
    store.put(SHA256, DATA)
    store.path(SHA256).write_bytes(b"pix")

    store.put(SHA256, DATA)

    assert store.get(SHA256) == DATA


def test_every_write_reaches_the_disk_before_it_has_a_name(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """File first, then rename, then each folder that got a new entry."""
    flushed: list[bool] = []
    monkeypatch.setattr("os.fsync", lambda handle: flushed.append(store.path(SHA256).exists()))

    store.put(SHA256, DATA)

    assert flushed == [False, True, True, True]


def test_a_failed_write_leaves_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)

    with pytest.raises(StorageError):
        store.put(SHA256, DATA)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_an_interrupted_write_left_is_cleared(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "files" / "incoming" / "half").write_bytes(DATA)

    store.prepare()

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", least_free=2**60)
    store.prepare()

    with pytest.raises(StorageError):
        store.put(SHA256, DATA)
    with pytest.raises(StorageError):
        store.check()
