"""The released weights read drawn thoraxes as they did when they were released."""

import json
from typing import Any

import pytest

from model.predict import Predictor
from tests.regenerate import RELEASE, release_readings


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(RELEASE.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return release_readings(Predictor.load(device="cpu"))


@pytest.mark.weights
def test_golden_file_is_of_the_released_weights(golden: dict[str, Any], found: dict[str, Any]) -> None:
    """`make golden` after each release."""
    assert found["sha256"] == golden["sha256"]


@pytest.mark.weights
def test_probabilities_are_those_of_the_release(golden: dict[str, Any], found: dict[str, Any]) -> None:
    for now, then in zip(found["readings"], golden["readings"], strict=True):
        assert now.get("refused") == then.get("refused")
        assert now.get("probabilities") == pytest.approx(then.get("probabilities"), abs=1e-4)
