"""Figures of scored radiographs against numbers worked by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from model.calibration import COVID_19
from model.evaluation.figures import (
    NORMAL,
    OTHER,
    Scored,
    at_threshold,
    calibration_figures,
    called_by_hospital,
    covid_against,
    failures,
    roc_band,
    roc_curve,
    rounded,
    specificity_at,
    subgroups,
)
from model.evaluation.metrics import (
    Estimate,
    auroc,
    bootstrap,
    clustered_proportion,
    proportion,
    wilson,
    without_interval,
)

N, C, OTHERS = 0, 1, 2  # normal, covid-19, other: the order of OUTPUTS


def scored(
    truth: Sequence[int], covid: Sequence[float], *, patients: Sequence[str] | None = None, **groups: Sequence[str]
) -> Scored:
    """Radiographs with their P(covid-19); the rest goes to normal. Hospitals are a group like others, or one."""
    p = np.array(covid, dtype=np.float64)
    return Scored(
        truth=np.array(truth, dtype=np.intp),
        probabilities=np.stack([1 - p, p, np.zeros_like(p)], axis=1),
        hospitals=np.array(groups.pop("hospital", ["one"] * len(p)), dtype=np.str_),
        patients=np.array(patients if patients is not None else [str(i) for i in range(len(p))], dtype=np.str_),
        groups={name: np.array(column, dtype=np.str_) for name, column in groups.items()},
    )


# At 0.5: of four COVID-19 three are called, of five normal one; the two of other are left out.
SET = scored([C, C, C, C, N, N, N, N, N, OTHERS, OTHERS], [0.9, 0.8, 0.5, 0.2, 0.6, 0.4, 0.3, 0.1, 0.0, 0.95, 0.1])
TWICE = scored([*SET.truth, *SET.truth], [*SET.covid, *SET.covid])
EMPTY = scored([], [])


def test_an_operating_point_by_hand() -> None:
    """Precision 3 / 4, negative predictive value 4 / 5, accuracy 7 / 9, F1 2 · 3 / (4 + 4)."""
    figures = at_threshold(SET, 0.5)

    values = {name: figures[name]["value"] for name in figures if name != "balanced_accuracy"}
    assert values == {
        "sensitivity": 0.75,
        "specificity": 0.8,
        "accuracy": 0.7778,
        "precision": 0.75,
        "negative_predictive_value": 0.8,
        "f1": 0.75,
    }
    assert figures["balanced_accuracy"] == 0.775
    assert figures["specificity"]["low"] == pytest.approx(proportion(4, 5).low, abs=1e-4)


def test_intervals_over_patients_need_five_of_a_class() -> None:
    """Of four COVID-19 patients nothing has one; with each set twice there are eight and ten."""
    few, enough = at_threshold(SET, 0.5), at_threshold(TWICE, 0.5)

    assert (few["sensitivity"]["low"], few["f1"]["low"], rounded(covid_against(SET, NORMAL))["high"]) == (None,) * 3
    assert roc_band(SET) == []
    assert enough["sensitivity"]["low"] == pytest.approx(proportion(6, 8).low, abs=1e-4)
    assert enough["f1"]["low"] < 0.75 < enough["f1"]["high"]
    assert roc_band(TWICE)


def test_a_set_that_is_told_apart_wholly_is_no_proof() -> None:
    """40 of each without a mistake: 40 / (40 + 1.96²) at the least, where resampling alone says 1."""
    apart = scored([C] * 40 + [N] * 60, [0.9] * 40 + [0.1] * 60)

    found = rounded(covid_against(apart, NORMAL))

    assert found == {"value": 1.0, "low": pytest.approx(0.9124, abs=1e-4), "high": 1.0, "n": 100}
    assert min(low for x, low, _ in roc_band(apart) if x < 1) == found["low"]


def test_the_auroc_of_a_large_set_keeps_the_interval_of_resampling() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 400)
    scores = np.clip(rng.normal(0.4 + 0.15 * truth, 0.15), 0, 1)

    def figure(rows: NDArray[np.intp]) -> float:
        return auroc(scores[rows][truth[rows] == 1], scores[rows][truth[rows] == 0])

    found = covid_against(scored(truth.tolist(), scores.tolist()), NORMAL)

    assert (found.low, found.high) == bootstrap(figure, [str(i) for i in range(400)])


def test_a_patient_with_many_radiographs_is_one_of_the_smaller_class() -> None:
    """Fifty COVID-19 radiographs of four patients are four."""
    few = scored([C] * 50 + [N] * 50, [0.9] * 50 + [0.1] * 50, patients=[f"{i % 4}" for i in range(50)] + ["n"] * 50)

    assert rounded(covid_against(few, NORMAL)) == {"value": 1.0, "low": None, "high": None, "n": 100}
    assert few.patients_of(COVID_19) == 4


def test_a_threshold_calls_from_itself_on() -> None:
    assert at_threshold(scored([C, N], [0.5, 0.5]), 0.5)["sensitivity"]["value"] == 1
    assert specificity_at(scored([C, N], [0.5, 0.5]), 0.5).value == 0


def test_auroc_leaves_the_third_truth_out() -> None:
    """Of five normal 0.9 and 0.8 beat all, 0.5 four, 0.2 two: 16 of 20 pairs. Of two other each beats one: 4 of 8."""
    assert covid_against(SET, NORMAL).value == pytest.approx(16 / 20)
    assert covid_against(SET, OTHER).value == pytest.approx(4 / 8)
    assert (covid_against(SET, NORMAL).n, covid_against(SET, OTHER).n) == (9, 6)


def test_what_cannot_be_computed_is_none_and_never_nan() -> None:
    figures = at_threshold(scored([N, N], [0.1, 0.9]), 0.5)

    assert figures["sensitivity"] == {"value": None, "low": None, "high": None, "n": 0}
    assert (figures["balanced_accuracy"], figures["f1"]["value"]) == (None, None)
    assert figures["specificity"]["value"] == 0.5
    assert rounded(covid_against(EMPTY, NORMAL))["value"] is None
    assert at_threshold(EMPTY, 0.5)["accuracy"]["value"] is None
    assert calibration_figures(EMPTY, np.zeros(0)) == {"expected_calibration_error": None, "brier": None, "bins": []}
    assert (roc_curve(EMPTY), roc_band(EMPTY)) == ([], [])


def test_calibration_by_hand() -> None:
    """Bin 0.2: predicted 0.25, none of two true. Bin 0.7: predicted 0.75, both true. Each off by 0.25, 0.25² a case."""
    figures = calibration_figures(scored([N, N, C, C], [0.25, 0.25, 0.75, 0.75]), np.ones(4))

    assert (figures["expected_calibration_error"], figures["brier"]) == (0.25, 0.0625)
    assert [(one["from"], one["predicted"], one["observed"], one["n"]) for one in figures["bins"]] == [
        (0.2, 0.25, 0.0, 2),
        (0.7, 0.75, 1.0, 2),
    ]
    assert (figures["bins"][0]["low"], figures["bins"][0]["high"]) == (None, None)


def test_bins_count_patients_by_weight() -> None:
    """Eight patients read five times, the two with COVID-19 weighing three: observed 6 / 12, of 12² / 24 patients."""
    truth, patients = np.repeat([C, C, N, N, N, N, N, N], 5), np.repeat(list("abcdefgh"), 5)
    weights = np.repeat([3.0, 3, 1, 1, 1, 1, 1, 1], 5)

    (one,) = calibration_figures(scored(truth.tolist(), [0.55] * 40, patients=patients.tolist()), weights)["bins"]

    low, high = wilson(0.5, 6)
    assert one == {
        "from": 0.5,
        "predicted": 0.55,
        "observed": 0.5,
        "low": pytest.approx(low, abs=1e-4),
        "high": pytest.approx(high, abs=1e-4),
        "n": 40,
    }


def test_the_roc_curve_rises_from_the_first_call_to_all() -> None:
    """At no false positive 0.9 and 0.8 are found; one normal in five, 0.6, is 0.2 and lets 0.5 in; 0.2 needs three."""
    curve = dict(map(tuple, roc_curve(SET)))

    assert (curve[0.0], curve[0.2], curve[0.4], curve[0.6], curve[1.0]) == (0.5, 0.75, 0.75, 1.0, 1.0)


def test_the_roc_curve_goes_straight_through_ties() -> None:
    """All scores tie, which is no information: the diagonal, as an AUROC of one half says."""
    tied = scored([C, C, N, N], [0.5] * 4)

    assert roc_curve(tied) == [[x, x] for x, _ in roc_curve(tied)]


def test_the_area_under_the_roc_curve_is_the_auroc() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 400)
    scores = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1).round(2)

    x, y = np.array(roc_curve(scored(truth.tolist(), scores.tolist()))).T

    area = float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())
    assert area == pytest.approx(auroc(scores[truth == 1], scores[truth == 0]), abs=5e-3)


def test_the_roc_band_holds_the_curve_and_repeats() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 200)
    many = scored(truth.tolist(), np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1).tolist())

    curve, band = np.array(roc_curve(many)), np.array(roc_band(many, rounds=100))

    middle = slice(10, 91)
    assert ((band[:, 1] <= curve[:, 1]) & (curve[:, 1] <= band[:, 2]))[middle].all()
    assert (band[middle, 2] > band[middle, 1]).any()
    assert np.array_equal(band, roc_band(many, rounds=100))


def test_shares_by_hospital_and_truth() -> None:
    two = scored([C, C, N, N, OTHERS], [0.9, 0.1, 0.9, 0.1, 0.9], hospital=["a", "b", "a", "a", "b"])

    shares = called_by_hospital(two, 0.5)

    assert {name: (share["value"], share["n"]) for name, share in shares.items()} == {
        "a: normal": (0.5, 2),
        "a: covid-19": (1.0, 1),
        "b: covid-19": (0.0, 1),
        "b: other": (1.0, 1),
    }


def test_every_value_of_a_group_is_listed_and_the_unknown_last() -> None:
    views = scored([C, N, C, N, OTHERS], [0.9, 0.1, 0.4, 0.2, 0.9], view=["PA", "PA", "", "AP", "AP"])

    found = subgroups(views, 0.5)

    assert list(found) == ["view: AP", "view: PA", "view: unknown"]
    assert found["view: PA"]["auroc"]["value"] == 1.0
    assert found["view: AP"]["counts"] == {"normal": 1, "covid-19": 0, "other": 1}
    assert (found["view: AP"]["auroc"]["value"], found["view: AP"]["specificity"]["value"]) == (None, 1.0)
    assert (found["view: unknown"]["sensitivity"]["value"], found["view: unknown"]["specificity"]["value"]) == (
        0.0,
        None,
    )


def test_failures_begin_with_the_surest() -> None:
    """At 0.2: 0.04 missed went 80 % of the way down, 0.6 called 50 % of the way up; other is no failure."""
    three = scored([C, N, C, N, OTHERS], [0.04, 0.6, 0.9, 0.1, 0.99], hospital=["a", "b", "a", "a", "b"])

    found = failures(three, ["0", "1", "2", "3", "4"], threshold=0.2)

    assert found == [
        {"name": "0", "truth": "covid-19", "hospital": "a", "p_covid_19": 0.04},
        {"name": "1", "truth": "normal", "hospital": "b", "p_covid_19": 0.6},
    ]


def test_the_most_of_failures_is_half_missed_and_half_called() -> None:
    """Three missed are surer than either of the two called, and leave them their place all the same."""
    names = [str(i) for i in range(6)]
    five = scored([C, C, C, N, N, N], [0.01, 0.02, 0.03, 0.6, 0.7, 0.1])

    assert [one["name"] for one in failures(five, names, most=2)] == ["0", "4"]
    assert [one["name"] for one in failures(five, names, most=4)] == ["0", "1", "4", "3"]
    assert [one["name"] for one in failures(five, names, most=None)] == ["0", "1", "2", "4", "3"]


def test_a_share_of_single_radiographs_has_wilsons_interval() -> None:
    hits = np.array([True] * 9 + [False])

    assert clustered_proportion(hits, np.array([str(i) for i in range(10)])) == proportion(9, 10)


def test_radiographs_that_agree_within_a_patient_count_as_one() -> None:
    """Five patients of ten radiographs each, four patients wholly hit: the interval of 4 of 5, not of 40 of 50."""
    share = clustered_proportion(np.repeat([True, True, True, True, False], 10), np.repeat(list("abcde"), 10))

    expected = proportion(4, 5)
    assert (share.value, share.n) == (0.8, 50)
    assert (share.low, share.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_a_share_of_all_counts_patients() -> None:
    share = clustered_proportion(np.ones(20, dtype=bool), np.repeat(list("abcde"), 4))

    assert (share.value, share.low) == (1.0, pytest.approx(proportion(5, 5).low))


def test_an_estimate_is_spelled_out() -> None:
    assert rounded(Estimate(value=0.123456, low=0.1, high=0.2, n=5)) == {
        "value": 0.1235,
        "low": 0.1,
        "high": 0.2,
        "n": 5,
    }


def test_an_estimate_without_an_interval_is_spelled_out() -> None:
    assert rounded(without_interval(0.5, 400)) == {"value": 0.5, "low": None, "high": None, "n": 400}
