"""The released members on their own hospitals: findings, where the evidence lies, subgroups, cost."""

from collections.abc import Mapping, Sequence

from model.evaluation.evidence.parts import EvidenceSection, Plot, Results, Table, estimate_text, figure_text
from model.findings import Finding


def release_section(release: Results) -> EvidenceSection:
    """Lay out the recipe on its own hospitals, each radiograph read by the member that held it out."""
    at = release["at_operating_point"]
    rows = [
        ("AUROC, COVID-19 against normal", estimate_text(release["auroc_covid_against_normal"])),
        ("AUROC, COVID-19 against other", estimate_text(release["auroc_covid_against_other"])),
        ("Sensitivity at the balanced point", estimate_text(at["sensitivity"])),
        ("Specificity at the balanced point", estimate_text(at["specificity"])),
        ("nih: other against normal, the head “abnormal”", estimate_text(release["nih_other_against_nih_normal"])),
        (
            "nih normals: AP told from PA by P(covid-19) (0.5 is best)",
            estimate_text(release["ap_told_from_pa_within_nih_normals"]),
        ),
        *(
            (f"{source}: COVID-19 against other", estimate_text(value))
            for source, value in release["covid_against_other_within_source"].items()
        ),
    ]
    called = [(name, estimate_text(value)) for name, value in release["called_covid_19"].items()]
    return EvidenceSection(
        key="release",
        title="The released recipe on its own hospitals",
        parts=(
            "Each radiograph read by the member that held its fold out, at the released calibration and threshold. "
            "These hospitals were trained on: the figures flatter.",
            Table(head=("Figure", "Value"), rows=rows),
            "Called COVID-19 at the balanced operating point:",
            Table(head=("Source: truth", "Share"), rows=called),
        ),
    )


def members_section(members: Results) -> EvidenceSection:
    """Lay out the findings of the members together."""
    titles = {
        "never_seen": "Hospitals that no member saw:",
        "four_of_five_members_trained_on_it": "Hospitals of the training, where four of five members trained on each "
        "radiograph (agreement is therefore too good):",
    }
    parts: list[str | Table | Plot] = [
        "Findings of the released members together; indeterminate where more than one of them lies on the other side "
        "of the threshold. Right of the decided: the share of the others whose finding is the truth.",
    ]
    for name, shares in members.items():
        findings = list(next(iter(shares.values())))
        rows = [
            (
                group,
                str(next(iter(counts.values()))["n"]),
                *(figure_text(counts[finding]) for finding in findings),
                _right_of_decided(counts, group.rpartition(": ")[2]),
            )
            for group, counts in shares.items()
        ]
        parts += [titles[name], Table(head=("Source: truth", "n", *findings, "right of the decided"), rows=rows)]
    return EvidenceSection(key="members", title="What the ensemble says", parts=tuple(parts))


def _right_of_decided(counts: Results, truth: str) -> str:
    decided = 1 - counts[Finding.INDETERMINATE]["value"]
    return f"{counts[truth]['value'] / decided:.3f}" if decided else "–"


def localization_section(figures: Results) -> EvidenceSection:
    """Lay out how the map agrees with outlined lesions."""
    names = {
        "pointing_game": "Pointing game",
        "random_point_in_lungs": "Random point in lungs",
        "centre_of_lung_box": "Centre of the lung box",
        "mean_map_of_the_others": "Peak of the others' mean map",
        "iou_shown": "IoU of the shown map",
        "iou_random_box": "IoU of a random box of its area",
        "energy_in_lesion": "Energy in lesion",
        "lesion_share_of_lungs": "Lesion's share of the lungs",
        "energy_in_lungs": "Energy in lungs",
    }
    rows = [
        (group, str(one["n"]), str(one["map_shows_something"]), *(f"{one[name]:.2f}" for name in names))
        for group, one in figures.items()
        if one["n"]
    ]
    return EvidenceSection(
        key="localisation",
        title="Localisation",
        parts=(
            "Outlined lesions, read by networks that did not train on the radiograph, or on nothing of its hospital. "
            "A few dozen outlines and zone scores of other radiographs taught the map where evidence should lie. "
            "Where the shown map begins was chosen on these outlines (see experiments), which flatters the pointing "
            "game.",
            Table(head=("Radiographs", "n", "Map shows something", *names.values()), rows=rows),
        ),
    )


def subgroups_section(groups: Results) -> EvidenceSection:
    """Lay out the figures of each view, sex and age group."""
    rows = [
        (
            name,
            str(one["counts"]["covid-19"]),
            str(one["counts"]["normal"]),
            *(figure_text(one[name]) for name in ("auroc", "sensitivity", "specificity")),
        )
        for name, one in groups.items()
    ]
    head = ("Group", "COVID-19", "Normal", "AUROC", "Sensitivity", "Specificity")
    return EvidenceSection(
        key="subgroups",
        title="Subgroups",
        parts=("Held-out folds, at the balanced operating point.", Table(head=head, rows=rows)),
    )


def lungs_section(dice: Mapping[str, float]) -> EvidenceSection:
    """Lay out the Dice coefficient of the lung segmentation."""
    rows = [(name.removeprefix("dice_") if name != "dice" else "all", f"{value:.3f}") for name, value in dice.items()]
    return EvidenceSection(
        key="lungs",
        title="Lungs",
        parts=("Dice on the held-out fold by who drew the outlines.", Table(head=("Origin", "Dice"), rows=rows)),
    )


def cost_section(cost: Results) -> EvidenceSection:
    """Lay out what a reading costs beside a DenseNet-121."""
    rows = [
        ("Parameters of a member", f"{cost['parameters_of_a_member']:,}"),
        ("Parameters of DenseNet-121", f"{cost['parameters_of_densenet_121']:,}"),
        ("Multiply-adds of a member", f"{cost['multiply_adds_of_a_member']:,}"),
        ("Multiply-adds of DenseNet-121 at 224", f"{cost['multiply_adds_of_densenet_121']:,}"),
        ("Milliseconds of a reading", f"{cost['milliseconds']}"),
        ("Milliseconds of DenseNet-121 at 224", f"{cost['milliseconds_of_densenet_121']}"),
        ("A reading's time as a share of DenseNet-121's, median of turns", f"{cost['time_of_densenet_121']:.2f}"),
    ]
    return EvidenceSection(
        key="cost",
        title="Cost",
        parts=(
            f"From decoded pixels to the map: gate, lungs, {cost['members']} members; beside DenseNet-121's pass "
            f"alone, turn by turn in one run ({cost['device']}, {cost['threads']} threads).",
            Table(head=("", ""), rows=rows),
        ),
    )


def failures_section(failures: Sequence[Results]) -> EvidenceSection:
    """List the surest mistakes."""
    titles = {"covid-19": "COVID-19 missed:", "normal": "Normal called COVID-19:"}
    parts: list[str | Table | Plot] = ["On held-out folds, at the balanced operating point, the surest first."]
    for truth, title in titles.items():
        rows = [(one["name"], one["hospital"], f"{one['p_covid_19']:.3f}") for one in failures if one["truth"] == truth]
        if rows:
            parts += [title, Table(head=("Radiograph", "Source", "P(covid-19)"), rows=rows)]
    return EvidenceSection(key="mistakes", title="Surest mistakes", parts=tuple(parts))
