"""Figures and intervals against numbers worked by hand."""

import numpy as np
import pytest

from model.evaluation.metrics import (
    auroc,
    bootstrap,
    clustered_proportion,
    expected_calibration_error,
    proportion,
    resampled,
    widened,
    wilson,
)


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


def singles(n: int) -> np.ndarray:
    """Keys of `n` patients with one radiograph each."""
    return np.array([str(i) for i in range(n)])


def test_a_figure_without_a_mistake_is_no_surer_than_its_patients_allow() -> None:
    """Resampling gives 1 to 1; Wilson's lower bound of 30 of 30 is 30 / (30 + 1.96²) = 0.8865."""
    estimate = resampled(lambda rows: 1.0, singles(60), fewest=30)

    assert (estimate.value, estimate.high, estimate.n) == (1.0, 1.0, 60)
    assert estimate.low == pytest.approx(0.8865, abs=1e-4)


def test_an_interval_of_few_mistakes_is_never_narrower_than_wilsons() -> None:
    """9 of 10, of which resampling alone says 0.7 to 1."""
    hits = np.array([True] * 9 + [False])

    estimate = resampled(lambda rows: float(hits[rows].mean()), singles(10), fewest=10)

    assert estimate.low == pytest.approx(0.5958, abs=1e-4)
    assert estimate.high == 1.0
    assert widened(0.5, 0.0, 1.0, fewest=5) == (0.0, 1.0)


def test_an_interval_of_many_mistakes_is_that_of_resampling() -> None:
    hits = np.array([True] * 80 + [False] * 20)

    estimate = resampled(lambda rows: float(hits[rows].mean()), singles(100), fewest=100)

    assert (estimate.low, estimate.high) == bootstrap(lambda rows: float(hits[rows].mean()), singles(100).tolist())
    assert widened(0.8, 0.79, 0.81, fewest=51) == (0.79, 0.81)
    assert widened(0.8, 0.79, 0.81, fewest=49) == wilson(0.8, 49)


@pytest.mark.parametrize("fewest", [0, 1, 4])
def test_a_figure_of_too_few_patients_has_no_interval(fewest: int) -> None:
    estimate = resampled(lambda rows: 0.75, singles(8), fewest=fewest)

    assert estimate.value == 0.75
    assert np.isnan([estimate.low, estimate.high]).all()


def test_one_cluster_has_no_interval_however_many_radiographs_it_holds() -> None:
    share = clustered_proportion(np.arange(400) % 3 == 0, np.full(400, "unknown"))

    assert (share.value, share.n) == (0.335, 400)
    assert np.isnan([share.low, share.high]).all()


def test_a_weighted_share_counts_the_weights_effective_number() -> None:
    """Weights 3, 1, 1, 1, 1, 1 of six patients: Kish's number is 8² / 14; the heavy one and one more are hit: 4 / 8.

    Spread ±1.5 once and ±0.5 five times: 3.5 over 14 · 0.25 is a design effect of 1.
    """
    weights = np.array([3.0, 1, 1, 1, 1, 1])

    share = clustered_proportion(np.array([True, True, False, False, False, False]), singles(6), weights)

    assert share.value == 0.5
    assert (share.low, share.high) == pytest.approx(wilson(0.5, 64 / 14))


def test_readings_of_one_radiograph_count_as_one_patient() -> None:
    """Every one of eight patients read five times, weighing the same: the interval of 2 of 8."""
    patients, hits = np.repeat(singles(8), 5), np.repeat(np.arange(8) < 2, 5)

    share = clustered_proportion(hits, patients, np.full(40, 0.2))

    assert (share.low, share.high) == pytest.approx(wilson(0.25, 8))


def test_a_share_of_all_counts_patients_by_the_weight_they_have() -> None:
    """One patient with five films of nine, four with one: (5 + 4)² / (25 + 4) patients that weigh the same."""
    patients = np.array(["a"] * 5 + ["b", "c", "d", "e"])

    share = clustered_proportion(np.ones(9, dtype=bool), patients)

    assert (share.value, share.low) == (1.0, pytest.approx(wilson(1.0, 81 / 29)[0]))


def test_calibration_error_weighs_bins() -> None:
    """Two at 0.25 with none true and two at 0.75 with both true: each bin is off by 0.25."""
    probabilities, truths = np.array([0.25, 0.25, 0.75, 0.75]), np.array([False, False, True, True])

    assert expected_calibration_error(probabilities, truths, np.ones(4)) == pytest.approx(0.25)
