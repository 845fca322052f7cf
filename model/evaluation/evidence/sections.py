"""Every section of a release's evidence, in their order; documentation and the server's page show the same."""

from model.evaluation.evidence.parts import EvidenceSection, Results, Table
from model.evaluation.evidence.released import (
    cost_section,
    failures_section,
    localization_section,
    lungs_section,
    members_section,
    release_section,
    subgroups_section,
)
from model.evaluation.evidence.trials import (
    ablations_section,
    averaging_section,
    controls_section,
    probes_section,
    protocol_section,
    runs_section,
)
from model.evaluation.evidence.unseen import calibration_section, transfer_section, unseen_section
from model.evaluation.goals import goals


def evidence_sections(results: Results) -> tuple[EvidenceSection, ...]:
    """Lay out every table of a results file; kinds of runs that it lacks are left out."""
    release, unseen, dated = results["release"], results["unseen"], results.get("dated", {})
    sections = [
        goals_section(results),
        unseen_section(unseen, release, results["rounds"]),
        transfer_section(unseen["transfer"], unseen["carried"]),
        calibration_section(unseen["calibration"], release["calibration"]),
        *([protocol_section(results["protocol"], is_dated="protocol" in dated)] if "protocol" in results else []),
        release_section(release),
        members_section(results["members"]),
        localization_section(results["localization"]),
        *([controls_section(results["controls"])] if "controls" in results else []),
        *([ablations_section(results["ablations"])] if "ablations" in results else []),
        *([averaging_section(results["averaging"])] if "averaging" in results else []),
        probes_section(results),
        subgroups_section(release["subgroups"]),
        lungs_section(results["lungs_dice"]),
        cost_section(results["cost"]),
        failures_section(release["failures"]),
        runs_section(results["runs"], dated),
    ]
    return tuple(sections)


def goals_section(results: Results) -> EvidenceSection:
    """Lay out what was asked beside what was reached."""
    rows = [
        (
            goal.figure,
            f"{'≤' if goal.at_most else '≥'} {goal.wanted:.3g}",
            "–" if goal.reached is None else f"{goal.reached:.3f}",
            "yes" if goal.is_met else "no",
        )
        for goal in goals(results)
    ]
    return EvidenceSection(
        key="goals",
        title="Goals",
        parts=(
            "What was asked of this release before it was trained, and what it reaches. What was tried for the ones "
            "missed stands in the experiments.",
            Table(head=("Figure", "Goal", "Reached", "Met"), rows=rows),
        ),
    )
