"""The paper's experiment: COVID-19 against normal in five folds without a shared patient, on all hospitals mixed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import COVID_19
from model.evaluation.figures import Scored, at_threshold, covid_against, roc_curve, rounded
from model.evaluation.metrics import Estimate, auroc, resamples
from model.findings import ABNORMAL
from model.network import build_network
from model.training.classifier import ZOOMS, ClassifierConfig
from model.training.evidence.campaign import Read
from model.training.evidence.cohort import Cohort
from model.training.evidence.decisions import NORMAL
from model.unet import n_parameters

PAPER = {"accuracy": 0.9443, "auroc": 0.988}
"""Duran-Lopez et al. 2020, abstract."""

ROUNDS = 200
_FIGURES = ("auroc", "accuracy", "balanced_accuracy", "sensitivity", "specificity", "precision", "f1")


def protocol_figures(cohort: Cohort, reads: Sequence[Read]) -> dict[str, Any]:
    """Figures of each fold at the threshold that the other folds' held-out radiographs would choose, and their mean.

    Args:
        reads: One run a fold, in the order of the folds.

    Returns:
        `network` with its size and how many views of a radiograph it averages; `folds`, `mean`, `deviation` over the
        folds, 95 % `interval` of the mean over patients, `threshold`s, `curves`.
    """
    held_out = [_held_out(cohort, read) for read in reads]
    thresholds = [best_threshold([one for j, one in enumerate(held_out) if j != i]) for i in range(len(held_out))]
    folds = [_fold(scored, threshold) for scored, threshold in zip(held_out, thresholds, strict=True)]
    values = {name: np.array([fold[name] for fold in folds]) for name in _FIGURES}
    return {
        "paper": PAPER,
        "network": _network(reads[0].run.config),
        "folds": folds,
        "thresholds": [round(threshold, 4) for threshold in thresholds],
        "mean": {name: round(float(v.mean()), 4) for name, v in values.items()},
        "deviation": {name: round(float(v.std(ddof=1)), 4) for name, v in values.items()},
        "interval": _intervals(held_out, thresholds),
        "curves": [roc_curve(scored) for scored in held_out],
    }


def _network(config: ClassifierConfig) -> dict[str, int]:
    return {
        "parameters": n_parameters(build_network(config.network)),
        "views": 2 * len(ZOOMS) if config.averages_views else 1,
    }


def best_threshold(folds: Sequence[Scored]) -> float:
    """The threshold of the best balanced accuracy over folds together: between the two scores that it parts."""
    score = np.concatenate([fold.covid for fold in folds])
    is_covid = np.concatenate([fold.truth == COVID_19 for fold in folds])
    order = np.argsort(score)
    missed = np.cumsum(is_covid[order]) / is_covid.sum()
    spared = np.cumsum(~is_covid[order]) / (~is_covid).sum()
    best = int(np.argmax(spared - missed))
    return float(score[order][best : best + 2].mean())


def _held_out(cohort: Cohort, read: Read) -> Scored:
    rows = np.flatnonzero(cohort.held_out_by(read) & np.isin(cohort.truth, (NORMAL, COVID_19)))
    score = 1 / (1 + np.exp(-read.logits[rows, ABNORMAL].astype(np.float64)))  # trained without any other abnormality
    return cohort.scored(rows, np.column_stack([1 - score, score, np.zeros(len(rows))]))


def _fold(scored: Scored, threshold: float) -> dict[str, Any]:
    at = at_threshold(scored, threshold)
    plain = ("accuracy", "sensitivity", "specificity", "precision", "f1")
    return {
        "n_covid_19": int((scored.truth == COVID_19).sum()),
        "n_normal": int((scored.truth == NORMAL).sum()),
        "auroc": rounded(covid_against(scored, NORMAL))["value"],
        "balanced_accuracy": at["balanced_accuracy"],
    } | {name: at[name]["value"] for name in plain}


def _intervals(folds: Sequence[Scored], thresholds: Sequence[float]) -> dict[str, Any]:
    """95 % intervals of the folds' mean AUROC, accuracy and balanced accuracy, patients drawn within each fold."""
    drawn: dict[str, list[NDArray[np.float64]]] = {"auroc": [], "accuracy": [], "balanced_accuracy": []}
    for scored, threshold in zip(folds, thresholds, strict=True):
        is_covid, called = scored.truth == COVID_19, scored.covid >= threshold
        figures = [
            _figures(scored.covid[rows], is_covid[rows], called[rows])
            for rows in resamples(scored.patients.tolist(), rounds=ROUNDS)
        ]
        for name, column in zip(drawn, np.array(figures).T, strict=True):
            drawn[name].append(column)
    n = sum(len(fold) for fold in folds)
    return {name: rounded(_estimate(np.mean(columns, axis=0), n)) for name, columns in drawn.items()}


def _figures(
    score: NDArray[np.float64], is_covid: NDArray[np.bool_], called: NDArray[np.bool_]
) -> tuple[float, float, float]:
    sensitivity, specificity = called[is_covid].mean(), 1 - called[~is_covid].mean()
    accuracy = (called == is_covid).mean()
    return auroc(score[is_covid], score[~is_covid]), float(accuracy), float((sensitivity + specificity) / 2)


def _estimate(means: NDArray[np.float64], n: int) -> Estimate:
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(value=float(means.mean()), low=float(low), high=float(high), n=n)
