"""From logits to probabilities that mean what they say, and from probabilities to a finding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.findings import OUTPUTS, Finding

COVID_19 = OUTPUTS.index(Finding.COVID_19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Temperature and one bias an output, fitted on validation radiographs (Guo et al. 2017, arXiv:1706.04599).

    Attributes:
        temperature: Above 0; logits are divided by it.
        bias: Added to the divided logits, in the order of `OUTPUTS`.
        set: The radiographs it was fitted on.
    """

    temperature: float
    bias: tuple[float, float, float]
    set: str


def calibrate(logits: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    """Turn logits into probabilities.

    Args:
        logits: (..., 3) in the order of `OUTPUTS`.

    Returns:
        (..., 3) float64 (0, 1), adding up to 1.
    """
    scaled = logits.astype(np.float64) / calibration.temperature + np.array(calibration.bias)
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def widen(probability: float, noise: float) -> tuple[float, float]:
    """Range of a probability whose logit is uncertain by `noise` either way.

    Args:
        probability: [0, 1].
        noise: Standard deviation of the logit; 0 gives the probability itself.
    """
    logit = np.log(np.clip(probability, 1e-12, 1 - 1e-12)) - np.log1p(-np.clip(probability, 1e-12, 1 - 1e-12))
    low, high = 1 / (1 + np.exp(-(logit + np.array([-noise, noise]))))
    return float(low), float(high)


def decide(
    probabilities: dict[Finding, float],
    covid_range: tuple[float, float],
    *,
    threshold: float,
    other_threshold: float,
) -> tuple[Finding, bool]:
    """Name the finding and say whether it is flagged.

    Args:
        probabilities: Calibrated, one an output.
        covid_range: Lowest and highest P(covid-19) that the members, or the validation noise, allow.
        threshold: Operating point on P(covid-19).
        other_threshold: Operating point on P(other).

    Returns:
        The finding, and `True` where it is COVID-19 or indeterminate or P(other) reaches its own operating point.
    """
    if covid_range[0] < threshold <= covid_range[1]:
        finding = Finding.INDETERMINATE
    elif probabilities[Finding.COVID_19] >= threshold:
        finding = Finding.COVID_19
    elif probabilities[Finding.OTHER] >= probabilities[Finding.NORMAL]:
        finding = Finding.OTHER
    else:
        finding = Finding.NORMAL
    urgent = finding in (Finding.COVID_19, Finding.INDETERMINATE)
    return finding, urgent or probabilities[Finding.OTHER] >= other_threshold
