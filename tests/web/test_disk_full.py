"""A disk that fills up at the worst moment: a code, nothing half-written, and everything goes on once there is room."""

import errno
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from starlette.datastructures import UploadFile
from structlog.testing import capture_logs

from app.db.engine import Database
from app.db.tables import Case, RadiographFile
from app.errors import StorageError
from app.files.store import FileStore
from app.settings import Settings
from tests.application import gray_png, send
from tests.servers import run_server

PATIENCE_S = 120.0


def _fail(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fail_to_store(*_: object) -> None:
    raise StorageError("database: full")


async def _fail_later(*_: object, **__: object) -> Any:
    _fail()


def _files(settings: Settings) -> list[Path]:
    return [path for path in settings.files.folder.rglob("*") if path.is_file() and "thumbnails" not in path.parts]


def _count(settings: Settings, table: type[Any]) -> int:
    database = Database(settings.database)
    with database.reading() as session:
        found = session.query(table).count()
    database.close()
    return found


@contextmanager
def _full_database(client: TestClient) -> Iterator[None]:
    """Let SQLite believe that the disk has no page left."""
    engine = client.app.state.parts.database.engine  # type: ignore[attr-defined]

    def forbid(connection: Any, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    event.listen(engine, "checkout", forbid)
    try:
        yield
    finally:
        event.remove(engine, "checkout", forbid)
        engine.dispose()


@pytest.mark.parametrize(
    ("place", "fail"),
    [
        ("os.fsync", _fail),
        ("tempfile.mkstemp", _fail),
        ("pathlib.Path.replace", _fail),
        (UploadFile.write, _fail_later),
    ],
    ids=["flushing", "creating", "renaming", "receiving"],
)
def test_a_disk_that_fills_while_a_file_is_stored(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, place: Any, fail: Callable[..., Any]
) -> None:
    with monkeypatch.context() as full:
        if isinstance(place, str):
            full.setattr(place, fail)
        else:
            full.setattr(UploadFile, "write", fail)
        refused = send(client, gray_png(20))
        alive = client.get("/healthz")

    assert (refused.status_code, refused.json()["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert alive.status_code == 200
    assert _files(settings) == []
    assert _count(settings, Case) == _count(settings, RadiographFile) == 0

    later = send(client, gray_png(20))

    assert (later.status_code, later.json()["duplicate"]) == (200, False)
    assert len(_files(settings)) == 1


def test_a_disk_without_room_for_the_database(client: TestClient, settings: Settings) -> None:
    with _full_database(client):
        refused = [send(client, gray_png(level)) for level in range(20, 40)]
        alive, listed = client.get("/healthz"), client.get("/cases")

    codes = {(answer.status_code, answer.json().get("code")) for answer in refused}
    assert (503, "STORAGE_UNAVAILABLE") in codes
    assert codes <= {(200, None), (503, "STORAGE_UNAVAILABLE")}
    assert (alive.status_code, listed.status_code) == (200, 200)

    again = [send(client, gray_png(level)) for level in range(20, 40)]

    assert {answer.status_code for answer in again} == {200}
    assert _count(settings, RadiographFile) == len(_files(settings)) == 20


def test_a_reading_that_the_full_disk_did_not_take_is_made_by_itself_when_there_is_room(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to send the file again or start the server anew."""
    queue = client.app.state.parts.queue  # type: ignore[attr-defined]
    monkeypatch.setattr(queue, "_retry_s", 0.1)
    with monkeypatch.context() as full:
        full.setattr(queue._store, "finish", _fail_to_store)
        refused = send(client, gray_png(20))
        [row] = client.get("/cases").json()["cases"]

    assert (refused.status_code, refused.json()["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert row["status"] == "running"
    deadline = time.monotonic() + PATIENCE_S
    while client.get(f"/readings/{row['reading_id']}").json()["status"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_reading_that_was_made_before_its_turn_came_again_is_left_alone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file was sent again meanwhile. What is read in the same batch must not suffer."""
    queue = client.app.state.parts.queue  # type: ignore[attr-defined]
    monkeypatch.setattr(queue, "_retry_s", 0.3)
    with monkeypatch.context() as full:
        full.setattr(queue._store, "finish", _fail_to_store)
        send(client, gray_png(20))

    with capture_logs() as lines:
        again = send(client, gray_png(20))
        time.sleep(0.5)
        other = send(client, gray_png(230))

    assert "reading_not_stored" not in {line["event"] for line in lines}
    assert (again.status_code, other.status_code) == (200, 200)
    assert client.get(f"/readings/{again.json()['reading_id']}").json()["attempts"] == 2


def test_a_disk_below_its_reserve_is_not_ready(client: TestClient) -> None:
    parts = client.app.state.parts  # type: ignore[attr-defined]
    parts.files._least_free = 2**60

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")


def test_the_database_s_disk_counts_too(settings: Settings) -> None:
    database = Database(settings.database)

    with pytest.raises(StorageError):
        database.check_room(2**60)
    database.check_room(0)
    database.close()


def test_a_thumbnail_that_finds_no_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path)
    store.prepare()
    with monkeypatch.context() as full:
        full.setattr("pathlib.Path.replace", _fail)
        store.put_thumbnail("key", b"png")

    assert store.get_thumbnail("key") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 16 MB, for database and files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=16m", "covid-xnet-test", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nobody but root may mount a disk, and not everywhere")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with run_server(small_disk) as (address, process), httpx2.Client(base_url=address, timeout=60) as client:

        def post(level: int) -> Any:
            return client.post("/predict", files={"file": gray_png(level)})

        before = post(20)
        _fill(ballast)
        refused = [post(level) for level in (30, 40)]
        alive, ready, listed = (client.get(path) for path in ("/healthz", "/readyz", "/cases"))
        left = list((small_disk / "files" / "incoming").iterdir())
        ballast.unlink()
        again = post(30)
        ready_again = client.get("/readyz")
        is_running = process.poll() is None

    assert before.status_code == 200
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(503, "STORAGE_UNAVAILABLE")] * 2
    assert (alive.status_code, listed.status_code) == (200, 200)
    assert (ready.status_code, ready.json()["code"]) == (503, "NOT_READY")
    assert left == []
    assert len(listed.json()["cases"]) == 1
    assert (again.status_code, again.json()["duplicate"], ready_again.status_code) == (200, False, 200)
    assert is_running


def _fill(path: Path) -> None:
    """Write until the disk takes no byte more."""
    with path.open("wb", buffering=0) as file:
        for size in (1024**2, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
