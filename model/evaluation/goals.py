"""What the network was asked to reach, beside what the results file says it reached."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]

FEWEST = 10
"""Radiographs of a class without which a hospital does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One figure that was asked for.

    Attributes:
        wanted: The limit.
        at_most: Whether less is better.
        reached: `None` where the results file lacks the table.
    """

    figure: str
    wanted: float
    reached: float | None
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure, as it is printed, is on the right side of its limit."""
        if self.reached is None:
            return False
        printed = round(self.reached, 3)
        return printed <= self.wanted if self.at_most else printed >= self.wanted


def goals(results: Results) -> list[Goal]:
    """Every goal, in the order in which a reader asks."""
    return [*_protocol(results), *_unseen(results["unseen"]), *_release(results), *_where(results), *_cost(results)]


def _protocol(results: Results) -> Iterator[Goal]:
    mean = results["protocol"]["mean"] if "protocol" in results else {}
    for name, wanted in (("auroc", 0.990), ("accuracy", 0.955), ("balanced_accuracy", 0.955)):
        words = name.replace("auroc", "AUROC").replace("_", " ")
        yield Goal(figure=f"the paper's protocol, {words}, mean of the folds", wanted=wanted, reached=mean.get(name))


def _unseen(unseen: Results) -> Iterator[Goal]:
    total = unseen["summary"]
    yield Goal(figure="hospitals never seen, AUROC, median of the pairs", wanted=0.93, reached=total["median"])
    yield Goal(figure="hospitals never seen, AUROC, worst pair", wanted=0.85, reached=total["worst"])
    balanced = unseen["carried"]["balanced"]["sensitivity"]["value"]
    yield Goal(figure="balanced point carried over, sensitivity", wanted=0.85, reached=balanced)
    spared = [one["at"]["balanced"]["specificity"] for one in unseen["transfer"]]
    known = [each["value"] for each in spared if each["value"] is not None and each["n"] >= FEWEST]
    yield Goal(
        figure="balanced point carried over, normals called COVID-19, worst hospital",
        wanted=0.10,
        reached=1 - min(known),
        at_most=True,
    )
    yield Goal(
        figure="balanced point carried over, specificity from one hospital to another",
        wanted=0.10,
        reached=max(known) - min(known),
        at_most=True,
    )
    error = unseen["calibration"]["after"]["expected_calibration_error"]
    yield Goal(figure="expected calibration error, hospitals never seen", wanted=0.10, reached=error, at_most=True)


def _release(results: Results) -> Iterator[Goal]:
    release = results["release"]
    error = release["calibration"]["expected_calibration_error"]
    yield Goal(figure="expected calibration error, held-out folds", wanted=0.03, reached=error, at_most=True)
    yield Goal(
        figure="nih, other against normal, AUROC", wanted=0.75, reached=release["nih_other_against_nih_normal"]["value"]
    )
    within = release["covid_against_other_within_source"].values()
    yield Goal(
        figure="COVID-19 against other within one source, AUROC, worst source",
        wanted=0.70,
        reached=min((one["value"] for one in within), default=None),
    )
    yield Goal(
        figure="nih normals, AP told from PA, AUROC",
        wanted=0.60,
        reached=release["ap_told_from_pa_within_nih_normals"]["value"],
        at_most=True,
    )
    yield Goal(
        figure="the release with the lungs blacked out, AUROC",
        wanted=0.60,
        reached=results["without_lungs"]["lungs_blacked_out"],
        at_most=True,
    )


def _where(results: Results) -> Iterator[Goal]:
    for group, figures in results["localization"].items():
        yield Goal(figure=f"pointing game, {group}", wanted=0.80, reached=figures.get("pointing_game"))
    energy = [one["energy_in_lungs"] for one in results["localization"].values() if one["n"]]
    yield Goal(figure="energy of the map in the lungs, worst group", wanted=0.85, reached=min(energy, default=None))
    dice = [value for name, value in results["lungs_dice"].items() if name != "dice"]
    yield Goal(figure="Dice of the lungs, worst origin of outlines", wanted=0.95, reached=min(dice))


def _cost(results: Results) -> Iterator[Goal]:
    cost = results["cost"]
    parameters = cost["parameters_of_a_member"] / 1e6
    yield Goal(figure="parameters of a member, millions", wanted=1.0, reached=parameters, at_most=True)
    share = cost["time_of_densenet_121"]
    yield Goal(figure="time of a reading beside DenseNet-121's", wanted=0.5, reached=share, at_most=True)
