"""What a release fixes, on hospitals its network never saw: calibration, operating points, the map's scale."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from model.calibration import COVID_19, Calibration, Line
from model.evaluation.figures import Scored
from model.evaluation.metrics import Estimate, resamples
from model.findings import ABNORMAL, OUTPUTS, SUBTYPE, Finding
from model.training.evidence.cohort import Cohort, Mask, Rows
from model.weights import MapScale

NORMAL, OTHER = OUTPUTS.index(Finding.NORMAL), OUTPUTS.index(Finding.OTHER)

PREVALENCE = (0.4, 0.35, 0.25)
"""Chosen: shares of normal, COVID-19 and other that probabilities are calibrated to; a hospital's own are unknown."""

BALANCED_SPECIFICITY = 0.90
SCREENING_SENSITIVITY = 0.95
CONFIRMATORY_SPECIFICITY = 0.95
"""What the three operating points are fixed at; the balanced one, in force, takes the sensitivity that remains."""

OTHER_SPECIFICITY = 0.90
CLEAR_SHARE = 0.95
"""Share of the cells of normal radiographs that the map shows as nothing. With 0.99 it showed nothing on one outlined
radiograph in eight of hospitals never seen."""

STRONG_SHARE = 0.95
"""Share of COVID-19 radiographs whose peak stays below the upper end of the map's scale."""

SHOW_ABOVE = 0.2
"""Chosen: a fifth of the strongest evidence; under it the viewer starts transparent."""


def hospital_weights(cohort: Cohort, rows: Rows) -> NDArray[np.float64]:
    """Weights by which classes weigh as in `PREVALENCE` and the hospitals of a class the same; their mean is 1."""
    weights = np.zeros(len(rows))
    for index, share in enumerate(PREVALENCE):
        own = cohort.truth[rows] == index
        groups, inverse, counts = np.unique(cohort.group[rows][own], return_inverse=True, return_counts=True)
        if len(groups):
            weights[own] = share / len(groups) / counts[inverse]
    return np.asarray(weights * len(rows) / weights.sum())


def fit_calibration(
    logits: NDArray[np.float32], truth: NDArray[np.intp], weights: NDArray[np.float64], name: str
) -> Calibration:
    """Fit a line for each head by weighted maximum likelihood; the second head on what is abnormal alone.

    Args:
        logits: (N, 2) in the order of `HEADS`.
        truth: (N,) index into `OUTPUTS`.
        weights: (N,) above 0.
        name: What the radiographs are, for the card.
    """
    is_abnormal = truth != NORMAL
    return Calibration(
        abnormal=_fit_line(logits[:, ABNORMAL], is_abnormal, weights),
        subtype=_fit_line(logits[is_abnormal, SUBTYPE], truth[is_abnormal] == COVID_19, weights[is_abnormal]),
        set=name,
    )


def _fit_line(logits: NDArray[np.float32], positive: NDArray[np.bool_], weights: NDArray[np.float64]) -> Line:
    x, y = torch.from_numpy(logits.astype(np.float64)), torch.from_numpy(positive.astype(np.float64))
    weight = torch.from_numpy(weights)
    log_slope, intercept = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.LBFGS([log_slope, intercept], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scaled = log_slope.exp() * x + intercept
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scaled, y, reduction="none")
        loss = (losses * weight).sum() / weight.sum() + 1e-4 * log_slope**2  # keeps a useless head's slope finite
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return Line(slope=round(float(log_slope.detach().exp()), 4), intercept=round(float(intercept.detach()), 4))


def thresholds(scored: Scored, weights: NDArray[np.float64]) -> dict[str, float]:
    """Thresholds on P(covid-19) of the three operating points, balanced (the one in force) first.

    Args:
        weights: (N,) by which the hospitals of a class weigh the same.
    """
    covid, normal = scored.truth == COVID_19, scored.truth == NORMAL
    candidates = np.unique(np.concatenate([scored.covid[covid | normal], [1.0]]))  # 1.0: always specific enough
    sensitivity = 1 - _share_below(scored.covid[covid], weights[covid], candidates)
    specificity = _share_below(scored.covid[normal], weights[normal], candidates)
    found = {
        "balanced": candidates[specificity >= BALANCED_SPECIFICITY].min(),
        "screening": candidates[sensitivity >= SCREENING_SENSITIVITY].max(),
        "confirmatory": candidates[specificity >= CONFIRMATORY_SPECIFICITY].min(),
    }
    # Down: the radiograph that a threshold was set at stays flagged.
    return {name: float(np.floor(threshold * 1e4) / 1e4) for name, threshold in found.items()}


def other_threshold(scored: Scored, weights: NDArray[np.float64]) -> float:
    """P(other) that nine in ten normal radiographs stay under, hospitals weighing the same."""
    normal = scored.truth == NORMAL
    other = scored.probabilities[normal, OTHER]
    candidates = np.unique(np.append(other, 1.0))
    enough = _share_below(other, weights[normal], candidates) >= OTHER_SPECIFICITY
    return round(float(candidates[enough].min()), 4)


def mean_of_hospitals(
    hits: NDArray[np.bool_], hospitals: NDArray[np.str_], patients: NDArray[np.str_], *, rounds: int = 500
) -> Estimate:
    """A share, hospitals weighing the same, with what another draw of hospitals and of their patients would give.

    Args:
        hits: (N,) whether each reading counts.
        hospitals: (N,) hospital of each.
        patients: (N,) key that readings of one patient share.

    Returns:
        With the 95 % percentile interval of drawing hospitals and then patients, both with replacement.
    """
    shares, drawn = [], []
    for hospital in np.unique(hospitals):
        own = hits[hospitals == hospital]
        shares.append(own.mean())
        drawn.append([own[rows].mean() for rows in resamples(patients[hospitals == hospital].tolist(), rounds=rounds)])
    chosen = np.random.default_rng(0).integers(0, len(shares), (len(shares), rounds))
    means = np.take_along_axis(np.array(drawn), chosen, axis=0).mean(axis=0)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(value=float(np.mean(shares)), low=float(low), high=float(high), n=len(hits))


def map_scale(normal: Sequence[NDArray[np.float32]], covid: Sequence[NDArray[np.float32]]) -> MapScale:
    """Fix 0 where the cells of normal radiographs end, and 1 where the strongest COVID-19 radiographs peak.

    Args:
        normal: (h, w) evidence of normal radiographs, read by a network that did not train on them.
        covid: The same of COVID-19 radiographs.
    """
    low = float(np.quantile(np.stack(normal), CLEAR_SHARE))
    high = float(np.quantile([one.max() for one in covid], STRONG_SHARE))
    rising = max(high, low + 0.01)  # an untrained network may peak no higher on COVID-19 than on normal
    return MapScale(low=round(low, 3), high=round(rising, 3), show_above=SHOW_ABOVE)


def _share_below(
    values: NDArray[np.float64], weights: NDArray[np.float64], thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted share of values below each threshold."""
    order = np.argsort(values)
    cumulated = np.concatenate([[0.0], np.cumsum(weights[order])])
    return np.asarray(cumulated[np.searchsorted(values[order], thresholds, side="left")] / cumulated[-1])


def rows_of(cohort: Cohort, mask: Mask, finding: Finding) -> Rows:
    """Rows of a finding within a mask."""
    return np.flatnonzero(mask & cohort.is_truth(finding))
