"""Runs beside the release: the paper's protocol, controls, ablations, and what the networks give away."""

from model.evaluation.evidence.parts import EvidenceSection, Results, Table, estimate_text

_HIDDEN = {
    "nothing": "nothing",
    "lungs": "the lungs, blacked out",
    "all-but-lungs": "all but the lungs",
    "all-but-border": "all but a border frame",
    "detail": "detail: a thumbnail of 16 × 16",
}


def protocol_section(protocol: Results, *, is_dated: bool) -> EvidenceSection:
    """Lay out the paper's experiment."""
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
            f"the release's means against it. {_reader(protocol['network'])} Each fold's threshold is the best one of "
            f"the other folds. Intervals of the means: {intervals}."
            + (
                " These runs were trained apart from the members; the experiments say how they differ."
                if is_dated
                else ""
            ),
            Table(head=("Fold", "COVID-19", "Normal", *names.values()), rows=rows),
        ),
    )


def _reader(network: Results) -> str:
    size = f"A network has {network['parameters'] / 1e6:.2f} million parameters"
    if network["views"] == 1:
        return f"{size}."
    return f"{size} and reads {network['views']} views of a radiograph, zoomed and mirrored, whose mean counts."


def controls_section(controls: Results) -> EvidenceSection:
    """Lay out what networks reach that do not see the lungs, or nothing but them."""
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


def ablations_section(ablations: Results) -> EvidenceSection:
    """Lay out what cropping, masking and the contrast step are worth."""
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


def averaging_section(averaging: Results) -> EvidenceSection:
    """Lay out what a second network of every round says, and the mean of both."""
    names = ("first", "second", "mean")
    rows = [
        (f"{pair['covid']} against {pair['normal']}", pair["run"], *(estimate_text(pair[name]) for name in names))
        for pair in averaging["pairs"]
    ]
    for what in ("median", "worst"):
        rows.append((what, "", *(f"{averaging['summary'][name][what]:.3f}" for name in names)))
    return EvidenceSection(
        key="averaging",
        title="A second seed, and averaging",
        parts=(
            "Every round trained once more with another seed: what two trainings of one recipe differ by is noise. The "
            "mean of two networks stands for what averaging is worth on hospitals never seen; the release averages "
            "five. AUROC of P(covid-19).",
            Table(head=("Pair", "Run", "First seed", "Second seed", "Mean of both"), rows=rows),
        ),
    )


def probes_section(results: Results) -> EvidenceSection:
    """Lay out what the first member gives away without lungs, about the source, and with random weights."""
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


def runs_section(runs: Results, dated: Results) -> EvidenceSection:
    """Lay out length, time and last figures of every run."""
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
            f"AUROC of “abnormal” on the fold that each held out, read once. Training took {hours:.1f} hours of a "
            "processor core in all." + (f" Trained apart from the members: {another_day}." if dated else ""),
            Table(head=("Run", "Steps", "Minutes of a core", "Loss", "AUROC"), rows=rows),
        ),
    )
