"""A running application for each test, on a copy of a database that was migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.application import make_migrated_file, make_settings, run_app
from tests.fakes import FakePredictor


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_migrated_file(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    shutil.copy(migrated_file, tmp_path / "test.sqlite")
    return make_settings(tmp_path)


@pytest.fixture
def predictor() -> FakePredictor:
    return FakePredictor()


@pytest.fixture
def client(settings: Settings, predictor: FakePredictor) -> Iterator[TestClient]:
    with run_app(settings, predictor) as client:
        yield client


@pytest.fixture(scope="session")
def quiet_client(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[TestClient]:
    """One application for all tests that store nothing."""
    folder = tmp_path_factory.mktemp("quiet")
    shutil.copy(migrated_file, folder / "test.sqlite")
    with run_app(make_settings(folder)) as client:
        yield client
