"""The results file of a release as sections of text, tables and plots; documentation and the server's page show both.

Every number is read from the results; none is typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.evaluation.goals import goals
from model.evaluation.metrics import FEWEST_PATIENTS
from model.evaluation.plots import reliability_plot, roc_plot
from model.findings import Finding

Results = Mapping[str, Any]

NO_INTERVAL = f"no interval: fewer than {FEWEST_PATIENTS} patients known"
"""What stands in the place of an interval that a figure does not have."""

SMALLEST = 10
"""Fewer normals than this say nothing about how a specificity moves."""

_HIDDEN = {
    "nothing": "nothing",
    "lungs": "the lungs, blacked out",
    "all-but-lungs": "all but the lungs",
    "all-but-border": "all but a border frame",
    "detail": "detail: a thumbnail of 16 × 16",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings and cells, line by line."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing: `svg` for a page that brings its own colours, `standalone` for a file shown as a picture."""

    name: str
    title: str
    svg: str
    standalone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSection:
    """One part of the evidence.

    Attributes:
        key: Anchor.
        parts: Paragraphs, tables and plots, in their order.
    """

    key: str
    title: str
    parts: tuple[str | Table | Plot, ...]


def evidence_sections(results: Results) -> tuple[EvidenceSection, ...]:
    """Lay out every table of a results file; kinds of runs that it lacks are left out."""
    release, unseen, dated = results["release"], results["unseen"], results.get("dated", {})
    sections = [
        _goals(results),
        _unseen(unseen, release, results["rounds"]),
        _transfer(unseen["transfer"], unseen["carried"]),
        _calibration(unseen["calibration"], release["calibration"]),
        *([_protocol(results["protocol"], is_dated="protocol" in dated)] if "protocol" in results else []),
        _release(release),
        _members(results["members"]),
        _localization(results["localization"]),
        *([_controls(results["controls"])] if "controls" in results else []),
        *([_ablations(results["ablations"])] if "ablations" in results else []),
        _probes(results),
        _subgroups(release["subgroups"]),
        _lungs(results["lungs_dice"]),
        _cost(results["cost"]),
        _failures(release["failures"]),
        _runs(results["runs"], dated),
    ]
    return tuple(sections)


def estimate_text(value: Results) -> str:
    """Write a figure with its interval and number; a dash where it cannot be computed."""
    return f"{_figure_text(value)}, n = {value['n']}"


def interval_text(value: Results) -> str:
    """Write the interval of a figure, or that it has none."""
    return NO_INTERVAL if value["low"] is None else f"{value['low']:.3f}–{value['high']:.3f}"


def _figure_text(value: Results) -> str:
    return "–" if value["value"] is None else f"{value['value']:.3f} ({interval_text(value)})"


def _unseen(unseen: Results, release: Results, rounds: Mapping[str, Sequence[str]]) -> EvidenceSection:
    total = unseen["summary"]
    pairs = [
        (f"{p['covid']} against {p['normal']}", p["run"], estimate_text(p["auroc"]), estimate_text(p["abnormal"]))
        for p in unseen["pairs"]
    ]
    others = [(f"{o['other']} against {o['normal']}", o["run"], estimate_text(o["abnormal"])) for o in unseen["others"]]
    left_out = "; ".join(f"round {name}: {', '.join(sources)}" for name, sources in rounds.items())
    return EvidenceSection(
        key="unseen",
        title="Hospitals never seen",
        parts=(
            "Trained without a group of hospitals, then COVID-19 of a left-out hospital against normals of another "
            f"one left out, both unseen by the network that read them ({left_out}; bimcv-qatar is in none). "
            f"{total['pairs']} of the {total['possible_pairs']} pairs that these hospitals could make were measured. "
            f"AUROC: median {total['median']:.3f}, worst {total['worst']:.3f} ({total['worst_pair']}). In the plot, "
            "the mean curve of the pairs with the lowest and the highest of them, and the held-out folds with their "
            "95 % interval.",
            "What flatters these figures: the recipe was chosen on these hospitals, and the segmentation that cuts "
            "out the lung box learnt from outlines of several of them. Normals of jsrt are patients with a lung "
            "nodule, which the data call “other”; their lungs are clear otherwise, and they are trained on and "
            "scored as normal.",
            _roc(unseen["roc"], release["roc"]),
            Table(head=("Pair", "Run", "P(covid-19)", "The head “abnormal”"), rows=pairs),
            "Other disease of an unseen hospital against normals of another, by the head “abnormal”:",
            Table(head=("Pair", "Run", "AUROC"), rows=others),
        ),
    )


def _goals(results: Results) -> EvidenceSection:
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


def _roc(unseen: Results, release: Results) -> Plot:
    both = {"Hospitals never seen": unseen, "Held-out folds": release}
    curves, bands = ({label: one[what] for label, one in both.items()} for what in ("curve", "band"))
    title = "COVID-19 against normal"
    return Plot(
        name="roc",
        title=title,
        svg=roc_plot(curves, bands=bands, title=title),
        standalone=roc_plot(curves, bands=bands, title=title, standalone=True),
    )


def _transfer(transfer: Sequence[Results], carried: Results) -> EvidenceSection:
    names = list(transfer[0]["at"])
    rows = [
        (
            one["hospital"],
            one["run"],
            *(
                " / ".join(_figure_text(one["at"][name][what]) for what in ("sensitivity", "specificity"))
                for name in names
            ),
        )
        for one in transfer
    ]
    moved = []
    for name in names:
        known = [one["at"][name]["specificity"] for one in transfer]
        values = [each["value"] for each in known if each["value"] is not None and each["n"] >= SMALLEST]
        moved.append(f"{name} {min(values):.2f} to {max(values):.2f}")
    together = [
        (
            "P(other)" if name == "other" else name.capitalize(),
            f"{one['threshold']:.3f}",
            estimate_text(one["sensitivity"]),
            estimate_text(one["specificity"]),
        )
        for name, one in carried.items()
    ]
    return EvidenceSection(
        key="transfer",
        title="How operating points move",
        parts=(
            "Each left-out hospital at thresholds that were fixed on the other rounds, without its own round and "
            f"without its hospital: sensitivity / specificity. Specificity ranges over hospitals: {'; '.join(moved)}.",
            Table(head=("Hospital", "Run", *(name.capitalize() for name in names)), rows=rows),
            "All of them together, hospitals weighing the same; intervals over another draw of hospitals and of "
            "their patients. The released threshold stands beside them: it is fixed on all rounds together, for the "
            "mean of five members, where each figure here is of one network. P(other) is asked to find other disease.",
            Table(head=("Operating point", "Released threshold", "Sensitivity", "Specificity"), rows=together),
        ),
    )


def _calibration(unseen: Results, fold: Results) -> EvidenceSection:
    rows = [
        (name, f"{one['expected_calibration_error']:.3f}", f"{one['brier']:.3f}")
        for name, one in (
            ("hospitals never seen, logits as they come", unseen["before"]),
            ("hospitals never seen, calibrated on others", unseen["after"]),
            ("held-out folds, released calibration", fold),
        )
    ]
    title = "P(covid-19) on hospitals never seen"
    bins = unseen["after"]["bins"]
    plot = Plot(
        name="reliability",
        title=title,
        svg=reliability_plot(bins, title=title),
        standalone=reliability_plot(bins, title=title, standalone=True),
    )
    return EvidenceSection(
        key="calibration",
        title="Calibration",
        parts=(
            "Of P(covid-19), at the prevalence that the card names; hospitals of a class weigh the same.",
            plot,
            Table(head=("Radiographs", "Expected calibration error", "Brier score"), rows=rows),
        ),
    )


def _protocol(protocol: Results, *, is_dated: bool) -> EvidenceSection:
    names = {
        "auroc": "AUROC",
        "accuracy": "Accuracy",
        "balanced_accuracy": "Balanced accuracy",
        "sensitivity": "Sensitivity",
        "specificity": "Specificity",
        "precision": "Precision",
        "f1": "F1",
    }
    rows = [
        (str(i), str(fold["n_covid_19"]), str(fold["n_normal"]), *(f"{fold[name]:.3f}" for name in names))
        for i, fold in enumerate(protocol["folds"])
    ]
    for spread in ("mean", "deviation"):
        rows.append((spread, "", "", *(f"{protocol[spread][name]:.3f}" for name in names)))
    intervals = "; ".join(
        f"{names[name]} {one['low']:.3f} to {one['high']:.3f}" for name, one in protocol["interval"].items()
    )
    return EvidenceSection(
        key="protocol",
        title="The paper's protocol",
        parts=(
            "All adult COVID-19 against all adult normal, five folds without a shared patient where patients are "
            "known, every hospital in every fold. To be compared with the paper (accuracy "
            f"{protocol['paper']['accuracy']}, AUROC {protocol['paper']['auroc']}) and with nothing else: hospital "
            "and class are confounded, a network can score here by telling hospitals, and these runs have none of "
            "the release's means against it. Each fold's threshold is the best one of the other folds. Intervals of "
            f"the means: {intervals}."
            + (
                " These runs were trained apart from the members; the experiments say how they differ."
                if is_dated
                else ""
            ),
            Table(head=("Fold", "COVID-19", "Normal", *names.values()), rows=rows),
        ),
    )


def _release(release: Results) -> EvidenceSection:
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


def _members(members: Results) -> EvidenceSection:
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
                *(_figure_text(counts[finding]) for finding in findings),
                _right_of_decided(counts, group.rpartition(": ")[2]),
            )
            for group, counts in shares.items()
        ]
        parts += [titles[name], Table(head=("Source: truth", "n", *findings, "right of the decided"), rows=rows)]
    return EvidenceSection(key="members", title="What the ensemble says", parts=tuple(parts))


def _right_of_decided(counts: Results, truth: str) -> str:
    decided = 1 - counts[Finding.INDETERMINATE]["value"]
    return f"{counts[truth]['value'] / decided:.3f}" if decided else "–"


def _localization(figures: Results) -> EvidenceSection:
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


def _controls(controls: Results) -> EvidenceSection:
    rows = [
        (_HIDDEN[row["hidden"]], estimate_text(row["held_out_fold"]), estimate_text(row["unseen_hospitals"]))
        for row in controls["rows"]
    ]
    return EvidenceSection(
        key="controls",
        title="Controls",
        parts=(
            "The same short training, without the map's losses, on images of which a part is hidden; AUROC of "
            f"“abnormal”, COVID-19 against normal, without the hospitals of round {controls['left_out']} and "
            "bimcv-qatar, which are the hospitals never seen: all normals of jsrt, and nine in ten COVID-19 of "
            "bimcv-qatar. One seed each. What a control reaches, the network may have reached the same way.",
            Table(head=("Hidden", "Held-out fold", "Hospitals never seen"), rows=rows),
        ),
    )


def _ablations(ablations: Results) -> EvidenceSection:
    rows = [
        (
            "masked lungs" if row["hidden"] == "all-but-lungs" else row["sees"],
            "with" if row["contrast_step"] else "without",
            estimate_text(row["held_out_fold"]),
            estimate_text(row["unseen_hospitals"]),
        )
        for row in ablations["rows"]
    ]
    return EvidenceSection(
        key="ablations",
        title="Ablations",
        parts=(
            "Trained as the controls; the lung box with contrast step stands there, with nothing hidden, and masked "
            "lungs with it, with all but the lungs hidden.",
            Table(head=("Sees", "Contrast step", "Held-out fold", "Hospitals never seen"), rows=rows),
        ),
    )


def _probes(results: Results) -> EvidenceSection:
    hidden, randomised = results["without_lungs"], results["weight_randomisation"]
    probe = [
        (finding, ", ".join(one["sources"]), f"{one['balanced_accuracy']:.2f}", f"{one['chance']:.2f}")
        for finding, one in results["source_probe"].items()
    ]
    correlations = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in randomised.items())
    return EvidenceSection(
        key="probes",
        title="Probes",
        parts=(
            f"A released member on its held-out fold: AUROC {hidden['as_read']:.3f} as read, "
            f"{hidden['lungs_blacked_out']:.3f} with the lungs blacked out.",
            "A linear layer on its features names the source within one class (lower is better):",
            Table(head=("Class", "Sources", "Balanced accuracy", "Chance"), rows=probe),
            "Rank correlation of the map with that of the network whose last layers were drawn anew, from the last one "
            f"down: {correlations}. A map that stayed the same would not show what was learnt.",
        ),
    )


def _subgroups(groups: Results) -> EvidenceSection:
    rows = [
        (
            name,
            str(one["counts"]["covid-19"]),
            str(one["counts"]["normal"]),
            *(_figure_text(one[name]) for name in ("auroc", "sensitivity", "specificity")),
        )
        for name, one in groups.items()
    ]
    head = ("Group", "COVID-19", "Normal", "AUROC", "Sensitivity", "Specificity")
    return EvidenceSection(
        key="subgroups",
        title="Subgroups",
        parts=("Held-out folds, at the balanced operating point.", Table(head=head, rows=rows)),
    )


def _lungs(dice: Mapping[str, float]) -> EvidenceSection:
    rows = [(name.removeprefix("dice_") if name != "dice" else "all", f"{value:.3f}") for name, value in dice.items()]
    return EvidenceSection(
        key="lungs",
        title="Lungs",
        parts=("Dice on the held-out fold by who drew the outlines.", Table(head=("Origin", "Dice"), rows=rows)),
    )


def _cost(cost: Results) -> EvidenceSection:
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


def _failures(failures: Sequence[Results]) -> EvidenceSection:
    titles = {"covid-19": "COVID-19 missed:", "normal": "Normal called COVID-19:"}
    parts: list[str | Table | Plot] = ["On held-out folds, at the balanced operating point, the surest first."]
    for truth, title in titles.items():
        rows = [(one["name"], one["hospital"], f"{one['p_covid_19']:.3f}") for one in failures if one["truth"] == truth]
        if rows:
            parts += [title, Table(head=("Radiograph", "Source", "P(covid-19)"), rows=rows)]
    return EvidenceSection(key="mistakes", title="Surest mistakes", parts=tuple(parts))


def _runs(runs: Results, dated: Results) -> EvidenceSection:
    another_day = ", ".join(f"{table} ({date})" for table, date in dated.items())
    rows = [
        (
            name,
            f"{int(one['step'])}",
            f"{one['processor_seconds'] / 60:.0f}" if "processor_seconds" in one else "–",
            f"{one['loss']:.3f}",
            f"{one['auroc']:.3f}" if "auroc" in one else "–",
        )
        for name, one in runs.items()
    ]
    hours = sum(one.get("processor_seconds", 0) for one in runs.values()) / 3600
    return EvidenceSection(
        key="runs",
        title="Runs",
        parts=(
            f"AUROC of “abnormal” on the fold that each held out. Training took {hours:.1f} hours of a processor core "
            "in all." + (f" Trained apart from the members: {another_day}." if dated else ""),
            Table(head=("Run", "Steps", "Minutes of a core", "Loss", "AUROC"), rows=rows),
        ),
    )
