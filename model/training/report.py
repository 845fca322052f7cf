"""The model card for people, `docs/model-card.md`, written from the release's card: no figure is typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.gate_network import GateNetwork
from model.network import CovidXNet
from model.unet import UNet, n_parameters
from model.weights import GateCard, WeightsCard


def model_card(card: WeightsCard) -> str:
    """Render a release's card as Markdown."""
    parts = [
        f"# Model card: {card.name} {card.version}",
        "Research use. Not a medical device. Written by `python -m model.training card` from "
        f"`model/released/{card.folder.name}/card.json`; every figure here stands there.",
        _about(card),
        _data(card),
        _figures(card.validation),
        _operating_points(card),
        _map(card),
        _localization(card.validation["localization"]),
        _lungs(card.validation["lungs_dice"]),
        _gate(card.gate),
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in card.limits),
        _reproduce(card),
    ]
    return "\n\n".join(parts) + "\n"


def _about(card: WeightsCard) -> str:
    network, unet = n_parameters(CovidXNet(card.network)), n_parameters(UNet(card.lungs_network))
    rows = [
        ("Intended use", card.intended_use),
        ("Outputs", ", ".join(card.outputs)),
        (
            "Input",
            f"the lung box of a frontal radiograph at {card.input.size} × {card.input.size}, pipeline {card.pipeline}",
        ),
        ("Classifier", f"{network:,} parameters, {card.n_members} network; `model/network.py`"),
        ("Lung segmentation", f"{unet:,} parameters; `model/unet.py`"),
        ("Weights", f"`{card.file}`, SHA-256 `{card.sha256}`"),
        ("Created", card.created),
        ("Licence", card.licence),
    ]
    return "## What it is\n\n" + _table(("", ""), rows)


def _data(card: WeightsCard) -> str:
    training = card.training
    rows = [(name, str(n)) for name, n in training["radiographs"].items()]
    return (
        "## Trained on\n\nAdults only; folds without a shared patient (`model/training/splits/folds.csv`, SHA-256 "
        f"`{training['folds_sha256'][:16]}…`), fold {training['config']['fold']} held out; "
        f"{training['without_patient_identity']}. Labels come with their sources and are noisy.\n\n"
        + _table(("Source: label", "Radiographs"), rows)
    )


def _figures(validation: Mapping[str, Any]) -> str:
    fold = [
        ("AUROC, COVID-19 against normal", _estimate(validation["auroc_covid_against_normal"])),
        ("AUROC, COVID-19 against other abnormality", _estimate(validation["auroc_covid_against_other"])),
        ("Expected calibration error of P(covid-19)", f"{validation['expected_calibration_error']:.3f}"),
    ]
    unseen = [(name, _estimate(value)) for name, value in validation["unseen_hospitals"].items()]
    called = [(name, _estimate(value)) for name, value in validation["called_covid_19"].items()]
    means = [(name, f"{value:.2f}") for name, value in validation["mean_probability_covid_19"].items()]
    return "\n\n".join(
        [
            "## What it reaches",
            f"On the held-out fold ({validation['set']}). Calibration and operating points were fixed on the same "
            "radiographs, so these figures are optimistic; 95 % intervals by resampling patients.",
            _table(("Figure", "Value (95 % interval), radiographs"), fold),
            "On hospitals it never saw: COVID-19 of a source that was left out against the clear lungs of another "
            "(jsrt are nodule patients whose lungs are clear otherwise). Many COVID-19 radiographs of the left-out "
            "sources have no visible finding.",
            _table(("AUROC", "Value (95 % interval), radiographs"), unseen),
            "Mean P(covid-19) by truth and source on the held-out fold:",
            _table(("Truth: source", "Mean"), means),
            "Called COVID-19 at the operating point in force, by source and label, on the held-out fold and on the "
            "sources never trained on:",
            _table(("Source: label", "Share (95 % interval), radiographs"), called),
        ]
    )


def _operating_points(card: WeightsCard) -> str:
    rows = [
        (
            point.name,
            f"{point.threshold:.3f}",
            f"{point.sensitivity:.3f} ({point.sensitivity_interval[0]:.3f}–{point.sensitivity_interval[1]:.3f})",
            f"{point.specificity:.3f} ({point.specificity_interval[0]:.3f}–{point.specificity_interval[1]:.3f})",
        )
        for point in card.operating_points
    ]
    return (
        f"## Operating points\n\nProbabilities are calibrated on {card.calibration.set}. "
        f"The points are fixed on {card.operating_points[0].set}; the first is in force. P(other) flags from "
        f"{card.other_threshold:.3f}. A reading is indeterminate when the threshold lies within one standard deviation "
        f"({card.logit_noise:.2f} in the logit) that small changes of position make on validation.\n\n"
        + _table(("Name", "P(covid-19) from", "Sensitivity", "Specificity"), rows)
    )


def _map(card: WeightsCard) -> str:
    scale = card.map_scale
    return (
        "## The map\n\nThe exact class activation map of COVID-19 against normal, from the forward pass that gives the "
        f"probability. One absolute scale, logits per cell: 0 at {scale.low:.2f} (99 % of the cells of normal "
        f"validation radiographs lie below), 1 at {scale.high:.2f} (the peak that one in twenty COVID-19 validation "
        f"radiographs exceeds). It is never stretched per image; a viewer starts at {scale.show_above:.2f}."
    )


def _localization(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{name}, n = {value['n']}",
            f"{value['pointing_game']:.2f}",
            f"{value['chance']:.2f}",
            _share(value["energy_in_lesion"]),
            _share(value["energy_in_lungs"]),
        )
        for name, value in figures.items()
    ]
    head = ("Outlined radiographs", "Pointing game", "Random point in the lungs", "Energy in lesion", "Energy in lungs")
    return (
        "## Does the map point at lesions?\n\nAgainst lesions that radiologists outlined: whether the peak lies in the "
        "outline or within 1.5 % of the image's side of it, and the share of the map inside outline and lungs.\n\n"
        + _table(head, rows)
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _lungs(dice: Mapping[str, float]) -> str:
    rows = [(name.removeprefix("dice_"), f"{value:.3f}") for name, value in dice.items() if name != "dice"]
    return (
        "## Lung segmentation\n\nDice on the held-out fold by who drew the outlines (the origins disagree about the "
        "heart and are scored apart):\n\n" + _table(("Origin", "Dice"), [*rows, ("all", f"{dice['dice']:.3f}")])
    )


def _gate(gate: GateCard) -> str:
    confusion: Mapping[str, Mapping[str, int]] = gate.validation["confusion"]
    found = {outcome for counts in confusion.values() for outcome in counts}
    outcomes = sorted(found, key=lambda outcome: (outcome.isupper(), outcome))
    rows = [
        (shown, str(sum(counts.values())), *(str(counts.get(outcome, "–")) for outcome in outcomes))
        for shown, counts in confusion.items()
    ]
    rates = [(name, _estimate(value)) for name, value in gate.validation["rates"].items()]
    return "\n\n".join(
        [
            "## Is it a chest, and which way up",
            f"The gate ({n_parameters(GateNetwork(gate.network)):,} parameters, `model/gate_network.py`, SHA-256 "
            f"`{gate.sha256[:16]}…`) on {gate.validation['set']}; its limits were chosen on the same fold. Chests were "
            "turned, inverted, mirrored and cut off by a program; random views change zoom, position, tone, texture, "
            "polarity and turn; `other` is drawn: bodies, pages, screens, scenes. What the header would refuse, such "
            "as a child's age or the modality of a CT slice, is not counted here. Behind the gate, implausible lungs "
            "are `NOT_A_FRONTAL_CHEST`; the codes are explained in [refusals](refusals.md). The weak spot is the "
            "coronal CT slice without a header, which looks much like a radiograph. Real radiographs of other parts "
            "were too few to hold any out.",
            _table(("Shown", "n", *(f"`{o}`" if o.isupper() else o for o in outcomes)), rows),
            _table(("Rate", "Share (95 % interval), images"), rates),
        ]
    )


def _reproduce(card: WeightsCard) -> str:
    loop = card.training["config"]["loop"]
    return (
        "## Reproduce\n\n`make train` with `COVID_XNET_DATA` naming the data folder trains lungs, gate and "
        "classifier, resuming where it was stopped, and writes this page. Configuration: "
        f"`model/training/configs/release-{card.version}.toml`, {loop['steps']} steps of {loop['batch_size']}, "
        f"seed {loop['seed']}."
    )


def _estimate(value: Mapping[str, Any]) -> str:
    return f"{value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f}), n = {value['n']}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines)
