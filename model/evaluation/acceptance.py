"""What a site demands of the figures before it works with them, and whether they reach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.evaluation.metrics import Estimate

FEW_PATIENTS = 30
"""Of a class, below which no interval is judged and the report warns. Chosen: of 30, a share of 0.9 lies anywhere
between 0.74 and 0.97."""


class Figure(StrEnum):
    """What can be demanded; each is a share in [0, 1], and more is better."""

    AUROC = "auroc"
    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A figure and the least it must be, [0, 1]."""

    figure: Figure
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure of a set, and how many patients it rests on: of the smaller class where it is about two."""

    estimate: Estimate
    n_patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one requirement.

    Attributes:
        measured: Its figure is NaN where it could not be computed, which no requirement accepts.
        few: Whether it rests on fewer than `FEW_PATIENTS`.
        passed: Whether the judged number is at least what was required.
        sure: Whether the whole 95 % interval is, of enough patients.
    """

    requirement: Requirement
    measured: Measured
    few: bool
    passed: bool
    sure: bool


def judge(
    requirements: Sequence[Requirement], measured: Mapping[Figure, Measured], *, by_interval: bool
) -> tuple[Verdict, ...]:
    """Hold figures against what is required of them.

    Args:
        measured: One for each figure that is required.
        by_interval: Whether the lower end of the 95 % interval must reach the requirement, of at least `FEW_PATIENTS`,
            not the figure alone: then a lucky small sample cannot pass.
    """
    return tuple(_verdict(one, measured[one.figure], by_interval=by_interval) for one in requirements)


def _verdict(requirement: Requirement, measured: Measured, *, by_interval: bool) -> Verdict:
    estimate, few = measured.estimate, measured.n_patients < FEW_PATIENTS
    # NaN, a figure or an interval that there is not, is at least nothing.
    sure = not few and estimate.low >= requirement.least
    passed = sure if by_interval else estimate.value >= requirement.least
    return Verdict(requirement=requirement, measured=measured, few=few, passed=passed, sure=sure)
