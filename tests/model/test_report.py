"""A site's report against numbers worked by hand: nothing here reads an image."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.evaluation.acceptance import FEW_PATIENTS, Figure, Measured, Requirement, judge
from model.evaluation.metrics import Estimate, not_computable, without_interval
from model.evaluation.report import SCHEMA, make_report
from model.findings import Finding
from tests.site import ANSWERS, C1, LOST, MANIFEST, O1, PATIENT, RUN, manifest, reading, row


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return make_report(MANIFEST, ANSWERS, RUN)


def test_it_says_what_was_evaluated(report: dict[str, Any]) -> None:
    assert (report["schema"], report["schema_version"], report["created"]) == (SCHEMA, 1, "2026-11-24T12:00:00+00:00")
    assert report["model"] == {
        "name": "covid-xnet",
        "version": "9",
        "sha256": "ab" * 32,
        "pipeline": "1",
        "device": "cpu",
    }
    assert report["manifest"]["sha256"] == "cd" * 32
    assert (report["manifest"]["n_patients"], report["manifest"]["n_without_patient"]) == (8, 7)


def test_every_key_is_documented(report: dict[str, Any]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    keys = [*report, *report["manifest"], *report["discrimination"], *report["operating_points"][0]]

    assert [key for key in keys if f'"{key}"' not in page] == []


def test_every_listed_radiograph_is_counted_once(report: dict[str, Any]) -> None:
    assert report["counts"] == {
        "all": {"listed": 8, "read": 6, "refused": 1, "failed": 1},
        "normal": {"listed": 3, "read": 2, "refused": 0, "failed": 1},
        "covid-19": {"listed": 4, "read": 3, "refused": 1, "failed": 0},
        "other": {"listed": 1, "read": 1, "refused": 0, "failed": 0},
    }
    assert report["not_read"]["codes"] == [
        {"code": "FILE_NOT_ACCESSIBLE", "status": "failed", "n": 1, "normal": 1, "covid-19": 0, "other": 0},
        {"code": "NOT_FRONTAL", "status": "refused", "n": 1, "normal": 0, "covid-19": 1, "other": 0},
    ]
    assert [one["name"] for one in report["not_read"]["files"]] == ["lost", "side"]


def test_figures_by_hand(report: dict[str, Any]) -> None:
    """Pairs: 0.9 beats both normal, 0.52 one, 0.1 none: 3 of 6. Against other only 0.9 beats 0.85: 1 of 3."""
    assert report["discrimination"]["covid_19_against_normal"]["value"] == 0.5
    assert report["discrimination"]["covid_19_against_other"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    balanced, screening = report["operating_points"]
    assert (balanced["in_force"], screening["in_force"]) == (True, False)
    assert balanced["measured"]["sensitivity"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert balanced["measured"]["specificity"]["value"] == 0.5
    assert screening["measured"]["specificity"]["value"] == 0
    assert balanced["called_by_hospital"]["north: other"] == {"value": 1.0, "low": None, "high": None, "n": 1}
    assert balanced["card"]["sensitivity"] == {"value": 0.9, "interval": [0.85, 0.95]}


def test_calibration_counts_other_as_not_covid(report: dict[str, Any]) -> None:
    """Mean of 0.9, 0.52, 0.1, 0.55, 0.32, 0.85; three of six are COVID-19."""
    calibration = report["calibration"]

    assert (calibration["mean_prediction"], calibration["share_covid_19"]) == (0.54, 0.5)
    assert sum(one["n"] for one in calibration["bins"]) == 6
    assert [sum(counts) for counts in calibration["histograms"].values()] == [2, 3, 1]
    assert calibration["histograms"]["normal"][6] == calibration["histograms"]["normal"][11] == 1


def test_what_indeterminate_costs_and_saves(report: dict[str, Any]) -> None:
    """Wrong at 0.5: c3 and n1. n1 was withheld. Decided: c1 found, c3 missed, n2 spared."""
    indeterminate = report["indeterminate"]

    assert (indeterminate["mistakes_at_threshold"], indeterminate["mistakes_indeterminate"]) == (2, 1)
    assert indeterminate["share"]["all"]["value"] == pytest.approx(2 / 6, abs=1e-4)
    assert indeterminate["share"]["other"]["value"] == 0
    assert indeterminate["decided"]["sensitivity"]["value"] == 0.5
    assert indeterminate["decided"]["specificity"]["value"] == 1


def test_findings_by_truth(report: dict[str, Any]) -> None:
    assert report["findings"]["covid-19"] == {"normal": 1, "covid-19": 1, "other": 0, "indeterminate": 1}
    assert report["flagged"]["covid-19"]["value"] == pytest.approx(2 / 3, abs=1e-4)


def test_hospitals_are_a_subgroup_where_they_are_named(report: dict[str, Any]) -> None:
    assert list(report["subgroups"]) == ["hospital", "age"]
    assert report["subgroups"]["hospital"]["north"]["auroc"]["value"] == 1
    assert report["subgroups"]["hospital"]["south"]["auroc"]["value"] == 0.5
    assert list(report["subgroups"]["age"]) == ["60–79", "under 18", "unknown"]

    bare = make_report(manifest(MANIFEST.rows, has_hospitals=False), ANSWERS, RUN)

    assert list(bare["subgroups"]) == ["age"]
    assert list(bare["operating_points"][0]["called_by_hospital"]) == ["all: normal", "all: covid-19", "all: other"]


def test_mistakes_are_named_with_what_the_reading_says(report: dict[str, Any]) -> None:
    assert report["failures"] == [
        {"name": "c3", "truth": "covid-19", "hospital": "south", "p_covid_19": 0.1, "finding": "normal"},
        {"name": "n1", "truth": "normal", "hospital": "north", "p_covid_19": 0.55, "finding": "indeterminate"},
    ]


def test_cautions_and_timings(report: dict[str, Any]) -> None:
    """Two seconds for eight files; the median of 10 to 60 ms is 35."""
    assert report["cautions"] == {"NO_HEADER": 2}
    assert report["timings_ms"] == {"a_file": 250.0, "stages": {"network": 35.0}}


def test_notes_say_what_weakens_the_figures(report: dict[str, Any]) -> None:
    notes = " ".join(report["notes"])

    assert "Few patients with COVID-19 radiographs were read (3, fewer than 30)" in notes
    assert "Few patients with normal radiographs were read (2," in notes
    assert "Few patients with other abnormal radiographs were read (1," in notes
    assert "25 % of the radiographs were not read" in notes
    assert "Radiographs without a patient: 7." in notes
    assert "Radiographs of children: 1." in notes
    assert "cannot be computed" not in notes


def test_a_set_without_normal_says_so_and_stays_json() -> None:
    report = make_report(manifest([C1, O1]), [ANSWERS[0], ANSWERS[5]], RUN)

    assert report["operating_points"][0]["measured"]["specificity"]["value"] is None
    assert report["discrimination"]["roc_curve"] == []
    assert any("No normal radiograph was read" in note for note in report["notes"])
    json.dumps(report, allow_nan=False)


def test_a_set_of_which_nothing_was_read_is_still_a_report() -> None:
    report = make_report(manifest([LOST]), [ANSWERS[6]], RUN, requirements=[Requirement(figure=Figure.AUROC, least=0)])

    assert report["counts"]["all"] == {"listed": 1, "read": 0, "refused": 0, "failed": 1}
    assert report["acceptance"]["passed"] is False
    assert report["timings_ms"]["stages"] == {}
    json.dumps(report, allow_nan=False)


def test_no_patient_is_in_it(report: dict[str, Any]) -> None:
    assert PATIENT not in json.dumps(report)


def requirements(**least: float) -> list[Requirement]:
    return [Requirement(figure=Figure(name), least=share) for name, share in least.items()]


def test_nothing_required_is_no_verdict(report: dict[str, Any]) -> None:
    assert report["acceptance"] is None


def test_requirements_are_held_against_the_figures() -> None:
    asked = requirements(auroc=0.5, sensitivity=0.6, specificity=0.6, read=0.75)

    acceptance = make_report(MANIFEST, ANSWERS, RUN, requirements=asked)["acceptance"]

    assert acceptance["operating_point"] == "balanced"
    assert acceptance["passed"] is False
    assert {one["figure"]: one["passed"] for one in acceptance["requirements"]} == {
        "auroc": True,
        "sensitivity": True,
        "specificity": False,
        "read": True,
    }


MEASURED = Measured(estimate=Estimate(value=0.9, low=0.8, high=0.95, n=50), n_patients=FEW_PATIENTS)


@pytest.mark.parametrize(
    ("least", "by_interval", "passed", "sure"),
    [
        (0.9, False, True, False),
        (0.8, False, True, True),
        (0.91, False, False, False),
        (0.8, True, True, True),
        (0.81, True, False, False),
    ],
)
def test_a_verdict_goes_by_the_figure_or_by_its_interval(
    least: float, by_interval: bool, passed: bool, sure: bool
) -> None:
    (verdict,) = judge(requirements(auroc=least), {Figure.AUROC: MEASURED}, by_interval=by_interval)

    assert (verdict.passed, verdict.sure) == (passed, sure)


@pytest.mark.parametrize("by_interval", [False, True])
def test_what_cannot_be_computed_never_passes(by_interval: bool) -> None:
    missing = Measured(estimate=not_computable(50), n_patients=FEW_PATIENTS)

    (verdict,) = judge(requirements(auroc=0.0), {Figure.AUROC: missing}, by_interval=by_interval)

    assert (verdict.passed, verdict.sure) == (False, False)


@pytest.mark.parametrize(
    "few", [replace(MEASURED, n_patients=29), replace(MEASURED, estimate=without_interval(1.0, 400))]
)
def test_few_patients_or_no_interval_never_pass_by_interval(few: Measured) -> None:
    (by_value,) = judge(requirements(auroc=0.7), {Figure.AUROC: few}, by_interval=False)
    (by_interval,) = judge(requirements(auroc=0.7), {Figure.AUROC: few}, by_interval=True)

    assert (by_value.passed, by_value.sure) == (True, False)
    assert (by_interval.passed, by_interval.sure) == (False, False)
    assert by_value.few is (few.n_patients < FEW_PATIENTS)


def _told_apart(n: int) -> dict[str, Any]:
    """`n` COVID-19 and `n` normal of a patient each, all told apart, judged by the interval of the AUROC."""
    rows = [row(f"{truth}{i}", truth) for truth in (Finding.COVID_19, Finding.NORMAL) for i in range(n)]
    answers = [reading(one, 0.9 if one.truth is Finding.COVID_19 else 0.1, one.truth) for one in rows]
    report = make_report(manifest(rows), answers, RUN, requirements=requirements(auroc=0.95), by_interval=True)
    acceptance: dict[str, Any] = report["acceptance"]
    return acceptance


@pytest.mark.parametrize(
    ("n", "passed", "few"), [(3, False, True), (29, False, True), (60, False, False), (80, True, False)]
)
def test_a_lucky_small_set_does_not_pass_by_interval(n: int, passed: bool, few: bool) -> None:
    """Without a mistake the interval begins at n / (n + 1.96²), n patients of each class: 0.940 of 60, 0.954 of 80."""
    acceptance = _told_apart(n)

    (one,) = acceptance["requirements"]
    assert acceptance["passed"] is passed
    assert one["reached"]["value"] == 1.0
    assert (one["few"], one["n_patients"]) == (few, n)


def test_the_share_that_was_read_counts_patients() -> None:
    """Ninety radiographs of one patient are one."""
    rows = [row(f"n{i}", Finding.NORMAL, patient="north\x1f1") for i in range(90)]
    answers = [reading(one, 0.1, Finding.NORMAL) for one in rows]

    report = make_report(manifest(rows), answers, RUN, requirements=requirements(read=0.9), by_interval=True)

    (one,) = report["acceptance"]["requirements"]
    assert (one["passed"], one["few"], one["n_patients"]) == (False, True, 1)
    assert one["reached"] == {"value": 1.0, "low": None, "high": None, "n": 90}
