"""From logits to probabilities that mean what they say, and from probabilities to a finding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.findings import ABNORMAL, OUTPUTS, SUBTYPE, Finding

COVID_19 = OUTPUTS.index(Finding.COVID_19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What becomes of one head's logit: `slope * logit + intercept`, the slope above 0 (Platt 1999)."""

    slope: float
    intercept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One line a head, fitted on radiographs of hospitals that the network which read them never saw.

    Attributes:
        abnormal: Of the head "abnormal".
        subtype: Of the head "covid-19 given abnormal"; a small slope says that it is worth little elsewhere.
        set: The radiographs it was fitted on.
    """

    abnormal: Line
    subtype: Line
    set: str


def calibrate(logits: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    """Turn logits into probabilities.

    Args:
        logits: (..., 2) in the order of `HEADS`.

    Returns:
        (..., 3) float64 (0, 1) in the order of `OUTPUTS`, adding up to 1.
    """
    abnormal = _sigmoid(logits[..., ABNORMAL], calibration.abnormal)
    subtype = _sigmoid(logits[..., SUBTYPE], calibration.subtype)
    return np.stack([1 - abnormal, abnormal * subtype, abnormal * (1 - subtype)], axis=-1)


def _sigmoid(logits: NDArray[np.float32], line: Line) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-(line.slope * logits.astype(np.float64) + line.intercept))))


def member_range(of_members: NDArray[np.float64], probability: float) -> tuple[float, float]:
    """Range of P(covid-19) that all members but the lowest and the highest span, the ensemble's own value included.

    So an operating point lies within the range where the members disagree by more than one of them. With fewer than
    five members none is left out.

    Args:
        of_members: (members,) [0, 1].
        probability: The ensemble's.
    """
    ordered = np.sort(of_members)
    inner = ordered[1:-1] if len(ordered) >= 5 else ordered
    return min(float(inner[0]), probability), max(float(inner[-1]), probability)


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
        covid_range: Lowest and highest P(covid-19) on which the members agree, from `member_range`.
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
