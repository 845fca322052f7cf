"""Figures of a set of scored radiographs: discrimination, calibration, operating points, subgroups.

Shared by the project's own evidence and by a site's acceptance test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import COVID_19
from model.evaluation.metrics import (
    FEWEST_PATIENTS,
    Estimate,
    auroc,
    clustered_proportion,
    expected_calibration_error,
    n_different,
    not_computable,
    resampled,
    resamples,
    widened,
)
from model.findings import OUTPUTS, Finding

NORMAL, OTHER = OUTPUTS.index(Finding.NORMAL), OUTPUTS.index(Finding.OTHER)

N_BINS = 10
"""Of the reliability plot, equally wide."""

N_CURVE_POINTS = 101
"""Of a ROC curve, at equal steps of 1 - specificity."""

_CURVE_STEPS = np.linspace(0, 1, N_CURVE_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """N radiographs with their truth and what the network said.

    Attributes:
        truth: (N,) index into `OUTPUTS`.
        probabilities: (N, 3) [0, 1] in the order of `OUTPUTS`.
        hospitals: (N,) hospital, or source, of each.
        patients: (N,) key that images of one patient share.
        groups: Further (N,) columns to report apart, such as view or sex; an empty string where unknown.
    """

    truth: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    hospitals: NDArray[np.str_]
    patients: NDArray[np.str_]
    groups: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def covid(self) -> NDArray[np.float64]:
        """P(covid-19), (N,)."""
        return self.probabilities[:, COVID_19]

    def patients_of(self, truth: int) -> int:
        """Number of patients with a radiograph of a truth."""
        return n_different(self.patients[self.truth == truth])

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Scored":
        """The radiographs that `keep` marks or lists."""
        return Scored(
            truth=self.truth[keep],
            probabilities=self.probabilities[keep],
            hospitals=self.hospitals[keep],
            patients=self.patients[keep],
            groups={name: column[keep] for name, column in self.groups.items()},
        )


def rounded(estimate: Estimate) -> dict[str, Any]:
    """Spell an estimate out for a file; what there is not, figure or interval, is `None`."""
    return {name: _rounded(value) for name, value in asdict(estimate).items()}


def _rounded(value: float) -> float | None:
    if isinstance(value, int):
        return value
    return None if isnan(value) else round(value, 4)


def discrimination(
    scores: NDArray[np.float64],
    positive: NDArray[np.bool_],
    negative: NDArray[np.bool_],
    patients: NDArray[np.str_],
) -> Estimate:
    """AUROC of `positive` against `negative` with its interval over patients; NaN when either is empty."""
    chosen = np.flatnonzero(positive | negative)
    own, is_positive = scores[chosen], positive[chosen]

    def figure(index: NDArray[np.intp]) -> float:
        return auroc(own[index][is_positive[index]], own[index][~is_positive[index]])

    if not positive.any() or not negative.any():
        return not_computable(len(chosen))
    fewest = min(n_different(patients[positive]), n_different(patients[negative]))
    return resampled(figure, patients[chosen], fewest=fewest)


def covid_against(scored: Scored, truth: int) -> Estimate:
    """AUROC of P(covid-19), COVID-19 against another truth."""
    return discrimination(scored.covid, scored.truth == COVID_19, scored.truth == truth, scored.patients)


def sensitivity_at(scored: Scored, threshold: float) -> Estimate:
    """Share of COVID-19 called at an operating point; NaN when there is none."""
    covid = scored.where(scored.truth == COVID_19)
    return clustered_proportion(covid.covid >= threshold, covid.patients)


def specificity_at(scored: Scored, threshold: float) -> Estimate:
    """Share of normal not called at an operating point; NaN when there is none."""
    normal = scored.where(scored.truth == NORMAL)
    return clustered_proportion(normal.covid < threshold, normal.patients)


def at_threshold(scored: Scored, threshold: float) -> dict[str, Any]:
    """Confusion of COVID-19 against normal at an operating point, each share with its interval.

    Precision (the positive predictive value) and the negative one hold for this set's mix of the two and no other.
    """
    own = scored.where((scored.truth == COVID_19) | (scored.truth == NORMAL))
    covid, called = own.truth == COVID_19, own.covid >= threshold
    sensitivity, specificity = sensitivity_at(own, threshold), specificity_at(own, threshold)
    balanced = (sensitivity.value + specificity.value) / 2
    return {
        "sensitivity": rounded(sensitivity),
        "specificity": rounded(specificity),
        "accuracy": rounded(clustered_proportion(called == covid, own.patients)),
        "balanced_accuracy": None if isnan(balanced) else round(balanced, 4),
        "precision": rounded(clustered_proportion(covid[called], own.patients[called])),
        "negative_predictive_value": rounded(clustered_proportion(~covid[~called], own.patients[~called])),
        "f1": rounded(_f1(own, covid, called)),
    }


def _f1(own: Scored, covid: NDArray[np.bool_], called: NDArray[np.bool_]) -> Estimate:
    def figure(rows: NDArray[np.intp]) -> float:
        n_either = int(covid[rows].sum()) + int(called[rows].sum())
        return 2 * int((covid & called)[rows].sum()) / n_either if n_either else float("nan")

    if not covid.any():
        return not_computable(len(covid))
    return resampled(figure, own.patients, fewest=min(own.patients_of(COVID_19), own.patients_of(NORMAL)))


def called_by_hospital(scored: Scored, threshold: float) -> dict[str, Any]:
    """Share called COVID-19 at an operating point, for each hospital and truth."""
    called = scored.covid >= threshold
    shares = {}
    for hospital in sorted(set(scored.hospitals.tolist())):
        for index, name in enumerate(OUTPUTS):
            own = (scored.hospitals == hospital) & (scored.truth == index)
            if own.any():
                shares[f"{hospital}: {name}"] = rounded(clustered_proportion(called[own], scored.patients[own]))
    return shares


def calibration_figures(scored: Scored, weights: NDArray[np.float64]) -> dict[str, Any]:
    """ECE and Brier score of P(covid-19) against COVID-19 or not, with the reliability plot's bins, weighted.

    Args:
        weights: (N,) above 0.

    Returns:
        `None` for both figures and no bins when nothing was scored. Each bin that holds any has its lower edge, its
        mean prediction, the share that was COVID-19 and that share's interval over patients; a radiograph that several
        networks read counts in each of their bins, and its patient once.
    """
    if not len(scored):
        return {"expected_calibration_error": None, "brier": None, "bins": []}
    truths = scored.truth == COVID_19
    index = np.minimum((scored.covid * N_BINS).astype(int), N_BINS - 1)
    bins = [
        {"from": b / N_BINS} | _bin(scored.where(own), weights[own]) for b in range(N_BINS) if (own := index == b).any()
    ]
    return {
        "expected_calibration_error": round(expected_calibration_error(scored.covid, truths, weights, bins=N_BINS), 4),
        "brier": round(float(np.average((scored.covid - truths) ** 2, weights=weights)), 4),
        "bins": bins,
    }


def _bin(own: Scored, weights: NDArray[np.float64]) -> dict[str, Any]:
    observed = rounded(clustered_proportion(own.truth == COVID_19, own.patients, weights))
    predicted = float(np.average(own.covid, weights=weights))
    return {"predicted": round(predicted, 4), "observed": observed.pop("value")} | observed


def roc_curve(scored: Scored) -> list[list[float]]:
    """ROC curve of COVID-19 against normal, straight through ties as the AUROC counts them.

    Returns:
        `N_CURVE_POINTS` pairs of 1 - specificity and sensitivity, rising; empty when either side is missing.
    """
    covid, normal = scored.covid[scored.truth == COVID_19], scored.covid[scored.truth == NORMAL]
    if not len(covid) or not len(normal):
        return []
    return _points(_CURVE_STEPS, _sensitivities(covid, normal))


def roc_band(scored: Scored, *, rounds: int = 200) -> list[list[float]]:
    """95 % interval of the ROC curve's sensitivity at each 1 - specificity, over patients.

    Returns:
        `N_CURVE_POINTS` triples of 1 - specificity, lowest and highest sensitivity; empty when either side has fewer
        than `FEWEST_PATIENTS`.
    """
    own = scored.where((scored.truth == COVID_19) | (scored.truth == NORMAL))
    covid, n_covid = own.truth == COVID_19, own.patients_of(COVID_19)
    if min(n_covid, own.patients_of(NORMAL)) < FEWEST_PATIENTS:
        return []
    drawn = [rows for rows in resamples(own.patients.tolist(), rounds=rounds) if 0 < covid[rows].sum() < len(rows)]
    curves = [_sensitivities(own.covid[rows][covid[rows]], own.covid[rows][~covid[rows]]) for rows in drawn]
    low, high = np.percentile(curves, [2.5, 97.5], axis=0)
    curve = _sensitivities(own.covid[covid], own.covid[~covid])
    bounds = [widened(*point, fewest=n_covid) for point in zip(curve, low, high, strict=True)]
    bounds[-1] = (1.0, 1.0)  # whatever the scores, everything is called at specificity 0
    return _points(_CURVE_STEPS, *np.transpose(bounds))


def _sensitivities(covid: NDArray[np.float64], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sensitivity at each of `_CURVE_STEPS`, (N_CURVE_POINTS,)."""
    thresholds = np.unique(np.concatenate([covid, normal]))[::-1]
    called_normal = 1 - np.searchsorted(np.sort(normal), thresholds) / len(normal)
    called_covid = 1 - np.searchsorted(np.sort(covid), thresholds) / len(covid)
    # Of several points above one another, interpolation takes the last, which is the highest.
    return np.asarray(np.interp(_CURVE_STEPS, np.append(0.0, called_normal), np.append(0.0, called_covid)))


def _points(*columns: NDArray[np.float64]) -> list[list[float]]:
    return [[round(float(value), 4) for value in row] for row in zip(*columns, strict=True)]


def subgroups(scored: Scored, threshold: float) -> dict[str, Any]:
    """AUROC, sensitivity and specificity of every value of every group, with its number of each truth.

    A value without COVID-19 or without normal is listed all the same; what it cannot have is `None`.
    """
    result: dict[str, Any] = {}
    for name, column in scored.groups.items():
        for value in sorted(set(column.tolist()), key=lambda value: (not value, value)):
            own = scored.where(column == value)
            result[f"{name}: {value or 'unknown'}"] = {
                "counts": {str(truth): int((own.truth == index).sum()) for index, truth in enumerate(OUTPUTS)},
                "auroc": rounded(covid_against(own, NORMAL)),
                "sensitivity": rounded(sensitivity_at(own, threshold)),
                "specificity": rounded(specificity_at(own, threshold)),
            }
    return result


def failures(
    scored: Scored, names: Sequence[str], *, threshold: float = 0.5, most: int | None = 20
) -> list[dict[str, Any]]:
    """COVID-19 missed and normal called at an operating point, the surest mistakes first.

    How sure: the way P(covid-19) went from the threshold, as a share of the way it could have gone.

    Args:
        names: What to call each radiograph, (N,).
        threshold: (0, 1).
        most: Half of them missed and half called, so that neither kind hides the other; `None` lists all.
    """
    called = scored.covid >= threshold
    way = np.where(called, (scored.covid - threshold) / (1 - threshold), (threshold - scored.covid) / threshold)
    surest = np.argsort(-way, kind="stable")
    each = None if most is None else most // 2
    kinds = (~called & (scored.truth == COVID_19), called & (scored.truth == NORMAL))
    listed = np.concatenate([surest[kind[surest]][:each] for kind in kinds])
    return [
        {
            "name": names[i],
            "truth": str(OUTPUTS[scored.truth[i]]),
            "hospital": str(scored.hospitals[i]),
            "p_covid_19": round(float(scored.covid[i]), 4),
        }
        for i in listed[np.argsort(-way[listed], kind="stable")]
    ]
