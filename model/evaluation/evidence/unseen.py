"""Hospitals never seen: rankings, operating points and probabilities."""

from collections.abc import Mapping, Sequence

from model.evaluation.evidence.parts import EvidenceSection, Plot, Results, Table, estimate_text, figure_text
from model.evaluation.plots import reliability_plot, roc_plot

SMALLEST = 10
"""Fewer normals than this say nothing about how a specificity moves."""


def unseen_section(unseen: Results, release: Results, rounds: Mapping[str, Sequence[str]]) -> EvidenceSection:
    """Lay out the rankings of every pair of unseen hospitals."""
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


def transfer_section(transfer: Sequence[Results], carried: Results) -> EvidenceSection:
    """Lay out every left-out hospital at operating points that were fixed without it."""
    names = list(transfer[0]["at"])
    rows = [
        (
            one["hospital"],
            one["run"],
            *(
                " / ".join(figure_text(one["at"][name][what]) for what in ("sensitivity", "specificity"))
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


def calibration_section(unseen: Results, fold: Results) -> EvidenceSection:
    """Lay out the reliability of P(covid-19)."""
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
