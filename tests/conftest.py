"""What every test gets: a clean environment, and markers that skip with their reason where something is missing.

Under `CI=true`, where Chromium is installed on purpose, its absence fails the browser tests instead of skipping them.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA_FOLDER = Path(os.environ.get("COVID_XNET_DATA") or ROOT.parent / "shared" / "data")
RELEASES = ROOT / "model" / "released"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_configure() -> None:
    """Settings come from the test, never from the shell it was started in."""
    for name in list(os.environ):
        if name.startswith("COVID_XNET_"):
            del os.environ[name]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here, and say why."""
    for marker, reason in MISSING.items():
        if item.get_closest_marker(marker) is None:
            continue
        text = reason()
        if text is None:
            continue
        if marker == "browser" and os.environ.get("CI") == "true":
            pytest.fail(f"{text}; the browser tests must run here", pytrace=False)
        pytest.skip(text)


def chromium_path() -> str | None:
    """Where an installed Chromium lies, or `None`."""
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


@pytest.fixture
def chromium() -> str:
    """Path of the installed Chromium; only for tests marked `browser`."""
    path = chromium_path()
    assert path is not None, "mark the test with @pytest.mark.browser"
    return path


@pytest.fixture
def data_folder() -> Path:
    """The collection of radiographs; only for tests marked `data`."""
    return DATA_FOLDER


def _without_weights() -> str | None:
    return None if any(RELEASES.glob("*/card.json")) else "no released card under model/released"


def _without_gpu() -> str | None:
    import torch

    return None if torch.cuda.is_available() else "no CUDA device"


def _without_data() -> str | None:
    found = (DATA_FOLDER / "manifest.csv").is_file()
    return None if found else "no collection of radiographs: COVID_XNET_DATA names none"


def _without_chromium() -> str | None:
    return None if chromium_path() else "Chromium is not installed"


MISSING: dict[str, Callable[[], str | None]] = {
    "weights": _without_weights,
    "gpu": _without_gpu,
    "data": _without_data,
    "browser": _without_chromium,
}
"""Marker -> why a test that carries it cannot run here, or `None` when it can."""
