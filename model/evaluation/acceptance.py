"""What a site demands of the figures before it works with them, and whether they reach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from model.evaluation.metrics import Estimate


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
class Verdict:
    """What became of one requirement.

    Attributes:
        estimate: NaN where the figure could not be computed, which no requirement accepts.
        passed: Whether the judged number is at least what was required.
        sure: Whether the whole 95 % interval is.
    """

    requirement: Requirement
    estimate: Estimate
    passed: bool
    sure: bool


def judge(
    requirements: Sequence[Requirement], estimates: Mapping[Figure, Estimate], *, by_interval: bool
) -> tuple[Verdict, ...]:
    """Hold figures against what is required of them.

    Args:
        estimates: One for each figure that is required.
        by_interval: Whether the lower end of the 95 % interval must reach the requirement, not the figure alone: then
            a lucky small sample cannot pass.
    """
    return tuple(_verdict(one, estimates[one.figure], by_interval=by_interval) for one in requirements)


def _verdict(requirement: Requirement, estimate: Estimate, *, by_interval: bool) -> Verdict:
    computed = not isnan(estimate.value)
    sure = computed and estimate.low >= requirement.least
    passed = sure if by_interval else computed and estimate.value >= requirement.least
    return Verdict(requirement=requirement, estimate=estimate, passed=passed, sure=sure)
