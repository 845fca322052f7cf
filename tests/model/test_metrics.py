"""Figures and intervals against numbers worked by hand."""

import numpy as np
import pytest

from model.evaluation.metrics import auroc, bootstrap, expected_calibration_error, proportion


def test_auroc_counts_pairs_and_half_the_ties() -> None:
    """Of six pairs 0.8 wins three, 0.4 wins one and ties one: 4.5 / 6."""
    assert auroc(np.array([0.8, 0.4]), np.array([0.1, 0.4, 0.7])) == pytest.approx(4.5 / 6)


def test_auroc_of_nothing_is_not_a_number() -> None:
    assert np.isnan(auroc(np.array([]), np.array([0.1])))


def test_wilsons_interval_of_nine_in_ten() -> None:
    """Newcombe 1998 gives 0.5958 to 0.9821 for 9 of 10."""
    estimate = proportion(9, 10)

    assert estimate.value == 0.9
    assert estimate.low == pytest.approx(0.5958, abs=1e-4)
    assert estimate.high == pytest.approx(0.9821, abs=1e-4)


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert np.isnan(proportion(0, 0).value)


def test_the_bootstrap_moves_a_patients_images_together() -> None:
    """With one patient every resample is the same, so the interval has no width."""
    values = np.array([1.0, 2.0, 3.0])

    low, high = bootstrap(lambda rows: float(values[rows].mean()), ["a", "a", "a"], rounds=20)

    assert low == high == 2.0


def test_the_bootstrap_spans_the_figure() -> None:
    values = np.arange(50.0)

    low, high = bootstrap(lambda rows: float(values[rows].mean()), [str(i) for i in range(50)])

    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(50), rel=0.2)


def test_calibration_error_weighs_bins() -> None:
    """Two at 0.25 with none true and two at 0.75 with both true: each bin is off by 0.25."""
    probabilities, truths = np.array([0.25, 0.25, 0.75, 0.75]), np.array([False, False, True, True])

    assert expected_calibration_error(probabilities, truths, np.ones(4)) == pytest.approx(0.25)
