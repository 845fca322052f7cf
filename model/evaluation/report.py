"""A site's report: what the release did on its own radiographs, as one plain document that JSON can hold.

`SCHEMA_VERSION` moves when a key changes its meaning or goes; new keys leave it. A figure that cannot be computed is
`None`, and a sentence under `notes` says why; so is the interval of a figure that has none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

import numpy as np

from model.calibration import COVID_19
from model.evaluation.acceptance import FEW_PATIENTS, Figure, Measured, Requirement, Verdict, judge
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
    sensitivity_at,
    specificity_at,
    subgroups,
)
from model.evaluation.manifest import AGE_BANDS, Manifest, ManifestRow
from model.evaluation.metrics import clustered_proportion, n_different
from model.findings import OUTPUTS, Finding
from model.prediction import ModelInfo, OperatingPoint

SCHEMA = "covid-xnet/evaluation"
SCHEMA_VERSION = 1

N_HISTOGRAM_BINS = 20

MUCH_NOT_READ = 0.05
"""Share of the listed radiographs that were not read above which the report warns. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReading:
    """What the network said about one radiograph of the manifest.

    Attributes:
        probabilities: (3,) in the order of `OUTPUTS`.
        cautions: Codes.
        timings_ms: Milliseconds by stage.
    """

    row: ManifestRow
    probabilities: tuple[float, ...]
    finding: Finding
    flagged: bool
    cautions: tuple[str, ...]
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Why one radiograph of the manifest has no reading: it was refused, or something failed."""

    row: ManifestRow
    status: Literal["refused", "failed"]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Circumstances of an evaluation.

    Attributes:
        software: Version of this software.
        operating_points: Of the card; the first is the one in force.
        calibration_set: The radiographs that the probabilities were calibrated on.
        seconds: Wall time from the first file to the last reading, without loading the weights.
    """

    created: datetime
    software: str
    model: ModelInfo
    operating_points: tuple[OperatingPoint, ...]
    calibration_set: str
    seconds: float


def make_report(
    manifest: Manifest,
    answers: Sequence[SiteReading | NotRead],
    run: Run,
    *,
    requirements: Sequence[Requirement] = (),
    by_interval: bool = False,
) -> dict[str, Any]:
    """Put a report together.

    Args:
        answers: One for each row of the manifest.
        by_interval: See `judge`.
    """
    readings = [one for one in answers if isinstance(one, SiteReading)]
    not_read = [one for one in answers if isinstance(one, NotRead)]
    scored, force = scored_readings(manifest, readings), run.operating_points[0]
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "created": run.created.isoformat(timespec="seconds"),
        "software": run.software,
        "model": asdict(run.model),
        "manifest": _manifest(manifest),
        "counts": _counts(manifest, readings, not_read),
        "notes": _notes(manifest, scored, len(not_read)),
        "acceptance": _acceptance(answers, scored, force, requirements, by_interval=by_interval),
        "discrimination": {
            "covid_19_against_normal": rounded(covid_against(scored, NORMAL)),
            "covid_19_against_other": rounded(covid_against(scored, OTHER)),
            "roc_curve": roc_curve(scored),
            "roc_band": roc_band(scored),
        },
        "calibration": _calibration(scored, run.calibration_set),
        "operating_points": [
            _operating_point(scored, point, in_force=point is force) for point in run.operating_points
        ],
        "findings": _findings(readings),
        "flagged": _by_truth(scored, np.array([one.flagged for one in readings], dtype=bool)),
        "indeterminate": _indeterminate(scored, readings, force.threshold),
        "subgroups": _subgroups(scored, force.threshold),
        "not_read": _not_read(not_read),
        "cautions": dict(sorted(Counter(code for one in readings for code in one.cautions).items())),
        "failures": _failures(scored, readings, force.threshold),
        "timings_ms": _timings(readings, len(manifest.rows), run.seconds),
    }


def scored_readings(manifest: Manifest, readings: Sequence[SiteReading]) -> Scored:
    """Arrange readings for the figures; hospitals count as a group where the manifest names any."""
    hospitals = np.array([one.row.hospital or "unknown" for one in readings], dtype=np.str_)
    groups = {"hospital": hospitals} if manifest.has_hospitals else {}
    groups |= {name: np.array([one.row.groups[name] for one in readings], dtype=np.str_) for name in manifest.groups}
    return Scored(
        truth=np.array([OUTPUTS.index(one.row.truth) for one in readings], dtype=np.intp),
        probabilities=np.array([one.probabilities for one in readings], dtype=np.float64).reshape(-1, len(OUTPUTS)),
        hospitals=hospitals if manifest.has_hospitals else np.full(len(readings), "all"),
        patients=np.array([one.row.patient for one in readings], dtype=np.str_),
        groups=groups,
    )


def _manifest(manifest: Manifest) -> dict[str, Any]:
    return {
        "sha256": manifest.sha256,
        "n_rows": len(manifest.rows),
        "n_patients": len({row.patient for row in manifest.rows}),
        "n_without_patient": manifest.n_without_patient,
        "n_hospitals": len({row.hospital for row in manifest.rows}) if manifest.has_hospitals else None,
        "groups": list(manifest.groups),
    }


def _counts(manifest: Manifest, readings: Sequence[SiteReading], not_read: Sequence[NotRead]) -> dict[str, Any]:
    def count(truth: Finding | None) -> dict[str, int]:
        def of(rows: Sequence[ManifestRow]) -> int:
            return sum(truth is None or row.truth is truth for row in rows)

        return {
            "listed": of(manifest.rows),
            "read": of([one.row for one in readings]),
            "refused": of([one.row for one in not_read if one.status == "refused"]),
            "failed": of([one.row for one in not_read if one.status == "failed"]),
        }

    return {"all": count(None)} | {str(truth): count(truth) for truth in OUTPUTS}


def _notes(manifest: Manifest, scored: Scored, n_not_read: int) -> list[str]:
    """Say what cannot be computed, and what a reader of the figures must know."""
    notes = []
    n_covid, n_normal, n_other = (int((scored.truth == index).sum()) for index in (COVID_19, NORMAL, OTHER))
    if not n_covid:
        notes.append("No COVID-19 radiograph was read: neither AUC nor sensitivity can be computed.")
    if not n_normal:
        notes.append("No normal radiograph was read: neither the AUC against normal nor specificity can be computed.")
    if not n_other:
        notes.append("No other abnormality was read: the AUC against it cannot be computed.")
    for name, truth in (("COVID-19", COVID_19), ("normal", NORMAL), ("other abnormal", OTHER)):
        if 0 < (n := scored.patients_of(truth)) < FEW_PATIENTS:
            notes.append(
                f"Few patients with {name} radiographs were read ({n}, fewer than {FEW_PATIENTS}): look at the "
                "intervals first, and rest no decision on figures about them."
            )
    if n_not_read > MUCH_NOT_READ * len(manifest.rows):
        share = n_not_read / len(manifest.rows)
        notes.append(f"{100 * share:.0f} % of the radiographs were not read. The figures describe the others alone.")
    if manifest.n_without_patient:
        notes.append(
            f"Radiographs without a patient: {manifest.n_without_patient}. Each counts as a patient of its own; where "
            "they share patients, the intervals are too narrow."
        )
    n_children = sum(row.groups.get("age") == AGE_BANDS[0][1] for row in manifest.rows)
    if n_children:
        notes.append(
            f"Radiographs of children: {n_children}. They are outside the intended use and count all the same."
        )
    return notes


def _acceptance(
    answers: Sequence[SiteReading | NotRead],
    scored: Scored,
    point: OperatingPoint,
    requirements: Sequence[Requirement],
    *,
    by_interval: bool,
) -> dict[str, Any] | None:
    if not requirements:
        return None
    verdicts = judge(requirements, _measured(answers, scored, point.threshold), by_interval=by_interval)
    return {
        "passed": all(verdict.passed for verdict in verdicts),
        "by_interval": by_interval,
        "operating_point": point.name,
        "requirements": [_requirement(verdict) for verdict in verdicts],
    }


def _measured(answers: Sequence[SiteReading | NotRead], scored: Scored, threshold: float) -> Mapping[Figure, Measured]:
    """What can be required, with the patients that each rests on."""
    patients = np.array([one.row.patient for one in answers], dtype=np.str_)
    read = clustered_proportion(np.array([isinstance(one, SiteReading) for one in answers], dtype=bool), patients)
    n_covid, n_normal = scored.patients_of(COVID_19), scored.patients_of(NORMAL)
    return {
        Figure.AUROC: Measured(estimate=covid_against(scored, NORMAL), n_patients=min(n_covid, n_normal)),
        Figure.SENSITIVITY: Measured(estimate=sensitivity_at(scored, threshold), n_patients=n_covid),
        Figure.SPECIFICITY: Measured(estimate=specificity_at(scored, threshold), n_patients=n_normal),
        Figure.READ: Measured(estimate=read, n_patients=n_different(patients)),
    }


def _requirement(verdict: Verdict) -> dict[str, Any]:
    return {
        "figure": verdict.requirement.figure.value,
        "least": verdict.requirement.least,
        "passed": verdict.passed,
        "sure": verdict.sure,
        "few": verdict.few,
        "n_patients": verdict.measured.n_patients,
        "reached": rounded(verdict.measured.estimate),
    }


def _calibration(scored: Scored, calibration_set: str) -> dict[str, Any]:
    """Calibration at the set's own mix; the histograms show how the scores of each truth lie."""
    n = len(scored)
    histograms = {
        str(truth): np.histogram(scored.covid[scored.truth == index], bins=N_HISTOGRAM_BINS, range=(0, 1))[0].tolist()
        for index, truth in enumerate(OUTPUTS)
    }
    return calibration_figures(scored, np.ones(n)) | {
        "calibrated_on": calibration_set,
        "mean_prediction": round(float(scored.covid.mean()), 4) if n else None,
        "share_covid_19": round(float((scored.truth == COVID_19).mean()), 4) if n else None,
        "histograms": histograms,
    }


def _operating_point(scored: Scored, point: OperatingPoint, *, in_force: bool) -> dict[str, Any]:
    return {
        "name": point.name,
        "threshold": point.threshold,
        "in_force": in_force,
        "card": {
            "sensitivity": {"value": point.sensitivity, "interval": list(point.sensitivity_interval)},
            "specificity": {"value": point.specificity, "interval": list(point.specificity_interval)},
            "set": point.set,
        },
        "measured": at_threshold(scored, point.threshold),
        "called_by_hospital": called_by_hospital(scored, point.threshold),
    }


def _findings(readings: Sequence[SiteReading]) -> dict[str, dict[str, int]]:
    """Readings by truth and by what they say."""
    counted = Counter((one.row.truth, one.finding) for one in readings)
    return {str(truth): {str(finding): counted[truth, finding] for finding in Finding} for truth in OUTPUTS}


def _by_truth(scored: Scored, marked: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, Any]:
    """Share of readings that are marked, of all and of each truth."""
    shares = {"all": rounded(clustered_proportion(marked, scored.patients))}
    for index, truth in enumerate(OUTPUTS):
        own = scored.truth == index
        shares[str(truth)] = rounded(clustered_proportion(marked[own], scored.patients[own]))
    return shares


def _indeterminate(scored: Scored, readings: Sequence[SiteReading], threshold: float) -> dict[str, Any]:
    """How often the network withholds a call, how many mistakes that saves, and how well it does on the rest."""
    unsure = np.array([one.finding is Finding.INDETERMINATE for one in readings], dtype=bool)
    called = scored.covid >= threshold
    wrong = np.where(called, scored.truth == NORMAL, scored.truth == COVID_19)
    decided = scored.where(~unsure)
    return {
        "share": _by_truth(scored, unsure),
        "mistakes_at_threshold": int(wrong.sum()),
        "mistakes_indeterminate": int((wrong & unsure).sum()),
        "decided": {
            "sensitivity": rounded(sensitivity_at(decided, threshold)),
            "specificity": rounded(specificity_at(decided, threshold)),
        },
    }


def _subgroups(scored: Scored, threshold: float) -> dict[str, dict[str, Any]]:
    """Figures by group and value."""
    return {
        name: {
            key.removeprefix(f"{name}: "): figures
            for key, figures in subgroups(replace(scored, groups={name: column}), threshold).items()
        }
        for name, column in scored.groups.items()
    }


def _not_read(not_read: Sequence[NotRead]) -> dict[str, Any]:
    """Refusals and failures by code and truth, and the files."""
    codes = sorted({(one.status, one.code) for one in not_read})
    return {
        "codes": [
            {"code": code, "status": status}
            | {"n": sum(one.code == code for one in not_read)}
            | {str(truth): sum(one.code == code and one.row.truth is truth for one in not_read) for truth in OUTPUTS}
            for status, code in codes
        ],
        "files": [
            {"name": one.row.name, "truth": str(one.row.truth), "status": one.status, "code": one.code}
            for one in not_read
        ],
    }


def _failures(scored: Scored, readings: Sequence[SiteReading], threshold: float) -> list[dict[str, Any]]:
    finding_of = {one.row.name: str(one.finding) for one in readings}
    listed = failures(scored, [one.row.name for one in readings], threshold=threshold, most=None)
    return [failure | {"finding": finding_of[failure["name"]]} for failure in listed]


def _timings(readings: Sequence[SiteReading], n_files: int, seconds: float) -> dict[str, Any]:
    """Wall time a file, decoding and all, and the median of each stage over the radiographs read."""
    stages: dict[str, list[float]] = {}
    for one in readings:
        for stage, ms in one.timings_ms.items():
            stages.setdefault(stage, []).append(ms)
    return {
        "a_file": round(1000 * seconds / n_files, 1),
        "stages": {stage: round(float(np.median(values)), 2) for stage, values in stages.items()},
    }
