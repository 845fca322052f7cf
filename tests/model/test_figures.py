"""Figures of scored radiographs against numbers worked by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

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
from model.evaluation.metrics import Estimate, auroc, clustered_proportion, proportion

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
    assert figures["sensitivity"]["low"] == pytest.approx(proportion(3, 4).low, abs=1e-4)
    assert figures["f1"]["low"] < 0.75 < figures["f1"]["high"]


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
    assert figures["bins"][0]["high"] == pytest.approx(proportion(0, 2).high, abs=1e-4)


def test_weights_count_radiographs_several_times() -> None:
    """A weight of 3 on the one true of a bin of two: observed 3 / 4, at (3 + 1)² / (9 + 1) = 1.6 radiographs."""
    (one,) = calibration_figures(scored([C, N], [0.55, 0.55]), np.array([3.0, 1.0]))["bins"]

    assert one["observed"] == 0.75
    assert one["high"] - one["low"] > proportion(3, 4).high - proportion(3, 4).low


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
    assert failures(three, ["0", "1", "2", "3", "4"], threshold=0.2, most=1) == found[:1]


def test_a_share_of_single_radiographs_has_wilsons_interval() -> None:
    hits = np.array([True] * 9 + [False])

    assert clustered_proportion(hits, np.array([str(i) for i in range(10)])) == proportion(9, 10)


def test_radiographs_that_agree_within_a_patient_count_as_one() -> None:
    """Four patients of ten radiographs each, three patients wholly hit: the interval of 3 of 4, not of 30 of 40."""
    share = clustered_proportion(np.repeat([True, True, True, False], 10), np.repeat(["a", "b", "c", "d"], 10))

    expected = proportion(3, 4)
    assert (share.value, share.n) == (0.75, 40)
    assert (share.low, share.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_a_share_of_all_counts_patients() -> None:
    share = clustered_proportion(np.ones(12, dtype=bool), np.repeat(["a", "b", "c"], 4))

    assert (share.value, share.low) == (1.0, pytest.approx(proportion(3, 3).low))


def test_an_estimate_is_spelled_out() -> None:
    assert rounded(Estimate(value=0.123456, low=0.1, high=0.2, n=5)) == {
        "value": 0.1235,
        "low": 0.1,
        "high": 0.2,
        "n": 5,
    }
