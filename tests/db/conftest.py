"""A migrated database for each test, copied from one that was migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.engine import Database
from app.settings import Settings
from tests.application import make_migrated_file, make_settings


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_migrated_file(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    shutil.copy(migrated_file, tmp_path / "test.sqlite")
    return make_settings(tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database)
    yield database
    database.close()
