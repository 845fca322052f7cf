"""From logits to probabilities to a finding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calibration import Calibration, calibrate, decide, widen
from model.findings import Finding

PLAIN = Calibration(temperature=1.0, bias=(0.0, 0.0, 0.0), set="none")


def test_logits_of_logarithms_give_their_shares() -> None:
    probabilities = calibrate(np.log(np.array([0.2, 0.5, 0.3], dtype=np.float32)), PLAIN)

    np.testing.assert_allclose(probabilities, [0.2, 0.5, 0.3], atol=1e-7)


def test_temperature_two_takes_the_root_of_the_odds() -> None:
    """Logits 0 and ln 9 at temperature 2 are odds 1 : 3."""
    logits = np.array([0.0, np.log(9), -np.inf], dtype=np.float32)

    probabilities = calibrate(logits, Calibration(temperature=2.0, bias=(0.0, 0.0, 0.0), set="none"))

    np.testing.assert_allclose(probabilities, [0.25, 0.75, 0.0], atol=1e-6)


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3))
def test_probabilities_add_up_to_one(logits: list[float]) -> None:
    assert calibrate(np.array(logits, dtype=np.float32), PLAIN).sum() == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0, 5))
def test_the_range_holds_the_probability(probability: float, noise: float) -> None:
    low, high = widen(probability, noise)

    assert low - 1e-9 <= probability <= high + 1e-9


@pytest.mark.parametrize(
    ("covid", "other", "covid_range", "expected"),
    [
        (0.80, 0.10, (0.70, 0.90), (Finding.COVID_19, True)),
        (0.37, 0.10, (0.37, 0.50), (Finding.COVID_19, True)),  # at the threshold, and no part of the range below it
        (0.40, 0.10, (0.30, 0.50), (Finding.INDETERMINATE, True)),
        (0.30, 0.10, (0.20, 0.40), (Finding.INDETERMINATE, True)),
        (0.10, 0.30, (0.05, 0.20), (Finding.NORMAL, False)),
        (0.10, 0.60, (0.05, 0.20), (Finding.OTHER, True)),
        (0.10, 0.45, (0.05, 0.20), (Finding.OTHER, False)),
    ],
)
def test_one_number_decides(
    covid: float, other: float, covid_range: tuple[float, float], expected: tuple[Finding, bool]
) -> None:
    probabilities = {Finding.NORMAL: 1 - covid - other, Finding.COVID_19: covid, Finding.OTHER: other}

    assert decide(probabilities, covid_range, threshold=0.37, other_threshold=0.5) == expected
