"""Radiology's figures and their 95 % intervals. Arrays in, numbers out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959964
"""Two-sided 95 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval and the number of radiographs behind it."""

    value: float
    low: float
    high: float
    n: int


def auroc(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counted half.

    Returns:
        [0, 1], or NaN when either side is empty.
    """
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(np.sort(negatives), positives, side="left")
    not_above = np.searchsorted(np.sort(negatives), positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))


def proportion(successes: int, n: int) -> Estimate:
    """A share with its Wilson score interval (Wilson 1927); NaN when `n` is 0."""
    if n == 0:
        return Estimate(value=float("nan"), low=0.0, high=1.0, n=0)
    p = successes / n
    center = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2))
    return Estimate(value=p, low=max(0.0, center - half), high=min(1.0, center + half), n=n)


def bootstrap(
    figure: Callable[[NDArray[np.intp]], float], patients: Sequence[str], *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of a figure under resampling of patients, so that a patient's images move together.

    Args:
        figure: Value for a set of rows, repeated rows included.
        patients: Key of each row.
    """
    rng = np.random.default_rng(seed)
    keys, inverse = np.unique(np.array(patients), return_inverse=True)
    rows_of = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    values = [
        figure(np.concatenate([rows_of[i] for i in rng.integers(0, len(keys), len(keys))])) for _ in range(rounds)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def expected_calibration_error(
    probabilities: NDArray[np.float64], truths: NDArray[np.bool_], weights: NDArray[np.float64], *, bins: int = 10
) -> float:
    """Weighted mean distance between predicted and observed share over equal-width bins (Naeini et al. 2015)."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float((weights * (probabilities - truths))[index == b].sum())) for b in range(bins) if (index == b).any()
    ]
    return float(sum(gaps) / weights.sum())
