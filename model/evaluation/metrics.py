"""Radiology's figures and their 95 % intervals. Arrays in, numbers out."""

from collections.abc import Callable, Iterator, Sequence
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
    low, high = wilson(successes / n, n)
    return Estimate(value=successes / n, low=low, high=high, n=n)


def clustered_proportion(hits: NDArray[np.bool_], patients: NDArray[np.str_]) -> Estimate:
    """A share whose interval counts patients: radiographs that agree within a patient tell less than their number.

    Wilson's interval at the effective sample size, n over the design effect. With one radiograph a patient that is
    `proportion`; a share of 0 or 1 shows no variance to go by, and counts each patient once.

    Args:
        hits: (N,) whether each radiograph counts.
        patients: (N,) key that radiographs of one patient share.

    Returns:
        NaN over [0, 1] when there are none.

    Source:
        Korn & Graubard 1998, Survey Methodology 24:193-201, with Wilson's interval in place of the exact one.
    """
    n = len(hits)
    if n == 0:
        return Estimate(value=float("nan"), low=0.0, high=1.0, n=0)
    p = float(hits.mean())
    _, inverse = np.unique(patients, return_inverse=True)
    sizes, hits_of = np.bincount(inverse), np.bincount(inverse, weights=hits)
    independent = n * p * (1 - p)
    effect = float(((hits_of - p * sizes) ** 2).sum()) / independent if independent else n / len(sizes)
    low, high = wilson(p, n / max(1.0, effect))
    return Estimate(value=p, low=low, high=high, n=n)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share `p` of `n`, which need not be whole."""
    center = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2))
    return max(0.0, center - half), min(1.0, center + half)


def bootstrap(
    figure: Callable[[NDArray[np.intp]], float], patients: Sequence[str], *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of a figure under resampling of patients, so that a patient's images move together.

    Args:
        figure: Value for a set of rows, repeated rows included; NaN where it has none.
        patients: Key of each row.
    """
    values = [figure(rows) for rows in resamples(patients, rounds=rounds, seed=seed)]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def resamples(patients: Sequence[str], *, rounds: int, seed: int = 0) -> Iterator[NDArray[np.intp]]:
    """Draw as many patients as there are, with replacement, `rounds` times; yields the rows of each draw."""
    rng = np.random.default_rng(seed)
    keys, inverse = np.unique(np.array(patients), return_inverse=True)
    by_patient, n_of = np.argsort(inverse, kind="stable"), np.bincount(inverse)
    first_of = np.cumsum(n_of) - n_of
    for _ in range(rounds):
        drawn = rng.integers(0, len(keys), len(keys))
        lengths = n_of[drawn]
        # Each drawn patient is a run of `by_patient`: its start, less where the run begins here, plus a running count.
        starts = np.repeat(first_of[drawn] - (np.cumsum(lengths) - lengths), lengths)
        yield by_patient[starts + np.arange(len(starts))]


def expected_calibration_error(
    probabilities: NDArray[np.float64], truths: NDArray[np.bool_], weights: NDArray[np.float64], *, bins: int = 10
) -> float:
    """Weighted mean distance between predicted and observed share over equal-width bins (Naeini et al. 2015)."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float((weights * (probabilities - truths))[index == b].sum())) for b in range(bins) if (index == b).any()
    ]
    return float(sum(gaps) / weights.sum())
