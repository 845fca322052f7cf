"""From logits to probabilities to a finding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calibration import Calibration, Line, calibrate, decide, member_range
from model.findings import Finding

AS_IS = Line(slope=1.0, intercept=0.0)
PLAIN = Calibration(abnormal=AS_IS, subtype=AS_IS, set="none")


def test_the_second_head_shares_out_what_the_first_found_abnormal() -> None:
    """Odds 4 : 1 of abnormal, and 1 : 3 of COVID-19 in it."""
    probabilities = calibrate(np.log(np.array([4.0, 1 / 3], dtype=np.float32)), PLAIN)

    np.testing.assert_allclose(probabilities, [0.2, 0.2, 0.6], atol=1e-7)


def test_slope_and_intercept_bend_one_head_alone() -> None:
    """Logit ln 9 at slope 1/2 is ln 3; the second head's intercept alone makes its odds 1 : 1."""
    lines = Calibration(abnormal=Line(slope=0.5, intercept=0.0), subtype=Line(slope=1.0, intercept=-1.0), set="none")

    probabilities = calibrate(np.array([np.log(9), 1.0], dtype=np.float32), lines)

    np.testing.assert_allclose(probabilities, [0.25, 0.375, 0.375], atol=1e-6)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2))
def test_probabilities_add_up_to_one(logits: list[float]) -> None:
    assert calibrate(np.array(logits, dtype=np.float32), PLAIN).sum() == pytest.approx(1)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_the_range_holds_the_ensembles_probability(probability: float, members: list[float]) -> None:
    low, high = member_range(np.array(members), probability)

    assert low <= probability <= high


def test_one_dissenter_of_five_does_not_widen_the_range() -> None:
    assert member_range(np.array([0.9, 0.1, 0.6, 0.7, 0.5]), 0.6) == (0.5, 0.7)
    assert member_range(np.array([0.9, 0.1, 0.6]), 0.6) == (0.1, 0.9)


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
