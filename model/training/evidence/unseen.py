"""Left-out hospitals: how well rankings, probabilities and operating points carry over to a hospital never seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import COVID_19, Calibration, Line, calibrate
from model.evaluation.figures import (
    Scored,
    calibration_figures,
    covid_against,
    discrimination,
    roc_curve,
    rounded,
    sensitivity_at,
    specificity_at,
)
from model.evaluation.metrics import Estimate
from model.findings import ABNORMAL, OUTPUTS
from model.prediction import OperatingPoint
from model.training.evidence.campaign import Read
from model.training.evidence.cohort import Cohort, Rows
from model.training.evidence.decisions import (
    NORMAL,
    OTHER,
    PREVALENCE,
    fit_calibration,
    hospital_weights,
    mean_of_hospitals,
    other_threshold,
    thresholds,
)

SET = "radiographs of hospitals left out, each read by a network that saw nothing of them"

_AS_IS = Line(slope=1.0, intercept=0.0)

SMALLEST = 10
"""A hospital with fewer radiographs of a class makes no pair of its own; its radiographs still join the pools."""


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """The radiographs that each round's network never saw a hospital of, pooled over the rounds.

    Attributes:
        round: (N,) index of the round that read each.
        rows: (N,) rows of the cohort; a hospital that no round trains on is in every round.
        logits: (N, 2) of that round's network.
        lines: Calibration of each round, fitted on the other rounds without its hospitals.
        weights: (N,) hospitals of a class weighing the same.
    """

    cohort: Cohort
    reads: Sequence[Read]
    round: NDArray[np.intp]
    rows: Rows
    logits: NDArray[np.float32]
    lines: Sequence[Calibration]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, cohort: Cohort, reads: Sequence[Read]) -> "Unseen":
        """Pool the rounds and calibrate each on the others."""
        parts = [np.flatnonzero(cohort.unseen_by(read)) for read in reads]
        number = np.concatenate([np.full(len(rows), i) for i, rows in enumerate(parts)])
        rows = np.concatenate(parts)
        logits = np.concatenate([read.logits[own] for own, read in zip(parts, reads, strict=True)])
        lines = [_calibrated_on(cohort, rows, logits, _others(cohort, rows, number, i)) for i in range(len(reads))]
        return cls(
            cohort=cohort,
            reads=reads,
            round=number,
            rows=rows,
            logits=logits,
            lines=lines,
            weights=hospital_weights(cohort, rows),
        )

    @cached_property
    def scored(self) -> Scored:
        """All of them, each with what lines say that saw nothing of its round and its hospital."""
        probabilities = np.zeros((len(self.rows), len(OUTPUTS)))
        for i, lines in enumerate(self.lines):
            probabilities[self.round == i] = calibrate(self.logits[self.round == i], lines)
        return self.cohort.scored(self.rows, probabilities)

    def calibration(self) -> Calibration:
        """The release's: fitted on all of them."""
        return _calibrated_on(self.cohort, self.rows, self.logits, np.arange(len(self.rows)))

    def operating_points(self) -> tuple[OperatingPoint, ...]:
        """The release's, fixed on all of them; what each reaches is measured at those fixed on other hospitals."""
        found = thresholds(self._released, self.weights)
        return tuple(self._operating_point(name, threshold) for name, threshold in found.items())

    def other_threshold(self) -> float:
        """The release's threshold on P(other)."""
        return other_threshold(self._released, self.weights)

    @cached_property
    def _released(self) -> Scored:
        return self.cohort.scored(self.rows, calibrate(self.logits, self.calibration()))

    def _operating_point(self, name: str, threshold: float) -> OperatingPoint:
        found, spared = self._reached(name)
        return OperatingPoint(
            name=name,
            threshold=threshold,
            sensitivity=round(found.value, 4),
            specificity=round(spared.value, 4),
            sensitivity_interval=(round(found.low, 4), round(found.high, 4)),
            specificity_interval=(round(spared.low, 4), round(spared.high, 4)),
            set=f"{SET}, at thresholds fixed on other hospitals, hospitals weighing the same: {found.n} readings of "
            f"COVID-19, {spared.n} of normal",
        )

    def carried(self) -> dict[str, Any]:
        """Each released threshold, and what those fixed on other hospitals find and spare."""
        released = {point.name: point.threshold for point in self.operating_points()}
        found = {}
        for name, threshold in (released | {"other": self.other_threshold()}).items():
            sensitivity, specificity = self._reached(name)
            found[name] = {
                "threshold": threshold,
                "sensitivity": rounded(sensitivity),
                "specificity": rounded(specificity),
            }
        return found

    def _reached(self, name: str) -> tuple[Estimate, Estimate]:
        """Sensitivity to what a threshold is for, and specificity."""
        flagged = self._flagged[name]
        found = self._share(flagged, OTHER if name == "other" else COVID_19)
        return found, self._share(~flagged, NORMAL)

    def _share(self, hits: NDArray[np.bool_], truth: int) -> Estimate:
        own = self.scored.truth == truth
        return mean_of_hospitals(hits[own], self.cohort.group[self.rows][own], self.scored.patients[own])

    @cached_property
    def _flagged(self) -> dict[str, NDArray[np.bool_]]:
        """Which readings each threshold flags, fixed on other rounds and hospitals at the very lines that read them."""
        flagged: dict[str, NDArray[np.bool_]] = {}
        for i in range(len(self.reads)):
            own = self.round == i
            for name, threshold in self.thresholds_without(i).items():
                flags = flagged.setdefault(name, np.zeros(len(self.rows), dtype=bool))
                flags[own] = self.scored.probabilities[own, OTHER if name == "other" else COVID_19] >= threshold
        return flagged

    def thresholds_without(self, i: int) -> dict[str, float]:
        """Thresholds fixed on the rounds other than `i` without its hospitals, at the lines fitted on the same."""
        rest = _others(self.cohort, self.rows, self.round, i)
        scored = self.cohort.scored(self.rows[rest], calibrate(self.logits[rest], self.lines[i]))
        weights = hospital_weights(self.cohort, self.rows[rest])
        return thresholds(scored, weights) | {"other": other_threshold(scored, weights)}

    def pairs(self) -> list[dict[str, Any]]:
        """AUROC of COVID-19 of each hospital against normals of each other, both unseen by the network that read."""
        return [
            {
                "run": name,
                "covid": covid,
                "normal": normal,
                "auroc": rounded(covid_against(pair, NORMAL)),
                "abnormal": rounded(
                    discrimination(abnormal, pair.truth == COVID_19, pair.truth == NORMAL, pair.patients)
                ),
            }
            for name, covid, normal, pair, abnormal in self._each_pair()
        ]

    def roc(self) -> dict[str, Any]:
        """Mean ROC curve of the pairs, and from the lowest to the highest of them at each specificity."""
        curves = np.array([roc_curve(pair) for _, _, _, pair, _ in self._each_pair()])  # (pairs, points, 2)
        steps, sensitivity = curves[0, :, 0], curves[:, :, 1]
        lowest, highest = sensitivity.min(axis=0), sensitivity.max(axis=0)
        return {
            "curve": np.column_stack([steps, sensitivity.mean(axis=0)]).round(4).tolist(),
            "band": np.column_stack([steps, lowest, highest]).round(4).tolist(),
        }

    def _each_pair(self) -> Iterator[tuple[str, str, str, Scored, NDArray[np.float64]]]:
        """Run, both hospitals, their radiographs, and the logits of "abnormal"; a pair of two rounds in the first."""
        made = set()
        for i, read in enumerate(self.reads):
            own = self._of_round(i)
            groups = self.cohort.group[self.rows[self.round == i]]
            abnormal = self.logits[self.round == i, ABNORMAL].astype(np.float64)
            for covid in _large(groups, own.truth, COVID_19):
                for normal in _large(groups, own.truth, NORMAL):
                    if (covid, normal) in made:
                        continue
                    made.add((covid, normal))
                    is_covid = (groups == covid) & (own.truth == COVID_19)
                    is_normal = (groups == normal) & (own.truth == NORMAL)
                    chosen = is_covid | is_normal
                    yield read.run.name, covid, normal, own.where(chosen), abnormal[chosen]

    def others(self) -> list[dict[str, Any]]:
        """AUROC of "abnormal": other disease of an unseen hospital against normals of another."""
        found = []
        for i, read in enumerate(self.reads):
            own = self._of_round(i)
            groups = self.cohort.group[self.rows[self.round == i]]
            abnormal = self.logits[self.round == i, ABNORMAL].astype(np.float64)
            for other in _large(groups, own.truth, OTHER):
                for normal in _large(groups, own.truth, NORMAL):
                    positive = (groups == other) & (own.truth == OTHER)
                    negative = (groups == normal) & (own.truth == NORMAL)
                    estimate = discrimination(abnormal, positive, negative, own.patients)
                    found.append(
                        {"run": read.run.name, "other": other, "normal": normal, "abnormal": rounded(estimate)}
                    )
        return found

    def transfer(self) -> list[dict[str, Any]]:
        """Each left-out hospital at operating points that were fixed without it and without its round."""
        found = []
        for i, read in enumerate(self.reads):
            own, fixed = self._of_round(i), self.thresholds_without(i)
            groups = self.cohort.group[self.rows[self.round == i]]
            for group in sorted(set(groups.tolist())):
                here = own.where(groups == group)
                at = {
                    name: {
                        "sensitivity": rounded(sensitivity_at(here, threshold)),
                        "specificity": rounded(specificity_at(here, threshold)),
                    }
                    for name, threshold in fixed.items()
                    if name != "other"
                }
                found.append({"run": read.run.name, "hospital": group, "at": at})
        return found

    def calibration_figures(self) -> dict[str, Any]:
        """Reliability of cross-fitted probabilities, and of the logits as they came."""
        raw = Calibration(abnormal=_AS_IS, subtype=_AS_IS, set="")
        before = self.cohort.scored(self.rows, calibrate(self.logits, raw))
        return {
            "before": calibration_figures(before, self.weights),
            "after": calibration_figures(self.scored, self.weights),
        }

    def _of_round(self, i: int) -> Scored:
        return self.scored.where(self.round == i)


def summary(cohort: Cohort, pairs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Median and worst of the pairs' AUROC, and how many pairs the cohort's hospitals could make."""
    hospitals = [len(_large(cohort.group, cohort.truth, index)) for index in (COVID_19, NORMAL)]
    worst = min(pairs, key=lambda pair: float(pair["auroc"]["value"]))
    return {
        "pairs": len(pairs),
        "possible_pairs": hospitals[0] * hospitals[1],
        "median": round(median(pair["auroc"]["value"] for pair in pairs), 4),
        "worst": worst["auroc"]["value"],
        "worst_pair": f"{worst['covid']} against {worst['normal']}",
    }


def averaging_figures(cohort: Cohort, reads: Sequence[Read], again: Sequence[Read]) -> dict[str, Any]:
    """What a second network of every round says, and what the mean of both is worth.

    Args:
        reads: A network a round.
        again: The same rounds in the same order, trained with another seed.

    Returns:
        `pairs` with the AUROC of `first`, `second` and `mean` of the logits, and the `summary` of each.
    """
    both = [np.stack([one.logits, two.logits]) for one, two in zip(reads, again, strict=True)]
    means = [replace(one, logits=logits.mean(axis=0)) for one, logits in zip(reads, both, strict=True)]
    readers = {"first": reads, "second": again, "mean": means}
    pairs = {name: Unseen.of(cohort, own).pairs() for name, own in readers.items()}
    return {
        "pairs": [
            {"run": one["run"], "covid": one["covid"], "normal": one["normal"]}
            | {name: own[i]["auroc"] for name, own in pairs.items()}
            for i, one in enumerate(pairs["first"])
        ],
        "summary": {name: summary(cohort, own) for name, own in pairs.items()},
    }


def _calibrated_on(cohort: Cohort, rows: Rows, logits: NDArray[np.float32], chosen: Rows) -> Calibration:
    weights = hospital_weights(cohort, rows[chosen])
    shares = ", ".join(f"{name} {share:.0%}" for name, share in zip(OUTPUTS, PREVALENCE, strict=True))
    return fit_calibration(logits[chosen], cohort.truth[rows[chosen]], weights, f"{SET}; prevalence {shares}")


def _others(cohort: Cohort, rows: Rows, number: NDArray[np.intp], i: int) -> Rows:
    """Places in the pool of the other rounds, without the hospitals of round `i`."""
    own = np.unique(cohort.group[rows[number == i]])
    return np.flatnonzero((number != i) & ~np.isin(cohort.group[rows], own))


def _large(groups: NDArray[np.str_], truth: NDArray[np.intp], index: int) -> list[str]:
    names, counts = np.unique(groups[truth == index], return_counts=True)
    return [str(name) for name, count in zip(names, counts, strict=True) if count >= SMALLEST]
