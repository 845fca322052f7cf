"""The application as tests want it: on a migrated file of their own, with a predictor that they can foretell."""

import atexit
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from app.cases.radiographs import Decodes
from app.db.engine import Database
from app.db.schema import migrate
from app.decoding.pool import DecoderPool, make_decoders
from app.main import create_app
from app.settings import DatabaseSettings, FilesSettings, InferenceSettings, Settings
from tests.factories import make_png, make_radiograph_dicom
from tests.fakes import FakePredictor

SIDE = 64


def make_settings(folder: Path, **groups: Any) -> Settings:
    """Settings whose data lie in `folder`; no environment, no `.env`."""
    values: dict[str, Any] = {
        "database": DatabaseSettings(url=f"sqlite:///{folder / 'test.sqlite'}"),
        "files": FilesSettings(folder=folder / "files", least_free=0),
    }
    return Settings(_env_file=None, **(values | groups))


def make_migrated_file(folder: Path) -> Path:
    """Make an empty database of the shipped schema, by migration."""
    path = folder / "migrated.sqlite"
    database = Database(DatabaseSettings(url=f"sqlite:///{path}"))
    migrate(database)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return path


@cache
def shared_decoders() -> DecoderPool:
    """One pool for all tests, ended with the test run: each application would otherwise wait for workers of its own."""
    pool = make_decoders(InferenceSettings())
    atexit.register(pool.close)
    return pool


@contextmanager
def run_app(
    settings: Settings, predictor: FakePredictor | None = None, decoders: Decodes | None = None
) -> Iterator[TestClient]:
    """A running application and a client that it answers."""
    app = create_app(settings, predictor=predictor or FakePredictor(), decoders=decoders or shared_decoders())
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def gray_png(level: int, *, side: int = SIDE) -> bytes:
    """A uniform 8-bit image: `level / 255` is what the fake predictor takes for P(covid-19)."""
    return make_png(np.full((side, side), level, np.uint8))


def gray_dicom(level: int, **attributes: object) -> bytes:
    """The same as a DICOM file of 8 bits with a window over all of them."""
    pixels = np.full((SIDE, SIDE), level, np.uint8)
    window = {"WindowCenter": 128, "WindowWidth": 256}
    return make_radiograph_dicom(pixels, bits_stored=8, **(window | attributes))


def send(client: TestClient, data: bytes, name: str = "chest.png") -> Any:
    """Upload a file to `/predict`."""
    return client.post("/predict", files={"file": (name, data)})
